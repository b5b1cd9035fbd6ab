"""Fetching many pages without being a burden: robots.txt, one request a host at a time, nothing twice.

For machines that fetch by themselves (`batch`, `watch`); a reader who pastes one link is no robot.
"""

import hashlib
import json
import threading
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from protego import Protego

from techsum.errors import FetchError, ReadingError
from techsum.reading.addresses import parse_link
from techsum.reading.fetch import Fetched, Limits, Version, fetch
from techsum.retrying import parse_retry_after, retrier
from techsum.settings import loopback_allowed, settings

AGENT = "TechSum"
"""The name by which a robots.txt may address us."""
GAP_SECONDS = 1.0
"""Between two requests to one host, where its robots.txt asks for no more."""
_LONGEST_GAP = 30.0
"""A robots.txt that asks for more is obeyed up to here."""
_ATTEMPTS = 3
_LONGEST_WAIT = 120.0
_ROBOTS_BYTES = 512 * 1024
"""RFC 9309, 2.5: at least 500 KiB of a robots.txt have to be read."""
_ROBOTS_SECONDS = 24 * 3600
"""RFC 9309, 2.4: no longer than a day."""
_HOSTS_KEPT = 10_000
_TOO_MANY, _AWAY = 429, 503


class Polite:
    """Fetches for one batch. Safe to call from several threads, which wait for one another host by host.

    Args:
        cache: a folder in which pages are kept with what the server calls their version, so that an unchanged
            one is not sent again; None: nothing is kept.
        gap: least seconds between two requests to one host.
        longest_wait: seconds that a `Retry-After` may ask for; a host that asks for more has failed.
    """

    def __init__(
        self, cache: Path | None = None, gap: float = GAP_SECONDS, longest_wait: float = _LONGEST_WAIT
    ) -> None:
        self._longest_wait = longest_wait
        self._cache = cache
        self._gap = gap
        self._hosts: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._next: dict[str, float] = {}
        self._robots: dict[str, tuple[float, Protego]] = {}
        self._lock = threading.Lock()

    def fetch(self, link: str, limits: Limits | None = None) -> Fetched:
        """What the link gives, when it is this link's turn.

        Args:
            link: the link.
            limits: see `techsum.reading.fetch`.

        Raises:
            FetchError: robots.txt forbids it, or it could not be fetched.
        """
        url = parse_link(link)
        name = url.netloc.decode("ascii")
        host = f"{url.scheme}://{name}"
        with self._lock:
            turn = self._hosts[host]
        with turn:
            robots = self._rules(host)
            if not robots.can_fetch(link, AGENT):
                raise FetchError("fetch_robots", url=link, host=name)
            gap = max(self._gap, min(float(robots.crawl_delay(AGENT) or 0), _LONGEST_GAP))

            def attempt() -> Fetched:
                time.sleep(max(0.0, self._next.get(host, 0) - time.monotonic()))
                try:
                    return self._from_cache_or_host(link, limits)
                finally:
                    self._not_before(host, gap)

            # not slept here: another link of this host waits for it too
            again = retrier(_ATTEMPTS, self._wait, lambda seconds: self._not_before(host, seconds))
            return again(attempt)

    def _not_before(self, host: str, seconds: float) -> None:
        self._next[host] = max(self._next.get(host, 0), time.monotonic() + seconds)

    def _wait(self, error: BaseException, attempt: int) -> float | None:
        """Seconds until another attempt may be made; None: it would not help, or be too long."""
        if not isinstance(error, FetchError) or error.values.get("status") not in (_TOO_MANY, _AWAY):
            return None
        retry_after = parse_retry_after(str(error.values.get("retry_after", "")))
        wait = 5.0 * 2 ** (attempt - 1) if retry_after is None else retry_after
        return wait if wait <= self._longest_wait else None

    def _rules(self, host: str) -> Protego:
        """A host's robots.txt; by RFC 9309 one that is not there allows all, one that fails forbids all."""
        read, rules = self._robots.get(host, (0.0, None))
        if rules is None or time.monotonic() - read > _ROBOTS_SECONDS:
            limits = Limits(settings().fetch_seconds, _ROBOTS_BYTES, allow_loopback=loopback_allowed())
            try:
                data = fetch(f"{host}/robots.txt", limits).body.decode("utf-8", "replace")
            except FetchError as error:
                status = error.values.get("status")
                gone = isinstance(status, int) and 400 <= status < 500 and status != _TOO_MANY  # noqa: PLR2004
                if not gone and status is None and error.key != "fetch_kind":
                    raise  # the host does not answer at all: the link's own error says it best
                data = "" if gone or error.key == "fetch_kind" else "User-agent: *\nDisallow: /"
            except ReadingError:  # larger than it may be
                data = ""
            rules = Protego.parse(data)
            with self._lock:
                while len(self._robots) >= _HOSTS_KEPT:
                    self._robots.pop(next(iter(self._robots)))
                self._robots[host] = time.monotonic(), rules
            self._next[host] = time.monotonic() + self._gap
        return rules

    def _from_cache_or_host(self, link: str, limits: Limits | None) -> Fetched:
        kept = self._kept(link)
        page = fetch(link, limits, kept.version if kept else None)
        if page.unchanged:
            if kept is None:
                raise FetchError("fetch_status", url=link, status=304, advice="")
            return kept
        self._keep(link, page)
        return page

    def _files(self, link: str) -> tuple[Path, Path] | None:
        if self._cache is None:
            return None
        name = hashlib.sha256(link.encode()).hexdigest()[:40]
        folder = self._cache / name[:2]
        return folder / f"{name}.json", folder / f"{name}.body"

    def _kept(self, link: str) -> Fetched | None:
        files = self._files(link)
        if files is None:
            return None
        about, body = files
        with suppress(OSError, ValueError, KeyError, TypeError):
            data, saved_body = json.loads(about.read_text("utf-8")), body.read_bytes()
            if hashlib.sha256(saved_body).hexdigest() == data.pop("sha256"):
                version = Version(data.pop("etag"), data.pop("modified"))
                return Fetched(**data, body=saved_body, version=version)
        return None

    def _keep(self, link: str, page: Fetched) -> None:
        files = self._files(link)
        if files is None or not page.version.condition_headers():
            return
        about, body = files
        data = {
            "url": page.url,
            "media_type": page.media_type,
            "charset": page.charset,
            "etag": page.version.etag,
            "modified": page.version.modified,
            "sha256": hashlib.sha256(page.body).hexdigest(),
        }
        with suppress(OSError):  # a full disk costs the next request, not this one
            body.parent.mkdir(parents=True, exist_ok=True)
            body.write_bytes(page.body)
            about.write_text(json.dumps(data), "utf-8")
