"""What happens to the audit: it is written, once, and never changed. Nothing commits here."""

from uuid import UUID

from blueprints.audit.models import AuditEntry
from blueprints.shared.db import db, now, uuid7


def write(verb: str, kind: str, object_id: UUID, client_id: UUID | None, **by: UUID | str | None) -> None:
    """One row, as of this moment; by: the columns of AuditEntry that say by whom, whose words and from where."""
    about = {"verb": verb, "kind": kind, "object_id": object_id, "client_id": client_id}
    db.session.add(AuditEntry(id=uuid7(), at=now(), **about, **by))
