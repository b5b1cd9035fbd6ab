"""Tables as paragraphs: a row stays a row, and a table that only lays out prose gives its paragraphs."""

import re
from collections.abc import Iterable, Iterator, Sequence

from techsum.reading.parsed import clean_line

_LONGEST_CELL = 60
"""Characters; a longer text in a cell is prose that the table only lays out."""


def row_paragraphs(cells: Iterable[Sequence[str]]) -> Iterator[str]:
    """The paragraphs of one row.

    Args:
        cells: each cell's paragraphs, in the order of the page.

    Returns:
        One line with the cells in order, parted by " | ", or the cells' paragraphs where a cell holds prose
        or the row has one cell only.
    """
    texts = [[cleaned for p in cell if (cleaned := clean_line(p))] for cell in cells]
    filled = [cell for cell in texts if cell]
    is_layout = len(filled) <= 1 or any(
        len(cell) > 3 or sum(map(len, cell)) > _LONGEST_CELL or any(_is_sentence(p) for p in cell)  # noqa: PLR2004
        for cell in filled
    )
    if is_layout:
        for cell in filled:
            yield from cell
    else:
        yield " | ".join(" ".join(cell) for cell in filled)


def _is_sentence(text: str) -> bool:
    return bool(re.search(r"[가-힣](?:다|요|까)[.?!]", text))
