"""The paragraphs of an element of a page: texts between the borders of blocks and line breaks."""

from collections.abc import Iterator
from typing import Any

from techsum.reading.tables import row_paragraphs

_BLOCKS = frozenset(
    {"p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "article", "main", "pre"}
    | {"tr", "td", "th", "table", "ul", "ol", "dl", "dt", "dd", "header", "footer", "aside", "address"}
)
_SILENT = frozenset(
    {"script", "style", "noscript", "template", "iframe", "svg", "textarea", "button", "form", "nav"}
    | {"figure", "figcaption", "rt", "rp"}
)


def block_paragraphs(element: Any) -> Iterator[str]:
    """The texts of `element` (lxml), one for each paragraph; some pages use `<p>`, some only `<br>`.

    A row of a table is one paragraph, unless its cells hold prose.
    """
    line: list[str] = []
    for piece in _pieces(element):
        if piece is None:
            yield "".join(line)
            line = []
        else:
            line.append(piece)
    yield "".join(line)


def _pieces(node: Any) -> Iterator[str | None]:
    """The node's texts; None where a paragraph ends."""
    tag = str(node.tag).rpartition("}")[2] if isinstance(node.tag, str) else ""
    if not tag or tag in _SILENT:
        return
    # a table of tables lays out a page
    if tag == "tr" and next(node.iterdescendants("tr"), None) is None:
        for paragraph in row_paragraphs([list(block_paragraphs(cell)) for cell in node]):
            yield from (None, paragraph, None)
        return
    is_block = tag in _BLOCKS
    if is_block or tag == "br":
        yield None
    yield node.text or ""
    for child in node:
        yield from _pieces(child)
        yield child.tail or ""
    if is_block:
        yield None
