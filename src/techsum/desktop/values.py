"""What the screens show of what the API says."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

from techsum.contracts.answer import Answer
from techsum.contracts.entry import OPEN, ListedEntry, WholeEntry
from techsum.contracts.events import (
    Answered,
    Cancelled,
    Done,
    Failed,
    KeySentences,
    Progress,
    Queue,
    SentenceDone,
    TextPiece,
    Title,
    WireEvent,
    Withdrawn,
)
from techsum.contracts.summary import Summary, SummarySentence


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
    line: str = ""
    """One sentence of it."""
    place: str = ""
    """Where its article is from: a site's name or a file's; nothing of a text."""

    @classmethod
    def of(cls, entry: ListedEntry) -> Self:
        """From an entry of the API."""
        day = datetime.fromtimestamp(entry.created, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
        title = entry.title or entry.source
        place = {"link": urlsplit(entry.source).hostname or "", "file": entry.source}.get(entry.mode, "")
        return cls(entry.id, entry.mode, title, entry.status, entry.saved, day, entry.tags, entry.line, place)


@dataclass(frozen=True)
class Reading:
    """A summary as far as it is known: what the reading screen shows."""

    entry: Entry | None = None
    title: str = ""
    byline: str = ""
    keys: tuple[SummarySentence, ...] = ()
    sentences: tuple[SummarySentence, ...] = ()
    written: str = ""
    """The sentence that is being written."""
    progress: str = ""
    queue: int = 0
    """Place in line, from 1; 0: not waiting."""
    summary: Summary | None = None
    """Once it is done."""
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
    def of(cls, full: WholeEntry) -> "Reading":
        """From `GET /api/summaries/{id}`."""
        entry, result = Entry.of(full), full.result
        found = cls(
            entry,
            entry.title,
            keys=full.key_sentences.sentences if full.key_sentences else (),
            correction=full.correction or "",
            problem=full.error.message if full.error else "",
        )
        if result is None:
            return found
        head = result.article
        byline = " · ".join(part for part in (head.author, head.published, head.url) if part)
        return replace(found, byline=byline, sentences=result.sentences, summary=result)


def after(reading: Reading, number: int, event: WireEvent) -> Reading:  # noqa: C901, PLR0911 - one an event
    """The reading after one event of its stream."""
    now = replace(reading, seen=max(reading.seen, number))
    match event:
        case Progress(message):
            return replace(now, progress=message, queue=0)
        case Queue(position):
            return replace(now, queue=position)
        case KeySentences(summary):
            return replace(now, keys=summary.sentences, title=summary.title)
        case Title(text):
            return replace(now, title=text)
        case TextPiece(text):
            return replace(now, written=(now.written + text).lstrip(), progress="", queue=0)
        case SentenceDone(sentence):
            return replace(now, sentences=(*now.sentences, sentence), written="")
        case Withdrawn(reason, everything):
            kept = () if everything else now.sentences
            return replace(now, sentences=kept, written="", progress=reason)
        case Done(summary):
            ended = _ended(now, "done")
            return replace(ended, title=summary.title, sentences=summary.sentences, summary=summary)
        case Failed(failure):
            return replace(_ended(now, "failed"), problem=failure.message)
        case Cancelled(message):
            return replace(_ended(now, "cancelled"), problem=message)
    return now


def _ended(reading: Reading, status: str) -> Reading:
    entry = replace(reading.entry, status=status) if reading.entry else None
    return replace(reading, entry=entry, written="", progress="", queue=0)


@dataclass(frozen=True)
class Turn:
    """A question and its answer, as far as it is written."""

    question: str
    sentences: tuple[SummarySentence, ...] = ()
    written: str = ""
    not_found: str = ""
    """What stands where the article does not answer."""

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """From a whole answer."""
        return cls(answer.question, answer.sentences, not_found="" if answer.found else answer.text)

    def after(self, event: WireEvent) -> "Turn":
        """The turn after one event of the answer's stream."""
        match event:
            case TextPiece(text):
                return replace(self, written=(self.written + text).lstrip())
            case SentenceDone(sentence):
                return replace(self, sentences=(*self.sentences, sentence), written="")
            case Withdrawn(_, everything):
                return replace(self, sentences=() if everything else self.sentences, written="")
            case Answered(answer):
                return Turn.of(answer)
        return self
