"""Splitting a long article into parts that a model can read, at sentence borders."""

from collections.abc import Iterator
from dataclasses import dataclass

from techsum import korean
from techsum.contracts.article import Article
from techsum.generators.protocol import Generator
from techsum.prompts import FAMILIES, summary_messages

_PART_TOKENS, _BASE_PART_TOKENS = 3_000, 1_500
"""Longest part in tokens; a base model gets less. Not tuned: no instruct model could be run here."""

_ANSWER_TOKENS = 700
"""Kept free for the longest answer to a part and for the summary of what came before."""


@dataclass(frozen=True)
class Part:
    """A run of whole sentences of the article, by character offsets."""

    start: int
    end: int
    text: str
    sentences: tuple[korean.Sentence, ...]


def split(article: Article, generator: Generator) -> list[Part]:
    """The article in parts, by the generator's own token count. One part if it fits.

    A sentence that is longer than a part is cut; nothing is left out.
    """
    limit = _limit(generator)
    # Gemma has at most one token a character but for rare ones; short articles need no counting by sentence.
    if len(article.text) < limit * 4 and generator.count(article.text) <= limit:
        return [_part(article, 0, len(article.text))]
    parts: list[Part] = []
    start = end = tokens = 0
    for piece_start, piece_end in _pieces(article, generator, limit):
        count = generator.count(article.text[piece_start:piece_end]) + 1
        if tokens and tokens + count > limit:
            parts.append(_part(article, start, end))
            start, tokens = piece_start, 0
        end, tokens = piece_end, tokens + count
    parts.append(_part(article, start, end))
    return parts


def _part(article: Article, start: int, end: int) -> Part:
    inside = (s for s in article.sentences if s.start < end and s.end > start)
    return Part(start, end, article.text[start:end], tuple(inside))


def _limit(generator: Generator) -> int:
    frame = summary_messages(
        "", fmt=generator.format, characters=1000, register="합니다체", bullets=False, before="앞"
    )
    room = generator.context - generator.count("".join(m.content for m in frame)) - _ANSWER_TOKENS
    longest = _PART_TOKENS if FAMILIES[generator.format].instruct else _BASE_PART_TOKENS
    return max(128, min(longest, room))


def _pieces(article: Article, generator: Generator, limit: int) -> Iterator[tuple[int, int]]:
    """Sentence spans with the white space after them; spans too long for one part are halved."""
    borders = [s.start for s in article.sentences][1:]
    starts = [0, *borders]
    for start, end in zip(starts, [*borders, len(article.text)], strict=True):
        yield from _halves(article.text, start, end, generator, limit)


def _halves(text: str, start: int, end: int, generator: Generator, limit: int) -> Iterator[tuple[int, int]]:
    if end - start > limit // 2 and generator.count(text[start:end]) > limit:
        middle = (start + end) // 2
        yield from _halves(text, start, middle, generator, limit)
        yield from _halves(text, middle, end, generator, limit)
    else:
        yield start, end
