"""What other slices tell and the rows of answers follow; app.py registers it."""

from blueprints.answers.actions import take_checklist, take_feedback
from blueprints.shared.happened import Event


def hear(event: Event) -> None:
    """Keeps the rows in step, in the transaction of whoever tells."""
    if event.kind == "checklist" and event.verb in ("submitted", "resubmitted"):
        take_checklist(event.id)
    elif event.kind == "feedback" and event.verb == "answered":
        take_feedback(event.id)
