"""What a parser of one format hands back, before it becomes an `Article`."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from techsum.summary import Notice


@dataclass(frozen=True)
class Parsed:
    """The text of a document and what it says about itself; `published` is an ISO date."""

    text: str
    title: str | None = None
    author: str | None = None
    published: str | None = None
    notices: tuple[Notice, ...] = ()


# Zero-width and bidirectional controls: invisible to the reader, so they may not reach the model either.
# The joiners inside emoji are lost with them, which no summary needs.
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]|[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")

# Lines that Korean news sites print around an article, not part of what it says.
_BOILERPLATE = re.compile(
    r"""^(?:
        [<\[(]?\s*(?:저작권자|copyright).{0,80}(?:ⓒ|©|\(c\)|무단|재배포).{0,80}
      | (?:ⓒ|©)\s?.{0,60}
      | .{0,40}무단\s?(?:전재|복제|배포).{0,60}
      | (?:연합뉴스|사이언스타임즈)\s+\d{4}[-.]\d{2}[-.]\d{2}.?
      | \(?[가-힣]{1,10}=?연합뉴스\)?\s*[가-힣]{2,4}\s?기자
      | [가-힣\s]{2,12}(?:기자|객원기자|리포터|특파원)\s*[(\[<]?[\w.+-]+@[\w.-]+[)\]>]?
      | [\w.+-]+@[\w-]+\.[\w.-]+
    )$""",
    re.VERBOSE | re.IGNORECASE,
)


def clean_line(text: str) -> str:
    """`text` in NFC on one line, without invisible and control characters."""
    return _SPACE.sub(" ", _CONTROL.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text)))).strip()


def join_paragraphs(paragraphs: Iterable[str]) -> str:
    """The body: cleaned paragraphs, boilerplate and empty ones left out, joined by one empty line."""
    cleaned = (clean_line(p) for p in paragraphs)
    return "\n\n".join(p for p in cleaned if p and not _is_boilerplate(p))


def _is_boilerplate(line: str) -> bool:
    """Whether a site printed this line around the article; a statement about copyright is no notice of it."""
    return bool(_BOILERPLATE.match(line)) and not re.search(r"[가-힣]다[.”\"']*$", line)


def iso_date(text: str | None) -> str | None:
    """The first calendar date in `text` as `YYYY-MM-DD`, or None."""
    found = re.search(r"((?:19|20)\d{2})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})", text or "")
    if not found:
        return None
    year, month, day = (int(g) for g in found.groups())
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else None  # noqa: PLR2004
