"""The events of one piece of work, numbered, so that a lost connection goes on where it broke."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Logged:
    """One event."""

    number: int
    """From 1."""
    name: str
    data: dict[str, Any]


class Log:
    """Written by the thread that works, read by any number of connections."""

    def __init__(self) -> None:
        self._events: list[Logged] = []
        self._closed = False
        self._lock = threading.Lock()
        self._listening: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def add(self, name: str, data: dict[str, Any], *, last: bool = False) -> None:
        """Append an event; after the `last` one every reader's stream ends."""
        with self._lock:
            self._events.append(Logged(len(self._events) + 1, name, data))
            self._closed = last
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
