"""How an action says no."""

from collections.abc import Mapping


class Refused(Exception):
    """The business refuses; nothing was written.

    `reason` is one sentence in the reader's language; `messages` says by field what is wrong; `status` is the HTTP
    status for a desk request. A capture that is refused is held with both, never dropped.
    """

    def __init__(self, reason: str, messages: Mapping[str, str] | None = None, status: int = 422) -> None:
        super().__init__(reason)
        self.reason = str(reason)
        self.messages = {name: str(text) for name, text in (messages or {}).items()}
        self.status = status
