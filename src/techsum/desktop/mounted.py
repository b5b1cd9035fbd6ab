"""The app at `/app` of the server: the same screens, asking the server that brought them."""

import asyncio
import secrets
from contextvars import ContextVar
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any

from techsum.desktop.local import uploads_folder
from techsum.desktop.streaming_transport import App, Message, StreamingASGITransport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PATH = "/app"
UPLOAD_PATH = f"{PATH}/upload"
POLICY = (
    # Flutter compiles its drawing engine (wasm); Flet writes a script with its settings into the page
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self' blob:; "
    "manifest-src 'self'; form-action 'none'; base-uri 'self'; frame-ancestors 'none'"
)
_SESSION_SECONDS = 600
"""A window that was lost this long is drawn anew: everything in it is in the library or on the device."""

_visitor: ContextVar[Message] = ContextVar("visitor")
"""The request that opened a window: whose cookies, from which address."""


class Mounted:
    """The Flet app, made when somebody first asks for it: it weighs 40 MB, and many servers never show it.

    Args:
        whole: the application that it is a part of.
        cookies: names of the cookies that say who the reader is; no other goes along.
    """

    def __init__(self, server_app: App, cookies: tuple[str, ...]) -> None:
        self._server_app, self._cookies = server_app, cookies
        self._app: App | None = None
        self._making = asyncio.Lock()
        self._ending: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """One request, or one window for as long as it is open."""
        async with self._making:
            if self._app is None:
                self._app = await self._made()
        if scope["type"] == "websocket":
            _visitor.set(scope)
        await self._app(scope, receive, send)

    async def close(self) -> None:
        """The server ends."""
        if self._ending:
            await self._ending()

    async def _made(self) -> App:
        from flet_web.fastapi import app_manager

        from techsum.desktop.browser import flet_app
        from techsum.desktop.client import Client
        from techsum.desktop.window import Place, session_handler

        def connect(address: str, language: str) -> Client:
            scope = _visitor.get()
            headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
            sent = SimpleCookie(headers.get("cookie", ""))
            own = {name: sent[name].value for name in self._cookies if name in sent}
            return Client(
                address, language, cookies=own, transport=StreamingASGITransport(self._server_app, scope)
            )

        def place() -> Place:
            headers = dict(_visitor.get()["headers"])
            scheme = "https" if _visitor.get()["scheme"] == "wss" else "http"
            host = headers.get(b"host", b"localhost").decode("latin-1")
            return Place(f"{scheme}://{host}", connect, fixed=True, uploads=uploads)

        uploads = await asyncio.to_thread(uploads_folder)
        await app_manager.start()
        self._ending = app_manager.shutdown
        secret = secrets.token_hex(32)
        app: App = flet_app(session_handler(place), uploads, secret, session_timeout_seconds=_SESSION_SECONDS)
        return app
