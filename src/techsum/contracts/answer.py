"""Answers to a reader's question, from one article or from the library."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from techsum.contracts.serialization import CONTRACT, Line, Seconds, Text
from techsum.contracts.summary import SummarySentence


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the article says to a question. No sentence means: nothing."""

    __pydantic_config__ = CONTRACT

    question: Line
    text: Annotated[Text, Field(alias="answer")]
    """The sentences as one text, or that the article does not say."""
    found: bool = False
    """Whether there is a sentence."""
    sentences: tuple[SummarySentence, ...] = ()
    model: Line
    seconds: Seconds

    def __post_init__(self) -> None:
        object.__setattr__(self, "found", bool(self.sentences))


@dataclass(frozen=True, kw_only=True)
class LibraryAnswer(Answer):
    """What one saved article says to a question."""

    summary: Line
    """The id of the article's summary."""
    title: Text
    source: Text
    """The article's link, its file's name, or the beginning of its text."""


@dataclass(frozen=True)
class LibraryAnswers:
    """What all saved articles say to a question, the likeliest article first."""

    __pydantic_config__ = CONTRACT

    question: str
    answers: tuple[LibraryAnswer, ...]
