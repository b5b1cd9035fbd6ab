"""HWPX (OWPML, KS X 6101) and HWPML, Hancom's two XML formats."""

import re
from collections.abc import Iterator
from typing import Any

from techsum.errors import ReadingError
from techsum.reading.archive import Archive, attribute, local_name, parse_xml
from techsum.reading.parsed import Parsed, clean_line, iso_date
from techsum.reading.tables import row_paragraphs
from techsum.reading.titles import office_document

_NOT_BODY = frozenset(
    {"header", "footer", "footnote", "endnote", "hiddencomment", "fieldbegin", "subtext", "parameterset"}
    | {"masterpage", "ext_masterpage"}
)
"""What stands beside the body (lower case: HWPX writes `footNote`, HWPML `FOOTNOTE`); memos are fields."""
_INLINE = frozenset({"script", "maintext"})
"""An equation's source, and the text under a gloss."""
_MANIFEST = "META-INF/manifest.xml"
_SPACES = frozenset({"linebreak", "tab", "nbspace", "fwspace"})


def read_hwpx(archive: Archive) -> Parsed:
    """HWPX: the paragraphs of all sections, tables row by row, without headers, notes and deleted text.

    Raises:
        ReadingError: encrypted, broken, or unpacking to too much.
    """
    if _MANIFEST in archive.names and b"encryption-data" in archive.read(_MANIFEST):
        raise ReadingError("source_encrypted", source=archive.source)
    sections = sorted(
        (n for n in archive.names if re.fullmatch(r"Contents/section\d+\.xml", n)),
        key=lambda n: int(re.sub(r"\D", "", n)),
    )
    if not sections:
        raise archive.broken()
    paragraphs = _Paragraphs()
    texts = [p for name in sections for p in paragraphs.of(archive.xml(name))]
    stated: dict[str, str] = {}
    if "Contents/content.hpf" in archive.names:
        for element in archive.xml("Contents/content.hpf").iter():
            kind = element.get("name") or local_name(element)
            stated.setdefault(kind.lower(), clean_line(element.text or ""))
    return office_document(
        texts,
        title=stated.get("title"),
        author=stated.get("creator"),
        published=iso_date(stated.get("modifieddate") or stated.get("createddate") or stated.get("date")),
    )


def read_hwpml(body: bytes, source: str) -> Parsed:
    """HWPML (.hml): one XML file with the same parts under upper-case names.

    Raises:
        ReadingError: broken.
    """
    broken = ReadingError("source_broken", source=source, kind="HWPML")
    root = parse_xml(body, broken)
    stated = {
        local_name(e).lower(): clean_line(e.text or "") for e in root.iter() if local_name(e.tag).isupper()
    }
    paragraphs = _Paragraphs()
    texts = [p for section in root.iter() if local_name(section) == "SECTION" for p in paragraphs.of(section)]
    if not texts:
        raise broken
    return office_document(
        texts, title=stated.get("title"), author=stated.get("author"), published=iso_date(stated.get("date"))
    )


class _Paragraphs:
    """The paragraphs of sections, one section after the other: a deletion may reach over several of them."""

    def __init__(self) -> None:
        self._deleted = False

    def of(self, element: Any) -> Iterator[str]:
        """The paragraphs below `element`."""
        for child in element:
            name = local_name(child).lower()
            if name in _NOT_BODY:
                continue
            if name == "p":
                yield from self._paragraph(child)
            elif name in ("tr", "row"):
                yield from row_paragraphs([list(self.of(cell)) for cell in child])
            else:
                yield from self.of(child)

    def _paragraph(self, paragraph: Any) -> Iterator[str]:
        """A paragraph's own text, and after it those of the tables and boxes in it."""
        inside: list[str] = []
        yield "".join(self._text(paragraph, inside))
        yield from inside

    def _text(self, element: Any, inside: list[str]) -> Iterator[str]:
        for child in element:
            name = local_name(child).lower()
            if name in ("t", "char"):
                yield from self._letters(child)
            elif name in ("tbl", "table", "sublist", "paralist", "p"):
                found = list(self.of([child]))
                inside += [] if self._deleted else found
            elif name in _INLINE and child.text:
                yield "" if self._deleted else clean_line(child.text)
            elif name == "compose":  # letters drawn into one place
                yield attribute(child, "composeText") or ""
            elif name not in _NOT_BODY:
                yield from self._text(child, inside)

    def _letters(self, text: Any) -> Iterator[str]:
        """The letters of one run of text, without what a tracked change deleted."""
        if not self._deleted:
            yield text.text or ""
        for mark in text:
            name = local_name(mark).lower()
            if name in ("deletebegin", "deleteend"):
                self._deleted = name == "deletebegin"
            elif name in _SPACES:
                yield " "
            elif name in ("hyphen", "hypen"):
                yield "-"
            if not self._deleted:
                yield mark.tail or ""
