"""Errors as RFC 9457 describes them, in the reader's language."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from techsum.errors import (
    AnalyserError,
    BlockedAddressError,
    ModelError,
    StorageError,
    TechsumError,
    UsageError,
)
from techsum.messages import text
from techsum.server.limits import RETRY_SECONDS, BusyError

_STATUS = (
    (BlockedAddressError, 403),
    (BusyError, 429),
    (StorageError, 503),
    (ModelError, 503),
    (AnalyserError, 503),
)
_WORDS = {"Not Found": "page_none", "Method Not Allowed": "page_method"}
"""What the framework says by itself."""


def problem(status: int, title: str) -> JSONResponse:
    """An error as a response."""
    body = {"type": "about:blank", "status": status, "title": title}
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 429 else None  # noqa: PLR2004
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def status_of(error: TechsumError) -> int:
    """The HTTP status that says whose fault it is."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 422)


Draw = Callable[[Request, int, str], Response]
"""Draws a page with one line: the request, the status, the line."""


def install(app: FastAPI, draw: Draw) -> None:
    """Answer every expected error with a problem; where a browser asked for a page, with a page.

    Args:
        app: the application.
        draw: draws such a page.
    """

    def answer(request: Request, status: int, title: str) -> Response:
        if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
            return problem(status, title)
        return draw(request, status, title)

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, TechsumError)  # noqa: S101 - registered for it alone
        return answer(request, status_of(error), str(error))

    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
        line = text(_WORDS[error.detail]) if error.detail in _WORDS else error.detail
        return answer(request, error.status_code, line)

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it alone
        first = error.errors()[0]
        return answer(request, 422, str(validation_error(first, first["loc"][1:])))

    def gone(_request: Request, _error: Exception) -> Response:
        return Response(status_code=400)  # who sent half a body does not read it

    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(TechsumError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


_REASONS = {
    "missing": "request_reason_missing",
    "extra_forbidden": "request_reason_unknown",
    "unexpected_keyword_argument": "request_reason_unknown",
    "string_too_long": "request_reason_long",
    "string_too_short": "request_reason_short",
    "too_long": "request_reason_many",
    "json_invalid": "request_reason_json",
    "dataclass_type": "request_reason_object",
}
"""Why a value does not fit, by pydantic's names of the errors that a client can make most easily."""


def validation_error(error: Mapping[str, Any], place: Sequence[str | int]) -> UsageError:
    """The line for a value that does not fit.

    Args:
        error: the first of pydantic's list.
        place: where the value stands in the request.
    """
    if error["type"] == "literal_error":
        choices = ", ".join(re.findall("'([^']*)'", error["ctx"]["expected"]))
        return UsageError("choice_invalid", name=place[-1], value=error["input"], choices=choices)
    key = _REASONS.get(error["type"])
    reason = text(key, **error.get("ctx", {})) if key else error["msg"]
    return UsageError("request_invalid", field=".".join(map(str, place)) or "body", reason=reason)


def not_found() -> HTTPException:
    """What another reader's summary looks like: nothing."""
    return HTTPException(404, text("summary_none"))
