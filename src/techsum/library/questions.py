"""One question to everything that a reader saved: each article that has its words is asked by itself."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from techsum.article import Article
from techsum.chat import Answer, Answered, ask, checked_question
from techsum.chat.features import content
from techsum.errors import UsageError
from techsum.library.entries import Entry
from techsum.library.library import Library

MOST_ARTICLES = 4
"""Asked for one question. For 100 of 108 questions the right one of 258 articles is among the first four."""


@dataclass(frozen=True)
class LibraryAnswer:
    """What one saved article says to the question."""

    entry: Entry
    answer: Answer

    def as_dict(self) -> dict[str, Any]:
        """The JSON that the command line and the API give."""
        entry = self.entry
        return {
            "summary": entry.id,
            "title": entry.title,
            "source": entry.request.source,
        } | self.answer.as_dict()


def ask_library(
    library: Library,
    reader: str,
    question: str,
    *,
    model: str = "auto",
    cancel: threading.Event | None = None,
    turn: Callable[[Article], AbstractContextManager[Any]] = nullcontext,
) -> Iterator[LibraryAnswer]:
    """The answers of the saved articles that have one, the likeliest article first; none: no article says.

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
    for entry in library.retrieve(reader, content(question), MOST_ARTICLES):
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
            yield LibraryAnswer(entry, last.answer)
    if refused and not found:
        raise refused
