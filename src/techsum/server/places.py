"""Who may use the model next: N at a time, and no reader waits for another's tenth request."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from techsum.errors import CancelledError

_LOOK_SECONDS = 0.25
"""How often one who waits looks whether the wait was cancelled."""


_STEP_SECONDS = 60
"""Each request that a reader has open already makes the next one count as if it came this much later."""


@dataclass(eq=False)
class _Ticket:
    reader: str
    due: float


class Places:
    """A fair queue: who came first is next, and a reader's further requests count as if they came later.

    So one reader's many do not stand before another's first, and nobody waits for ever, however many come.

    Args:
        count: how many run at a time.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._running: list[_Ticket] = []

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @contextmanager
    def taken(
        self, reader: str, cancel: threading.Event, told: Callable[[int], None] = lambda _position: None
    ) -> Iterator[None]:
        """Wait for a place and hold it.

        Args:
            reader: for whom.
            cancel: ends the wait.
            told: called with the place in the queue, from 1, whenever it changes.

        Raises:
            CancelledError: `cancel` was set while waiting.
        """
        with self._changed:
            open_already = sum(t.reader == reader for t in (*self._waiting, *self._running))
            ticket = _Ticket(reader, time.monotonic() + _STEP_SECONDS * open_already)
        self._wait(ticket, cancel, told)
        try:
            yield
        finally:
            with self._changed:
                self._running.remove(ticket)
                self._free += 1
                self._changed.notify_all()

    def _wait(self, ticket: _Ticket, cancel: threading.Event, told: Callable[[int], None]) -> None:
        last = 0
        with self._changed:
            self._waiting.append(ticket)
            try:
                while True:
                    position = self._order().index(ticket)
                    if self._free and position == 0:
                        break
                    if position + 1 != last:
                        last = position + 1
                        told(last)
                    if cancel.is_set():
                        raise CancelledError
                    self._changed.wait(_LOOK_SECONDS)
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()
            self._free -= 1
            self._running.append(ticket)

    def _order(self) -> list[_Ticket]:
        return sorted(self._waiting, key=lambda t: t.due)
