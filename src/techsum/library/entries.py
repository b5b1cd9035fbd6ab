"""What the library holds, as values."""

from dataclasses import dataclass, field
from typing import Any, Literal

from techsum.article import Article

CHECKED_BY = "check · "
"""How the model of an entry that is a check, not a summary, begins; who judged follows."""

Status = Literal["queued", "running", "done", "failed", "cancelled"]
Mode = Literal["link", "text", "file"]


@dataclass(frozen=True)
class Request:
    """What a reader asked for: a source and how its summary should look."""

    mode: Mode
    source: str
    """The link, the file's name, or the beginning of the text."""
    options: dict[str, Any] = field(default_factory=dict)
    """`length`, `style`, `register`, `model`, `language`, as they were given."""


@dataclass(frozen=True)
class Question:
    """A question about a summary's article, and the answer as `Answer.as_dict` gives it."""

    number: int
    created: float
    question: str
    answer: dict[str, Any]


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
    keys: dict[str, Any] | None
    """The key sentences, once the article was read."""
    result: dict[str, Any] | None
    """The summary, as `Summary.as_dict` gives it, once it is done."""
    error: dict[str, Any] | None
    """Why it failed: `kind` for programs, `message` for the reader."""
    correction: str | None
    """The reader's own wording; the original stays in `result`."""
    tags: tuple[str, ...]
    source_id: str | None = None
    """Shared by the versions of one source; None: it has none, as a check."""
    line: str = ""
    """What a list says about it."""
    spans: tuple[tuple[int, int], ...] = ()
    """Where the article's sentences begin and end; empty where they were not kept (an import)."""


@dataclass(frozen=True)
class Found:
    """One page of a list: its entries come without article, key sentences and result."""

    entries: tuple[Entry, ...]
    more: bool
    """Whether there is a next page."""
