"""Makes one summary: publishes its events, keeps the result, handles every failure."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from techsum.chat import quoted
from techsum.chat.answer_card import answer_card
from techsum.contracts.article import Article
from techsum.contracts.entry import Failure
from techsum.contracts.events import (
    Cancelled,
    Done,
    Event,
    Failed,
    KeySentences,
    Progress,
    Queue,
    TextPiece,
    progress,
)
from techsum.errors import CancelledError, StorageError, TechsumError
from techsum.fair_queue import FairQueue
from techsum.generators import EXTRACT
from techsum.library import Library
from techsum.messages import speaking, text
from techsum.reading.isolated import parsing_for
from techsum.server import metrics
from techsum.server.analysis import analysing
from techsum.server.job import Job
from techsum.server.model_choice import named_model
from techsum.summarizers import events

_AWAY_SECONDS = 30
"""A database server that is started anew is back by then."""
_CARD_CHARACTERS = 60_000
"""A longer article gets no limits and questions: each question looks at every sentence."""
_log = logging.getLogger("techsum.server")


class JobRunner:
    """Runs the jobs of one process.

    Args:
        library: where results are kept.
        model_queue: who waits for the model.
        worker: this process's name among those that share the library, where they do.
    """

    def __init__(self, library: Library, model_queue: FairQueue, worker: str | None) -> None:
        self._library, self._model_queue, self._worker = library, model_queue, worker
        self.ending = False
        """Whether the process ends: what is stopped then is handed over, or interrupted."""
        self.unkept: dict[str, Failure] = {}
        """How jobs ended that the library did not take; the next start calls them interrupted."""

    def run(self, job: Job) -> str:
        """Make the summary; a failure is published and kept.

        Returns:
            How it ended, for the metrics.
        """
        with speaking(job.language):
            try:
                self._work(job)
            except CancelledError:
                if job.lost or (self.ending and self._worker):
                    job.log.close()
                    return "handed over"
                if self.ending:
                    self._fail(job, Failure("interrupted", text("job_interrupted")))
                else:
                    self._cancelled(job)
                    return "cancelled"
            except TechsumError as error:
                self._fail(job, Failure(error.key, str(error)))
            except Exception as error:  # noqa: BLE001 - the reader is told, the log has the rest
                _log.exception("job %s", job.entry.id)
                message = text("job_internal", reason=type(error).__name__)
                self._fail(job, Failure("internal", message))
            else:
                return "done"
        return "failed"

    def _fail(self, job: Job, failure: Failure) -> None:
        """Keep why a job failed, if that can be kept, and tell who listens in any case."""
        metrics.FAILURES.labels(failure.kind).inc()
        self._end(
            job, Failed(failure), lambda: self._library.fail(job.entry.id, failure, self._worker), failure
        )

    def _cancelled(self, job: Job) -> None:
        """Keep what was written of a job that its reader stopped, and tell who listens."""
        message = text("notice_stopped" if job.written else "job_cancelled")
        lost = Failure("cancelled", text("job_cancelled"))
        self._end(
            job,
            Cancelled(message),
            lambda: self._library.cancel(job.entry.id, self._worker, job.unfinished()),
            lost,
        )

    def _end(self, job: Job, event: Failed | Cancelled, keep: Callable[[], None], unkept: Failure) -> None:
        """End a job with this event; `unkept` stands for it where it cannot be kept."""
        try:
            self._keep(keep)
        except TechsumError:
            _log.exception("job %s", job.entry.id)
            self.unkept[job.entry.id] = unkept
            event = Cancelled(unkept.message) if isinstance(event, Cancelled) else event
        job.log.add(event, last=True)

    def _keep(self, keep: Callable[[], None]) -> None:
        """Keep something; a database that is away for a moment is waited for.

        Raises:
            StorageError: it stays away.
        """
        Retrying(
            stop=stop_after_delay(_AWAY_SECONDS if self._worker else 0),
            wait=wait_fixed(1),
            retry=retry_if_exception_type(StorageError),
            reraise=True,
        )(keep)

    def _work(self, job: Job) -> None:
        options = job.entry.request.options
        options = replace(options, model=named_model(options.model))
        job.log.add(progress("progress_reading"))
        assert job.load is not None  # noqa: S101 - a job is worked on once
        with parsing_for(job.client.address or job.client.reader):
            article = job.load()
        job.load = None
        if job.cancel.is_set():
            raise CancelledError
        on_position = lambda n: job.log.add(Queue(n))  # noqa: E731
        turn_began = None
        with ExitStack() as stack:
            stack.enter_context(analysing(article, job.client, job.cancel, on_position))
            for event in events(article, options, job.cancel):
                if isinstance(event, KeySentences | Done):
                    stack.close()  # what took a place is done; a model waits for its own below
                # kept before it is told: who is told draws the page again
                job.log.add(self._kept(job, article, event), last=isinstance(event, Done))
                if isinstance(event, KeySentences) and options.model != EXTRACT:
                    stack.enter_context(self._model_queue.turn(job.entry.reader, job.cancel, on_position))
                    turn_began = time.monotonic()
                elif isinstance(event, Progress) and event.key == "progress_part":
                    stack.close()  # a book gives way to who waits, part by part
                    stack.enter_context(self._model_queue.turn(job.entry.reader, job.cancel, on_position))
                    turn_began = turn_began and time.monotonic()
                elif isinstance(event, TextPiece):
                    metrics.PIECES.inc()
                    if turn_began:
                        metrics.FIRST_PIECE.observe(time.monotonic() - turn_began)
                        turn_began = None
                job.remember(event)

    def _kept(self, job: Job, article: Article, event: Event) -> Event:
        """An event as readers see it; the library keeps what is to stay of it."""
        if isinstance(event, Done):
            if len(article.text) < _CARD_CHARACTERS:
                event = Done(answer_card(article, event.summary, quoted))
            self._keep(partial(self._library.finish, job.entry.id, event.summary, self._worker))
        elif isinstance(event, KeySentences):
            self._keep(partial(self._library.read, job.entry.id, article, event.summary, self._worker))
        return event
