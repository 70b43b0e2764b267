"""What the workshop needs and the app does not: catalogues, locks, vendored files, checks."""
