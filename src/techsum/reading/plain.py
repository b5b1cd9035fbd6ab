"""Plain text and Markdown."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import replace

from techsum.contracts.formats import LABELS
from techsum.contracts.notice import Notice, notice
from techsum.errors import ReadingError
from techsum.korean import COMMON_SYLLABLES
from techsum.reading.parsed import Parsed, clean_line, iso_date, join_paragraphs
from techsum.reading.titles import is_heading

_LONGEST_TITLE = 60
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SELF_EVIDENT = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "iso2022_kr"})
_WESTERN = frozenset({"iso8859-1", "iso8859-15", "cp1252", "latin_1", "ascii", "mac-roman"})
"""What servers say who know nothing of the page."""
_KOREAN = ("cp949", "johab")
_ODD = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")


def decode(body: bytes, source: str, charset: str | None = None) -> tuple[str, tuple[Notice, ...]]:
    """The text of `body`: byte-order mark, UTF-8, the named charset, UTF-16, CP949, Johab, then a guess.

    Raises:
        ReadingError: the bytes are no text.
    """
    for mark, name in _MARKS.items():
        if body.startswith(mark):
            return body.decode(name, "replace"), ()
    named = _known(charset)
    # Bytes that are valid UTF-8 are UTF-8, whatever the server says; only its wider encodings come first.
    for guess in (named if named in _SELF_EVIDENT else None, "utf-8"):
        if guess and (found := _try(body, guess)) is not None:
            return found, ()
    if named in _WESTERN and (korean := _korean(body)):  # which accept any bytes
        return korean
    for guess in (named, _utf16_without_mark(body)):
        if guess and (found := _try(body, guess)) is not None:
            return found, ()
    # a few broken bytes must not cost the whole article
    for found_as in (_broken(body, "utf-8"), _korean(body), _broken(body, named)):
        if found_as:
            return found_as
    return _guessed(body, source)


def _broken(body: bytes, name: str | None) -> tuple[str, tuple[Notice, ...]] | None:
    """The text of `body` with marks for the bytes that are not in its encoding, when these are few."""
    text = _try(body, name, "replace") if name else None
    return None if text is None or name is None else (text, (notice("encoding", encoding=name.upper()),))


def _guessed(body: bytes, source: str) -> tuple[str, tuple[Notice, ...]]:
    from charset_normalizer import from_bytes

    best = from_bytes(body[:200_000]).best()
    if best is None or (text := _try(body, best.encoding, "replace")) is None:
        raise ReadingError("source_not_text", source=source, kind="?", formats=LABELS)
    return text, (notice("encoding", encoding=best.encoding.upper()),)


def _korean(body: bytes) -> tuple[str, tuple[Notice, ...]] | None:
    """The text in the Korean encoding in which it reads like Korean, or None.

    Both encodings accept many byte strings; what is no Korean has hardly any of its common syllables then.
    """
    best: tuple[float, str, str] | None = None
    for name in _KOREAN:
        text = _try(body, name, "replace")
        letters = [c for c in (text or "")[:20_000] if c > "\x7f"]
        share = sum(c in COMMON_SYLLABLES for c in letters) / len(letters) if letters else 0.0
        if text and share > 0.05 and (best is None or share > best[0]):  # noqa: PLR2004
            best = share, text, name
    return (best[1], (notice("encoding", encoding=best[2].upper()),)) if best else None


def read_text(body: bytes, source: str, charset: str | None = None) -> Parsed:
    """A plain text; its first line is the title when it stands alone and reads like one."""
    text, notices = decode(body, source, charset)
    return replace(from_text(text), notices=notices)


def from_text(text: str) -> Parsed:
    """What `read_text` makes of a text that needs no decoding."""
    title, paragraphs = _split_title(text)
    return Parsed(join_paragraphs(paragraphs), title)


def read_markdown(body: bytes, source: str, charset: str | None = None) -> Parsed:
    """Markdown: headings, paragraphs and list items as paragraphs; code, images and HTML left out."""
    from markdown_it import MarkdownIt

    text, notices = decode(body, source, charset)
    entries, text = _front_matter(text.replace("\r\n", "\n"))
    # kramdown's attribute lists, footnote marks and Liquid tags, which no reader of the page sees
    text = re.sub(r"\{:[^{}\n]{0,200}\}|\{%[^{}\n]{0,200}%\}|\[\^\w{1,20}\](?!:)", "", text)
    text = re.sub(r"(?m)^\[\^\w{1,20}\]:.*$|^\*\[[^\]\n]{1,40}\]:.*$", "", text)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    title = entries.get("title")
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
        elif clean_line(line) != title:
            paragraphs.append(line)
    return Parsed(
        join_paragraphs(paragraphs),
        title,
        entries.get("author"),
        iso_date(entries.get("date")),
        notices=notices,
    )


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """The simple entries (`title`, `author`, `date`) of a YAML or TOML head, and the text after it."""
    head = re.match(r"(---|\+\+\+)\n(?=[\w-]{1,40}\s?[:=])((?:(?!\1\n).*\n){0,200}?)\1\n", text)
    if not head:
        return {}, text
    found = re.findall(r"(?m)^(title|author|date)\s{0,3}[:=]\s{0,3}(.{1,300})$", head.group(2))
    entries = {name: clean_line(value).strip("\"'") for name, value in found}
    simple = {name: value for name, value in entries.items() if value and value[0] not in "[{"}
    return simple, text[head.end() :]


def _split_title(text: str) -> tuple[str | None, Iterator[str]]:
    blocks = [
        b for b in re.split(r"\n[^\S\n]*\n\s*", text.replace("\r\n", "\n").replace("\r", "\n")) if b.strip()
    ]
    first, _, rest = blocks[0].strip().partition("\n") if blocks else ("", "", "")
    if len(first) > 2 * _LONGEST_TITLE:
        return None, _lines(blocks)
    first = clean_line(first)
    if len(blocks) > 1 and not rest and len(first) <= _LONGEST_TITLE and not _ENDS_SENTENCE.search(first):
        return first, _lines(blocks[1:])
    # a headline with the article right below it, as a phone's copy gives it
    below = clean_line(rest.partition("\n")[0])
    is_article = len(below) > max(2 * len(first), _LONGEST_TITLE) and _ENDS_SENTENCE.search(below)
    if is_article and len(first) <= _LONGEST_TITLE and is_heading(first):
        return first, _lines([rest, *blocks[1:]])
    return None, _lines(blocks)


_ENDS_SENTENCE = re.compile(r"[.!?。]['\"”’)]?$")


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
    return "cp949" if name == "euc_kr" else name


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
