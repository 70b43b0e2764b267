"""What a phone needs to work without us: worker, manifest, the day's pack, the outbox page."""
