"""From the lines of a PDF to its paragraphs, by their places and letter sizes."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from techsum.korean import LINE_END, LIST_LETTERS
from techsum.reading.pdf_lines import Line

_MARKED = re.compile(r"\s*[□■○●◦•▪▫◆◇▶▷►☞※❍❑❏✓✔∙▣◈ㅇ]\s?\S")
"""How an item of a list begins, wherever the line before ended."""
_ITEM = re.compile(
    r"\s*(?:[-–—*]{1,2}\s|[①-⑳㉠-㉻ⓐ-ⓩ❶-❿]|\(?\d{1,2}[.)]\s|\d{1,2}(?:\.\d{1,2}){1,3}\.?\s"
    rf"|[{LIST_LETTERS}][.)]\s|제\s?\d{{1,3}}\s?[장절조]|[IVXⅠ-Ⅻ]{{1,4}}\.\s)"
)
"""How an item or a numbered heading may begin, and a wrapped line too."""
_OTHER_SIZE = 1.08
_WIDER_GAP = 1.45


def paragraphs(lines: Sequence[Line]) -> Iterator[str]:
    """The paragraphs of a document's lines.

    A line begins a paragraph where it is an item, is set in another size, stands after a wider gap or an
    indent, or where its first word would have fitted into the line before.
    """
    edges = _right_edges(lines)
    pitches = _pitches(lines)
    joints = _Joints(lines)
    text: list[str] = []
    for before, line in pairwise([None, *lines]):
        if line is None:
            continue
        if before and _begins(before, line, edges, pitches.get(_set_alike(line), 0.0)):
            yield "".join(text)
            text = []
        if text:
            text[-1], joint = joints.join(text[-1], line.text)
            text.append(joint + line.text.lstrip())
        else:
            text.append(line.text)
    yield "".join(text)


def _block(line: Line) -> tuple[int, int]:
    return line.page, line.column


def _set_alike(line: Line) -> tuple[int, int, int]:
    return line.page, line.column, round(line.size)


def _right_edges(lines: Sequence[Line]) -> dict[tuple[int, int], float]:
    """Where the lines of each page and column end, at most: all but a tenth of the longer ones."""
    rights: dict[tuple[int, int], list[float]] = {}
    for line in lines:
        rights.setdefault(_block(line), []).append(line.right)
    return {block: sorted(found)[int(len(found) * 0.9)] for block, found in rights.items()}


def _pitches(lines: Sequence[Line]) -> dict[tuple[int, int, int], float]:
    """The usual distance of two lines of a page, column and letter size: a table's is smaller."""
    gaps: dict[tuple[int, int, int], list[float]] = {}
    for before, line in pairwise(lines):
        if (
            _set_alike(before) == _set_alike(line)
            and 0 < (gap := before.bottom - line.bottom) < line.size * 4
        ):
            gaps.setdefault(_set_alike(line), []).append(gap)
    return {block: sorted(found)[len(found) // 2] for block, found in gaps.items()}


def _begins(before: Line, line: Line, edges: dict[tuple[int, int], float], pitch: float) -> bool:
    """Whether `line` begins a paragraph."""
    if _MARKED.match(line.text):
        return True
    slack = _slack(before, line, edges)
    if _ITEM.match(line.text) and (before.ends_sentence or slack > 0 or _ITEM.match(before.text)):
        return True
    if max(before.size, line.size) > _OTHER_SIZE * min(before.size, line.size) > 0:
        return True
    same_block = _block(before) == _block(line)
    gap = before.bottom - line.bottom
    if same_block and pitch and gap > pitch * _WIDER_GAP:
        return True
    if before.ends_sentence and same_block and line.left > before.left + line.size * 0.7:
        return True
    # lines that are set ragged leave room for a word; half a sentence is worse than two that stand together
    ragged = max(line.size * 1.5, (edges[_block(before)] - before.left) * 0.2)
    return slack > 0 if before.ends_sentence else slack > ragged


def _slack(before: Line, line: Line, edges: dict[tuple[int, int], float]) -> float:
    """How many points were left in the line before, had it taken the first word of this one."""
    word = re.match(r"\s*(\S{1,20})", line.text)
    width = sum(1.0 if letter > "\u1100" else 0.55 for letter in word.group(1)) * line.size if word else 0.0
    return edges[_block(before)] - before.right - width - line.size * 0.3


class _Joints:
    """Whether a line's end parts two words or breaks one, told by the words inside the document's lines.

    Where these do not tell, `LINE_END` is left for `korean.join_lines`.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        words = [line.text.split() for line in lines]
        self._inside = {word for line in words for word in line[1:-1]}
        # where the producer kept the space at the end of a line, its absence means a word broken in two
        ends = sum(line.text.endswith(" ") for line in lines)
        self._marks_spaces = ends * 5 > len(lines)

    def join(self, text: str, line: str) -> tuple[str, str]:
        """The line before, without a hyphen that parted a word, and what stands between it and the next one.

        That is a space, nothing, or `LINE_END`.
        """
        if text.endswith("\ufffe"):
            return text[:-1], ""
        if text.endswith(" ") or re.match(r"[,.)\]%’”」』!?…]", line):
            return text, ""
        if re.search(r"[가-힣\d]$", text[-1:]) and re.match("[가-힣]", line):
            first, last = line.split(maxsplit=1)[0], text.rsplit(maxsplit=1)[-1]
            if self._marks_spaces or last + first in self._inside:
                return text, ""
            if not (last in self._inside and first in self._inside):
                return text, LINE_END
        return text, " "
