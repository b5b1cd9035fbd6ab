"""The shape of what a file brings in: anything else is no export, for pages draw it later unasked."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=2_000_000)]
Line = Annotated[str, Field(max_length=2_000)]
Web = Annotated[str, Field(pattern=r"^https?://", max_length=4_000)]
"""A link that a page may show."""


Timestamp = Annotated[float, Field(ge=0, le=4_102_444_800)]
"""Seconds since 1970, before the year 2100: a page writes it as a date."""
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=1e9)]


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Notice(_Kept):
    """A notice as it is shown."""

    kind: Line
    message: Text
    span: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2, max_length=2)] | None = None


class Evidence(_Kept):
    """A place in the article."""

    start: int
    end: int
    text: Text


class Sentence(_Kept):
    """One sentence of a summary or an answer."""

    text: Text
    supported: bool
    evidence: list[Evidence]
    notices: list[Notice]


class Figure(_Kept):
    """A number of the article that stands in its summary."""

    number: Line
    unit: Line
    of: Line
    start: int
    end: int


class Summary(_Kept):
    """What `Summary.as_dict` gives; earlier versions gave no line and no figures."""

    title: Text
    line: Text = ""
    summary: Text
    figures: list[Figure] = []
    limits: list[Sentence] = []
    next_steps: list[Sentence] = []
    suggestions: list[Line] = []
    sentences: list[Sentence]
    notices: list[Notice]
    model: Line
    coverage: Share
    seconds: Seconds
    seed: int | None


class Answer(_Kept):
    """What `Answer.as_dict` gives."""

    question: Line
    answer: Text
    found: bool
    sentences: list[Sentence]
    model: Line
    seconds: Seconds


class Article(_Kept):
    """What `Article.as_dict` gives."""

    text: Text
    title: Text | None
    url: Web | None
    author: Line | None
    published: Line | None
    language: Line
    notices: list[list[Any]]


class EntryRequest(_Kept):
    """What was asked for."""

    mode: Literal["link", "text", "file"]
    source: Text
    options: dict[Line, Line]


class QuestionRow(_Kept):
    """A question and its answer."""

    question: Line
    answer: Answer


class Failure(_Kept):
    """Why a summary failed."""

    kind: Line = ""
    message: Text


class Exported(_Kept):
    """One line of an export."""

    id: Line
    status: Literal["done", "failed", "cancelled"]
    request: EntryRequest
    created: Timestamp
    saved: Timestamp | None
    title: Text
    article: Article | None
    keys: Summary | None
    result: Summary | None
    error: Failure | None
    correction: Text | None
    tags: list[Line]
    source_id: Line | None = None
    questions: list[QuestionRow] = []
