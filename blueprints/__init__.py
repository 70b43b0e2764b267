"""The slices of Tournée: one folder a noun, the same five doors in each."""
