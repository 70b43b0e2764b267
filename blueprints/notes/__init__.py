"""Case notes, their formats and versions."""
