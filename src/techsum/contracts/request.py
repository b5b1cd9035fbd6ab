"""What a client sends to the API."""

from dataclasses import dataclass, fields
from typing import Annotated, Literal

from pydantic import Field

from techsum.contracts.options import SummaryOptions
from techsum.contracts.serialization import CONTRACT, MOST_CHARACTERS

MOST_SUMMARY_CHARACTERS = 20_000
"""Of a summary that is checked, or of a correction."""
LONGEST_QUESTION = 500

_Source = Annotated[str, Field(max_length=MOST_CHARACTERS, description="a public link, or the text itself")]


@dataclass(frozen=True, kw_only=True)
class SummaryRequest(SummaryOptions):
    """What `POST /api/summaries` takes; a form with a `file` instead of `source` may have the same fields."""

    source: _Source = ""
    fresh: Annotated[bool, Field(description="make it anew although this link was summarised before")] = False

    @property
    def options(self) -> SummaryOptions:
        """How the summary should look."""
        return SummaryOptions(**{f.name: getattr(self, f.name) for f in fields(SummaryOptions)})


@dataclass(frozen=True, kw_only=True)
class CheckRequest:
    """What `POST /api/check` takes."""

    __pydantic_config__ = CONTRACT

    article: _Source
    summary: Annotated[
        str, Field(max_length=MOST_SUMMARY_CHARACTERS, description="prose, or one sentence a line")
    ]
    check: Annotated[
        Literal["rules", "model"] | None,
        Field(description="whether a model judges beside the rules; by default as the server is set"),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """What `PATCH /api/summaries/{id}` takes; only what is given changes."""

    __pydantic_config__ = CONTRACT

    saved: bool | None = None
    title: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    tags: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=30)] | None = None
    correction: Annotated[
        Annotated[str, Field(max_length=MOST_SUMMARY_CHARACTERS)] | None,
        Field(description='"" takes it back'),
    ] = None


@dataclass(frozen=True, kw_only=True)
class QuestionRequest:
    """What `POST /api/summaries/{id}/questions` takes."""

    __pydantic_config__ = CONTRACT

    question: Annotated[str, Field(max_length=LONGEST_QUESTION)]
    model: Annotated[str | None, Field(description="by default the model of the summary")] = None
