"""Around every request: the reader, the language, the address; and the security headers."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection

from techsum.desktop.mounted import PATH, POLICY
from techsum.desktop.origin import from_another_origin
from techsum.errors import StorageError
from techsum.library.sessions import Sessions
from techsum.messages import speaking, text
from techsum.server import metrics
from techsum.server.limits import Client, Rate, is_own_machine
from techsum.server.problems import problem
from techsum.server.readers import (
    ACCOUNT,
    COOKIE,
    SESSION,
    SIGN_IN,
    SIGNED_OUT,
    YEAR,
    Readers,
    from_elsewhere,
    language_of,
)
from techsum.settings import settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

_HTTPS = {"Strict-Transport-Security": f"max-age={YEAR}"}
_KEPT_BY_BROWSERS = {"/static/": None, f"{PATH}/": "private, no-cache"}
"""Paths whose files are the same for everybody, and their caching header."""

PROBES = frozenset({"/api/health", "/api/ready"})
"""Asked by address and without https, by what watches over processes; they tell nothing about anybody."""
_OPEN = PROBES | {SIGN_IN, f"{SIGN_IN}/back", SIGNED_OUT, "/language", "/offline", "/sw.js"}
_OPEN_FOLDERS = ("/static/", "/share/")

_WINDOWS = 60
"""Windows of the Flet app a minute from one address: each costs 200 KB for as long as it may come back."""
_REFUSED, _SEE_OTHER = 1008, 303


class ReaderMiddleware:
    """Names the reader in `request.state.reader`, and refuses what another site's page sends.

    `request.state.client` is who the limits count it for.

    Args:
        app: the application behind it.
        readers: knows them by their cookies.
        sessions: knows who signed in.
        https: whether readers are sent to https: their cookie must then never travel without it.
        signin_required: whether it answers those alone who signed in.
    """

    def __init__(
        self,
        app: App,
        readers: Readers,
        sessions: Sessions,
        *,
        https: bool = False,
        signin_required: bool = False,
    ) -> None:
        self._app, self._readers, self._sessions, self._https = app, readers, sessions, https
        self._signin_required = signin_required
        self._each_reader = Rate(settings().reader_requests)
        self._each_address = Rate(settings().address_requests)
        self._windows = Rate(_WINDOWS)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or let one window open."""
        if scope["type"] == "websocket":
            connection = HTTPConnection(scope)
            if (
                from_another_origin(connection.headers)
                or not self._windows.allows(_address(connection))
                or not await self._may_open(connection)
            ):
                await send({"type": "websocket.close", "code": _REFUSED})
                return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, began = Request(scope, receive), time.monotonic()
        sent_cookie = self._readers.known(request.cookies)
        with speaking(language_of(request)):
            failed = None
            try:
                known = await self._reader(sent_cookie)
            except StorageError as error:
                known, failed = None, problem(503, str(error))
            reader = known or self._readers.new()
            scope.setdefault("state", {}).update(reader=reader, client=_client(request, known))
            # who cannot be asked for now keeps the cookie that they came with
            is_known = bool(sent_cookie and (known or failed))
            cookie = sent_cookie if sent_cookie and is_known else reader
            answered = self._answered(request, send, cookie, began, known=is_known)
            refused = failed or self._refusal(request, reader)
            if refused:
                await refused(scope, receive, answered)
            else:
                await self._through(scope, receive, answered)

    def _answered(self, request: Request, send: Send, cookie: str, began: float, *, known: bool) -> Send:
        """`send` with the security headers; `cookie` is set where the reader needs one."""

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.state.answered = True
                self._mark(request, cookie, MutableHeaders(scope=message), known=known)
                seconds = time.monotonic() - began
                metrics.answered(_method(request.method), route_of(request.scope), message["status"], seconds)
            await send(message)

        return answered

    async def _may_open(self, connection: HTTPConnection) -> bool:
        """Whether a window may open: where everybody must sign in, to those who did."""
        if not self._signin_required:
            return True
        try:
            known = await self._reader(self._readers.known(connection.cookies))
        except StorageError:
            return False
        return bool(known and known.startswith(ACCOUNT))

    def _refusal(self, request: Request, reader: str) -> App | None:
        if self._signin_required and not reader.startswith(ACCOUNT) and not _is_open(request.url.path):
            if "text/html" in request.headers.get("accept", ""):  # what was typed, the page's script keeps
                return RedirectResponse(SIGN_IN, _SEE_OTHER)
            return problem(401, text("signin_required", path=SIGN_IN))
        if from_elsewhere(request):
            return problem(403, text("request_elsewhere"))
        if not self._allowed(request):
            return problem(429, text("request_rate"))
        return None

    async def _through(self, scope: Message, receive: Receive, answered: Send) -> None:
        """Let the application answer; a bug goes on to the log, its answer with the headers of all others."""
        try:
            await self._app(scope, receive, answered)
        except Exception:
            if "answered" not in scope["state"]:
                await problem(500, text("request_broken"))(scope, receive, answered)
            raise

    async def _reader(self, sent_cookie: str | None) -> str | None:
        """The reader whom a cookie names, by their open session where they signed in.

        Raises:
            StorageError: the database of sessions does not answer.
        """
        if sent_cookie and sent_cookie.startswith(SESSION):
            return await run_in_threadpool(self._sessions.account, sent_cookie.removeprefix(SESSION))
        # an account's name itself was in the cookies of versions that could not end them
        return None if sent_cookie and sent_cookie.startswith(ACCOUNT) else sent_cookie

    def _mark(self, request: Request, cookie: str, headers: MutableHeaders, *, known: bool) -> None:
        """Add the security headers, and the cookie: for new readers, and renewed with every page."""
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
        # signing in sets a cookie of its own
        has_own = any(header.startswith(f"{COOKIE}=") for header in headers.getlist("set-cookie"))
        needs_cookie = (page or not (known or shared or path.startswith("/metrics"))) and not has_own
        if needs_cookie and (safe or not self._https):
            headers.append("Set-Cookie", self._cookie(cookie, secure=safe))

    def _allowed(self, request: Request) -> bool:
        if request.method in _READING:
            return True
        return self._each_reader.allows(request.state.client.reader) and self._each_address.allows(
            _address(request)
        )

    def _cookie(self, name: str, *, secure: bool) -> str:
        value = self._readers.cookie(name)
        header = f"{COOKIE}={value}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax"
        return f"{header}; Secure" if secure else header


def _is_open(path: str) -> bool:
    """Whether everybody may ask for it, also where they must sign in for all else."""
    return path in _OPEN or path.startswith(_OPEN_FOLDERS)


_PLAIN = frozenset({"/mcp"})
"""Routes that are no FastAPI's, which alone leaves its template in the scope."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = _READING | {"POST", "PUT", "PATCH", "DELETE"}


def route_of(scope: Message) -> str:
    """The template of who answers, as `/s/{entry_id}`; a mounted application is one, and `-` is nobody.

    Never the path itself: it may hold a secret, and a stranger's own words make no new series.
    """
    template = getattr(scope.get("route"), "path", None)
    return template or scope.get("root_path") or (scope["path"] if scope["path"] in _PLAIN else "-")


def _method(name: str) -> str:
    """The method as a label: a stranger's own word makes no new series."""
    return name if name in _METHODS else "other"


def _client(request: Request, known: str | None) -> Client:
    address = _address(request)
    return Client(known or address, "" if is_own_machine(address) else address)


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""
