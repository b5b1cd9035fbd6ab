"""The one fetcher for links that users type: guarded addresses, sizes, time, hops and content types.

How it holds (each point has a test against a real server):

- The name is resolved once per hop, every address must be public, and the connection goes to one of
  exactly these addresses, while Host and TLS name stay the link's (no DNS rebinding).
- Redirects are followed by hand, each one checked like a first link, its body never read.
- One deadline covers resolving, connecting, headers and body; a server that drips bytes meets it too.
- Bodies are counted after decompression, which runs in small steps (no decompression bomb).
"""

import queue
import re
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from techsum.contracts.formats import FORMATS
from techsum.errors import FetchError, ReadingError
from techsum.messages import text
from techsum.reading.addresses import parse_link, vetted_addresses
from techsum.settings import loopback_allowed, settings

MAXIMUM_BYTES = 50 * 1024 * 1024
"""Largest body after decompression: room for a long report with pictures."""

_MAXIMUM_HOPS = 5
_STEP = 64 * 1024
_TEXT_TYPES = ("text/", "application/xhtml+xml", "application/xml", "application/json")
_DOCUMENT_TYPES = (
    *(media_type for one in FORMATS for media_type in one.media_types),
    # what servers call any of them
    "application/zip",
    "application/octet-stream",
    "binary/octet-stream",
    "application/download",
    "application/x-msdownload",
)
_NETWORK_ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    OSError,
)
_LENGTH = re.compile("[0-9]{1,18}")
_CHARSET = re.compile(r";\s{0,9}charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_LONGEST_HEADER = 500
_HEADERS = {
    "User-Agent": "TechSum/0.1 (+article reader; one request per article)",
    "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
    "Accept-Language": "ko,en;q=0.7",
}


@dataclass(frozen=True)
class Version:
    """How a server names what a link gives now, to be asked later whether that has changed."""

    etag: str = ""
    modified: str = ""

    def condition_headers(self) -> dict[str, str]:
        """The headers that ask for anything newer."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}


@dataclass(frozen=True)
class Fetched:
    """What a link gave: the final URL, its media type, the charset that the server named, the body."""

    url: str
    media_type: str
    charset: str | None
    body: bytes
    version: Version = Version()
    unchanged: bool = False
    """The server has nothing newer than what was named; there is no body then."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one fetch. `seconds` covers everything, `size` is in bytes after decompression."""

    seconds: float
    size: int = MAXIMUM_BYTES
    allow_loopback: bool = False
    kinds: tuple[str, ...] = (*_TEXT_TYPES, *_DOCUMENT_TYPES)
    """How a media type that is accepted begins."""


FEED_TYPES = (*_TEXT_TYPES, "application/rss+xml", "application/atom+xml", "application/rdf+xml")


def fetch(link: str, limits: Limits | None = None, known: Version | None = None) -> Fetched:
    """Fetch a link that a user typed.

    Args:
        link: the link.
        limits: of time and size; by default those of the settings.
        known: which version the caller has already.

    Raises:
        FetchError: the link is malformed or the server failed; `BlockedAddressError` where the link or
            one of its redirects leaves the open internet.
    """
    limits = limits or Limits(settings().fetch_seconds, allow_loopback=loopback_allowed())
    deadline = time.monotonic() + limits.seconds
    url = parse_link(link)
    first = str(url)
    try:
        with httpx.Client(
            transport=_PinnedTransport(deadline, allow_loopback=limits.allow_loopback),
            headers=_HEADERS,
            trust_env=False,
            timeout=limits.seconds,
        ) as client:
            for _ in range(_MAXIMUM_HOPS + 1):
                client.cookies.clear()
                with client.stream(
                    "GET", url, headers=known.condition_headers() if known else None
                ) as response:
                    if not response.has_redirect_location:
                        return _receive(response, limits)
                    url = parse_link(str(url.join(response.headers["location"])))
    except (*_NETWORK_ERRORS, UnicodeError) as error:  # a redirect may be no link at all
        raise _explain(error, url, limits) from None
    raise FetchError("fetch_redirects", url=first, hops=_MAXIMUM_HOPS)


def _receive(response: httpx.Response, limits: Limits) -> Fetched:
    url = str(response.url)
    version = Version(response.headers.get("etag", ""), response.headers.get("last-modified", ""))
    if response.status_code == httpx.codes.NOT_MODIFIED:
        return Fetched(url, "", None, b"", version, unchanged=True)
    if response.status_code != httpx.codes.OK:
        raise FetchError(
            "fetch_status",
            url=url,
            status=response.status_code,
            advice=_advice(response.status_code),
            retry_after=response.headers.get("retry-after", ""),
        )
    media_type, charset = _content_type(response.headers.get("content-type", ""))
    if not media_type.startswith(limits.kinds):
        raise FetchError("fetch_kind", url=url, kind=media_type)
    too_large = ReadingError("source_too_large", limit=f"{limits.size // 1024 // 1024}MB")
    announced = response.headers.get("content-length", "")
    if _LENGTH.fullmatch(announced) and int(announced) > limits.size:
        raise too_large
    body = bytearray()
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    for piece in _decompress(response.iter_raw(), encoding, url):
        body += piece
        if len(body) > limits.size:
            raise too_large
    return Fetched(url, media_type, charset, bytes(body), version)


def _content_type(header: str) -> tuple[str, str | None]:
    """Media type and charset. The standard library's parser raises five kinds of error on hostile ones."""
    kind = header.partition(";")[0].strip().lower()
    charset = _CHARSET.search(header[:_LONGEST_HEADER])
    return kind if "/" in kind else "application/octet-stream", charset[1] if charset else None


def _decompress(raw: Iterable[bytes], encoding: str, url: str) -> Iterator[bytes]:
    """The decoded body in steps of at most 64 KiB, however small the compressed input."""
    if encoding in ("", "identity"):
        yield from raw
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FetchError("fetch_encoding", url=url, encoding=encoding)
    decoder = None
    try:
        for received in raw:
            data = received
            if decoder is None:
                # "deflate" is zlib by the standard and raw deflate in some servers; zlib starts with 0x?8.
                bare = encoding == "deflate" and data[:1] and data[0] & 0x0F != 8  # noqa: PLR2004
                decoder = zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS | 32)
            while data:
                if decoder.eof:  # a gzip body may have several members
                    decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)
                yield decoder.decompress(data, _STEP)
                data = decoder.unconsumed_tail or decoder.unused_data
    except zlib.error:
        raise FetchError("fetch_encoding", url=url, encoding=encoding) from None
    if decoder is not None and not decoder.eof:
        raise FetchError("fetch_cut", url=url)


def _advice(status: int) -> str:
    if status in (404, 410):
        return text("fetch_status_gone")
    return text("fetch_status_server" if status >= 500 or status == 429 else "fetch_status_denied")  # noqa: PLR2004


def _explain(error: Exception, url: httpx.URL, limits: Limits) -> FetchError:
    """The one clear line for whatever the network threw."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    if any(isinstance(c, (httpx.TimeoutException, httpcore.TimeoutException, TimeoutError)) for c in chain):
        return FetchError("fetch_timeout", url=str(url), seconds=f"{limits.seconds:g}")
    verification = next((c for c in chain if isinstance(c, ssl.SSLCertVerificationError)), None)
    if verification:
        return FetchError("fetch_tls", host=url.host, reason=verification.verify_message)
    if any(isinstance(c, ssl.SSLError) for c in chain):
        return FetchError("fetch_tls", host=url.host, reason="TLS")
    if isinstance(error, httpx.InvalidURL | UnicodeError):
        return FetchError("url_invalid", url=str(url), reason="redirect")
    reason = next((c.strerror for c in reversed(chain) if isinstance(c, OSError) and c.strerror), "")
    return FetchError("fetch_failed", host=url.host, reason=reason or type(error).__name__)


class _PinnedTransport(httpx.BaseTransport):
    """httpx over a connection pool whose sockets go to vetted addresses only and know the deadline."""

    def __init__(self, deadline: float, *, allow_loopback: bool) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            network_backend=_VettingBackend(deadline, allow_loopback=allow_loopback),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _VettingBackend(httpcore.NetworkBackend):
    """Resolves, vets and connects in one place: what was vetted is what is connected to."""

    def __init__(self, deadline: float, *, allow_loopback: bool) -> None:
        self._deadline = deadline
        self._allow_loopback = allow_loopback
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _within(
            _left(self._deadline, timeout),
            lambda: vetted_addresses(host, port, allow_loopback=self._allow_loopback),
        )
        failure: Exception | None = None
        for address in addresses:
            try:
                stream = self._system.connect_tcp(
                    address, port, _left(self._deadline, timeout), local_address, socket_options
                )
            except httpcore.ConnectError as error:
                failure = error
            else:
                return _DeadlineStream(stream, self._deadline)
        raise failure or httpcore.ConnectError("no address")


class _DeadlineStream(httpcore.NetworkStream):
    """A socket on which every operation ends at the deadline, however the peer drips its bytes."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _DeadlineStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _within(seconds: float, look_up: Callable[[], list[str]]) -> list[str]:
    """The look-up's answer, if it comes in time: the system's resolver knows no deadline."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put(look_up())
        except Exception as error:  # noqa: BLE001 - handed to the thread that asked
            answers.put(error)

    threading.Thread(target=work, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise httpcore.ConnectTimeout("deadline") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("deadline")
    return left if timeout is None else min(left, timeout)
