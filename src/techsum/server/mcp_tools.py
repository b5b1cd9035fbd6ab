"""The MCP tools over HTTP: within the same readers, queues and limits as the pages and the API."""

import threading
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import Request
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from starlette.concurrency import run_in_threadpool

from techsum.chat import QUOTING
from techsum.errors import TechsumError
from techsum.generators.models import auto_model
from techsum.library import Library
from techsum.mcp_tools import answer, found, make_mcp
from techsum.server.api import SummaryRequest, client_of, entry_json, reader_of, start
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

    async def summarize(self, source: str, length: str, style: str, register: str) -> dict[str, Any]:
        """A summary with the places that support it; it is kept as one that was asked for on the page."""
        body = SummaryRequest.model_validate(
            {"source": source, "length": length, "style": style, "register": register}
        )
        entry = await run_in_threadpool(start, self._library, self._jobs, self._request, body, None)
        log = await run_in_threadpool(self._jobs.log, entry)
        if log:
            async for _ in log.follow():
                pass
        done = await run_in_threadpool(self._jobs.found, reader_of(self._request), entry.id)
        if done is None or not done.result:
            raise TechsumError("mcp_failed", reason=(done.error or {}).get("message", "") if done else "")
        return dict(entry_json(done)["result"])

    async def check(self, article: str, summary: str) -> dict[str, Any]:
        """What is doubtful about a summary."""
        client = client_of(self._request)
        return (await run_in_threadpool(checked, client, article, summary))[1].as_dict()

    async def ask(self, article: str, question: str) -> dict[str, Any]:
        """An answer with the places that it is from."""

        def work() -> dict[str, Any]:
            with opened(client_of(self._request), article) as known:
                if auto_model() in QUOTING:
                    return answer(known, question)
                _ = known.sentences  # analysed within the limits; what a model writes waits for the model
            with self._jobs.model_queue.turn(reader_of(self._request), threading.Event()):
                return answer(known, question)

        return await run_in_threadpool(work)

    async def ask_library(self, question: str) -> list[dict[str, Any]]:
        """The answers of the saved articles that have one."""
        reader, client = reader_of(self._request), client_of(self._request)

        def work() -> list[dict[str, Any]]:
            cancel = threading.Event()
            return [
                a.as_dict() for a in self._jobs.library_question(reader, question, "auto", cancel, client)
            ]

        return await run_in_threadpool(work)

    async def search(self, query: str) -> list[dict[str, Any]]:
        """Saved summaries."""
        some = await run_in_threadpool(self._library.find, reader_of(self._request), query)
        return [found(entry) for entry in some.entries]
