"""Who may use something next: N at a time, and no client waits for another's tenth request."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from techsum.errors import CancelledError

_LOOK_SECONDS = 0.25
"""How often one who waits looks whether the wait was cancelled, and how far it has come."""
_NEAR, _FAR_LOOKS = 5, 4
"""Behind this place a new one is shown every so many looks: a hundred who wait cost as much as the work."""
_STEP_SECONDS = 60
"""Each request that a client has open already makes the next one count as if it came this much later."""


@dataclass(eq=False)
class _Ticket:
    client: str
    due: float
    granted: threading.Event = field(default_factory=threading.Event)


class FairQueue:
    """First come, first served, where a client's further requests count as if they came later.

    So one client's many do not stand before another's first, and nobody waits for ever, however many come.
    Only whose turn it is wakes up: with a hundred waiting, to wake all of them takes longer than the work.

    Args:
        count: how many run at a time.
        each: how many of one client at most; by default all of them.
    """

    def __init__(self, count: int, each: int | None = None) -> None:
        self._free = count
        self._each = each or count
        self._lock = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._running: list[_Ticket] = []

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @contextmanager
    def turn(
        self,
        client: str,
        cancel: threading.Event | None = None,
        on_position: Callable[[int], None] = lambda _position: None,
    ) -> Iterator[None]:
        """Wait for the turn and have it.

        Args:
            client: for whom.
            cancel: ends the wait.
            on_position: called with the place in the queue, from 1, when it changes; far back once a second.

        Raises:
            CancelledError: `cancel` was set while waiting.
        """
        with self._lock:
            already = sum(t.client == client for t in (*self._waiting, *self._running))
            ticket = _Ticket(client, time.monotonic() + _STEP_SECONDS * already)
            self._waiting.append(ticket)
            self._grant()
        try:
            self._wait(ticket, cancel, on_position)
            yield
        finally:
            with self._lock:
                if ticket.granted.is_set():
                    self._running.remove(ticket)
                    self._free += 1
                    self._grant()
                else:
                    self._waiting.remove(ticket)

    def _wait(
        self, ticket: _Ticket, cancel: threading.Event | None, on_position: Callable[[int], None]
    ) -> None:
        last = 0
        for look in itertools.count():
            if ticket.granted.is_set():
                return
            with self._lock:
                position = 1 + sum(t.due < ticket.due for t in self._waiting)
            is_shown = position <= _NEAR or look % _FAR_LOOKS == 0
            if position != last and is_shown and not ticket.granted.is_set():
                last = position
                on_position(position)
            if cancel and cancel.is_set():
                raise CancelledError
            ticket.granted.wait(_LOOK_SECONDS)

    def _grant(self) -> None:
        """Give what is free to those who are next."""
        while self._free:
            running = Counter(t.client for t in self._running)
            allowed = [t for t in self._waiting if running[t.client] < self._each]
            if not allowed:
                return
            ticket = min(allowed, key=lambda t: t.due)
            self._waiting.remove(ticket)
            self._running.append(ticket)
            self._free -= 1
            ticket.granted.set()
