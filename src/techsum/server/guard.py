"""Around every request: who asks, in which language, from where; and what browsers are told to forbid."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection

from techsum.desktop.mounted import PATH, POLICY
from techsum.desktop.origin import from_another_origin
from techsum.messages import speaking, text
from techsum.server import metrics
from techsum.server.limits import Client, Rate, is_own_machine
from techsum.server.problems import problem
from techsum.server.readers import (
    COOKIE,
    YEAR,
    Readers,
    from_elsewhere,
    language_of,
)

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

_HTTPS = {"Strict-Transport-Security": f"max-age={YEAR}"}
_KEPT_BY_BROWSERS = {"/static/": None, f"{PATH}/": "no-cache"}
"""Paths whose files are the same for everybody, and how browsers are told to keep them."""

_EACH_READER, _EACH_ADDRESS = 60, 600
"""Requests a minute that change something. Many readers may share an address."""
_WINDOWS = 60
"""Windows of the Flet app a minute from one address: each costs 200 KB for as long as it may come back."""
_REFUSED = 1008


class Guard:
    """Names the reader in `request.state.reader`, and refuses what another site's page sends.

    `request.state.client` is who the limits count it for.

    Args:
        app: the application behind it.
        readers: knows them by their cookies.
        https: whether readers are sent to https: their cookie must then never travel without it.
    """

    def __init__(self, app: App, readers: Readers, *, https: bool = False) -> None:
        self._app, self._readers, self._https = app, readers, https
        self._each_reader, self._each_address = Rate(_EACH_READER), Rate(_EACH_ADDRESS)
        self._windows = Rate(_WINDOWS)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or let one window open."""
        if scope["type"] == "websocket":
            connection = HTTPConnection(scope)
            if from_another_origin(connection.headers) or not self._windows.allows(_address(connection)):
                await send({"type": "websocket.close", "code": _REFUSED})
                return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, began = Request(scope, receive), time.monotonic()
        known = self._readers.known(request.cookies)
        reader = known or self._readers.new()
        scope.setdefault("state", {}).update(reader=reader, client=_client(request, known))

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._mark(request, reader, MutableHeaders(scope=message), known=bool(known))
                metrics.answered(_method(request.method), message["status"], time.monotonic() - began)
            await send(message)

        with speaking(language_of(request)):
            if from_elsewhere(request):
                await problem(403, text("request_elsewhere"))(scope, receive, answered)
            elif not self._allowed(request):
                await problem(429, text("request_rate"))(scope, receive, answered)
            else:
                await self._app(scope, receive, answered)

    def _mark(self, request: Request, reader: str, headers: MutableHeaders, *, known: bool) -> None:
        """Put on what browsers are told, and the cookie: to new readers, and anew with every page."""
        path = request.url.path
        policy = {"Content-Security-Policy": POLICY} if path.startswith(PATH) else {}
        for name, value in (_HEADERS | policy | (_HTTPS if self._https else {})).items():
            headers.setdefault(name, value)
        if policy:
            del headers["Access-Control-Allow-Origin"]  # Flet gives its files to every site's pages
        shared = next((p for p in _KEPT_BY_BROWSERS if path.startswith(p)), None)
        if shared:
            if kept := _KEPT_BY_BROWSERS[shared]:
                headers.setdefault("Cache-Control", kept)
        elif not path.startswith("/metrics"):
            headers.setdefault("Cache-Control", "no-store")  # what a reader sees is the reader's own
        page = headers.get("content-type", "").startswith("text/html")
        safe = request.url.scheme == "https"
        if (page or not (known or shared or path.startswith("/metrics"))) and (safe or not self._https):
            headers.append("Set-Cookie", self._cookie(reader, secure=safe))

    def _allowed(self, request: Request) -> bool:
        if request.method in _READING:
            return True
        return self._each_reader.allows(request.state.client.reader) and self._each_address.allows(
            _address(request)
        )

    def _cookie(self, reader: str, *, secure: bool) -> str:
        value = self._readers.cookie(reader)
        said = f"{COOKIE}={value}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax"
        return f"{said}; Secure" if secure else said


_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = _READING | {"POST", "PUT", "PATCH", "DELETE"}


def _method(name: str) -> str:
    """The method as a label: a stranger's own word makes no new series."""
    return name if name in _METHODS else "other"


def _client(request: Request, known: str | None) -> Client:
    address = _address(request)
    return Client(known or address, "" if is_own_machine(address) else address)


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""
