"""The JSON API. So far: checking a summary; the app for readers comes on top of it."""

import threading
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from techsum import __version__
from techsum.checking import check
from techsum.errors import BlockedAddressError, TechsumError
from techsum.messages import text
from techsum.reading import read_remote
from techsum.server.limits import LimitedBody

_MOST_CHARACTERS = 2_000_000
_MOST_SUMMARY_CHARACTERS = 20_000
_MOST_BYTES = 4 * (_MOST_CHARACTERS + _MOST_SUMMARY_CHARACTERS)
_AT_ONCE = 4
"""Checks at the same time: each holds a processor, and more only wait in another place."""


class CheckRequest(BaseModel):
    """What `POST /api/check` takes."""

    model_config = ConfigDict(extra="forbid")

    article: str = Field(max_length=_MOST_CHARACTERS, description="a public link, or the article's text")
    summary: str = Field(max_length=_MOST_SUMMARY_CHARACTERS, description="prose, or one sentence a line")


def make_app() -> FastAPI:
    """The application, ready for a server."""
    # FastAPI's own page for the docs loads scripts from elsewhere
    app = FastAPI(
        title="TechSum", version=__version__, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json"
    )
    app.add_middleware(LimitedBody, limit=_MOST_BYTES)
    app.add_exception_handler(TechsumError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    places = threading.BoundedSemaphore(_AT_ONCE)

    @app.get("/api/health")
    def health() -> dict[str, str]:
        """Whether the server answers, and its version."""
        return {"status": "ok", "version": __version__}

    @app.post("/api/check")
    def check_summary(asked: CheckRequest) -> dict[str, Any]:
        """Hold a summary against its article: each sentence with its evidence and notices."""
        with places:
            return check(read_remote(asked.article), asked.summary).as_dict()

    return app


def problem(status: int, title: str) -> JSONResponse:
    """An error as RFC 9457 describes it."""
    body = {"type": "about:blank", "status": status, "title": title}
    return JSONResponse(body, status, media_type="application/problem+json")


def _refused(_request: Request, error: Exception) -> JSONResponse:
    return problem(403 if isinstance(error, BlockedAddressError) else 422, str(error))


def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    return problem(error.status_code, error.detail)


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    place = ".".join(str(p) for p in first.get("loc", ())[1:])
    return problem(422, text("request_invalid", field=place or "body", reason=first.get("msg", "")))
