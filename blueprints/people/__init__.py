"""Who works here: roles, teams, cover, devices, sign-in, access rules, the administrator's pages."""
