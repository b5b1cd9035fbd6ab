"""Requests to the server that this app is mounted in: answered in the same process, streams included."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import httpx

Message = MutableMapping[str, Any]
App = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


class StreamingASGITransport(httpx.AsyncBaseTransport):
    """Gives requests to an ASGI application as the server would, and passes on its answer as it comes.

    httpx's own ASGI transport waits for the whole body, which an event stream does not have.

    Args:
        app: the application.
        visitor: whose requests they are: the address that the limits count, and the scheme.
    """

    def __init__(self, app: App, visitor: Message) -> None:
        self._app, self._visitor = app, visitor

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, its body still to come."""
        body = await request.aread()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(k.lower(), v) for k, v in request.headers.raw if k.lower() != b"accept-encoding"],
            "scheme": {"wss": "https"}.get(self._visitor["scheme"], "http"),
            "path": request.url.path,
            "raw_path": request.url.raw_path.partition(b"?")[0],
            "query_string": request.url.query,
            "server": self._visitor.get("server"),
            "client": self._visitor.get("client"),
            "root_path": "",
        }
        answer = _Answer()
        answer.task = asyncio.create_task(self._run(scope, body, answer))
        start = await answer.parts.get()
        if isinstance(start, BaseException):
            raise httpx.ReadError(str(start))
        return httpx.Response(start["status"], headers=start["headers"], stream=answer)

    async def _run(self, scope: Message, body: bytes, answer: "_Answer") -> None:
        requested = False

        async def receive() -> Message:
            nonlocal requested
            if requested:
                await answer.gone.wait()
                return {"type": "http.disconnect"}
            requested = True
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            await self._app(scope, receive, answer.parts.put)
        except Exception as error:  # noqa: BLE001 - the server has logged it
            await answer.parts.put(error)
        await answer.parts.put({"type": "end"})


class _Answer(httpx.AsyncByteStream):
    """A body that is being written."""

    task: asyncio.Task[None]

    def __init__(self) -> None:
        self.parts: asyncio.Queue[Any] = asyncio.Queue(64)
        self.gone = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            part = await self.parts.get()
            if isinstance(part, BaseException):
                raise httpx.ReadError(str(part))
            if part["type"] == "end":
                return
            yield part.get("body", b"")

    async def aclose(self) -> None:
        """The reader went away."""
        self.gone.set()
        self.task.cancel()
