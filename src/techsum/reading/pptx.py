"""PPTX (Office Open XML): the slides in order."""

from collections.abc import Iterator
from typing import Any

from techsum.reading.archive import Archive, attribute, local_name, main_part, properties, relations
from techsum.reading.parsed import Parsed, clean_line
from techsum.reading.tables import row_paragraphs
from techsum.reading.titles import office_document

_BESIDE = frozenset({"sldNum", "dt", "ftr", "hdr"})
_TITLES = frozenset({"title", "ctrTitle"})


def read_pptx(archive: Archive) -> Parsed:
    """PPTX: titles, texts and tables of the slides, without numbers, dates, footers and speaker notes.

    Raises:
        ReadingError: broken, encrypted, or unpacking to too much.
    """
    main = main_part(archive)
    targets = relations(archive, main)
    ids = [
        value
        for element in archive.xml(main).iter()
        if local_name(element) == "sldId"
        for key, value in element.items()
        if key.endswith("}id")
    ]
    slides = [targets[i][1] for i in ids if i in targets and targets[i][1] in archive.names]
    if not slides:
        raise archive.broken()
    title = ""
    paragraphs: list[str] = []
    for number, name in enumerate(slides):
        for kind, text in _texts(archive.xml(name)):
            if number == 0 and not title and kind in _TITLES:
                title = clean_line(text)
            else:
                paragraphs.append(text)
    return office_document(paragraphs, **properties(archive), headline=title)


def _texts(element: Any) -> Iterator[tuple[str, str]]:
    """The kind of placeholder ("" for other shapes) and the text of each paragraph of a slide."""
    for child in element:
        name = local_name(child)
        if name == "sp":
            kind = next((attribute(e, "type") or "" for e in child.iter() if local_name(e) == "ph"), "")
            lines = [] if kind in _BESIDE else list(_lines(child))
            yield from ((kind, line) for line in ([" ".join(lines)] if kind in _TITLES else lines))
        elif name == "tr":
            cells = [list(_lines(cell)) for cell in child if local_name(cell) == "tc"]
            yield from (("", line) for line in row_paragraphs(cells))
        elif name != "Fallback":
            yield from _texts(child)


def _lines(shape: Any) -> Iterator[str]:
    for paragraph in shape.iter():
        if local_name(paragraph) == "p":
            yield clean_line("".join(_letters(paragraph)))


def _letters(element: Any) -> Iterator[str]:
    for child in element:
        name = local_name(child)
        if name == "t":
            yield child.text or ""
        elif name == "br":
            yield " "
        elif name != "fld":  # the slide's number, the day
            yield from _letters(child)
