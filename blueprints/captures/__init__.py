"""What phones and kiosks have delivered: the capture, its receipt, what is held, its files."""
