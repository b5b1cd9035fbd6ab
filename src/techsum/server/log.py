"""The events of one piece of work, numbered, so that a lost connection goes on where it broke."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from techsum.contracts.events import WireEvent, encode


@dataclass(frozen=True)
class Logged:
    """One event."""

    number: int
    """From 1."""
    name: str
    data: dict[str, Any]


OnEvent = Callable[[Logged, bool], None]
"""Is given each event, and whether it is the last."""


class Log:
    """Written by the thread that works, read by any number of connections.

    Args:
        before: events that stood in the log of who did this work before.
        on_event: called with each new event, in order.
    """

    def __init__(self, before: Iterable[Logged] = (), on_event: OnEvent | None = None) -> None:
        self._events: list[Logged] = list(before)
        self._on_event = on_event
        self._closed = False
        self._lock = threading.Lock()
        self._listening: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def add(self, event: WireEvent, *, last: bool = False) -> None:
        """Append an event; after the `last` one every reader's stream ends."""
        self.append(*encode(event), last=last)

    def append(self, name: str, data: dict[str, Any], *, last: bool) -> None:
        """Append an event that another process made."""
        with self._lock:
            logged = Logged(len(self._events) + 1, name, data)
            self._events.append(logged)
            self._closed = last
            if self._on_event:
                self._on_event(logged, last)
            self._wake()

    def close(self) -> None:
        """End the readers' streams without a last event: the work goes on elsewhere."""
        with self._lock:
            self._closed = True
            self._wake()

    def _wake(self) -> None:
        for arrived, loop in self._listening.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(arrived.set)

    async def follow(self, after: int = 0) -> AsyncIterator[Logged]:
        """The events after this number, as they come, until the last one."""
        arrived = asyncio.Event()
        with self._lock:
            self._listening[arrived] = asyncio.get_running_loop()
        try:
            while True:
                arrived.clear()
                with self._lock:
                    new, closed = self._events[max(after, 0) :], self._closed
                for event in new:
                    yield event
                after = max(after, 0) + len(new)
                if closed:
                    return
                await arrived.wait()
        finally:
            with self._lock:
                del self._listening[arrived]
