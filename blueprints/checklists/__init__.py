"""A form filled at a visit: what was found."""
