// Made by `make catalogues` from translations/fr; change it there.
export default {};
