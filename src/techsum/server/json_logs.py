"""Logs that machines read: a JSON object a line on standard error, one of them for each request.

Nothing that people read or write is in them: no article, no query, no share link, and a reader as a hash.
"""

import hashlib
import json
import logging
import re
import secrets
import time
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import Headers, MutableHeaders

from techsum.server.reader_middleware import App, Message, Receive, Send, route_of

_HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""A proxy's id of a request, which is kept."""
_request: ContextVar[str] = ContextVar("request", default="")
_access = logging.getLogger("techsum.access")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "techsum.server.json_logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"techsum.access": {"level": "INFO"}},
}
"""For `logging.config.dictConfig`."""


class JsonFormatter(logging.Formatter):
    """A record as a JSON object; of an exception its kind and frames alone: its words may quote a text."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        own = record.name.startswith(("techsum", "uvicorn"))
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # another library's words may quote what people read
            "message": record.getMessage() if own else f"{record.module}:{record.lineno}",
        }
        if request := _request.get():
            line["request"] = request
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0]:
            kind, _, frames = record.exc_info
            line |= {"error": kind.__name__, "frames": "".join(traceback.format_tb(frames))}
        return json.dumps(line)


class AccessLog:
    """Says of each request what it was, how it ended and how long it took.

    Args:
        app: the application behind it.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one window of the app."""
        if scope["type"] == "websocket":
            await self._window(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given, began, status = Headers(scope=scope).get(_HEADER, ""), time.monotonic(), 0
        number = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        _request.set(number)  # each request has a context of its own

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[_HEADER] = number
            await send(message)

        try:
            await self._app(scope, receive, answered)
        finally:
            fields = {
                "method": scope["method"],
                "route": route_of(scope),
                "status": status,
                "seconds": round(time.monotonic() - began, 3),
                "reader": _hashed(scope.get("state", {}).get("reader")),
            }
            _access.info("request", extra={"fields": fields})

    async def _window(self, scope: Message, receive: Receive, send: Send) -> None:
        """A window says once whether it was let in (101) or not (403)."""
        is_answered = False

        async def answered(message: Message) -> None:
            nonlocal is_answered
            if not is_answered and message["type"] in ("websocket.accept", "websocket.close"):
                is_answered = True
                status = 101 if message["type"] == "websocket.accept" else 403
                fields = {"method": "WEBSOCKET", "route": route_of(scope), "status": status}
                _access.info("window", extra={"fields": fields})
            await send(message)

        await self._app(scope, receive, answered)


def _hashed(reader: str | None) -> str | None:
    return hashlib.sha256(reader.encode()).hexdigest()[:12] if reader else None
