"""EPUB: the chapters in reading order."""

import posixpath
from urllib.parse import unquote

from techsum.errors import ReadingError
from techsum.reading.archive import Archive, local_name
from techsum.reading.blocks import block_paragraphs
from techsum.reading.parsed import Parsed, clean_line, iso_date, join_paragraphs
from techsum.reading.web import decode_html

_ENCRYPTION = "META-INF/encryption.xml"


def read_epub(archive: Archive) -> Parsed:
    """EPUB 2 and 3: the text of the spine's documents; title, author and date of the package.

    Raises:
        ReadingError: broken, protected, or unpacking to too much.
    """
    from lxml import etree, html

    package_name = _package(archive)
    package = archive.xml(package_name)
    stated: dict[str, str] = {}
    files: dict[str, str] = {}
    order: list[str] = []
    for element in package.iter():
        name = local_name(element)
        if name in ("title", "creator", "date"):
            stated.setdefault(name, clean_line(element.text or ""))
        elif name == "item" and "nav" not in (element.get("properties") or "").split():
            files[element.get("id") or ""] = posixpath.normpath(
                posixpath.join(posixpath.dirname(package_name), unquote(element.get("href") or ""))
            )
        elif name == "itemref" and element.get("linear") != "no":
            order.append(element.get("idref") or "")
    paragraphs: list[str] = []
    for name in order:
        if files.get(name) not in archive.names:
            continue
        try:
            text, _ = decode_html(archive.read(files[name]), archive.source)
            chapter = html.document_fromstring(text)
        except (etree.ParserError, ValueError):
            continue  # an empty page
        paragraphs += (p for part in chapter.iter("body") for p in block_paragraphs(part))
    if not paragraphs:
        raise archive.broken()
    return Parsed(
        join_paragraphs(paragraphs), stated.get("title"), stated.get("creator"), iso_date(stated.get("date"))
    )


def _package(archive: Archive) -> str:
    """The name of the package's description.

    Raises:
        ReadingError: there is none, or the chapters are protected.
    """
    if _ENCRYPTION in archive.names and b"EncryptedKey" in archive.read(_ENCRYPTION):
        raise ReadingError("source_encrypted", source=archive.source)  # fonts are disguised without a key
    for element in archive.xml("META-INF/container.xml").iter():
        if local_name(element) == "rootfile" and element.get("full-path"):
            return str(element.get("full-path"))
    raise archive.broken()
