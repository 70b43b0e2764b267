"""Published form definitions and their versions."""
