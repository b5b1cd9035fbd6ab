"""The lines of a PDF's pages with their places, and which of them are body, in reading order."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from techsum.korean import LINE_END

_NEWLINE, _RETURN, _SOFT_HYPHEN = 10, 13, 0xFFFE
"""Soft hyphens are PDFium's mark of a hyphen at the end of a line."""
_GUTTER = 1.2
"""Letter sizes between two words of a line from which they stand in different columns."""
_EDGE = 2
"""Lines at the top and bottom of a page that may be a running header or footer."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; places and sizes in points, from the page's lower left corner."""

    text: str
    left: float
    right: float
    bottom: float
    size: float
    page: int
    column: int = 0

    @property
    def ends_sentence(self) -> bool:
        """Whether its last word ends a sentence."""
        return bool(re.search(r"(?:(?<!\d)\.|[!?。])['\"”’)\]]{0,3}\s*$", self.text))


def page_lines(page: Any, number: int) -> list[Line]:
    """The lines of one page (pypdfium2) in the order of its content stream; columns side by side are parted.

    Args:
        page: the page.
        number: its number in the document, for the lines.
    """
    text = page.get_textpage()
    try:
        letters = _Letters(text.raw)
        rows = [[letters.line(piece, number) for piece in letters.columns(row)] for row in letters.rows()]
    finally:
        text.close()
    return _with_columns(_in_reading_order(rows))


_Row = list[tuple[int, str]]
"""Indexes and letters."""


class _Letters:
    """The letters of a page by their indexes in PDFium's text page."""

    def __init__(self, text: Any) -> None:
        import ctypes

        from pypdfium2 import raw

        self._text, self._raw = text, raw
        self._box = [ctypes.c_double() for _ in range(4)]
        self._matrix = raw.FS_MATRIX()

    def rows(self) -> Iterator[_Row]:
        """The letters between line ends; PDFium marks most of these, some show in the places only."""
        row: _Row = []
        last: tuple[float, float] | None = None
        for index in range(self._raw.FPDFText_CountChars(self._text)):
            code = self._raw.FPDFText_GetUnicode(self._text, index)
            if code == _NEWLINE:
                yield from self._visible(row)
                row, last = [], None
            elif code not in (_RETURN, 0, ord(LINE_END)):
                letter = chr(code)
                if not letter.isspace() and code != _SOFT_HYPHEN:
                    place = self._origin(index)
                    if last and (drop := abs(place[1] - last[1])) > 3:  # noqa: PLR2004 - points; cheaper than the size
                        size = self.size(index)
                        if drop > size or (drop > size / 2 and place[0] < last[0]):
                            yield from self._visible(row)
                            row = []
                    last = place
                row.append((index, letter))
        yield from self._visible(row)

    def columns(self, row: _Row) -> list[_Row]:
        """The row's pieces between gaps that part columns."""
        pieces: list[_Row] = [[]]
        for place, (index, letter) in enumerate(row):
            if letter == " " and pieces[-1] and 0 < place < len(row) - 1:
                gap = self._edges(row[place + 1][0])[0] - self._edges(row[place - 1][0])[1]
                if gap > _GUTTER * self.size(row[place - 1][0]):
                    pieces.append([])
                    continue
            pieces[-1].append((index, letter))
        return [piece for piece in pieces if any(not letter.isspace() for _, letter in piece)]

    def line(self, piece: _Row, page: int) -> Line:
        seen = [index for index, letter in piece if not letter.isspace()]
        letters = "".join(letter for _, letter in piece)
        left, right = self._edges(seen[0])[0], self._edges(seen[-1])[1]
        # the largest of three: one may be a note's mark
        size = max(self.size(seen[len(seen) * quarter // 4]) for quarter in (1, 2, 3))
        return Line(letters, left, right, self._origin(seen[0])[1], size, page)

    def size(self, index: int) -> float:
        """A letter's size in points: the font's, scaled as the page draws it."""
        size = float(self._raw.FPDFText_GetFontSize(self._text, index))
        if self._raw.FPDFText_GetMatrix(self._text, index, self._matrix):
            size *= math.hypot(self._matrix.c, self._matrix.d)
        return size or 10.0

    def _origin(self, index: int) -> tuple[float, float]:
        x, y = self._box[:2]
        self._raw.FPDFText_GetCharOrigin(self._text, index, x, y)
        return x.value, y.value

    def _edges(self, index: int) -> tuple[float, float]:
        self._raw.FPDFText_GetCharBox(self._text, index, *self._box)
        return self._box[0].value, self._box[1].value

    @staticmethod
    def _visible(row: _Row) -> Iterator[_Row]:
        if any(not letter.isspace() for _, letter in row):
            yield row


def _in_reading_order(rows: list[list[Line]]) -> list[Line]:
    """Two columns of prose that were drawn row by row become one after the other; other rows stay rows."""
    pairs = [row for row in rows if len(row) == 2]  # noqa: PLR2004
    gutters = sorted(row[1].left for row in pairs)
    gutter = gutters[len(gutters) // 2] if gutters else 0.0
    fitting = [row for row in pairs if abs(row[1].left - gutter) < row[1].size * 1.5]
    are_prose = all(sum(len(row[side].text) for row in fitting) >= 10 * len(fitting) for side in (0, 1))
    if len(fitting) < 4 or len(fitting) * 2 < len(rows) or not are_prose:  # noqa: PLR2004
        return [_joined(row) for row in rows]
    ordered: list[Line] = []
    columns: tuple[list[Line], list[Line]] = ([], [])
    for row in rows:
        if any(piece.left < gutter - piece.size < gutter < piece.right - piece.size for piece in row):
            ordered += [*columns[0], *columns[1], _joined(row)]
            columns = ([], [])
        else:
            for piece in row:
                columns[piece.left >= gutter - piece.size * 1.5].append(piece)
    return [*ordered, *columns[0], *columns[1]]


_LEFT, _RIGHT, _ACROSS = 0, 1, 2
_FEWEST = 5
"""Lines that make a column."""
_MIDDLE = (0.3, 0.7)
"""Of a page's text: where a gutter may be."""
_NARROWEST, _FILLED = 0.3, 0.6
"""A column's share of the page's text, and what half of its lines fill of it: a table's cells fill less."""


def _with_columns(page: list[Line]) -> list[Line]:
    """The lines with the columns in which they stand, where a page has two."""
    if not page:
        return page
    start, end = min(line.left for line in page), max(line.right for line in page)
    width = max(end - start, 1.0)
    starts = Counter(
        round(line.left) for line in page if _MIDDLE[0] < (line.left - start) / width < _MIDDLE[1]
    )
    best: tuple[int, int] | None = None
    for gutter, _ in starts.most_common(20):
        sides: dict[int, list[float]] = {_LEFT: [], _RIGHT: [], _ACROSS: []}
        for line in page:
            sides[_side(line, gutter)].append(line.right - line.left)
        across = len(sides[_ACROSS])
        is_column = across * 3 <= len(page) and _fills(sides[_LEFT], width) and _fills(sides[_RIGHT], width)
        if is_column and (best is None or across < best[0]):
            best = across, gutter
    return [replace(line, column=_side(line, best[1])) for line in page] if best else page


def _fills(widths: list[float], width: float) -> bool:
    """Whether lines of these widths make a column of a page: enough, wide and as wide as each other."""
    return (
        len(widths) >= _FEWEST
        and max(widths) >= _NARROWEST * width
        and sorted(widths)[len(widths) // 2] >= _FILLED * max(widths)
    )


def _side(line: Line, gutter: float) -> int:
    """On which side of a gutter a line stands, or that it goes across."""
    if line.left >= gutter - 3:  # points; letters stand out by some
        return _RIGHT
    return _LEFT if line.right <= gutter else _ACROSS


def _joined(row: list[Line]) -> Line:
    return replace(
        row[0],
        text=" ".join(piece.text.strip() for piece in row) if len(row) > 1 else row[0].text,
        right=row[-1].right,
    )


def body_size(pages: Iterable[list[Line]]) -> float:
    """The letter size, in points, in which most of a document is set."""
    sizes = Counter[float]()
    for page in pages:
        for line in page:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


_CONTENTS_LINE = re.compile(
    r"(?:[·․⋯…‥.]\s?){5,30}(?:\d{1,4}|[ivxIVX]{1,6}|\(\S{1,3} \S{1,3}\))\s*$|[·․⋯…‥.]{2}\s?\d{1,3}\s*$"
)
_CONTENTS_HEADING = re.compile(r"\W*(?:차\s{0,4}례|목\s{0,4}차|contents|table of contents)\W*", re.IGNORECASE)
_NOTE_MARK = re.compile(r"\s*(?:(\d{1,3})\)|주\s?(\d{0,2})\)|[*†‡])")
_SMALL = 0.92


def without_notes(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without running headers, page numbers, footnotes and their marks, and tables of contents."""
    size = body_size(pages)
    return [_without_footnotes(_without_contents(page), size) for page in _without_running_lines(pages)]


def _without_running_lines(pages: list[list[Line]]) -> Iterator[list[Line]]:
    """All lines but page numbers and those that stand at the edge of at least a third of the pages."""

    def shape(line: Line) -> str:
        return re.sub(r"\d+", "0", line.text.strip())

    def edges(page: list[Line]) -> list[Line]:
        by_height = sorted(page, key=lambda line: line.bottom)
        return [*by_height[:_EDGE], *by_height[-_EDGE:]]

    often = Counter(s for page in pages for s in {shape(line) for line in edges(page)})
    enough = max(3, len(pages) // 3)
    for page in pages:
        at_edge = edges(page)
        yield [
            line
            for line in page
            if not (line in at_edge and (_is_page_number(line.text) or often[shape(line)] >= enough))
        ]


def _is_page_number(text: str) -> bool:
    return bool(re.fullmatch(r"\W{0,5}\d{1,4}\W{0,5}|\W{0,5}\d{1,4}\s?/\s?\d{1,4}\W{0,5}", text.strip()))


def _without_contents(page: list[Line]) -> list[Line]:
    contents = [line for line in page if _CONTENTS_LINE.search(line.text)]
    if len(contents) < 3:  # noqa: PLR2004
        return page
    entries = {id(line) for line in contents}
    last = max(n for n, line in enumerate(page) if id(line) in entries)
    if len(contents) * 2 > last:  # what stands between its entries are entries without dots
        return page[last + 1 :]
    return [line for line in page if id(line) not in entries and not _CONTENTS_HEADING.fullmatch(line.text)]


def _footnotes(page: list[Line], column: int, size: float) -> list[Line]:
    lines = [line for line in page if line.column == column]
    lowest = min((line.bottom for line in lines if line.size >= size * _SMALL), default=0.0)
    small = [line for line in lines if line.size < size * _SMALL and line.bottom < lowest]
    first = next((n for n, line in enumerate(small) if _NOTE_MARK.match(line.text)), None)
    return [] if first is None else small[first:]


def _without_footnotes(page: list[Line], size: float) -> list[Line]:
    """Without the small lines at the foot of a column from the first that begins with a note's mark."""
    notes = [note for column in {line.column for line in page} for note in _footnotes(page, column, size)]
    if not notes:
        return page
    numbers = {g for line in notes if (mark := _NOTE_MARK.match(line.text)) for g in mark.groups() if g}
    marks = "|".join(sorted(numbers, key=len, reverse=True))
    dropped = {id(note) for note in notes}
    in_text = re.compile(rf"(?<=[가-힣”’)])(?:{marks})\)(?=[가-힣\s.,])") if marks else None
    return [
        replace(line, text=in_text.sub("", line.text)) if in_text else line
        for line in page
        if id(line) not in dropped
    ]
