"""TechSum for assistants that speak MCP: summarize, check, ask, search the library.

`make_mcp` words the tools once. `techsum mcp` runs them in this process (`LocalTools`), the HTTP server with
its readers, queues and limits (`server/mcp_tools.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

import techsum
from techsum.contracts.answer import Answer, LibraryAnswers
from techsum.contracts.article import Article
from techsum.contracts.entry import ListedEntries, listed_entries
from techsum.contracts.events import Answered
from techsum.contracts.options import Register, Style, SummaryOptions
from techsum.contracts.serialization import dump
from techsum.contracts.summary import CheckResult, SummaryResult
from techsum.errors import TechsumError
from techsum.library import Library, open_library
from techsum.reading import read, read_remote
from techsum.settings import database_url

MOST_CHARACTERS = 1_000_000
"""Of a source; a longer text goes in as a link or a file."""

T = TypeVar("T")

_Source = Annotated[
    str,
    Field(max_length=MOST_CHARACTERS, description="A link (http, https) or the article's text."),
]
_Summary = Annotated[str, Field(max_length=20_000, description="The summary or the sentences to check.")]
_Question = Annotated[str, Field(max_length=500, description="A question that the article may answer.")]
_Query = Annotated[str, Field(max_length=200, description="Words of a summary, its title or its article.")]


class Tools(Protocol):
    """What the tools do; each says what is wrong as a `TechsumError`."""

    async def summarize(self, source: str, options: SummaryOptions) -> SummaryResult:
        """A summary with the places that support it."""

    async def check(self, article: str, summary: str) -> CheckResult:
        """What is doubtful about a summary."""

    async def ask(self, article: str, question: str) -> Answer:
        """An answer with the places that it is from."""

    async def search(self, query: str) -> ListedEntries:
        """The newest saved summaries that a query finds."""

    async def ask_library(self, question: str) -> LibraryAnswers:
        """The answers of the saved articles that have one."""


def make_mcp(tools_of: Callable[[Context[Any, Any]], Tools]) -> MCPServer[Any]:
    """A server of these tools.

    Args:
        tools_of: the tools for whoever makes this request.
    """
    mcp: MCPServer[Any] = MCPServer(
        "techsum",
        version=techsum.__version__,
        log_level="WARNING",
        instructions="Korean technical and science articles: summaries whose every sentence names its place, "
        "checks of any summary against its article, answers that stand in the article.",
    )

    @mcp.tool()
    async def summarize(
        source: _Source,
        context: Context[Any, Any],
        length: Literal["line", "short", "medium", "long"] = "medium",
        style: Style = SummaryOptions.style,
        register: Register = SummaryOptions.register,
    ) -> dict[str, Any]:
        """Summarise an article in Korean. Each sentence comes with the article's sentences that support it.

        `notices` say what is to be doubted, such as a number that the article lacks.
        """
        options = SummaryOptions(length, style, register)
        return await _done(tools_of(context).summarize(source, options))

    @mcp.tool()
    async def check(article: _Source, summary: _Summary, context: Context[Any, Any]) -> dict[str, Any]:
        """Hold any summary or claim against its article: for each sentence its evidence and notices."""
        return await _done(tools_of(context).check(article, summary))

    @mcp.tool()
    async def ask(article: _Source, question: _Question, context: Context[Any, Any]) -> dict[str, Any]:
        """Answer a question from an article alone; `found` is false where the article does not say."""
        return await _done(tools_of(context).ask(article, question))

    @mcp.tool()
    async def search_library(query: _Query, context: Context[Any, Any]) -> dict[str, Any]:
        """Find saved summaries, the newest first. An empty query lists them."""
        return await _done(tools_of(context).search(query))

    @mcp.tool()
    async def ask_library(question: _Question, context: Context[Any, Any]) -> dict[str, Any]:
        """Answer a question from the saved articles; each answer names its summary and has its places."""
        return await _done(tools_of(context).ask_library(question))

    return mcp


async def _done(work: Awaitable[object]) -> dict[str, Any]:
    """The JSON of what a tool gives."""
    try:
        return dump(await work)
    except TechsumError as error:
        raise ToolError(str(error)) from None


class LocalTools:
    """The tools in this process, with the library of the command line.

    Args:
        folder: files in it may be named as sources. An assistant may be told by what it reads to open a file:
            without a folder it opens none.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder.resolve() if folder else None

    async def summarize(self, source: str, options: SummaryOptions) -> SummaryResult:
        """A summary with the places that support it."""
        from techsum.summarizers import summary_of

        def work() -> SummaryResult:
            article = self._read(source)
            return SummaryResult.of(article, summary_of(article, options))

        return await asyncio.to_thread(work)

    async def check(self, article: str, summary: str) -> CheckResult:
        """What is doubtful about a summary."""
        from techsum.checking import check, judge_for

        return await asyncio.to_thread(lambda: check(self._read(article), summary, judge_for(None)))

    async def ask(self, article: str, question: str) -> Answer:
        """An answer with the places that it is from."""
        return await asyncio.to_thread(lambda: answer(self._read(article), question))

    async def search(self, query: str) -> ListedEntries:
        """The newest saved summaries that a query finds."""
        return await asyncio.to_thread(
            _in_library, lambda library: listed_entries(library.find("local", query))
        )

    async def ask_library(self, question: str) -> LibraryAnswers:
        """The answers of the saved articles that have one."""
        from techsum.library.questions import ask_library

        def work(library: Library) -> LibraryAnswers:
            found = ask_library(library, "local", question)
            return LibraryAnswers(question, tuple(answer for _, answer in found))

        return await asyncio.to_thread(_in_library, work)

    def _read(self, source: str) -> Article:
        path = self._file(source)
        return read(str(path)) if path else read_remote(source)

    def _file(self, source: str) -> Path | None:
        """The file of the folder that a source names, if it does."""
        if not self._folder or "\n" in source:
            return None
        try:
            path = (self._folder / source).resolve()
            return path if path.is_relative_to(self._folder) and path.is_file() else None
        except (OSError, ValueError):  # a sentence is no name of a file
            return None


def _in_library(work: Callable[[Library], T]) -> T:
    library = open_library(database_url())
    try:
        return work(library)
    finally:
        library.close()


def answer(article: Article, question: str) -> Answer:
    """What the article answers."""
    from techsum.chat import ask

    *_, last = ask(article, question)
    assert isinstance(last, Answered)  # noqa: S101 - `ask` ends with it
    return last.answer
