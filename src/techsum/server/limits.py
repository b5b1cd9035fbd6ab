"""What a request may cost before anything looks at it."""

from collections.abc import Awaitable, Callable, MutableMapping
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
    """

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]], limit: int) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Count what arrives."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held = 0

        async def counted() -> Message:
            nonlocal held
            message = await receive()
            held += len(message.get("body", b""))
            if held > self._limit:
                raise HTTPException(413, text("request_too_large", limit=f"{self._limit >> 20}MB"))
            return message

        await self._app(scope, counted, send)
