"""A lock that is fair: whoever has waited longest is next."""

import threading


class TicketLock:
    """A lock that goes to whoever has waited longest: an import writes often, others want to as well."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._last = self._serving = 0

    def __enter__(self) -> None:
        """Wait for the turn."""
        with self._changed:
            ticket, self._last = self._last, self._last + 1
            self._changed.wait_for(lambda: self._serving == ticket)

    def __exit__(self, *_error: object) -> None:
        """Give it to the next."""
        with self._changed:
            self._serving += 1
            self._changed.notify_all()
