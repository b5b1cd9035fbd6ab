"""From bytes to `Parsed`: the format is detected from the bytes, not from a name or a header."""

import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

from techsum.contracts.formats import BINARY, LABELS, TEXT, DocumentFormat
from techsum.errors import ReadingError
from techsum.korean import LINE_END
from techsum.reading.parsed import Parsed

_NOT_TEXT = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
    b"GIF8": "GIF",
    b"RIFF": "WebP/WAV/AVI",
    b"\x7fELF": "ELF",
    b"MZ": "EXE",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"ID3": "MP3",
    b"GGUF": "GGUF",
    b"OggS": "Ogg",
    b"SQLite format 3": "SQLite",
}
_ZIP = b"PK\x03\x04"
_HWP3 = b"HWP Document File V"
_HEAD = 4096
"""Bytes in which a format is looked for."""


def parse(body: bytes, source: str, media_type: str = "", charset: str | None = None) -> Parsed:
    """Parse a document of any known kind.

    Args:
        body: its bytes.
        source: what to call it in messages; its ending tells Markdown from plain text.
        media_type: what a server called it; only used between text formats.
        charset: from the Content-Type header.

    Raises:
        ReadingError: empty, not a text, encrypted or broken.
    """
    if not body.strip():
        raise ReadingError("source_empty")
    binary = _binary_format(body)
    if binary:
        parsed: Parsed = reader(binary)(body, source)
    elif body.startswith(_ZIP):
        from techsum.reading.zipped import read_zip

        parsed = read_zip(body, source)
    else:
        _refuse_other_binaries(body, source)
        known = _text_format(body, source, media_type)
        takes_charset = () if known.label == "HML" else (charset,)  # XML says its own
        parsed = reader(known)(body, source, *takes_charset)
    if binary and binary.label == "PDF":
        return parsed
    return replace(parsed, text=parsed.text.replace(LINE_END, ""))  # a PDF's mark alone


def reader(of: DocumentFormat) -> Callable[..., Parsed]:
    """The function that reads a format."""
    module, _, function = of.reader.partition(":")
    found: Callable[..., Parsed] = getattr(import_module(f"techsum.reading.{module}"), function)
    return found


def _binary_format(body: bytes) -> DocumentFormat | None:
    known = next((one for one in BINARY if one.head and one.head.match(body)), None)
    # some programs put lines of their own before a PDF
    late_pdf = b"%PDF-" in body[:1024] and b"%%EOF" in body[-2048:]
    return known or (next(one for one in BINARY if one.label == "PDF") if late_pdf else None)


def _text_format(body: bytes, source: str, media_type: str) -> DocumentFormat:
    head, suffix = body[:_HEAD], source.partition("?")[0].rpartition(".")[2].lower()
    for one in TEXT:
        if one.head:
            known = bool(one.head.match(head)) or (one.media_types and media_type.startswith(one.media_types))
        else:  # "text/plain" may be anything
            known = one is not TEXT[-1] and (media_type.startswith(one.media_types) or suffix in one.suffixes)
        if known:
            return one
    return TEXT[-1]


def _refuse_other_binaries(body: bytes, source: str) -> None:
    """Say what a file is that is no document.

    Raises:
        ReadingError: it is a picture, a program, an archive of another kind.
    """
    if body.startswith(_HWP3):
        raise ReadingError("source_old_format", source=source, kind="HWP 3")
    for magic, kind in _NOT_TEXT.items():
        # prose may begin with "MZ" or "RIFF", but not go on with control characters
        if body.startswith(magic) and re.search(rb"[\x00-\x08\x0e-\x1a]", body[:512]):
            raise ReadingError("source_not_text", source=source, kind=kind, formats=LABELS)
