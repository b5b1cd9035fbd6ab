"""From bytes to `Parsed`: the kind is told by the bytes, not by a file's name or a server's word."""

import io
import re
import zipfile

from techsum.errors import ReadingError
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
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?>.*?-->)\s*+)*+"
    rb"<(?:!doctype html|html|head|body|article)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


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
    from techsum.reading import office, pdf, plain, web

    if not body.strip():
        raise ReadingError("source_empty")
    if body.startswith(b"%PDF-") or (b"%PDF-" in body[:1024] and b"%%EOF" in body[-2048:]):
        return pdf.read_pdf(body, source)
    if body.startswith(b"PK\x03\x04"):
        return office.read_docx(body, source) if _is_docx(body, source) else office.read_hwpx(body, source)
    if body.startswith(_OLE):
        return office.read_hwp(body, source)
    for magic, kind in _NOT_TEXT.items():
        # prose may begin with "MZ" or "RIFF", but not go on with control characters
        if body.startswith(magic) and re.search(rb"[\x00-\x08\x0e-\x1a]", body[:512]):
            raise ReadingError("source_not_text", source=source, kind=kind)
    if "html" in media_type or _HTML.match(body[:4096]):
        return web.read_html(body, source, charset)
    if "markdown" in media_type or re.search(r"\.(?:md|markdown)$", source.partition("?")[0], re.IGNORECASE):
        return plain.read_markdown(body, source, charset)
    return plain.read_text(body, source, charset)


def _is_docx(body: bytes, source: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        kind = "DOCX" if source.lower().endswith(".docx") else "HWPX"
        raise ReadingError("source_broken", source=source, kind=kind) from None
    if "word/document.xml" in names:
        return True
    if any(n.startswith("Contents/") for n in names):
        return False
    raise ReadingError("source_not_text", source=source, kind="ZIP")
