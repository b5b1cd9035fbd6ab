"""From bytes to `Parsed`: the kind is told by the bytes, not by a file's name or a server's word."""

import re
from dataclasses import replace

from techsum.errors import ReadingError
from techsum.korean import LINE_END
from techsum.reading.parsed import FORMATS, Parsed

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
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?>.*?-->)\s*+)*+"
    rb"<(?:!doctype html|html|head|body|article|main|section|header|title|meta|link|base|script|style|div|p"
    rb"|span|table|ul|ol|h[1-6]|blockquote|figure|img|a|b|strong|em|br|center|font|iframe)(?=[\s/>])",
    re.IGNORECASE | re.DOTALL,
)
_XML_HEAD = rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!DOCTYPE(?:[^>\[]|\[[^\]]*+\])*+>\s*+)?"
_HWPML = re.compile(_XML_HEAD + rb"<HWPML[\s>]", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_HWP3 = b"HWP Document File V"


def parse(body: bytes, source: str, media_type: str = "", charset: str | None = None) -> Parsed:
    """Parse a document of any known kind.

    Args:
        body: its bytes.
        source: what to call it in messages; its ending tells Markdown from plain text.
        media_type: what a server called it; only used between text formats.
        charset: what a server said about its encoding.

    Raises:
        ReadingError: empty, not a text, encrypted or broken.
    """
    from techsum.reading import pdf

    if not body.strip():
        raise ReadingError("source_empty")
    if _is_pdf(body):
        return pdf.read_pdf(body, source)
    parsed = _read_binary(body, source) or _read_text(body, source, media_type, charset)
    return replace(parsed, text=parsed.text.replace(LINE_END, ""))  # a PDF's mark alone


def _is_pdf(body: bytes) -> bool:
    return body.startswith(b"%PDF-") or (b"%PDF-" in body[:1024] and b"%%EOF" in body[-2048:])


def _read_binary(body: bytes, source: str) -> Parsed | None:
    """What a document with a signature says; None where the bytes may be a text."""
    from techsum.reading import hwp, zipped

    if body.startswith(_ZIP):
        return zipped.read_zip(body, source)
    if body.startswith(_OLE):
        return hwp.read_hwp(body, source)
    if body.startswith(_HWP3):
        raise ReadingError("source_old_format", source=source, kind="HWP 3")
    for magic, kind in _NOT_TEXT.items():
        # prose may begin with "MZ" or "RIFF", but not go on with control characters
        if body.startswith(magic) and re.search(rb"[\x00-\x08\x0e-\x1a]", body[:512]):
            raise ReadingError("source_not_text", source=source, kind=kind, formats=FORMATS)
    return None


def _read_text(body: bytes, source: str, media_type: str, charset: str | None) -> Parsed:
    from techsum.reading import hwpx, plain, web

    if _HWPML.match(body[:4096]):
        return hwpx.read_hwpml(body, source)
    if "html" in media_type or _HTML.match(body[:4096]):
        return web.read_html(body, source, charset)
    if "markdown" in media_type or re.search(r"\.(?:md|markdown)$", source.partition("?")[0], re.IGNORECASE):
        return plain.read_markdown(body, source, charset)
    return plain.read_text(body, source, charset)
