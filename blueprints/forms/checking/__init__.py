"""Both engines measured against facts that others have found: `flask forms check-vectors` and `check-walks`."""
