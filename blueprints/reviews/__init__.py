"""The supervisor's desk: what waits, sign, return."""
