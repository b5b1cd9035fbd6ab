"""Splitting a long article into parts that a model can read, at sentence borders."""

from collections.abc import Iterator, Sequence
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
    if _fits(article.text, generator, limit):
        spans = [(0, len(article.text))]
    else:
        starts = [0, *(s.start for s in article.sentences[1:])]
        spans = list(_spans(article.text, starts, generator, limit))
    parts = []
    for start, end in spans:
        inside = (s for s in article.sentences if s.start < end and s.end > start)
        parts.append(Part(start, end, article.text[start:end], tuple(inside)))
    return parts


def split_at(text: str, starts: Sequence[int], generator: Generator) -> list[Part]:
    """A text in parts that begin at some of these places; one part if it fits."""
    limit = _limit(generator)
    whole = [(0, len(text))]
    spans = whole if _fits(text, generator, limit) else _spans(text, starts, generator, limit)
    return [Part(start, end, text[start:end], ()) for start, end in spans]


def _fits(text: str, generator: Generator, limit: int) -> bool:
    # Gemma has at most one token a character but for rare ones; short texts need no counting by sentence.
    return len(text) < limit * 4 and generator.count(text) <= limit


def _spans(text: str, starts: Sequence[int], generator: Generator, limit: int) -> Iterator[tuple[int, int]]:
    start = end = tokens = 0
    for piece_start, piece_end in _pieces(text, starts, generator, limit):
        count = generator.count(text[piece_start:piece_end]) + 1
        if tokens and tokens + count > limit:
            yield start, end
            start, tokens = piece_start, 0
        end, tokens = piece_end, tokens + count
    yield start, end


def _limit(generator: Generator) -> int:
    frame = summary_messages(
        "", fmt=generator.format, characters=1000, register="합니다체", bullets=False, before="앞"
    )
    room = generator.context - generator.count("".join(m.content for m in frame)) - _ANSWER_TOKENS
    longest = _PART_TOKENS if FAMILIES[generator.format].instruct else _BASE_PART_TOKENS
    return max(128, min(longest, room))


def _pieces(text: str, starts: Sequence[int], generator: Generator, limit: int) -> Iterator[tuple[int, int]]:
    """Spans from each start to the next; those too long for one part are halved."""
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield from _halves(text, start, end, generator, limit)


def _halves(text: str, start: int, end: int, generator: Generator, limit: int) -> Iterator[tuple[int, int]]:
    if end - start > limit // 2 and generator.count(text[start:end]) > limit:
        middle = (start + end) // 2
        yield from _halves(text, start, middle, generator, limit)
        yield from _halves(text, middle, end, generator, limit)
    else:
        yield start, end
