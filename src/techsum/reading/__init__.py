"""From a source (a link, a file, a text) to an `Article`."""

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from techsum.contracts.article import MINIMUM_CHARACTERS, Article, detect_language
from techsum.contracts.entry import Mode
from techsum.contracts.notice import notice
from techsum.errors import ReadingError
from techsum.korean import LINE_END, join_lines
from techsum.reading.parsed import Parsed

if TYPE_CHECKING:
    from techsum.reading.fetch import Fetched

_MAXIMUM_FILE = 200 * 1024 * 1024
_MAXIMUM_CHARACTERS = 2_000_000
"""Three long books. Kiwi reads them in the main process, some 60,000 characters a second."""

_LONGEST_TITLE, _LONGEST_AUTHOR = 300, 100
"""Characters; what is longer was never meant as one, and would be analysed whole."""

_LINK = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?://[^\n]*|[!-~]\S*)")
_LINK_IN_TEXT = re.compile(r"(?<![\w@/.\\])(?:https?://|www\.)[^\s<>\"'“”‘’]+", re.IGNORECASE)
_LONGEST_SHARED = 1_000
"""Characters of a text that a phone shares: a headline, a link, and what the app adds."""


def read(source: str | Path) -> Article:
    """Read a source into an article.

    Args:
        source: an http(s) link, a path (any of `contracts.formats.FORMATS`), `-` for
            standard input, or the text itself, also a headline with its link.

    Raises:
        ReadingError: there is no article in it; `FetchError` where a link could not be fetched.
    """
    from techsum.reading.isolated import parse_isolated

    if source == "-":
        return _article(parse_isolated(_limited(sys.stdin.buffer), "stdin"))
    if mode_of(source) == "file":
        return _article(parse_isolated(_file(Path(source)), Path(source).name))
    return read_remote(str(source))


def mode_of(source: str | Path) -> Mode:
    """What `read` takes a source for: a link, a text, or the file of that name, be it there or not."""
    if isinstance(source, Path):
        return "file"
    if not _exists(source) and link_in(source):
        return "link"
    return "text" if source == "-" or _is_text(source) else "file"


def read_remote(source: str) -> Article:
    """Read what somebody sent from elsewhere: a link or the text itself, never a file of this machine.

    Raises:
        ReadingError: there is no article in it; `FetchError` where a link could not be fetched.
    """
    link = link_in(source)
    return _read_link(link) if link else read_text(source)


def read_upload(body: bytes, name: str) -> Article:
    """Read a file that somebody sent; its name tells the format where the content does not.

    Raises:
        ReadingError: there is no article in it.
    """
    from techsum.reading.isolated import parse_isolated

    return _article(parse_isolated(body, name))


def link_in(source: str) -> str | None:
    """The link that a source is, or that a phone's share sheet put beside a headline; None for a text.

    Of several links in a short text the first is the article's: apps add their own behind it.
    """
    text = source.strip()
    # a space within a link is a link's space where no Hangul word follows it
    if _LINK.fullmatch(text) and not re.search(r"\s\S*[가-힣]", text):
        return text
    if len(text) > _LONGEST_SHARED:
        return None
    links = _LINK_IN_TEXT.findall(text)
    if not links or len(_LINK_IN_TEXT.sub("", text).strip()) >= MINIMUM_CHARACTERS:
        return None
    first: str = links[0].rstrip(".,;:!?)]}」』")
    return first if "://" in first else f"https://{first}"


def _read_link(link: str) -> Article:
    from techsum.reading import isolated
    from techsum.reading.fetch import fetch

    isolated.start()  # the parser gets ready while the page is on its way
    return read_page(fetch(link))


def read_page(page: "Fetched") -> Article:
    """Read what a link gave.

    Raises:
        ReadingError: there is no article in it.
    """
    from techsum.reading.isolated import parse_isolated

    return _article(parse_isolated(page.body, page.url, page.media_type, page.charset), url=page.url)


def read_summary(source: str) -> str:
    """The text of a summary: a file, `-` for standard input, or the text itself, of any length.

    Raises:
        ReadingError: the file cannot be read or is no text.
    """
    from techsum.reading.isolated import parse_isolated

    if source == "-":
        return join_lines(parse_isolated(_limited(sys.stdin.buffer), "stdin").text)
    path = Path(source)
    if not source.strip():
        return ""
    if _exists(source) or ("\n" not in source and " " not in source.strip() and path.suffix):
        return join_lines(parse_isolated(_file(path), path.name).text)
    return source


def read_text(text: str) -> Article:
    """An article from a text that the user pasted.

    Raises:
        ReadingError: it is empty or too short.
    """
    from techsum.reading.plain import from_text

    if not text.strip():
        raise ReadingError("source_empty")
    return _article(from_text(text.replace(LINE_END, "")))


def _is_text(source: str) -> bool:
    if "\n" in source or not source.strip():
        return True
    return len(source) >= MINIMUM_CHARACTERS and not _exists(source)


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # longer than a path may be, or with a zero byte
        return False


def _limited(file: BinaryIO) -> bytes:
    body = file.read(_MAXIMUM_FILE + 1)
    if len(body) > _MAXIMUM_FILE:
        raise ReadingError("source_too_large", limit=f"{_MAXIMUM_FILE // 1024 // 1024}MB")
    return body


def _file(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ReadingError("source_folder", source=path)
        with path.open("rb") as file:
            return _limited(file)
    except FileNotFoundError:
        raise ReadingError("source_missing", source=path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ReadingError("source_unreadable", source=path, reason=reason) from None


def _article(parsed: Parsed, url: str | None = None) -> Article:
    parsed = replace(parsed, text=join_lines(parsed.text))
    if not parsed.text.strip():
        if url:
            raise ReadingError("page_no_article", url=url)
        raise ReadingError("source_empty")
    if len(parsed.text) > _MAXIMUM_CHARACTERS:
        raise ReadingError("source_too_long", limit=f"{_MAXIMUM_CHARACTERS:,}")
    if len(parsed.text) < MINIMUM_CHARACTERS:
        if url:
            raise ReadingError("page_no_article", url=url)
        raise ReadingError("source_short", characters=len(parsed.text), minimum=MINIMUM_CHARACTERS)
    language = detect_language(parsed.text)
    notices = parsed.notices if language == "ko" else (*parsed.notices, notice("not_korean"))
    title, author = (parsed.title or "")[:_LONGEST_TITLE], (parsed.author or "")[:_LONGEST_AUTHOR]
    return Article(parsed.text, title or None, url, author or None, parsed.published, language, notices)
