"""What a request may cost before anything looks at it, and how many there may be."""

import asyncio
import ipaddress
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException

from techsum.errors import TechsumError
from techsum.messages import text

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

RETRY_SECONDS = 20
BODY_SECONDS = 120
"""For a whole body: 50 MB at 3.5 Mbit/s."""
BODIES_BYTES = 128 * 1024 * 1024
"""Of all bodies that are arriving or worked on; a small one always fits."""
SMALL_BODY = 64 * 1024
_CHARSET = re.compile(r";\s?charset=\"?utf-?8\"?(?=;|\s|$)")


class BusyError(TechsumError):
    """Too many requests of this kind are open already."""


@dataclass(frozen=True)
class Client:
    """Who sent a request, as limits count it."""

    reader: str
    """The reader's name, or the address of a client that keeps no cookies and is new with every request."""
    address: str = ""
    """Empty where it is this machine's own: a proxy that nobody named stands before every reader then."""


def is_own_machine(address: str) -> bool:
    """Whether an address is the loopback one."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:  # a Unix socket has none
        return True


class Slots:
    """How many of a kind may be open at a time: in all, of one reader, of one address.

    Args:
        most: in all.
        each_reader: of one reader.
        each_address: of one address, behind which several readers may be.
    """

    def __init__(self, most: int, each_reader: int, each_address: int) -> None:
        self._most, self._each_reader, self._each_address = most, each_reader, each_address
        self._lock = threading.Lock()
        self._taken: list[Client] = []

    def take(self, client: Client, *, always: bool = False) -> None:
        """Take one; `always` also where there is none left.

        Raises:
            BusyError: there is none left for this client.
        """
        with self._lock:
            if not always:
                self._expect(client)
            self._taken.append(client)

    def expect(self, client: Client) -> None:
        """See that there is one left for this client, and take none.

        Raises:
            BusyError: there is none.
        """
        with self._lock:
            self._expect(client)

    def _expect(self, client: Client) -> None:
        of_reader = sum(c.reader == client.reader for c in self._taken)
        of_address = sum(c.address == client.address for c in self._taken) if client.address else 0
        if (
            len(self._taken) >= self._most
            or of_reader >= self._each_reader
            or of_address >= self._each_address
        ):
            raise BusyError("server_busy", seconds=RETRY_SECONDS)

    def give_back(self, client: Client) -> None:
        """Give one back."""
        with self._lock:
            self._taken.remove(client)

    @contextmanager
    def taken(self, client: Client) -> Iterator[None]:
        """Hold one; `BusyError` as `take`."""
        self.take(client)
        try:
            yield
        finally:
            self.give_back(client)


class LimitedBody:
    """Ends a request whose body is too long, too slow, or in another encoding, whatever its headers say.

    Args:
        app: the application behind it.
        limit: bytes.
        larger: paths that may get more, and how much: those that take documents.
    """

    def __init__(
        self,
        app: Callable[[Message, Receive, Send], Awaitable[None]],
        limit: int,
        larger: Mapping[str, int],
    ) -> None:
        self._app, self._limit, self._larger = app, limit, larger
        self._held = 0
        """Bytes of all bodies."""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Count what arrives."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, received, complete = self._larger.get(scope["path"], self._limit), 0, False
        deadline, foreign = time.monotonic() + BODY_SECONDS, _has_other_charset(scope["headers"])

        async def limited() -> Message:
            nonlocal received, complete
            if complete:  # what comes now is the end of the connection, whenever that is
                return await receive()
            if foreign:  # the framework would decode with any codec of Python's; some are quadratic
                raise HTTPException(415, text("request_charset"))
            try:
                async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, text("request_slow", seconds=BODY_SECONDS)) from None
            size = len(message.get("body", b""))
            received += size
            self._held += size
            complete = not message.get("more_body", False)
            if received > limit:
                raise HTTPException(413, text("request_too_large", limit=f"{limit >> 20}MB"))
            if received > SMALL_BODY and self._held > BODIES_BYTES:
                raise HTTPException(429, text("server_busy", seconds=RETRY_SECONDS))
            return message

        try:
            await self._app(scope, limited, send)
        finally:
            self._held -= received


def _has_other_charset(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether a form says that it is in another encoding than UTF-8, the only one that browsers send."""
    kinds = [value.decode("latin-1").lower() for name, value in headers if name == b"content-type"]
    return any("form" in kind and "charset" in _CHARSET.sub("", kind) for kind in kinds)


class Rate:
    """So many a minute for each name, in bursts of up to a minute's worth (a token bucket).

    Args:
        each_minute: how many.
    """

    _NAMES = 10_000

    def __init__(self, each_minute: int) -> None:
        self._each_minute = each_minute
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, name: str) -> bool:
        """Whether one more is allowed now; it counts if it is."""
        now = time.monotonic()
        with self._lock:
            left, then = self._left.pop(name, (float(self._each_minute), now))
            left = min(self._each_minute, left + (now - then) * self._each_minute / 60)
            allowed = left >= 1
            self._left[name] = (left - allowed, now)
            while len(self._left) > self._NAMES:
                self._left.popitem(last=False)
        return allowed
