"""Rows of the table of summaries as entries, and back."""

import logging
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Row

from techsum.contracts.article import Article
from techsum.contracts.entry import Entry, Failure, Request
from techsum.contracts.options import SummaryOptions
from techsum.contracts.serialization import dump, load
from techsum.contracts.summary import Summary
from techsum.library.database import as_json
from techsum.library.tables import summaries

T = TypeVar("T")
_log = logging.getLogger("techsum.library")

# an article, its key sentences and its summary may have megabytes
LISTED = [c for c in summaries.c if c.name not in ("article", "article_words", "key_sentences", "result")]


def listed_entry(row: Row[Any]) -> Entry:
    """The summary of a row of `LISTED`, without what is large."""
    return _entry(row, None, None, None)


def entry_of(row: Row[Any]) -> Entry:
    """The summary of a row of its table."""
    return _entry(row, row.article, row.key_sentences, row.result)


def article_row(article: Article | None) -> dict[str, Any] | None:
    """An article as it is kept, with the places of its sentences where they are known by now."""
    if article is None:
        return None
    known = vars(article).get("sentences")  # a cached property: nothing is split for this
    return dump(article) | ({"spans": [[s.start, s.end] for s in known]} if known else {})


def _entry(
    row: Row[Any],
    article: dict[str, Any] | None,
    keys: dict[str, Any] | None,
    result: dict[str, Any] | None,
) -> Entry:
    article = dict(article) if article else None
    spans = article.pop("spans", ()) if article else ()
    return Entry(
        id=row.id,
        reader=row.reader,
        status=row.status,
        request=Request(row.mode, row.source, SummaryOptions.kept(row.options)),
        created=row.created,
        saved=row.saved,
        title=row.title,
        article=_loaded(Article, article, row.id),
        keys=_loaded(Summary, keys, row.id),
        result=_loaded(Summary, result, row.id),
        error=load(Failure, {"kind": ""} | row.error) if row.error else None,
        correction=row.correction,
        tags=tuple(row.tags),
        source_id=row.source_id,
        line=row.line or "",
        spans=tuple((start, end) for start, end in spans),
    )


def _loaded(contract: type[T], data: dict[str, Any] | None, entry_id: str) -> T | None:
    """A part of a row; None where this version cannot read it, so that the others are listed."""
    try:
        return load(contract, data) if data else None
    except ValidationError as error:  # its message quotes what people read
        _log.warning("summary %s: %d faults in its %s", entry_id, error.error_count(), contract.__name__)
        return None


def entry_row(entry: Entry) -> dict[str, Any]:
    """A summary as a row of its table."""
    return {
        "id": entry.id,
        "reader": entry.reader,
        "status": entry.status,
        "mode": entry.request.mode,
        "source": entry.request.source,
        "options": dump(entry.request.options),
        "created": entry.created,
        "saved": entry.saved,
        "title": entry.title,
        "article": article_row(entry.article),
        "key_sentences": dump(entry.keys) if entry.keys else None,
        "result": dump(entry.result) if entry.result else None,
        "error": dump(entry.error) if entry.error else None,
        "correction": entry.correction,
        "tags": list(entry.tags),
        "source_id": entry.source_id,
    }


def stored_bytes(values: dict[str, Any]) -> int:
    """Bytes of JSON that these values take: a Hangul syllable is three."""
    large = (values.get(name) for name in ("article", "key_sentences", "result"))
    return sum(len(as_json(v).encode("utf-8", "replace")) for v in large if v)
