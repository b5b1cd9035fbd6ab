"""One question to everything that a reader saved: each article that has its words is asked by itself."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from techsum.chat import ask, checked_question
from techsum.chat.features import content
from techsum.contracts.answer import LibraryAnswer
from techsum.contracts.article import Article
from techsum.contracts.entry import Entry
from techsum.contracts.events import Answered
from techsum.errors import UsageError
from techsum.library.library import Library
from techsum.library.retrieval import retrieve

MOST_ARTICLES = 4
"""Asked for one question. For 100 of 108 questions the right one of 258 articles is among the first four."""


def ask_library(
    library: Library,
    reader: str,
    question: str,
    *,
    model: str = "auto",
    cancel: threading.Event | None = None,
    turn: Callable[[Article], AbstractContextManager[Any]] = nullcontext,
) -> Iterator[tuple[Entry, LibraryAnswer]]:
    """The saved articles that answer, the likeliest first, each with its answer; none: no article says.

    Args:
        library: the library.
        reader: whose articles are asked.
        question: what is asked.
        model: who answers.
        cancel: set it to stop the model within one token.
        turn: waits until this article may be analysed or the model be used.

    Raises:
        UsageError: no question, or one that is too long.
        ModelError: the generator could not be loaded or failed.
        CancelledError: `cancel` was set.
    """
    question, refused, found = checked_question(question), None, False
    for entry in retrieve(library, reader, content(question), MOST_ARTICLES):
        if entry.article is None:
            continue
        try:
            with turn(entry.article):
                *_, last = ask(entry.article, question, model, cancel)
        except UsageError as error:  # a wish for another form, which another article may answer as it is
            refused = error
            continue
        assert isinstance(last, Answered)  # noqa: S101 - `ask` ends with it
        if last.answer.sentences:
            found = True
            about: dict[str, Any] = {
                "summary": entry.id,
                "title": entry.title,
                "source": entry.request.source,
            }
            yield entry, LibraryAnswer(**vars(last.answer), **about)
    if refused and not found:
        raise refused
