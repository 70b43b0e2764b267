"""Who changed what, when and from which device: one sealed row for everything that actions tell."""
