"""What other slices tell and the desk follows; app.py registers it."""

from blueprints.reviews.actions import arrive, change_team, let_go, rank_again
from blueprints.reviews.models import TEXT_KINDS
from blueprints.shared.happened import Event

ARRIVED = ("submitted", "resubmitted", "addendum", "amendment")  # a next version, to be read


def hear(event: Event) -> None:
    """Keeps the queue in step, in the transaction of whoever tells."""
    if event.kind in TEXT_KINDS and event.verb in ARRIVED:
        arrive(event.kind, event.id)
    elif (event.kind, event.verb) == ("note", "entered_in_error"):
        let_go(event.id)
    elif event.kind == "visit":
        rank_again(event.id)
    elif event.kind == "client":
        change_team(event.id)
