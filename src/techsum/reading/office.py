"""HWPX, HWP 5 and DOCX: the word processors' files."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from techsum.errors import ReadingError
from techsum.reading.parsed import Parsed, clean_line, iso_date, join_paragraphs

MAXIMUM_UNPACKED = 200 * 1024 * 1024
"""Bytes that the text parts of a document may unpack to: 100 times a long report's."""


def read_hwpx(body: bytes, source: str) -> Parsed:
    """HWPX (OWPML, KS X 6101): the paragraphs of all sections, tables included.

    Raises:
        ReadingError: encrypted, broken, or unpacking to more than `MAXIMUM_UNPACKED`.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    with _archive(body, source, "HWPX") as archive:
        names = archive.namelist()
        if "META-INF/manifest.xml" in names and b"encryption-data" in _member(
            archive, "META-INF/manifest.xml", source
        ):
            raise ReadingError("source_encrypted", source=source)
        sections = sorted(
            (n for n in names if re.fullmatch(r"Contents/section\d+\.xml", n)),
            key=lambda n: int(re.sub(r"\D", "", n)),
        )
        if not sections:
            raise ReadingError("source_broken", source=source, kind="HWPX")
        try:
            paragraphs = [
                p for name in sections for p in _hwpx_paragraphs(fromstring(_member(archive, name, source)))
            ]
            said: dict[str, str] = {}
            if "Contents/content.hpf" in names:
                for element in fromstring(_member(archive, "Contents/content.hpf", source)).iter():
                    kind = element.get("name") or _local(element.tag)
                    said.setdefault(kind.lower(), clean_line(element.text or ""))
        except (ParseError, DefusedXmlException):
            raise ReadingError("source_broken", source=source, kind="HWPX") from None
    return Parsed(
        join_paragraphs(paragraphs),
        said.get("title") or None,
        said.get("creator") or None,
        iso_date(said.get("createddate") or said.get("date")),
    )


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _hwpx_paragraphs(section: Any) -> Iterator[str]:
    for paragraph in section.iter():
        if _local(paragraph.tag) == "p":
            yield "".join(_hwpx_text(paragraph))


def _hwpx_text(element: Any) -> Iterator[str]:
    """The paragraph's own text; paragraphs nested in it (table cells, notes) come in their own turn."""
    for child in element:
        name = _local(child.tag)
        if name == "t":
            yield child.text or ""
            for inner in child:
                yield {"lineBreak": " ", "tab": " ", "nbSpace": " ", "fwSpace": " "}.get(
                    _local(inner.tag), ""
                )
                yield inner.tail or ""
        elif name != "p":
            yield from _hwpx_text(child)


def read_hwp(body: bytes, source: str) -> Parsed:
    """HWP 5 (OLE compound file): the text records of all sections.

    Record layout and control characters after Hancom's published "HWP document file formats 5.0":
    a record header is 10 bits tag, 10 bits level, 12 bits size; text is UTF-16LE in which the control
    characters 1-9, 11, 12 and 14-23 take 8 code units.

    Raises:
        ReadingError: encrypted or broken.
    """
    import olefile

    broken = ReadingError("source_broken", source=source, kind="HWP")
    try:
        with olefile.OleFileIO(io.BytesIO(body)) as ole:
            # olefile walks a chain of sectors, which may be a circle, for as long as an entry says it is
            if max(ole.root.size, *(ole.get_size(entry) for entry in ole.listdir())) > len(body):
                raise broken
            if ole.exists("EncryptedPackage"):
                raise ReadingError("source_encrypted", source=source)
            header = ole.openstream("FileHeader").read(40)
            if not header.startswith(b"HWP Document File"):
                raise broken
            flags = struct.unpack_from("<I", header, 36)[0]
            if flags & 0b10:
                raise ReadingError("source_encrypted", source=source)
            sections = sorted(
                (e for e in ole.listdir() if e[0] == "BodyText"),
                key=lambda e: int(re.sub(r"\D", "", e[1]) or 0),
            )
            paragraphs = [
                p
                for entry in sections
                for p in _hwp_paragraphs(_hwp_stream(ole.openstream(entry).read(), packed=bool(flags & 1)))
            ]
            said = (
                ole.getproperties("\x05HwpSummaryInformation")
                if ole.exists("\x05HwpSummaryInformation")
                else {}
            )
    except (OSError, struct.error, zlib.error, IndexError, ValueError):
        raise broken from None
    if not sections:
        raise broken
    property_title, property_author = 2, 4
    return Parsed(
        join_paragraphs(paragraphs),
        clean_line(str(said.get(property_title) or "")) or None,
        clean_line(str(said.get(property_author) or "")) or None,
    )


def _hwp_stream(data: bytes, *, packed: bool) -> bytes:
    if not packed:
        return data
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    unpacked = decoder.decompress(data, MAXIMUM_UNPACKED)
    if decoder.unconsumed_tail:
        raise ReadingError("source_too_large", limit=f"{MAXIMUM_UNPACKED // 1024 // 1024}MB")
    return unpacked


_HWP_PARAGRAPH_TEXT = 67
_HWP_LONG_SIZE = 0xFFF


def _hwp_paragraphs(stream: bytes) -> Iterator[str]:
    place = 0
    while place + 4 <= len(stream):
        header = struct.unpack_from("<I", stream, place)[0]
        place += 4
        tag, size = header & 0x3FF, header >> 20
        if size == _HWP_LONG_SIZE:
            size = struct.unpack_from("<I", stream, place)[0]
            place += 4
        if tag == _HWP_PARAGRAPH_TEXT:
            yield _hwp_text(stream[place : place + size])
        place += size


def _hwp_text(record: bytes) -> str:
    units = struct.unpack(f"<{len(record) // 2}H", record[: len(record) // 2 * 2])
    kept: list[int] = []
    place = 0
    while place < len(units):
        unit = units[place]
        if unit >= 32:  # noqa: PLR2004
            kept.append(unit)
        elif unit in (9, 10, 24, 30, 31):  # tab, line break, hyphen, the two fixed spaces
            kept.append(ord("-" if unit == 24 else " "))  # noqa: PLR2004
        wide = 1 <= unit <= 9 or unit in (11, 12) or 14 <= unit <= 23  # noqa: PLR2004
        place += 8 if wide else 1
    return struct.pack(f"<{len(kept)}H", *kept).decode("utf-16-le", "replace")


def read_docx(body: bytes, source: str) -> Parsed:
    """DOCX: paragraphs and table cells in the order of the document.

    Raises:
        ReadingError: broken, or unpacking to more than `MAXIMUM_UNPACKED`.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import XMLSyntaxError

    _archive(body, source, "DOCX").close()
    try:
        document = docx.Document(io.BytesIO(body))
        title = ""
        paragraphs: list[str] = []
        for paragraph in document.element.body.iter(docx.oxml.ns.qn("w:p")):
            if any(_local(a.tag) == "Fallback" for a in paragraph.iterancestors()):
                continue
            text = "".join(_docx_text(paragraph))
            style = paragraph.style or ""
            if style == "Title" and not title:
                title = clean_line(text)
            else:
                paragraphs.append(text)
        said = document.core_properties
    except (
        KeyError,
        ValueError,
        AttributeError,
        PackageNotFoundError,
        XMLSyntaxError,
        zipfile.BadZipFile,
        zlib.error,
    ):
        raise ReadingError("source_broken", source=source, kind="DOCX") from None
    return Parsed(
        join_paragraphs(paragraphs),
        title or clean_line(said.title or "") or None,
        clean_line(said.author or "") or None,
        said.created.date().isoformat() if said.created else None,
    )


def _docx_text(element: Any) -> Iterator[str]:
    """The paragraph's own text: text boxes in it come in their own turn, old copies of them not at all."""
    for child in element:
        name = _local(child.tag)
        if name == "t":
            yield child.text or ""
        elif name in ("br", "tab"):
            yield " "
        elif name not in ("p", "Fallback"):
            yield from _docx_text(child)


def _archive(body: bytes, source: str, kind: str) -> zipfile.ZipFile:
    """The zip archive, after its sizes and members were looked at."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise ReadingError("source_broken", source=source, kind=kind) from None
    if sum(member.file_size for member in archive.infolist()) > MAXIMUM_UNPACKED:
        raise ReadingError("source_too_large", limit=f"{MAXIMUM_UNPACKED // 1024 // 1024}MB")
    if any(member.flag_bits & 1 for member in archive.infolist()):
        raise ReadingError("source_encrypted", source=source)
    return archive


def _member(archive: zipfile.ZipFile, name: str, source: str) -> bytes:
    """One member, never more of it than the archive's directory promised."""
    try:
        with archive.open(name) as member:
            data = member.read(archive.getinfo(name).file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        raise ReadingError("source_broken", source=source, kind="HWPX") from None
    return data
