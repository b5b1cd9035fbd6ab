"""The document formats that are read: one table for readers, uploads, downloads, help and messages.

A new format is a reader (`reading/docx.py` is one) and a row here.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class DocumentFormat:
    """A format: suffix, media types, label, reader."""

    label: str
    """As readers call it; the first of its suffixes in capitals."""
    suffixes: tuple[str, ...]
    media_types: tuple[str, ...]
    """As servers call it; beginnings."""
    reader: str
    """`module:function` in `techsum.reading`. A function of an archive where the format has a `member` or a
    `part`, else of bytes, a name and, for text, a character encoding."""
    head: re.Pattern[bytes] | None = None
    """What its first bytes match."""
    member: re.Pattern[str] | None = None
    """What a name in its zip archive matches."""
    part: str = ""
    """The folder of its main part in an Office Open XML package."""


_XML = rb"\A(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*+>\s*+)?"
_HTML = re.compile(
    _XML + rb"(?:<!--(?>.*?-->)\s*+)*+"
    rb"<(?:!doctype html|html|head|body|article|main|section|header|title|meta|link|base|script|style|div|p"
    rb"|span|table|ul|ol|h[1-6]|blockquote|figure|img|a|b|strong|em|br|center|font|iframe)(?=[\s/>])",
    re.IGNORECASE | re.DOTALL,
)
_HWPML = re.compile(_XML + rb"(?:<!DOCTYPE(?:[^>\[]|\[[^\]]*+\])*+>\s*+)?<HWPML[\s>]", re.IGNORECASE)
_OFFICE = "application/vnd.openxmlformats-officedocument."

BINARY = (
    DocumentFormat(
        "PDF", ("pdf",), ("application/pdf", "application/x-pdf"), "pdf:read_pdf", head=re.compile(b"%PDF-")
    ),
    DocumentFormat(
        "HWP",
        ("hwp",),
        ("application/hwp", "application/x-hwp", "application/haansofthwp", "application/vnd.hancom"),
        "hwp:read_hwp",
        head=re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ),
)
"""Told by their first bytes."""
ZIPPED = (
    DocumentFormat(
        "HWPX",
        ("hwpx",),
        ("application/hwp+zip",),
        "hwpx:read_hwpx",
        member=re.compile(r"Contents/(?:section\d{1,5}\.xml|content\.hpf)"),
    ),
    DocumentFormat(
        "EPUB",
        ("epub",),
        ("application/epub+zip",),
        "epub:read_epub",
        member=re.compile(r"META-INF/container\.xml"),
    ),
    DocumentFormat("DOCX", ("docx",), (f"{_OFFICE}wordprocessingml",), "docx:read_docx", part="word"),
    DocumentFormat("PPTX", ("pptx",), (f"{_OFFICE}presentationml",), "pptx:read_pptx", part="ppt"),
)
"""Told by what their zip archive holds."""
TEXT = (
    DocumentFormat("HML", ("hml",), (), "hwpx:read_hwpml", head=_HWPML),
    DocumentFormat(
        "HTML",
        ("html", "htm"),
        ("text/html", "application/xhtml+xml", "text/x-server-parsed-html"),
        "web:read_html",
        head=_HTML,
    ),
    DocumentFormat(
        "MD",
        ("md", "markdown"),
        ("text/markdown", "text/x-markdown", "text/vnd.daringfireball.markdown"),
        "plain:read_markdown",
    ),
    DocumentFormat("TXT", ("txt",), ("text/plain",), "plain:read_text"),
)
"""Told by their beginning, else by a server's word or the name; the last one is what is left."""

FORMATS = (*BINARY, *ZIPPED, *TEXT)
LABELS = ", ".join(one.label for one in FORMATS)
"""For people: `PDF, HWP, HWPX, …`."""
SUFFIXES = tuple(suffix for one in FORMATS for suffix in one.suffixes)
"""Without a dot."""
