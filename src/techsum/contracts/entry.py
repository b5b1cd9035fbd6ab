"""Entries of the library: as values, as the API gives them, and as a line of an export."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from techsum.contracts.answer import Answer
from techsum.contracts.article import Article
from techsum.contracts.options import DEFAULTS, KeptOptions
from techsum.contracts.serialization import CONTRACT, MOST_CHARACTERS, Line, Text, Timestamp
from techsum.contracts.summary import Summary, SummaryResult

FOREIGN_MODELS = frozenset({"markdown", "reference"})
"""Models of summaries that an import brought from another hand."""
CHECKED_BY = "check · "
"""How the model of an entry that is a check, not a summary, begins; who judged follows."""

Status = Literal["queued", "running", "done", "failed", "cancelled"]
OPEN: tuple[Status, ...] = ("queued", "running")
"""Of what is not over yet."""
Mode = Literal["link", "text", "file"]


@dataclass(frozen=True)
class Request:
    """What a reader asked for: a source and how its summary should look."""

    __pydantic_config__ = CONTRACT

    mode: Mode
    source: Text
    """The link, the file's name, or the beginning of the text."""
    options: KeptOptions = DEFAULTS


@dataclass(frozen=True)
class Failure:
    """Why a summary failed, or an answer."""

    __pydantic_config__ = CONTRACT

    kind: Line
    """For programs."""
    message: Text
    """For the reader."""


def _with_kind(failure: object) -> object:
    return {"kind": "", **failure} if isinstance(failure, dict) else failure


KeptFailure = Annotated[Failure, BeforeValidator(_with_kind)]
"""A failure that an earlier version kept may lack its kind."""


@dataclass(frozen=True)
class Question:
    """A question about a summary's article, with its answer."""

    number: int
    created: float
    question: str
    answer: Answer


@dataclass(frozen=True)
class Entry:
    """One summary of one reader, from the moment it was asked for."""

    id: str
    reader: str
    status: Status
    request: Request
    created: float
    """Seconds since 1970, UTC."""
    saved: float | None
    """When the reader saved it; None: it will be forgotten."""
    title: str
    article: Article | None
    keys: Summary | None
    """The key sentences, once the article was read."""
    result: Summary | None
    """The summary, once it is done."""
    error: Failure | None
    correction: str | None
    """The reader's own wording; the original stays in `result`."""
    tags: tuple[str, ...]
    source_id: str | None = None
    """Shared by the versions of one source; None: it has none, as a check."""
    line: str = ""
    """What a list says about it."""
    spans: tuple[tuple[int, int], ...] = ()
    """Where the article's sentences begin and end; empty where they were not kept (an import)."""

    @property
    def best_summary(self) -> Summary | None:
        """The summary, or its key sentences where it is not done."""
        return self.result or self.keys


@dataclass(frozen=True)
class Found:
    """One page of a list: its entries come without article, key sentences and result."""

    entries: tuple[Entry, ...]
    more: bool
    """Whether there is a next page."""


@dataclass(frozen=True, kw_only=True)
class ListedEntry:
    """An entry as the API lists it."""

    __pydantic_config__ = CONTRACT

    id: str
    status: Status
    mode: Mode
    source: str
    options: KeptOptions
    created: float
    """Seconds since 1970, UTC."""
    saved: bool
    title: str
    line: str = ""
    """What a list says about it: one sentence, or its beginning."""
    tags: tuple[str, ...]
    correction: str | None
    error: KeptFailure | None


@dataclass(frozen=True, kw_only=True)
class ListedEntries:
    """A page of the API's list, the newest first."""

    __pydantic_config__ = CONTRACT

    summaries: tuple[ListedEntry, ...]
    more: bool
    """Whether there is a next page."""


@dataclass(frozen=True, kw_only=True)
class WholeEntry(ListedEntry):
    """An entry as the API gives it by itself."""

    key_sentences: Summary | None
    result: SummaryResult | None


def listed_entry(entry: Entry) -> ListedEntry:
    """An entry as the API lists it."""
    return ListedEntry(**listed_fields(entry))


def listed_entries(found: Found) -> ListedEntries:
    """A page as the API gives it."""
    return ListedEntries(summaries=tuple(map(listed_entry, found.entries)), more=found.more)


def whole_entry(entry: Entry) -> WholeEntry:
    """An entry as the API gives it by itself."""
    done = SummaryResult.of(entry.article, entry.result) if entry.result and entry.article else None
    return WholeEntry(**listed_fields(entry), key_sentences=entry.keys, result=done)


def listed_fields(entry: Entry) -> dict[str, Any]:
    """The fields of a `ListedEntry`."""
    same = ("id", "status", "created", "title", "line", "tags", "correction", "error")
    own = {name: getattr(entry, name) for name in same}
    return own | vars(entry.request) | {"saved": entry.saved is not None}


def _importable(article: Article | None) -> Article | None:
    """An article no longer than others, whose link a page may show."""
    if article is None:
        return None
    lengths = {
        "text": MOST_CHARACTERS, "title": MOST_CHARACTERS, "author": 2_000, "published": 2_000,
        "language": 2_000, "url": 4_000,
    }  # fmt: skip
    for name, most in lengths.items():
        if len(getattr(article, name) or "") > most:
            raise ValueError(name)
    if article.url is not None and not re.match("https?://", article.url):
        raise ValueError(article.url)
    return article


@dataclass(frozen=True)
class ExportedQuestion:
    """A question and its answer in an export."""

    __pydantic_config__ = CONTRACT

    question: Line
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class ExportedEntry:
    """One line of an export, which an import takes back: anything else is none."""

    __pydantic_config__ = CONTRACT

    id: Line
    status: Literal["done", "failed", "cancelled"]
    request: Request
    created: Timestamp
    saved: Timestamp | None
    title: Text
    article: Annotated[Article | None, AfterValidator(_importable)]
    keys: Summary | None
    result: Summary | None
    error: KeptFailure | None
    correction: Text | None
    tags: tuple[Line, ...]
    source_id: Line | None = None
    questions: Annotated[tuple[ExportedQuestion, ...], Field(max_length=10_000)] = ()
