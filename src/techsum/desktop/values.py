"""What the API says, as the screens need it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

OPEN = frozenset({"queued", "running"})
"""States of a summary that is not over."""


@dataclass(frozen=True)
class Sentence:
    """One sentence, the article's own words that support it, and what to doubt."""

    text: str
    evidence: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Self:
        """From a sentence of a summary or an answer."""
        evidence = tuple(e["text"] for e in payload["evidence"])
        return cls(payload["text"], evidence, tuple(n["message"] for n in payload["notices"]))


@dataclass(frozen=True)
class Entry:
    """One summary in a list."""

    id: str
    mode: str
    title: str
    status: str
    saved: bool
    day: str
    tags: tuple[str, ...] = ()

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Self:
        """From an entry of the API."""
        day = datetime.fromtimestamp(payload["created"], UTC).astimezone().strftime("%Y-%m-%d %H:%M")
        title = payload["title"] or payload["source"]
        return cls(
            payload["id"],
            payload["mode"],
            title,
            payload["status"],
            payload["saved"],
            day,
            tuple(payload["tags"]),
        )


@dataclass(frozen=True)
class Reading:
    """A summary as far as it is known: what the reading screen shows."""

    entry: Entry | None = None
    title: str = ""
    byline: str = ""
    keys: tuple[Sentence, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    written: str = ""
    """The sentence that is being written."""
    progress: str = ""
    queue: int = 0
    """Place in line, from 1; 0: not waiting."""
    notices: tuple[str, ...] = ()
    facts: tuple[float, str, float] | None = None
    """Share of the article read, the model, seconds; once it is done."""
    figures: tuple[str, ...] = ()
    limits: tuple[Sentence, ...] = ()
    next_steps: tuple[Sentence, ...] = ()
    suggestions: tuple[str, ...] = ()
    """Questions that the article answers."""
    correction: str = ""
    problem: str = ""
    seen: int = 0
    """Number of the last event, from which a lost stream goes on."""

    @property
    def open(self) -> bool:
        """Whether it is still being made."""
        return self.entry is not None and self.entry.status in OPEN

    @property
    def text(self) -> str:
        """The summary as one text."""
        return self.correction or " ".join(s.text for s in self.sentences)

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Reading":
        """From `GET /api/summaries/{id}`."""
        entry = Entry.of(payload)
        keys = _sentences(payload["key_sentences"])
        found = cls(entry, entry.title, keys=keys, correction=payload["correction"] or "")
        if payload["error"]:
            found = replace(found, problem=payload["error"]["message"])
        result = payload["result"]
        if not result:
            return found
        article = result["article"]
        byline = " · ".join(filter(None, (article["author"], article["published"], article["url"])))
        return replace(_whole(found, result), title=entry.title, byline=byline)  # the reader's own, if any


def after(reading: Reading, number: int, name: str, data: Mapping[str, Any]) -> Reading:  # noqa: PLR0911 - one an event
    """The reading after one event of its stream."""
    now = replace(reading, seen=max(reading.seen, number))
    match name:
        case "progress":
            return replace(now, progress=data["message"], queue=0)
        case "queue":
            return replace(now, queue=data["position"])
        case "key_sentences":
            return replace(now, keys=_sentences(data), title=data["title"])
        case "title":
            return replace(now, title=data["text"])
        case "piece":
            return replace(now, written=(now.written + data["text"]).lstrip(), progress="", queue=0)
        case "sentence":
            return replace(now, sentences=(*now.sentences, Sentence.of(data)), written="")
        case "withdrawn":
            kept = () if data["everything"] else now.sentences
            return replace(now, sentences=kept, written="", progress=data["reason"])
        case "done":
            return _whole(_ended(now, "done"), data)
        case "failed" | "cancelled":
            message = data.get("message") or data.get("title") or ""
            return replace(_ended(now, name), problem=message)
    return now


def _sentences(payload: Mapping[str, Any] | None) -> tuple[Sentence, ...]:
    return tuple(Sentence.of(s) for s in payload["sentences"]) if payload else ()


def _whole(reading: Reading, result: Mapping[str, Any]) -> Reading:
    return replace(
        reading,
        title=result["title"],
        sentences=_sentences(result),
        notices=tuple(n["message"] for n in result["notices"]),
        facts=(result["coverage"], result["model"], result["seconds"]),
        figures=tuple(f"{f['of']} {f['number']}{f['unit']}" for f in result.get("figures", ())),
        limits=tuple(map(Sentence.of, result.get("limits", ()))),
        next_steps=tuple(map(Sentence.of, result.get("next_steps", ()))),
        suggestions=tuple(result.get("suggestions", ())),
    )


def _ended(reading: Reading, status: str) -> Reading:
    entry = replace(reading.entry, status=status) if reading.entry else None
    return replace(reading, entry=entry, written="", progress="", queue=0)


@dataclass(frozen=True)
class Turn:
    """A question and its answer, as far as it is written."""

    question: str
    sentences: tuple[Sentence, ...] = ()
    written: str = ""
    not_said: str = ""
    """What stands where the article does not answer."""

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Self:
        """From a whole answer."""
        if not payload["found"]:
            return cls(payload["question"], not_said=payload["answer"])
        return cls(payload["question"], _sentences(payload))

    def after(self, name: str, data: Mapping[str, Any]) -> "Turn":
        """The turn after one event of the answer's stream."""
        match name:
            case "piece":
                return replace(self, written=(self.written + data["text"]).lstrip())
            case "sentence":
                return replace(self, sentences=(*self.sentences, Sentence.of(data)), written="")
            case "withdrawn":
                return replace(self, sentences=() if data["everything"] else self.sentences, written="")
            case "answer":
                return Turn.of(data)
        return self
