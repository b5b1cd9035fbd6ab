"""What Kiwi, which knows Korean alone, cannot do for other languages: find sentences and their words."""

import re
from collections.abc import Iterator

_KOREAN = 0.2
"""Share of Hangul among letters. Korean technical prose may be a third Latin names and units; English prose
has no Hangul at all."""
_SAMPLE = 20_000
_WORD = re.compile(r"[^\W_]{2,}")
_STOP_WORDS = frozenset({
    "the", "of", "and", "to", "in", "is", "that", "for", "on", "with", "as", "was", "by", "it", "at",
    "from", "be", "are", "this", "an", "or", "which", "has", "have", "had", "its", "were", "not",
    "been", "but", "their", "they", "he", "she", "his", "her", "we", "our", "you", "your", "who",
    "will", "would", "can", "could", "may", "more", "than", "also", "into", "when", "there", "these",
    "those", "said", "says", "after", "about", "over", "one", "two",
})  # fmt: skip


def is_korean(text: str) -> bool:
    """Whether a text is Korean, by the share of Hangul among its first letters."""
    sample = text[:_SAMPLE]
    letters = sum(c.isalpha() for c in sample)
    return bool(letters) and sum("가" <= c <= "힣" for c in sample) / letters >= _KOREAN


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Character offsets of the sentences of a text in English or another language, white space included.

    The rules are English: what ends a sentence and which abbreviations do not is much the same in others.
    """
    from sentencex import get_sentence_boundaries

    for one in get_sentence_boundaries("en", text):
        yield one["start_index"], one["end_index"]


def words(text: str) -> tuple[str, ...]:
    """The words that say what a text is about, lower-cased."""
    return tuple(word for word in _WORD.findall(text.lower()) if word not in _STOP_WORDS)
