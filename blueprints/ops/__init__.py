"""Running the service: health, readiness, the start page, commands to serve, back up and restore."""
