"""What can happen to a phone as such."""

from blueprints.people.models import Device, SignIn
from blueprints.shared.db import db
from blueprints.shared.happened import tell


def renew_device(row: SignIn) -> Device:
    """A new device for a phone whose storage was wiped: it counts from 1; the gap of the old one stays."""
    device = Device(person_id=row.person_id, label=row.device.label)
    db.session.add(device)
    row.device = device
    db.session.flush()
    tell("renewed", "device", device.id)
    return device
