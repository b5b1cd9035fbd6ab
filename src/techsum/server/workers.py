"""Several server processes over one PostgreSQL that readers cannot tell from one.

Each makes the summaries that were asked of it, keeps their events where the others find them, and says that
it lives. Whoever is asked for a summary that another makes follows it there. What a process leaves behind, in
order or not, the others take over.
"""

import logging
import queue
import secrets
import threading
import time
from typing import Protocol

from techsum.contracts.entry import Failure
from techsum.errors import StorageError
from techsum.library import Entry
from techsum.library.work import StoredEvent, Work
from techsum.messages import Language, text
from techsum.server.log import Log, Logged, OnEvent

LOOK_SECONDS = 0.1
"""How often a process writes its events and looks for those of others: two of these are a word's delay."""
DEAD_SECONDS = 10
"""Seconds without a heartbeat after which a process is dead, by the others' clocks."""

_BEAT_SECONDS = 2
_CLAIM_SECONDS = 0.5
_KEPT_SECONDS = 600
"""Events of what is over: long enough for a reader whose connection was lost."""
_log = logging.getLogger("techsum.server")


class Makes(Protocol):
    """What makes summaries here."""

    @property
    def made(self) -> list[str]:
        """What is being made."""
        ...

    @property
    def idle(self) -> bool:
        """Whether more could be made at once."""
        ...

    def take_over(self, entry: Entry, language: Language, before: list[Logged]) -> None:
        """Make what another process has left; `before` are the events that its reader may know."""
        ...

    def cancel(self, entry_id: str) -> bool:
        """Stop one."""
        ...

    def abandon(self) -> None:
        """Let go of everything: others make it now."""
        ...


class Workers:
    """This process among the others.

    Args:
        work: what they share.
    """

    def __init__(self, work: Work) -> None:
        self.id = secrets.token_hex(8)
        self.work = work
        self._unsaid: queue.SimpleQueue[StoredEvent] = queue.SimpleQueue()
        self._saying: list[StoredEvent] = []
        self._lock = threading.Lock()
        self._followed: dict[str, tuple[Log, int]] = {}
        self._seen: dict[str, tuple[int, float]] = {}
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, makes: Makes) -> None:
        """Join the others.

        Raises:
            StorageError: the database does not answer.
        """
        self.work.join(self.id)
        self._thread = threading.Thread(target=self._live, args=(makes,), name="workers", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Leave in order: all events are published, unfinished work is released."""
        self._ended.set()
        if self._thread:
            self._thread.join(DEAD_SECONDS)
        try:
            self._publish()
            self._give_back(self.id, died=False)
        except StorageError:
            _log.warning("the library does not answer; the others will notice that this process is gone")
        with self._lock:
            for log, _ in self._followed.values():
                log.close()

    def listener(self, entry_id: str) -> OnEvent:
        """What a log of this process tells its events, so that others hear of them."""
        return lambda event, last: self._unsaid.put(
            StoredEvent(entry_id, event.number, event.name, event.data, last)
        )

    def follow(self, entry_id: str) -> Log:
        """The events of a summary that another process makes, as they come.

        Raises:
            StorageError: the database does not answer.
        """
        with self._lock:
            known = self._followed.get(entry_id)
            if known:
                return known[0]
            log = Log()
            self._followed[entry_id] = (log, 0)
        self._poll({entry_id: 0})
        return log

    # -- the thread --------------------------------------------------------------------------------------

    def _live(self, makes: Makes) -> None:
        beaten = tidied = claimed = 0.0
        while not self._ended.wait(LOOK_SECONDS):
            now = time.monotonic()
            try:
                self._publish()
                with self._lock:
                    after = {one: number for one, (_, number) in self._followed.items()}
                self._poll(after)
                if now - claimed >= _CLAIM_SECONDS:
                    claimed = now
                    for entry_id in self.work.stopping(self.id, makes.made):
                        makes.cancel(entry_id)
                    if makes.idle:
                        self._claim(makes)
                if now - beaten >= _BEAT_SECONDS:
                    beaten = now
                    if not self.work.beat(self.id):
                        makes.abandon()
                        self.work.join(self.id)
                    self._reclaim_dead(now)
                if now - tidied >= _KEPT_SECONDS:
                    tidied = now
                    self.work.forget(time.time() - _KEPT_SECONDS)
            except StorageError as error:
                # nobody could say that it lives meanwhile: the count begins anew
                self._seen.clear()
                _log.warning("%s", error)
                self._ended.wait(_BEAT_SECONDS)
            except Exception:  # noqa: BLE001 - the process would be taken for dead
                _log.exception("workers")
                self._ended.wait(_BEAT_SECONDS)

    def _publish(self) -> None:
        """Keep this process's events; what could not be kept is kept next time."""
        while not self._unsaid.empty():
            self._saying.append(self._unsaid.get())
        self.work.tell(self._saying)
        self._saying = []

    def _poll(self, after: dict[str, int]) -> None:
        """Pass on the events of others."""
        for stored in self.work.stored(after):
            with self._lock:
                log, number = self._followed.get(stored.summary, (None, 0))
                if log is None or stored.number <= number:
                    continue
                if stored.last:
                    del self._followed[stored.summary]
                else:
                    self._followed[stored.summary] = (log, stored.number)
                log.append(stored.name, stored.data, last=stored.last)

    def _claim(self, makes: Makes) -> None:
        claimed = self.work.claim(self.id)
        if claimed:
            entry, language = claimed
            before = [Logged(t.number, t.name, t.data) for t in self.work.stored({entry.id: 0})]
            makes.take_over(entry, language, before)

    def _reclaim_dead(self, now: float) -> None:
        """Take over from who has stopped saying that it lives."""
        beats = self.work.beats()
        beats.pop(self.id, None)
        self._seen = {
            one: self._seen[one] if one in self._seen and self._seen[one][0] == count else (count, now)
            for one, count in beats.items()
        }
        for one, (_, since) in self._seen.items():
            if now - since >= DEAD_SECONDS:
                _log.warning("worker %s is gone", one)
                self._give_back(one, died=True)

    def _give_back(self, worker: str, *, died: bool) -> None:
        self.work.give_back(worker, Failure("interrupted", text("job_interrupted")), died=died)
