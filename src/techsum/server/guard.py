"""Around every request: who asks, in which language, from where; and what browsers are told to forbid."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import Request
from starlette.datastructures import MutableHeaders

from techsum.messages import speaking, text
from techsum.server import metrics
from techsum.server.limits import Rate
from techsum.server.problems import problem
from techsum.server.readers import COOKIE, YEAR, Readers, from_elsewhere, language_of

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

_EACH_READER, _EACH_ADDRESS = 60, 600
"""Requests a minute that change something. Many readers may share an address."""


class Guard:
    """Names the reader in `request.state.reader`, and refuses what another site's page sends.

    Args:
        app: the application behind it.
        readers: knows them by their cookies.
    """

    def __init__(self, app: App, readers: Readers) -> None:
        self._app, self._readers = app, readers
        self._each_reader, self._each_address = Rate(_EACH_READER), Rate(_EACH_ADDRESS)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        known = self._readers.known(request.cookies)
        reader = known or self._readers.new()
        scope.setdefault("state", {})["reader"] = reader
        fixed = request.url.path.startswith(("/static/", "/metrics"))

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if not fixed:
                    headers.setdefault("Cache-Control", "no-store")  # what a reader sees is the reader's own
                    if not known:
                        headers.append(
                            "Set-Cookie", self._cookie(reader, secure=request.url.scheme == "https")
                        )
                metrics.REQUESTS.labels(request.method, message["status"]).inc()
            await send(message)

        with speaking(language_of(request)):
            if from_elsewhere(request):
                await problem(403, text("request_elsewhere"))(scope, receive, answered)
            elif not self._allowed(request, reader):
                await problem(429, text("request_rate"))(scope, receive, answered)
            else:
                await self._app(scope, receive, answered)

    def _allowed(self, request: Request, reader: str) -> bool:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return True
        address = request.client.host if request.client else ""
        return self._each_reader.allows(reader) and self._each_address.allows(address)

    def _cookie(self, reader: str, *, secure: bool) -> str:
        value = self._readers.cookie(reader)
        said = f"{COOKIE}={value}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax"
        return f"{said}; Secure" if secure else said
