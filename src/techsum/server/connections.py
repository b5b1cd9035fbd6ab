"""Connections: who opens one sends a request soon, and nobody opens them all.

uvicorn has a time limit between requests and a limit on connections (`limit_concurrency`), but waits for ever
for the rest of a request's head.
"""

from asyncio import TimerHandle, Transport
from collections import Counter
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from techsum.server.limits import is_own_machine
from techsum.settings import settings

HEAD_SECONDS = 15
"""For a request's head, from the connection or from its first byte."""

_open: Counter[str] = Counter()


_Protocol: Any = AutoHTTPProtocol  # chosen by uvicorn: httptools, or h11 where that is not installed


class LimitedConnection(_Protocol):  # type: ignore[misc]
    """One connection of a client, closed where its request does not come."""

    _waiting: TimerHandle | None = None
    _address = ""

    def connection_made(self, transport: Transport) -> None:
        """Begin to wait for the first request; one too many of an address is closed."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        _open[self._address] += 1
        if _open[self._address] > settings().address_connections and not is_own_machine(self._address):
            transport.close()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._leave()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, *request: Any) -> None:
        """Hand over to the websocket, which is another protocol and counted by the windows' limit."""
        self._leave()
        super().handle_websocket_upgrade(*request)

    def data_received(self, data: bytes) -> None:
        """Wait for the head of a request until it is whole."""
        if self._waiting is None and self._between_requests():
            self._wait()
        super().data_received(data)
        if not self._between_requests():
            self._stop_waiting()

    def _between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _give_up(self) -> None:
        self._waiting = None
        mine = self.transport.get_protocol() is self  # not a websocket by now
        if mine and self._between_requests():
            self.transport.close()

    def _leave(self) -> None:
        self._stop_waiting()
        _open[self._address] -= 1
        if not _open[self._address]:
            del _open[self._address]

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None
