"""Summaries in the making: each in a thread of its own, outliving the connection that asked for it."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from techsum.contracts.article import Article
from techsum.contracts.entry import OPEN
from techsum.contracts.options import SummaryOptions
from techsum.errors import StorageError, UsageError
from techsum.fair_queue import FairQueue
from techsum.generators import check
from techsum.library import Entry, Library, Request
from techsum.library.quota import check_quota
from techsum.messages import Language
from techsum.reading import read_remote
from techsum.server import metrics
from techsum.server.job import Job
from techsum.server.job_runner import JobRunner
from techsum.server.limits import RETRY_SECONDS, BusyError, Client, Slots
from techsum.server.log import Log, Logged
from techsum.server.model_choice import named_model
from techsum.server.questions import Questions
from techsum.server.workers import Workers
from techsum.settings import settings

_LOGS_KEPT = 200
_END_SECONDS = 3
"""A model stops within a token; who fetches a page is waited for no longer."""


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
        self._open: dict[str, Job] = {}
        limits = settings()
        self._slots = Slots(limits.open_summaries, limits.reader_summaries, limits.address_summaries)
        self.questions = Questions(library, self.model_queue)
        self._runner = JobRunner(library, self.model_queue, self._worker)
        self._stopping = threading.Lock()
        self._logs: OrderedDict[str, Log] = OrderedDict()

    @property
    def ending(self) -> bool:
        """Whether this process takes nothing new, for it ends."""
        return self._runner.ending

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
        if self.ending:  # whoever asks again finds another process, or this one anew
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
        job = Job(entry, language, load, client, self._new_log(entry.id))
        with self._lock:
            self._begin(job)
        if self._runner.ending:  # meanwhile
            job.cancel.set()
        return entry

    def _new_log(self, entry_id: str, before: Iterable[Logged] = ()) -> Log:
        return Log(before, self._workers.listener(entry_id) if self._workers else None)

    def _begin(self, job: Job) -> None:
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
            not self.model_queue.waiting and len(self._open) < settings().reader_summaries and not self.ending
        )

    def take_over(self, entry: Entry, language: Language, before: list[Logged]) -> None:
        """Make what another process has left; its reader's stream goes on after the events of `before`."""
        link, article = entry.request.source, entry.article
        load = (lambda: article) if article else (lambda: read_remote(link))
        client = Client(entry.reader)
        job = Job(entry, language, load, client, self._new_log(entry.id, before))
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
        failure = self._runner.unkept.get(entry_id)
        if entry is None or failure is None or entry.status not in OPEN:
            return entry
        with suppress(StorageError):  # there may be room by now
            self._library.fail(entry_id, failure, self._worker)
            del self._runner.unkept[entry_id]
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
            if self.ending:
                return
            self._runner.ending = True
        for job in list(self._open.values()):
            job.cancel.set()
        deadline = time.monotonic() + _END_SECONDS
        while self._open and time.monotonic() < deadline:
            time.sleep(0.02)
        if self._workers:
            self._workers.end()

    def _run(self, job: Job) -> None:
        outcome = "failed"
        try:
            outcome = self._runner.run(job)
        finally:
            metrics.job(outcome, time.monotonic() - job.began)
            self._slots.give_back(job.client)
            with self._lock:
                if self._open.get(job.entry.id) is job:  # not one that was taken over again meanwhile
                    del self._open[job.entry.id]
