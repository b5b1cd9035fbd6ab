"""The application: the JSON API, the event streams and the pages, over one library."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.util import find_spec

from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.pool import QueuePool
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.httpsredirect import HTTPSRedirectMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import Receive, Scope, Send

from techsum import __version__
from techsum.contracts.entry import Failure
from techsum.contracts.request import MOST_SUMMARY_CHARACTERS
from techsum.contracts.serialization import MOST_CHARACTERS
from techsum.desktop.mounted import PATH, UPLOAD_PATH, Mounted
from techsum.errors import StorageError, UsageError
from techsum.kiwi_process import in_background
from techsum.library import Library, open_library
from techsum.library.feeds import Feeds
from techsum.library.sessions import Sessions
from techsum.library.transfer import Transfer
from techsum.library.trash import Trash
from techsum.library.work import Work
from techsum.messages import text
from techsum.server import api, briefing, metrics, pages, templating, tracing
from techsum.server.feed_reader import FeedReader
from techsum.server.jobs import Jobs
from techsum.server.json_logs import AccessLog
from techsum.server.limits import LimitedBody
from techsum.server.mcp_tools import McpApp
from techsum.server.model_pulls import ModelPulls, pulls_allowed
from techsum.server.problems import install
from techsum.server.reader_middleware import PROBES, ReaderMiddleware
from techsum.server.readers import COOKIE, LANGUAGE_COOKIE, Readers, new_key, signing_key
from techsum.server.workers import Workers
from techsum.settings import database_url, settings

_MOST_BYTES = 4 * (MOST_CHARACTERS + MOST_SUMMARY_CHARACTERS)
_DOCUMENT = 50 * 1024 * 1024
"""Bytes of an uploaded document, or of a library that comes back."""
_DOCUMENTS = dict.fromkeys(
    ("/summaries", "/api/summaries", "/library/import", "/api/library", UPLOAD_PATH), _DOCUMENT
)
_DAY, _TIDY_SECONDS = 24 * 3600, 3600
"""What nobody saved is looked at every hour."""


def make_app(host: str = "") -> FastAPI:
    """The application, ready for a server.

    Args:
        host: the address that it will listen on.

    Raises:
        StorageError: the library or the data folder cannot be used.
        UsageError: everybody must sign in, and nothing says where.
    """
    if settings().signin_required and not settings().oidc_issuer:
        raise UsageError("signin_needs_provider")
    library = open_library(database_url())
    # one process has an SQLite library to itself; a PostgreSQL one may have many
    work = Work(library) if library.engine.dialect.name == "postgresql" else None
    workers = Workers(work) if work else None
    if not work:
        library.interrupt(Failure("interrupted", text("job_interrupted")))
    jobs = Jobs(library, settings().jobs, workers)
    mcp = McpApp(library, jobs)
    feed_reader = FeedReader(library, jobs)
    pulls = ModelPulls(allowed=pulls_allowed(host))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if workers:
            await run_in_threadpool(workers.begin, jobs)
        feed_reader.begin()
        tidying = asyncio.create_task(_tidy_up(library))
        port = settings().metrics_port
        with metrics.answering(port) if port else contextlib.nullcontext():
            async with mcp.running():
                yield
        tidying.cancel()
        feed_reader.end()
        await run_in_threadpool(jobs.stop)
        await desktop.close()

    # FastAPI's own page for the docs loads scripts from elsewhere
    app = FastAPI(
        title="TechSum",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    app.state.end = jobs.stop
    draw = templating.drawing(signs_in=bool(settings().oidc_issuer))
    install(app, partial(templating.refusal, draw))
    app.include_router(api.routes(library, jobs, pulls))
    app.include_router(pages.routes(library, jobs, pulls, app, draw))
    app.include_router(briefing.pages(library, feed_reader, draw))
    app.include_router(briefing.api(library, feed_reader))
    app.mount("/static", StaticFiles(directory=pages.STATIC), name="static")
    app.router.routes += mcp.routes
    desktop = Mounted(app, (COOKIE, LANGUAGE_COOKIE))
    if find_spec("flet_web"):
        app.mount(PATH, desktop, name="desktop")

    _update_metrics(app, library, jobs)
    key = work.key("cookie", new_key) if work else signing_key(settings().data_dir)
    readers, sessions = Readers(key), Sessions(library)
    if settings().oidc_issuer:
        from techsum.server import signin

        signin.install(app, library, sessions, readers, settings(), key, partial(templating.refusal, draw))
    _add_middleware(app, readers, sessions)
    if tracing.is_on():
        tracing.trace(app)
    return app


def _add_middleware(app: FastAPI, readers: Readers, sessions: Sessions) -> None:
    """What every request passes, the innermost first."""
    app.add_middleware(LimitedBody, limit=_MOST_BYTES, larger=_DOCUMENTS)
    if settings().https:
        app.add_middleware(_RedirectToHttps)
    if settings().hosts:  # around the redirect, which goes to the host that a request names
        app.add_middleware(_KnownHosts, allowed_hosts=[h.strip() for h in settings().hosts.split(",")])
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(
        ReaderMiddleware,
        readers=readers,
        sessions=sessions,
        https=settings().https,
        signin_required=settings().signin_required,
    )
    if settings().log_format == "json":
        app.add_middleware(AccessLog)


def _update_metrics(app: FastAPI, library: Library, jobs: Jobs) -> None:
    pool = library.engine.pool
    metrics.watch(
        lambda: jobs.open,
        lambda: jobs.model_queue.waiting,
        lambda: pool.checkedout() if isinstance(pool, QueuePool) else 0,
    )
    if settings().metrics_port:
        return

    @app.get("/metrics", include_in_schema=False)
    def numbers() -> Response:
        """What Prometheus reads."""
        return Response(metrics.page(), media_type="text/plain; version=0.0.4")


class _RedirectToHttps(HTTPSRedirectMiddleware):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.app if scope.get("path") in PROBES else super().__call__)(scope, receive, send)


class _KnownHosts(TrustedHostMiddleware):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.app if scope.get("path") in PROBES else super().__call__)(scope, receive, send)


async def _tidy_up(library: Library) -> None:
    while True:
        with contextlib.suppress(StorageError):  # the next hour will do
            await run_in_threadpool(Trash(library).forget, time.time() - settings().keep_days * _DAY)
            await run_in_threadpool(Feeds(library).forget)
            with in_background():
                while await run_in_threadpool(Transfer(library).index_articles):
                    pass
        await asyncio.sleep(_TIDY_SECONDS)
