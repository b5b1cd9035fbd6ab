"""The feeds of all readers, read in the background: what is new is summarised for the briefing."""

import logging
import threading
import time
from datetime import date

from techsum.contracts.options import SummaryOptions
from techsum.errors import TechsumError
from techsum.library import Library, Request
from techsum.library.feeds import Feed, Feeds
from techsum.messages import Language, speaking
from techsum.reading import read_page
from techsum.reading.isolated import parsing_for
from techsum.reading.polite import Polite
from techsum.server.jobs import Jobs
from techsum.settings import settings
from techsum.watch import articles_of

MOST_ARTICLES = 10
"""Of a feed at a time, the newest ones."""
_LOOK_SECONDS = 20
"""After which this process looks whether a feed is due."""
_BUSY_SECONDS = 0.5
_LONGEST_WAIT, _FEED_SECONDS = 5.0, 120
"""What a host may ask to wait, and what a feed may take: others wait for it. The rest is next time's."""
_DAY_SECONDS = 24 * 3600
_OPTIONS = SummaryOptions("short")
_log = logging.getLogger("techsum.server")


class FeedReader:
    """One thread that reads feeds one after the other; who reads by hand goes first.

    Args:
        library: where feeds and summaries are.
        jobs: makes the summaries.
    """

    def __init__(self, library: Library, jobs: Jobs) -> None:
        self._library, self._feeds, self._jobs = library, Feeds(library), jobs
        self._forget_hosts()
        self._ended, self._due = threading.Event(), threading.Event()

    def begin(self) -> None:
        """Start."""
        threading.Thread(target=self._run, name="feeds", daemon=True).start()

    def look(self) -> None:
        """Look now: somebody added a feed."""
        self._due.set()

    def end(self) -> None:
        """Begin nothing more."""
        self._ended.set()
        self._due.set()

    def _forget_hosts(self) -> None:
        """Begin with no host known: in a process that lives for months they add up."""
        self._polite, self._polite_since = Polite(longest_wait=_LONGEST_WAIT), time.monotonic()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                while not self._ended.is_set():
                    feed = self._feeds.claim(time.time() - 60 * settings().feed_minutes)
                    if feed is None:
                        break
                    if time.monotonic() - self._polite_since > _DAY_SECONDS:
                        self._forget_hosts()
                    self._read(feed)
            except TechsumError as error:
                _log.warning("feeds: %s", error)
            except Exception:  # noqa: BLE001 - the other feeds go on
                _log.exception("feeds")
            self._due.wait(_LOOK_SECONDS)
            self._due.clear()

    def _read(self, feed: Feed) -> None:
        language: Language = "en" if feed.language == "en" else "ko"
        error, deadline = "", time.monotonic() + _FEED_SECONDS
        try:
            with speaking(language):
                with parsing_for("feeds"):
                    named = articles_of(self._polite, feed.url)[:MOST_ARTICLES]
                links = self._feeds.new_links(feed, [one.link for one in named])
                # the newest stands first on the page, so it is made last
                for link in reversed(links):
                    if time.monotonic() > deadline or not self._summarise(feed, link, language):
                        break
        except TechsumError as problem:
            error = str(problem)
        finally:
            self._feeds.settle(feed, error)

    def _summarise(self, followed: Feed, link: str, language: Language) -> bool:
        """Summarise one article. False: this process ends, or the feed is followed no more."""
        while not self._jobs.idle:
            if self._ended.wait(_BUSY_SECONDS):
                return False
        feed = self._feeds.current(followed)
        if feed is None:
            return False
        entry = self._library.of_source(feed.reader, link, _OPTIONS)
        if entry is None:
            request = Request("link", link, _OPTIONS)
            entry = self._jobs.submit(
                feed.reader, request, lambda: read_page(self._polite.fetch(link)), language
            )
        kept = self._feeds.add_item(feed, link, entry.id, date.today().isoformat())  # noqa: DTZ011 - the machine's day
        while entry.id in self._jobs.made:
            if self._ended.wait(_BUSY_SECONDS):
                return False
        return kept
