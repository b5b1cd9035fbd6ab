"""The library as files: JSON lines that come back whole, Markdown, rows to train on."""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from techsum.contracts.article import Article, detect_language
from techsum.contracts.entry import CHECKED_BY, Entry, ExportedEntry, ExportedQuestion, Question, Request
from techsum.contracts.serialization import dump, load_strictly
from techsum.contracts.summary import Summary, SummarySentence
from techsum.errors import UsageError
from techsum.library.conversations import Conversations
from techsum.library.library import Library
from techsum.library.markdown import Written, read_markdown
from techsum.library.tables import storable
from techsum.library.transfer import Transfer

_LONGEST, _LONGEST_TITLE = 2_000_000, 300
MOST_ENTRIES = 5_000
"""Of one import: each takes some milliseconds, and a thread of the server."""
_MOST_ANALYSED, _LONGEST_CHECKED = 300_000, 20_000
"""Characters of articles in which an import looks for evidence, some ten seconds, and of one summary for
which it does; the rest comes without."""
T = TypeVar("T")
_INSTRUCTION = "다음 글을 요약하세요."


def exported(library: Library, reader: str) -> Iterator[str]:
    """All saved summaries of a reader as JSON lines, each with its questions."""
    for entry in Transfer(library).everything(reader):
        yield export_line(entry, Conversations(library).of(reader, entry.id)) + "\n"


def export_line(entry: Entry, questions: Iterable[Question]) -> str:
    """An entry with everything that belongs to it, without its reader."""
    own = {f.name: getattr(entry, f.name) for f in fields(ExportedEntry) if f.name != "questions"}
    answered = tuple(ExportedQuestion(q.question, q.answer) for q in questions)
    return json.dumps(dump(ExportedEntry(**own, questions=answered)), ensure_ascii=False)


def _imported_entry(line: ExportedEntry, reader: str) -> Entry:
    """The entry of an `export_line`, for this reader."""

    # another reader's id must not be taken over by importing it
    def own(an_id: str) -> str:
        return hashlib.sha256(f"{reader}/{an_id}".encode()).hexdigest()[:22]

    is_check = line.result is not None and line.result.model.startswith(CHECKED_BY)
    known = {f.name: getattr(line, f.name) for f in fields(line) if f.name != "questions"}
    source_id = None if is_check else own(line.source_id or line.id)
    return Entry(**known | {"id": own(line.id), "reader": reader, "source_id": source_id})


def imported(library: Library, reader: str, text: str) -> int:
    """Put in what `exported` or `markdown` wrote, or the reference app's `local_storage.json`.

    Returns:
        How many there were.

    Raises:
        UsageError: it is none of these; the line is named, and what stood before it is kept.
    """
    text = text.removeprefix("\ufeff")
    budget = _Budget(_MOST_ANALYSED)
    reference = _reference(text)
    if reference is not None:
        Transfer(library).add(_from_reference(row, reader, budget) for row in _limited(reference))
        return len(reference)
    count = 0
    if text.lstrip().startswith("# "):
        for written in _limited(read_markdown(text)):
            Transfer(library).add([_from_markdown(written, reader, budget)])
            count += 1
        return count
    # not splitlines(): a text may hold other characters that end a line
    lines = ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
    for number, line in _limited(lines):
        try:
            exported_entry = load_strictly(ExportedEntry, line)
        except ValueError:
            raise UsageError("library_import_line", line=number) from None
        entry = _imported_entry(exported_entry, reader)
        if Transfer(library).add([entry]):
            for question in exported_entry.questions:
                Conversations(library).add(reader, entry.id, question.answer)
        count += 1
    return count


class _Budget:
    """How many characters may still be analysed.

    Args:
        characters: in all.
    """

    def __init__(self, characters: int) -> None:
        self._left = characters

    def allows(self, text: str) -> bool:
        """Whether this may be; it counts if it may."""
        allowed = len(text) <= self._left
        self._left -= len(text) if allowed else 0
        return allowed


@dataclass(frozen=True)
class _Source:
    """Where an import comes from."""

    reader: str
    name: str
    budget: _Budget


def _limited(found: Iterable[T]) -> Iterator[T]:
    """The same, as long as there are not too many.

    Raises:
        UsageError: there are.
    """
    for number, one in enumerate(found):
        if number >= MOST_ENTRIES:
            raise UsageError("library_import_many", limit=f"{MOST_ENTRIES:,}")
        yield one


def _reference(text: str) -> list[dict[str, Any]] | None:
    """The reference app's saved list (id, mode, title, input, output), or None where this is none."""
    try:
        return next((v for v in _lists(json.loads(text)) if v and all(map(_is_reference, v))), None)
    except (ValueError, RecursionError):  # nested too deep to be one
        return None


def _lists(line_data: Any) -> Iterator[list[Any]]:
    """Where a saved list may stand: by itself, under a name, as text under one, or by the summaries' ids."""
    if isinstance(line_data, list):
        yield line_data
    elif isinstance(line_data, dict):
        yield list(line_data.values())
        for value in line_data.values():
            if isinstance(value, str) and value[:1] in "[{":
                with suppress(ValueError):
                    yield from _lists(json.loads(value))
            elif isinstance(value, list | dict):
                yield from _lists(value)


def _is_reference(row: object) -> bool:
    return isinstance(row, dict) and {"input", "output"} <= row.keys()


def _from_reference(row: dict[str, Any], reader: str, budget: _Budget) -> Entry:
    row = storable(row)
    source, output = str(row["input"])[:_LONGEST], str(row["output"])[:_LONGEST]
    is_link = str(row.get("mode", "")).lower() in ("link", "url", "링크")
    title = str(row.get("title") or output[:40])[:_LONGEST_TITLE]
    request = Request("link", source) if is_link else Request("text", source[:80])
    article = None if is_link else Article(source)
    by = _Source(reader, "reference", budget)
    return _foreign(by, request, title, output, article=article, key=row.get("id"))


def _from_markdown(written: Written, reader: str, budget: _Budget) -> Entry:
    text = "\n\n".join(written.article)
    article = Article(text, written.title, url=written.url, language=detect_language(text)) if text else None
    request = Request("link", written.url) if written.url else Request("text", written.title)
    by = _Source(reader, "markdown", budget)
    entry = _foreign(by, request, written.title, *written.sentences, article=article)
    return replace(entry, correction=written.correction, tags=written.tags)


def _foreign(
    by: _Source,
    request: Request,
    title: str,
    *written: str,
    article: Article | None,
    key: object = None,
) -> Entry:
    """A summary of another hand: its evidence is looked for again where its article is there."""
    from techsum.checking import check

    summary = " ".join(written)
    if article and len(summary) <= _LONGEST_CHECKED and by.budget.allows(article.text):
        sentences = check(article, summary).sentences
    else:
        sentences = tuple(map(SummarySentence, written))
    result = Summary(title=title, text=summary, sentences=sentences, model=by.name, coverage=1.0, seconds=0.0)
    entry_id = hashlib.sha256(f"{by.reader}/{key}/{title}/{summary}".encode()).hexdigest()[:22]
    return Entry(
        id=entry_id,
        reader=by.reader,
        status="done",
        request=request,
        created=time.time(),
        saved=time.time(),
        title=title,
        article=article,
        keys=None,
        result=result,
        error=None,
        correction=None,
        tags=(),
        source_id=entry_id,
    )


def training_rows(entries: Iterable[Entry]) -> Iterator[dict[str, str]]:
    """Corrected summaries as rows that a recipe takes: instruction, input, output, title, rejected.

    What was corrected is the rejected answer of `training.preference`.
    """
    for entry in entries:
        if entry.correction and entry.article:
            yield {
                "instruction": _INSTRUCTION,
                "input": entry.article.text,
                "output": entry.correction,
                "title": entry.title,
                "rejected": entry.result.text if entry.result else "",
            }
