"""What a summary is found by, and what a list says about it."""

from collections.abc import Iterable
from typing import Any

from techsum.contracts.article import Article
from techsum.contracts.entry import Entry
from techsum.contracts.summary import Summary
from techsum.library.conditions import owner_word
from techsum.library.words import SEARCHED_CHARACTERS, tag_word, words, words_of

_LONGEST_LINE = 200


def index_words(entry: Entry, article_words: str | None) -> list[str]:
    """The words that a summary is found by: its owner's, its tags', those of title, text and article."""
    own = [owner_word(entry.reader), *map(tag_word, entry.tags), *words(searched_text(entry))]
    return list(dict.fromkeys([*own, *(article_words or "").split()]))


def words_of_article(article: Article | None) -> str:
    """The words of an article's beginning, whose sentences are analysed by now, or in the background."""
    return " ".join(words_of(article.sentences)) if article else ""


def line_of(summary: Summary | None) -> str:
    """What a list says about a summary: its one line, else its beginning."""
    return (summary.line or summary.text)[:_LONGEST_LINE] if summary else ""


def searched_text(entry: Entry) -> str:
    """The text of a summary that a search looks at."""
    summary = entry.best_summary
    return _searched(entry.title, entry.tags, entry.correction or (summary.text if summary else ""))


def _searched(title: str, tags: Iterable[str], summary: str) -> str:
    return " ".join((title, *tags, summary))[:SEARCHED_CHARACTERS]


def analyse(values: dict[str, Any]) -> None:
    """Find the words of a new title and text before the database is locked for them: they are remembered."""
    if "title" in values:
        summary = (values.get("result") or values.get("key_sentences") or {}).get("summary", "")
        words(_searched(values["title"], (), summary))
