"""DOCX (Office Open XML, transitional and strict): text by element names, whatever their namespace."""

import re
from collections.abc import Iterator
from typing import Any

from techsum.reading.archive import Archive, attribute, local_name, main_part, properties, relations
from techsum.reading.parsed import Parsed
from techsum.reading.tables import row_paragraphs
from techsum.reading.titles import office_document

_SPACES = frozenset({"br", "cr", "tab", "ptab"})
_NOT_BODY = frozenset({"del", "moveFrom", "rt", "Fallback", "instrText", "delText", "pPr", "rPr", "sdtPr"})
"""Deleted and moved-away text, readings above letters, older copies of shapes, field codes, formats."""
_TITLE_LINES = 3
_NO_BREAK_HYPHEN = "\u2011"


def read_docx(archive: Archive) -> Parsed:
    """DOCX: the body's paragraphs in order, tables row by row, without notes, comments and hidden text.

    Raises:
        ReadingError: broken, encrypted, or unpacking to too much.
    """
    main = main_part(archive)
    styles = _styles(archive, main)
    title: list[str] = []
    paragraphs: list[str] = []
    for style, text in _paragraphs(archive.xml(main), styles):
        is_headline = style == "title" and not any(paragraphs) and len(title) < _TITLE_LINES
        (title if is_headline else paragraphs).append(text)
    return office_document(paragraphs, **properties(archive), headline=" ".join(title))


def _styles(archive: Archive, main: str) -> dict[str, str]:
    """The names of the paragraph styles by their ids, in lower case; Korean Word numbers the ids."""
    found = {}
    for kind, path in relations(archive, main).values():
        if kind == "styles" and path in archive.names:
            for style in archive.xml(path):
                names = [attribute(e, "val") for e in style if local_name(e) == "name"]
                found[attribute(style, "styleId") or ""] = (names[0] or "").lower() if names else ""
    return found


def _paragraphs(element: Any, styles: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Style name and text of each paragraph; text boxes in a paragraph come after its own text."""
    for child in element:
        name = local_name(child)
        if (
            name in _NOT_BODY
            or (name == "sdt" and _is_contents(child))
            or (name == "r" and _is_hidden(child))
        ):
            continue
        if name == "p":
            style = _style(child, styles)
            if not style.startswith("toc"):
                yield style, "".join(_text(child))
                yield from _paragraphs(child, styles)
        elif name == "tr":
            cells = [[text for _, text in _paragraphs(cell, styles)] for cell in child]
            yield from (("", line) for line in row_paragraphs(cells))
        else:
            yield from _paragraphs(child, styles)


def _style(paragraph: Any, styles: dict[str, str]) -> str:
    for part in paragraph:
        if local_name(part) == "pPr":
            for element in part:
                if local_name(element) == "pStyle":
                    style = attribute(element, "val") or ""
                    return styles.get(style) or style.lower()
    return ""


def _is_contents(block: Any) -> bool:
    """Whether a content block is a table of contents that Word made."""
    return any(
        attribute(e, "val") == "Table of Contents" for e in block.iter() if local_name(e) == "docPartGallery"
    )


def _text(element: Any) -> Iterator[str]:
    for child in element:
        name = local_name(child)
        if name == "t":
            yield child.text or ""
        elif name in _SPACES:
            yield " "
        elif name == "noBreakHyphen":
            yield _NO_BREAK_HYPHEN
        elif name == "sym":
            code = attribute(child, "char") or ""
            yield chr(int(code, 16)) if re.fullmatch("[0-9A-Fa-f]{1,4}", code) else " "
        elif name == "r" and _is_hidden(child):
            continue
        elif name not in _NOT_BODY and name not in ("p", "tbl"):
            yield from _text(child)


def _is_hidden(run: Any) -> bool:
    for part in run:
        if local_name(part) == "rPr":
            return any(
                local_name(e) in ("vanish", "webHidden") and attribute(e, "val") not in ("0", "false", "off")
                for e in part
            )
    return False
