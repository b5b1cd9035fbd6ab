"""What a summarizer tells while it works, so that every client shows the same thing at the same moment."""

from dataclasses import dataclass

from techsum.summary import Summary, SummarySentence


@dataclass(frozen=True)
class Progress:
    """Work that has no text yet: `key` is in the catalogue, `values` fill it in."""

    key: str
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class KeySentences:
    """The extractive summary: complete, and there before any model has been loaded."""

    summary: Summary


@dataclass(frozen=True)
class Title:
    """The title is settled."""

    text: str


@dataclass(frozen=True)
class TextPiece:
    """More of the sentence that is being written; provisional until its `SentenceDone` or `Withdrawn`."""

    text: str


@dataclass(frozen=True)
class SentenceDone:
    """A sentence is settled, in its final wording, with its evidence; it replaces the pieces before it."""

    sentence: SummarySentence


@dataclass(frozen=True)
class Withdrawn:
    """What was written does not stand: the open sentence, or with `everything` all sentences so far.

    `reason` is a key of the catalogue.
    """

    reason: str
    everything: bool = False


@dataclass(frozen=True)
class Done:
    """The finished summary."""

    summary: Summary


Event = Progress | KeySentences | Title | TextPiece | SentenceDone | Withdrawn | Done
