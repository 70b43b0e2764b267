"""Questions put to clients; quick feedback."""
