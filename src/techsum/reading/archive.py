"""Documents that are zip archives of XML: opened with limits on size, and read without entities."""

import io
import lzma
import posixpath
import zipfile
import zlib
from typing import Any, TypedDict

from techsum.errors import ReadingError
from techsum.reading.parsed import iso_date

MAXIMUM_UNPACKED = 64 * 1024 * 1024
"""Bytes that the parts which are read may unpack to: 20 times a report of 500 pages."""


class Archive:
    """A zip archive whose members are read by name, never more than `MAXIMUM_UNPACKED` of them together.

    Args:
        body: the file.
        source: what to call it in messages.
        kind: its format's name, for messages.

    Raises:
        ReadingError: it is broken or encrypted.
    """

    def __init__(self, body: bytes, source: str, kind: str) -> None:
        self.source, self.kind = source, kind
        self._unpacked = 0
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(body))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise self.broken() from None
        if any(member.flag_bits & 1 for member in self._archive.infolist()):
            raise ReadingError("source_encrypted", source=source)
        self.names = frozenset(self._archive.namelist())

    def broken(self) -> ReadingError:
        """What to raise where the archive does not hold what its format asks for."""
        return ReadingError("source_broken", source=self.source, kind=self.kind)

    def read(self, name: str) -> bytes:
        """One member.

        Raises:
            ReadingError: it is missing or damaged, or the archive unpacks to too much.
        """
        try:
            size = self._archive.getinfo(name).file_size
            self._unpacked += size
            if self._unpacked > MAXIMUM_UNPACKED:
                raise ReadingError("source_too_large", limit=f"{MAXIMUM_UNPACKED // 1024 // 1024}MB")
            with self._archive.open(name) as member:
                return member.read(size + 1)
        except (
            KeyError,
            zipfile.BadZipFile,
            zlib.error,
            lzma.LZMAError,
            EOFError,
            NotImplementedError,
            RuntimeError,
            OSError,
        ):
            raise self.broken() from None

    def xml(self, name: str) -> Any:
        """The root element of one member.

        Raises:
            ReadingError: as `read`, or it is no XML, or holds entities.
        """
        return parse_xml(self.read(name), self.broken())


def parse_xml(body: bytes, broken: ReadingError) -> Any:
    """The root element (ElementTree) of an XML document without entities.

    Raises:
        ReadingError: `broken`, where it is no such document.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        return fromstring(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise broken from None


def local_name(element: Any) -> str:
    """An element's or attribute's name without its namespace, which differs between editions of a format."""
    return str(getattr(element, "tag", element)).rpartition("}")[2]


def attribute(element: Any, name: str) -> str | None:
    """An element's attribute by its local name."""
    return next((value for key, value in element.items() if local_name(key) == name), None)


def relations(archive: Archive, part: str = "") -> dict[str, tuple[str, str]]:
    """The relations of an Office Open XML part (of the package itself, where none is named).

    Returns:
        For each id the last word of the relation's type (`officeDocument`, `slide`) and its target's name.
    """
    folder, name = posixpath.split(part)
    found = {}
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    for element in archive.xml(rels) if rels in archive.names else ():
        target = element.get("Target") or ""
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found[element.get("Id") or ""] = ((element.get("Type") or "").rpartition("/")[2], path)
    return found


def main_part(archive: Archive) -> str:
    """The name of the package's main part: `word/document.xml`, or another that the relations name.

    Raises:
        ReadingError: there is none.
    """
    for kind, path in relations(archive).values():
        if kind == "officeDocument" and path in archive.names:
            return path
    raise archive.broken()


class Properties(TypedDict):
    """What an Office Open XML package says of itself; `published` is the ISO date of its last saving."""

    title: str | None
    author: str | None
    published: str | None


def properties(archive: Archive) -> Properties:
    """The core properties of an Office Open XML package."""
    core = {}
    for kind, path in relations(archive).values():
        if kind == "core-properties" and path in archive.names:
            core = {local_name(element): element.text or "" for element in archive.xml(path)}
    saved = iso_date(core.get("modified") or core.get("created"))
    return Properties(title=core.get("title"), author=core.get("creator"), published=saved)
