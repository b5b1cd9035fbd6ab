"""Where a page's links lead: the article in pieces that can be pointed at, and what points at them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from techsum.contracts.answer import Answer
from techsum.contracts.entry import Entry
from techsum.contracts.summary import Summary


def article_pieces(entry: Entry, answers: Sequence[Answer]) -> list[list[tuple[int, str]]]:
    """The article by paragraph, in pieces that can be pointed at: where each begins, and its text.

    The pieces are the sentences that were kept with it. Where none were, they are cut around what summary and
    answers point at: to split an article into sentences takes too long for a page.
    """
    if not entry.article:
        return []
    article, found, start = entry.article.text, [], 0
    spans = entry.spans or _cited(entry, answers)
    for paragraph in article.split("\n\n"):
        end = start + len(paragraph)
        inside = spans[bisect_left(spans, (start, 0)) : bisect_left(spans, (end, 0))]
        found.append([(at, piece) for at, piece in _cut(article, start, end, inside) if piece.strip()])
        start = end + len("\n\n")
    return found


def card_places(summary: Summary | None, paragraphs: Sequence[Sequence[tuple[int, str]]]) -> dict[str, Any]:
    """Where the card's line, figures and terms lead in the article, and the numbers of what is cited."""
    starts = [start for paragraph in paragraphs for start, _ in paragraph]
    if summary is None:
        return {"line_place": None, "figures": [], "glossary": [], "numbers": {}}
    line = [s.evidence for s in summary.sentences if s.text == summary.line]

    def piece_at(place: int) -> int:
        return starts[max(bisect_right(starts, place) - 1, 0)]

    numbers: dict[int, list[str]] = {}
    for number, place in enumerate((e for s in summary.sentences for e in s.evidence), 1):
        numbers.setdefault(place.start, []).append(str(number))
    return {
        "line_place": line[0][0].start if line and line[0] else None,
        "figures": [(f, piece_at(f.start)) for f in summary.figures if starts],
        "glossary": [(one, piece_at(one.explanation.start)) for one in summary.glossary_beside if starts],
        "numbers": {start: ", ".join(cited) for start, cited in numbers.items()},
    }


def _cited(entry: Entry, answers: Sequence[Answer]) -> tuple[tuple[int, int], ...]:
    """Places in the article that a summary, its key sentences or an answer name as evidence."""
    summaries = [s.cited for s in (entry.keys, entry.result) if s]
    every = [*summaries, *(answer.sentences for answer in answers)]
    return tuple(sorted({(e.start, e.end) for sentences in every for s in sentences for e in s.evidence}))


def _cut(article: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """The text between two places, cut at these spans."""
    for a, b in spans:
        if start <= a < b <= end:
            yield start, article[start:a]
            yield a, article[a:b]
            start = b
    yield start, article[start:end]
