"""Plain text and Markdown."""

import codecs
import re
from collections.abc import Iterator

from techsum.errors import ReadingError
from techsum.reading.parsed import Parsed, clean_line, join_paragraphs
from techsum.summary import Notice, notice

_LONGEST_TITLE = 60
_SELF_EVIDENT = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "iso2022_kr"})
_HANGUL = re.compile("[가-힣]")
_ODD = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")


def decode(body: bytes, source: str, charset: str | None = None) -> tuple[str, tuple[Notice, ...]]:
    """The text of `body`: byte-order mark, the named charset, UTF-8, UTF-16, CP949, then a guess.

    Raises:
        ReadingError: the bytes are no text.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, "replace"), ()
    named = _known(charset)
    # Bytes that are valid UTF-8 are UTF-8, whatever the server says; only its wider encodings come first.
    for guess in (named if named in _SELF_EVIDENT else None, "utf-8", named, _utf16_without_mark(body)):
        if guess and (found := _try(body, guess)) is not None:
            return found, ()
    for guess in ("utf-8", named):  # a few broken bytes must not cost the whole article
        if guess and (found := _try(body, guess, "replace")) is not None:
            return found, (notice("encoding", encoding=guess.upper()),)
    korean = _try(body, "cp949")
    # CP949 accepts many byte strings; Korean prose in it is mostly Hangul.
    if korean is not None and len(_HANGUL.findall(korean[:20_000])) * 5 > len(korean[:20_000]):
        return korean, (notice("encoding", encoding="CP949"),)
    from charset_normalizer import from_bytes

    best = from_bytes(body[:200_000]).best()
    if best is None or (text := _try(body, best.encoding, "replace")) is None:
        raise ReadingError("source_not_text", source=source, kind="?")
    return text, (notice("encoding", encoding=best.encoding.upper()),)


def read_text(body: bytes, source: str, charset: str | None = None) -> Parsed:
    """A plain text; its first line is the title when it stands alone and reads like one."""
    text, notices = decode(body, source, charset)
    title, paragraphs = _split_title(text)
    return Parsed(join_paragraphs(paragraphs), title, notices=notices)


def read_markdown(body: bytes, source: str, charset: str | None = None) -> Parsed:
    """Markdown: headings, paragraphs and list items as paragraphs; code, images and HTML left out."""
    from markdown_it import MarkdownIt

    text, notices = decode(body, source, charset)
    text = re.sub(r"\A---\n.*?\n---\n", "", text.replace("\r\n", "\n"), flags=re.DOTALL)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    title = None
    paragraphs: list[str] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type != "inline":
            continue
        line = "".join(
            " " if c.type in ("softbreak", "hardbreak") else c.content
            for c in token.children or ()
            if c.type in ("text", "code_inline", "softbreak", "hardbreak")
        )
        if title is None and not paragraphs and before and before.type == "heading_open":
            title = clean_line(line)
        else:
            paragraphs.append(line)
    return Parsed(join_paragraphs(paragraphs), title, notices=notices)


def _split_title(text: str) -> tuple[str | None, Iterator[str]]:
    blocks = [
        b for b in re.split(r"\n[^\S\n]*\n\s*", text.replace("\r\n", "\n").replace("\r", "\n")) if b.strip()
    ]
    first = clean_line(blocks[0]) if blocks else ""
    is_title = len(blocks) > 1 and len(first) <= _LONGEST_TITLE and "\n" not in blocks[0].strip()
    if is_title and not re.search(r"[.!?。]['\"”’)]?$", first):
        return first, _lines(blocks[1:])
    return None, _lines(blocks)


def _lines(blocks: list[str]) -> Iterator[str]:
    """Paragraphs: wrapped lines are joined, lines that end a sentence stand alone."""
    for block in blocks:
        wrapped: list[str] = []
        for line in block.split("\n"):
            wrapped.append(line)
            if re.search(r"[.!?。…:]['\"”’)\]]?\s*$", line):
                yield " ".join(wrapped)
                wrapped.clear()
        yield " ".join(wrapped)


def _known(charset: str | None) -> str | None:
    """Python's name for a charset as servers write it; Korean servers say euc-kr and mean CP949."""
    try:
        name = codecs.lookup(charset or "").name
    except (LookupError, ValueError):
        return None
    if not re.match(r"utf|iso|cp|windows|euc|latin|shift|big5|gb|koi8|johab|mac|ascii", name):
        return None  # Python's own codecs (`unicode_escape`, `undefined`, `rot13`) are no web encodings
    return "cp949" if name in ("euc_kr", "johab") else name


def _utf16_without_mark(body: bytes) -> str | None:
    head = body[:4000]
    if len(head) < 4 or len(body) % 2:  # noqa: PLR2004
        return None
    # ASCII spaces and full stops show on which side the zero bytes are.
    little, big = head[1::2].count(0), head[0::2].count(0)
    if max(little, big) * 20 < len(head):
        return None
    return "utf-16-le" if little > big else "utf-16-be"


def _try(body: bytes, name: str, errors: str = "strict") -> str | None:
    try:
        text = body.decode(name, errors)
    except (UnicodeError, LookupError):
        return None
    sample = text[:20_000]
    return text if len(_ODD.findall(sample)) * 100 <= len(sample) else None
