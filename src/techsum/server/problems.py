"""Errors as RFC 9457 describes them, in the reader's language."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from techsum.errors import BlockedAddressError, ModelError, StorageError, TechsumError
from techsum.messages import text
from techsum.server.jobs import RETRY_SECONDS, BusyError

_STATUS = ((BlockedAddressError, 403), (BusyError, 429), (StorageError, 503), (ModelError, 503))


def problem(status: int, title: str) -> JSONResponse:
    """An error as a response."""
    body = {"type": "about:blank", "status": status, "title": title}
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 429 else None  # noqa: PLR2004
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def status_of(error: TechsumError) -> int:
    """The HTTP status that says whose fault it is."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 422)


def install(app: FastAPI) -> None:
    """Answer every expected error with a problem."""
    app.add_exception_handler(TechsumError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def missing() -> HTTPException:
    """What another reader's summary looks like: nothing."""
    return HTTPException(404, text("summary_none"))


def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TechsumError)  # noqa: S101 - registered for it alone
    return problem(status_of(error), str(error))


def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    return problem(error.status_code, error.detail)


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    place = ".".join(str(p) for p in first.get("loc", ())[1:])
    return problem(422, text("request_invalid", field=place or "body", reason=first.get("msg", "")))
