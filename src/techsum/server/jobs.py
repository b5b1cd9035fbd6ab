"""Summaries in the making: each in a thread of its own, outliving the connection that asked for it."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from techsum.chat import quoted
from techsum.chat.answer_card import answer_card
from techsum.contracts.article import Article
from techsum.contracts.entry import OPEN, Failure
from techsum.contracts.events import (
    Cancelled,
    Done,
    Event,
    Failed,
    KeySentences,
    Progress,
    Queue,
    SentenceDone,
    TextPiece,
    Title,
    Withdrawn,
    progress,
)
from techsum.contracts.notice import notice
from techsum.contracts.options import SummaryOptions
from techsum.contracts.summary import Summary, SummarySentence, joined
from techsum.errors import CancelledError, StorageError, TechsumError, UsageError
from techsum.fair_queue import FairQueue
from techsum.generators import EXTRACT, check
from techsum.library import Entry, Library, Request
from techsum.library.quota import check_quota
from techsum.messages import Language, speaking, text
from techsum.reading import read_remote
from techsum.reading.isolated import parsing_for
from techsum.server import metrics
from techsum.server.analysis import analysing
from techsum.server.limits import RETRY_SECONDS, BusyError, Client, Slots
from techsum.server.log import Log, Logged
from techsum.server.model_choice import named_model
from techsum.server.questions import Questions
from techsum.server.workers import Workers
from techsum.settings import settings
from techsum.summarizers import events
from techsum.summarizers.figures import figures

_LOGS_KEPT = 200
_END_SECONDS = 3
"""A model stops within a token; who fetches a page is waited for no longer."""
_AWAY_SECONDS = 30
"""A database server that is started anew is back by then."""
_CARD_CHARACTERS = 60_000
"""A longer article gets no limits and questions: each question looks at every sentence."""
_log = logging.getLogger("techsum.server")


@dataclass
class _Job:
    entry: Entry
    language: Language
    load: Callable[[], Article] | None
    """Reads the article, in the job's thread; let go of then, for it may hold a document of 50 MB."""
    client: Client
    """Who the limits count it for."""
    log: Log
    lost: bool = False
    """Whether another process makes it now: nothing is said or kept of it here."""
    title: str = ""
    whole: bool = True
    """Whether what is written now is of the whole article, not of a part of a long one."""
    written: list[SummarySentence] = field(default_factory=list)
    """The sentences that stand so far: what a reader who stops it keeps."""
    cancel: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.monotonic)


class Jobs:
    """The jobs of one server process.

    Args:
        library: where results are kept.
        at_once: how many may use the model at a time.
        workers: this process among those that share the library, where they do.
    """

    def __init__(self, library: Library, at_once: int = 1, workers: Workers | None = None) -> None:
        self._library = library
        self._workers = workers
        self._worker = workers.id if workers else None
        self.model_queue = FairQueue(at_once)
        self._lock = threading.Lock()
        self._open: dict[str, _Job] = {}
        limits = settings()
        self._slots = Slots(limits.open_summaries, limits.reader_summaries, limits.address_summaries)
        self.questions = Questions(library, self.model_queue)
        self._unkept: dict[str, Failure] = {}
        """How jobs ended that the library did not take; the next start calls them interrupted."""
        self._ending = False
        self._stopping = threading.Lock()
        self._logs: OrderedDict[str, Log] = OrderedDict()

    @property
    def ending(self) -> bool:
        """Whether this process takes nothing new, for it ends."""
        return self._ending

    @property
    def open(self) -> int:
        """How many are not finished."""
        return len(self._open)

    def expect_room(self, client: Client) -> None:
        """Refuse what would find no room, before anything is read for it.

        Raises:
            BusyError: too many are waiting.
        """
        self._slots.expect(client)

    def submit(
        self,
        reader: str,
        request: Request,
        source: Article | Callable[[], Article],
        language: Language,
        *,
        client: Client | None = None,
        source_id: str | None = None,
    ) -> Entry:
        """Begin a summary.

        Args:
            reader: whose.
            client: who the limits count it for; by default the reader.
            request: what was asked for.
            source: the article, or what reads it in the job's thread.
            language: of messages and notices.
            source_id: of the summary that it is a version of.

        Raises:
            UsageError: a model that does not exist.
            ModelError: a model that is not here.
            BusyError: too many are waiting.
            StorageError: the reader keeps too much.
        """
        check(named_model(request.options.model))
        check_quota(self._library, reader)
        if self._ending:  # whoever asks again finds another process, or this one anew
            raise BusyError("server_busy", seconds=RETRY_SECONDS)
        client = client or Client(reader)
        self._slots.take(client)
        article = source if isinstance(source, Article) else None
        try:  # not under the lock: the database may be busy
            entry = self._library.begin(
                reader, request, article, worker=self._worker, language=language, source_id=source_id
            )
        except BaseException:
            self._slots.give_back(client)
            raise
        load = (lambda: source) if isinstance(source, Article) else source
        job = _Job(entry, language, load, client, self._new_log(entry.id))
        with self._lock:
            self._begin(job)
        if self.ending:  # meanwhile
            job.cancel.set()
        return entry

    def _new_log(self, entry_id: str, before: Iterable[Logged] = ()) -> Log:
        return Log(before, self._workers.listener(entry_id) if self._workers else None)

    def _begin(self, job: _Job) -> None:
        self._open[job.entry.id] = job
        self._logs[job.entry.id] = job.log
        while len(self._logs) > _LOGS_KEPT:
            self._logs.popitem(last=False)
        threading.Thread(target=self._run, args=(job,), name=f"job {job.entry.id}", daemon=True).start()

    @property
    def made(self) -> list[str]:
        """What is being made."""
        return list(self._open)

    @property
    def idle(self) -> bool:
        """Whether nobody waits for the model here."""
        return (
            not self.model_queue.waiting
            and len(self._open) < settings().reader_summaries
            and not self._ending
        )

    def take_over(self, entry: Entry, language: Language, before: list[Logged]) -> None:
        """Make what another process has left; its reader's stream goes on after the events of `before`."""
        link, article = entry.request.source, entry.article
        load = (lambda: article) if article else (lambda: read_remote(link))
        client = Client(entry.reader)
        job = _Job(entry, language, load, client, self._new_log(entry.id, before))
        with self._lock:
            self._slots.take(client, always=True)
            self._begin(job)

    def abandon(self) -> None:
        """Let go of everything: this process was taken for dead, and others make it now."""
        for job in list(self._open.values()):
            job.lost = True
            job.cancel.set()

    def again(
        self, entry: Entry, options: SummaryOptions, language: Language, client: Client | None = None
    ) -> Entry:
        """Summarise what was read before once more, in another way.

        Raises:
            UsageError: nothing was read and nothing can be.
            BusyError: too many are waiting.
        """
        link = entry.request.source
        request = Request(entry.request.mode, link, options)
        if not entry.article and entry.request.mode != "link":
            raise UsageError("summary_no_source")
        source = entry.article or (lambda: read_remote(link))
        return self.submit(entry.reader, request, source, language, client=client, source_id=entry.source_id)

    def found(self, reader: str, entry_id: str) -> Entry | None:
        """The reader's summary of this id. One whose failure a full disk did not take is failed all the same.

        Raises:
            StorageError: the library does not answer.
        """
        entry = self._library.get(reader, entry_id)
        failure = self._unkept.get(entry_id)
        if entry is None or failure is None or entry.status not in OPEN:
            return entry
        with suppress(StorageError):  # there may be room by now
            self._library.fail(entry_id, failure, self._worker)
            del self._unkept[entry_id]
        return replace(entry, status="failed", error=failure)

    def log(self, entry: Entry) -> Log | None:
        """The events of a summary, or None where it is over and nobody remembers them.

        Raises:
            StorageError: another process makes it, and the database does not answer.
        """
        log = self._logs.get(entry.id)
        if log is None and self._workers and entry.status in OPEN:
            return self._workers.follow(entry.id)
        return log

    def cancel(self, entry_id: str) -> bool:
        """Stop a summary within one token. False: nobody makes it.

        Raises:
            StorageError: another process makes it, and the database does not answer.
        """
        job = self._open.get(entry_id)
        if job:
            job.cancel.set()
            return True
        return bool(self._workers and self._workers.work.stop(entry_id))

    def stop(self) -> None:
        """Stop everything: the server ends. What was in the making others take over, or it is interrupted.

        A second call returns when the first has done so.
        """
        with self._stopping:
            self._stop()

    def _stop(self) -> None:
        with self._lock:
            if self._ending:
                return
            self._ending = True
        for job in list(self._open.values()):
            job.cancel.set()
        deadline = time.monotonic() + _END_SECONDS
        while self._open and time.monotonic() < deadline:
            time.sleep(0.02)
        if self._workers:
            self._workers.end()

    def _run(self, job: _Job) -> None:
        entry, outcome = job.entry, "failed"
        with speaking(job.language):
            try:
                self._work(job)
                outcome = "done"
            except CancelledError:
                if job.lost or (self._ending and self._workers):
                    outcome = "handed over"
                    job.log.close()
                elif self._ending:
                    self._fail(job, Failure("interrupted", text("job_interrupted")))
                else:
                    outcome = "cancelled"
                    self._cancelled(job)
            except TechsumError as error:
                self._fail(job, Failure(error.key, str(error)))
            except Exception as error:  # noqa: BLE001 - the reader is told, the log has the rest
                _log.exception("job %s", entry.id)
                message = text("job_internal", reason=type(error).__name__)
                self._fail(job, Failure("internal", message))
            finally:
                metrics.job(outcome, time.monotonic() - job.began)
                self._slots.give_back(job.client)
                with self._lock:
                    if self._open.get(entry.id) is job:  # not one that was taken over again meanwhile
                        del self._open[entry.id]

    def _fail(self, job: _Job, failure: Failure) -> None:
        """Keep why a job failed, if that can be kept, and tell who listens in any case."""
        metrics.FAILURES.labels(failure.kind).inc()
        self._end(
            job, Failed(failure), lambda: self._library.fail(job.entry.id, failure, self._worker), failure
        )

    def _cancelled(self, job: _Job) -> None:
        """Keep what was written of a job that its reader stopped, and tell who listens."""
        message = text("notice_stopped" if job.written else "job_cancelled")
        lost = Failure("cancelled", text("job_cancelled"))
        self._end(
            job,
            Cancelled(message),
            lambda: self._library.cancel(job.entry.id, self._worker, _unfinished(job)),
            lost,
        )

    def _end(self, job: _Job, event: Failed | Cancelled, keep: Callable[[], None], unkept: Failure) -> None:
        """End a job with this event; `unkept` stands for it where it cannot be kept."""
        try:
            self._keep(keep)
        except TechsumError:
            _log.exception("job %s", job.entry.id)
            self._unkept[job.entry.id] = unkept
            event = Cancelled(unkept.message) if isinstance(event, Cancelled) else event
        job.log.add(event, last=True)

    def _keep(self, keep: Callable[[], None]) -> None:
        """Keep something; a database that is away for a moment is waited for.

        Raises:
            StorageError: it stays away.
        """
        Retrying(
            stop=stop_after_delay(_AWAY_SECONDS if self._workers else 0),
            wait=wait_fixed(1),
            retry=retry_if_exception_type(StorageError),
            reraise=True,
        )(keep)

    def _work(self, job: _Job) -> None:
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
                if isinstance(event, KeySentences):
                    stack.close()  # what took a processor is done; a model waits for its own place below
                # kept before it is told: who is told draws the page again
                job.log.add(self._kept(job, article, event), last=isinstance(event, Done))
                if isinstance(event, KeySentences) and options.model != EXTRACT:
                    stack.enter_context(self.model_queue.turn(job.entry.reader, job.cancel, on_position))
                    turn_began = time.monotonic()
                elif isinstance(event, Progress) and event.key == "progress_part":
                    stack.close()  # a book gives way to who waits, part by part
                    stack.enter_context(self.model_queue.turn(job.entry.reader, job.cancel, on_position))
                    turn_began = turn_began and time.monotonic()
                elif isinstance(event, TextPiece):
                    metrics.PIECES.inc()
                    if turn_began:
                        metrics.FIRST_PIECE.observe(time.monotonic() - turn_began)
                        turn_began = None
                _remember(job, event)

    def _kept(self, job: _Job, article: Article, event: Event) -> Event:
        """An event as readers see it; the library keeps what is to stay of it."""
        if isinstance(event, Done):
            if len(article.text) < _CARD_CHARACTERS:
                event = Done(answer_card(article, event.summary, quoted))
            self._keep(partial(self._library.finish, job.entry.id, event.summary, self._worker))
        elif isinstance(event, KeySentences):
            self._keep(partial(self._library.read, job.entry.id, article, event.summary, self._worker))
        return event


def _remember(job: _Job, event: Event) -> None:
    """Hold what stands, for a reader who stops the summary."""
    if isinstance(event, Title):
        job.title = event.text
    elif isinstance(event, Progress) and event.key == "progress_part":
        job.whole = False
    elif isinstance(event, SentenceDone) and job.whole:
        job.written.append(event.sentence)
    elif isinstance(event, Withdrawn) and event.everything:
        job.whole = True
        job.written.clear()


def _unfinished(job: _Job) -> Summary | None:
    """What a stopped summary has, or None where no sentence stands yet."""
    if not job.written:
        return None
    options = job.entry.request.options
    return Summary(
        title=job.title,
        text=joined((s.text for s in job.written), options.separator),
        sentences=tuple(job.written),
        model=named_model(options.model),
        coverage=1.0,
        seconds=time.monotonic() - job.began,
        line=job.written[0].text,
        figures=figures(job.written),
        notices=(notice("stopped"),),
    )
