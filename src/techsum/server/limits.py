"""What a request may cost before anything looks at it, and how many there may be."""

import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

from techsum.messages import text

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class LimitedBody:
    """Ends a request whose body grows past a limit, whatever its headers say.

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

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Count what arrives."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, held = self._larger.get(scope["path"], self._limit), 0

        async def counted() -> Message:
            nonlocal held
            message = await receive()
            held += len(message.get("body", b""))
            if held > limit:
                raise HTTPException(413, text("request_too_large", limit=f"{limit >> 20}MB"))
            return message

        await self._app(scope, counted, send)


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
