"""What happens while a summary or an answer is made, so that every surface shows the same at the same moment.

`encode` and `decode` are the wire: a name and JSON values, as server-sent events carry them.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from techsum.contracts.answer import Answer
from techsum.contracts.entry import Failure
from techsum.contracts.serialization import CONTRACT, dump, load
from techsum.contracts.summary import Summary, SummarySentence
from techsum.messages import text


@dataclass(frozen=True)
class Progress:
    """Work that has no text yet. Make one with `progress`."""

    __pydantic_config__ = CONTRACT

    message: str
    key: Annotated[str, Field(exclude=True)] = ""
    """Of the catalogue; not on the wire."""
    values: Annotated[tuple[tuple[str, Any], ...], Field(exclude=True)] = ()


def progress(key: str, **values: object) -> Progress:
    """Progress in the user's language; `key` is in the catalogue."""
    return Progress(text(key, **values), key, tuple(values.items()))


@dataclass(frozen=True)
class Queue:
    """It waits for the model."""

    __pydantic_config__ = CONTRACT

    position: int
    """From 1."""


@dataclass(frozen=True)
class KeySentences:
    """The extractive summary: complete, and there before any model has been loaded."""

    summary: Summary


@dataclass(frozen=True)
class Title:
    """The title is settled."""

    __pydantic_config__ = CONTRACT

    text: str


@dataclass(frozen=True)
class TextPiece:
    """More of the sentence that is being written; provisional until its `SentenceDone` or `Withdrawn`."""

    __pydantic_config__ = CONTRACT

    text: str


@dataclass(frozen=True)
class SentenceDone:
    """A sentence is settled, in its final wording, with its evidence; it replaces the pieces before it."""

    sentence: SummarySentence


@dataclass(frozen=True)
class Withdrawn:
    """What was written does not stand: the open sentence, or with `everything` all sentences so far."""

    __pydantic_config__ = CONTRACT

    reason: str
    """For the reader."""
    everything: bool = False


def withdrawn(key: str, *, everything: bool = False) -> Withdrawn:
    """What was written does not stand, for a reason of the catalogue."""
    return Withdrawn(text(key), everything)


@dataclass(frozen=True)
class Done:
    """The finished summary."""

    summary: Summary


@dataclass(frozen=True)
class Answered:
    """The finished answer."""

    answer: Answer


@dataclass(frozen=True)
class Failed:
    """It could not be made."""

    failure: Failure


@dataclass(frozen=True)
class Cancelled:
    """The reader stopped it."""

    __pydantic_config__ = CONTRACT

    message: str


Event = Progress | KeySentences | Title | TextPiece | SentenceDone | Withdrawn | Done
"""Of a summarizer."""
WireEvent = Event | Queue | Answered | Failed | Cancelled
"""Of a server."""

NAMES: dict[type[WireEvent], str] = {
    Progress: "progress",
    Queue: "queue",
    KeySentences: "key_sentences",
    Title: "title",
    TextPiece: "piece",
    SentenceDone: "sentence",
    Withdrawn: "withdrawn",
    Done: "done",
    Answered: "answer",
    Failed: "failed",
    Cancelled: "cancelled",
}
_CLASSES = {name: kind for kind, name in NAMES.items()}
PAYLOADS: dict[type[WireEvent], tuple[str, type[Any]]] = {
    KeySentences: ("summary", Summary),
    SentenceDone: ("sentence", SummarySentence),
    Done: ("summary", Summary),
    Answered: ("answer", Answer),
    Failed: ("failure", Failure),
}
"""Events whose one field is what travels."""


def encode(event: WireEvent) -> tuple[str, dict[str, Any]]:
    """An event's name and data."""
    field, _ = PAYLOADS.get(type(event), ("", None))
    return NAMES[type(event)], dump(getattr(event, field) if field else event)


def decode(name: str, data: dict[str, Any]) -> WireEvent | None:
    """The event that `encode` gave; None for one that this version does not know.

    Raises:
        pydantic.ValidationError: the data are no such event's.
    """
    kind = _CLASSES.get(name)
    if kind is None:
        return None
    field, payload = PAYLOADS.get(kind, ("", None))
    if payload is None:
        return load(kind, data)
    return kind(**{field: load(payload, data)})
