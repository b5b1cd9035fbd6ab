"""The MCP tools over HTTP: within the same readers, queues and limits as the pages and the API."""

import threading
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import Request
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from starlette.concurrency import run_in_threadpool

from techsum.chat import QUOTING
from techsum.contracts.answer import Answer, LibraryAnswers
from techsum.contracts.entry import ListedEntries, listed_entries
from techsum.contracts.options import SummaryOptions
from techsum.contracts.request import SummaryRequest
from techsum.contracts.summary import CheckResult, SummaryResult
from techsum.errors import TechsumError
from techsum.generators.models import auto_model
from techsum.library import Library
from techsum.mcp_tools import answer, make_mcp
from techsum.server.api import client_of, reader_of, start
from techsum.server.checks import checked, opened
from techsum.server.jobs import Jobs

PATH = "/mcp"


class McpApp:
    """The streamable HTTP endpoint, without sessions: any process may answer any request.

    Args:
        library: its readers' summaries.
        jobs: what makes them.
    """

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self._mcp = make_mcp(lambda context: ReaderTools(_request(context), library, jobs))
        self.routes = self._mcp.streamable_http_app(
            streamable_http_path=PATH,
            stateless_http=True,
            json_response=True,
            # the middleware in front of everything looks at origins and hosts
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        ).routes

    def running(self) -> AbstractAsyncContextManager[None]:
        """It answers within this context."""
        return self._mcp.session_manager.run()


def _request(context: Context[Any, Any]) -> Request:
    request = context.request_context.request
    assert isinstance(request, Request)  # noqa: S101 - of this transport
    return request


class ReaderTools:
    """The tools of whoever sent this request.

    Args:
        request: the request.
        library: its readers' summaries.
        jobs: what makes them.
    """

    def __init__(self, request: Request, library: Library, jobs: Jobs) -> None:
        self._request, self._library, self._jobs = request, library, jobs

    async def summarize(self, source: str, options: SummaryOptions) -> SummaryResult:
        """A summary with the places that support it; it is kept as one that was asked for on the page."""
        body = SummaryRequest(source=source, **vars(options))
        entry = await run_in_threadpool(start, self._library, self._jobs, self._request, body, None)
        log = await run_in_threadpool(self._jobs.log, entry)
        if log:
            async for _ in log.follow():
                pass
        done = await run_in_threadpool(self._jobs.found, reader_of(self._request), entry.id)
        if done is None or not done.result or not done.article:
            raise TechsumError("mcp_failed", reason=done.error.message if done and done.error else "")
        return SummaryResult.of(done.article, done.result)

    async def check(self, article: str, summary: str) -> CheckResult:
        """What is doubtful about a summary."""
        client = client_of(self._request)
        return (await run_in_threadpool(checked, client, article, summary))[1]

    async def ask(self, article: str, question: str) -> Answer:
        """An answer with the places that it is from."""

        def work() -> Answer:
            with opened(client_of(self._request), article) as known:
                if auto_model() in QUOTING:
                    return answer(known, question)
                _ = known.sentences  # analysed within the limits; what a model writes waits for the model
            with self._jobs.model_queue.turn(reader_of(self._request), threading.Event()):
                return answer(known, question)

        return await run_in_threadpool(work)

    async def ask_library(self, question: str) -> LibraryAnswers:
        """The answers of the saved articles that have one."""
        reader, client = reader_of(self._request), client_of(self._request)

        def work() -> LibraryAnswers:
            found = self._jobs.questions.ask_library(reader, question, "auto", threading.Event(), client)
            return LibraryAnswers(question, tuple(answer for _, answer in found))

        return await run_in_threadpool(work)

    async def search(self, query: str) -> ListedEntries:
        """The newest saved summaries that a query finds."""
        return listed_entries(await run_in_threadpool(self._library.find, reader_of(self._request), query))
