"""What a parser of one format hands back, before it becomes an `Article`."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from techsum.contracts.notice import Notice
from techsum.reading.boilerplate import without_boilerplate


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
_PIECE = re.compile(r"\S{1,256}|\s+")
_SPACE = re.compile(r"\s+")

# Hancom's signs in the Private Use Area, which no other font shows: boxed numbers, its name, title brackets.
_HANCOM_SIGNS = str.maketrans(
    {0xF53A: "한", 0xF0854: "《", 0xF0855: "》"} | {0xF02B1 + n: chr(ord("①") + n) for n in range(20)}
)
_PRIVATE = "[\ue000-\uf8ff\U000f0000-\U0010fffd]"
_PRIVATE_JOINT = re.compile(rf"(?<=[가-힣]){_PRIVATE}(?=[가-힣])")
_PRIVATE_SIGN = re.compile(_PRIVATE)


def clean_line(text: str) -> str:
    """`text` in NFC on one line, without invisible, control and private-use characters."""
    # in pieces: a long run of combining marks takes quadratic time to put into order
    text = "".join(unicodedata.normalize("NFC", piece) for piece in _PIECE.findall(text))
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    text = _PRIVATE_JOINT.sub("·", text.translate(_HANCOM_SIGNS))
    return _SPACE.sub(" ", _PRIVATE_SIGN.sub(" ", text)).strip()


def join_paragraphs(paragraphs: Iterable[str]) -> str:
    """The body: cleaned paragraphs, boilerplate and empty ones left out, joined by one empty line."""
    cleaned = (without_boilerplate(clean_line(p)) for p in paragraphs)
    return "\n\n".join(p for p in cleaned if p)


_DATE = re.compile(r"((?:19|20)\d{2})\s{0,3}[-./년]\s{0,3}(\d{1,2})\s{0,3}[-./월]\s{0,3}(\d{1,2})(?!\d)")


def iso_date(text: str | None) -> str | None:
    """The first calendar date in `text` as `YYYY-MM-DD`, or None."""
    for found in _DATE.finditer((text or "")[:1000]):
        with suppress(ValueError):
            return dt.date(*map(int, found.groups())).isoformat()
    return None
