"""A row of a batch's output."""

from dataclasses import dataclass

from techsum.contracts.notice import Notice
from techsum.contracts.serialization import CONTRACT, Seconds, Share
from techsum.contracts.summary import Figure, SummarySentence


@dataclass(frozen=True, kw_only=True)
class BatchRow:
    """One item of the input and its summary, or why there is none."""

    __pydantic_config__ = CONTRACT

    id: str | int
    """As the input calls it; a string in Parquet."""
    error: str | None = None
    """For people."""
    error_kind: str | None = None
    """For programs."""
    title: str | None = None
    line: str | None = None
    summary: str | None = None
    figures: tuple[Figure, ...] = ()
    sentences: tuple[SummarySentence, ...] = ()
    notices: tuple[Notice, ...] = ()
    model: str | None = None
    coverage: Share | None = None
    url: str | None = None
    characters: int | None = None
    """Of the article."""
    reading_seconds: Seconds = 0.0
    seconds: Seconds | None = None
