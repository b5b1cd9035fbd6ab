"""Questions of readers, about one summary's article or about all that they saved."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack

from techsum import chat
from techsum.chat import QUOTING
from techsum.contracts.answer import LibraryAnswer
from techsum.contracts.article import Article
from techsum.contracts.entry import Entry
from techsum.contracts.events import Answered, Event
from techsum.errors import UsageError
from techsum.fair_queue import FairQueue
from techsum.library import Library
from techsum.library.conversations import Conversations
from techsum.library.questions import ask_library as answers_of
from techsum.server.analysis import analysing
from techsum.server.limits import Client, Slots
from techsum.server.model_choice import model_of_summary, named_model
from techsum.settings import settings

_EARLIER = 3
"""Earlier questions that a question may lean on."""


class Questions:
    """The questions of one server process.

    Args:
        library: where answers are kept.
        model_queue: who may use the model next.
    """

    def __init__(self, library: Library, model_queue: FairQueue) -> None:
        self._library, self._model_queue = library, model_queue
        limits = settings()
        self._slots = Slots(limits.open_questions, limits.reader_questions, limits.address_questions)

    def ask(
        self, entry: Entry, question: str, model: str | None, cancel: threading.Event, client: Client
    ) -> Iterator[Event | Answered]:
        """Answer a question about a summary's article; the last event is `Answered`, which is kept.

        Args:
            entry: the summary.
            question: the reader's.
            model: who answers; None: the model of the summary, which has the article in its cache.
            cancel: stops the answer.
            client: who the limits count it for.

        Raises:
            UsageError: no question, no article to ask, or a model that does not exist.
            BusyError: too many questions are being answered.
            CancelledError: `cancel` was set.
        """
        if entry.article is None:
            raise UsageError("question_no_article")
        name = named_model(model) if model else model_of_summary(entry)
        with ExitStack() as stack:
            stack.enter_context(self._slots.taken(client))
            earlier = Conversations(self._library).of(entry.reader, entry.id)[-_EARLIER:]
            before = [(q.question, q.answer.text) for q in earlier]
            found: Iterable[Event | Answered] = chat.ask(entry.article, question, name, cancel, before)
            if name in QUOTING:
                with analysing(entry.article, client, cancel):  # a yield may end in another thread
                    found = list(found)
            else:
                stack.enter_context(self._model_queue.turn(entry.reader, cancel))
            for event in found:
                if isinstance(event, Answered):
                    Conversations(self._library).add(entry.reader, entry.id, event.answer)
                yield event

    def ask_library(
        self, reader: str, question: str, model: str, cancel: threading.Event, client: Client
    ) -> Iterator[tuple[Entry, LibraryAnswer]]:
        """Answer a question from everything that a reader saved; errors as `ask`."""
        name = named_model(model)

        def turn(article: Article) -> AbstractContextManager[None]:
            if name in QUOTING:
                return analysing(article, client, cancel)
            return self._model_queue.turn(reader, cancel)

        with self._slots.taken(client):
            yield from answers_of(self._library, reader, question, model=name, cancel=cancel, turn=turn)
