"""A summary and what belongs to it: sentences with evidence, notices, how it was made."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from techsum.messages import text


@dataclass(frozen=True)
class Notice:
    """Something that the reader must know. `kind` is stable for programs, `message` is for people."""

    kind: str
    values: tuple[tuple[str, object], ...] = ()
    span: tuple[int, int] | None = None
    """Where it stands in its sentence, by character offsets; None for a notice on the whole summary."""

    def as_dict(self) -> dict[str, Any]:
        """Its part of the JSON: `span` only where it stands in a sentence."""
        data: dict[str, Any] = {"kind": self.kind, "message": self.message}
        return data | ({"span": list(self.span)} if self.span else {})

    @property
    def message(self) -> str:
        """The notice in the user's language."""
        values = {k: text(v) if isinstance(v, str) and k == "reason" else v for k, v in self.values}
        return text(f"notice_{self.kind}", **values)


def notice(kind: str, /, span: tuple[int, int] | None = None, **values: object) -> Notice:
    """A notice of this kind; a `reason` is itself a key of the catalogue."""
    return Notice(kind, tuple(values.items()), span)


@dataclass(frozen=True)
class Evidence:
    """A span of the article, by character offsets, that supports a summary sentence."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class SummarySentence:
    """One sentence of a summary and the places in the article that support it."""

    text: str
    evidence: tuple[Evidence, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether the article says something like it at all."""
        return all(n.kind != "unsupported" for n in self.notices)

    def as_dict(self) -> dict[str, Any]:
        """Its part of the JSON."""
        return {
            "text": self.text,
            "supported": self.supported,
            "evidence": [{"start": e.start, "end": e.end, "text": e.text} for e in self.evidence],
            "notices": [n.as_dict() for n in self.notices],
        }


@dataclass(frozen=True)
class Figure:
    """A number of the article that stands in its summary."""

    number: str
    """As the article writes it: `2조 8,400억`."""
    unit: str
    of: str
    """What it counts or measures, in the article's words: `냉방 전력`."""
    start: int
    end: int
    """Character offsets of number and unit in the article."""

    def as_dict(self) -> dict[str, Any]:
        """Its part of the JSON."""
        return asdict(self)


_PARAGRAPH = 5
"""Sentences; a summary of up to twice as many is one paragraph."""


def joined(sentences: Iterable[str], separator: str) -> str:
    """Sentences as one text: prose, long prose in paragraphs, or a bullet a line where lines separate."""
    every = list(sentences)
    if separator == "\n":
        return separator.join(f"- {sentence}" for sentence in every)
    if len(every) <= 2 * _PARAGRAPH:
        return separator.join(every)
    starts = range(0, len(every), _PARAGRAPH)
    return "\n\n".join(separator.join(every[start : start + _PARAGRAPH]) for start in starts)


@dataclass(frozen=True)
class Summary:
    """A finished summary of one article."""

    title: str
    sentences: tuple[SummarySentence, ...]
    model: str
    """`extract`, or the name of the generator that wrote it."""
    coverage: float
    """Share of the article's characters that the summarizer took into account, 0 to 1."""
    seconds: float
    seed: int | None = None
    separator: str = " "
    """What stands between sentences: a space for prose, a line break for bullet style."""
    notices: tuple[Notice, ...] = field(default=())
    line: str = ""
    """One sentence: what was found."""
    figures: tuple[Figure, ...] = ()

    @property
    def text(self) -> str:
        """The summary as one text."""
        return joined((s.text for s in self.sentences), self.separator)

    def with_notices(self, *more: Notice) -> "Summary":
        """The same summary with further notices, each kept once."""
        return replace(self, notices=tuple(dict.fromkeys((*self.notices, *more))))

    def as_dict(self) -> dict[str, Any]:
        """The summary's part of the JSON that the command line and the API print."""
        return {
            "title": self.title,
            "line": self.line,
            "summary": self.text,
            "figures": [f.as_dict() for f in self.figures],
            "sentences": [s.as_dict() for s in self.sentences],
            "notices": [n.as_dict() for n in self.notices],
            "model": self.model,
            "coverage": round(self.coverage, 4),
            "seconds": round(self.seconds, 3),
            "seed": self.seed,
        }
