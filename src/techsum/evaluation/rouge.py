"""ROUGE-1, ROUGE-2 and ROUGE-L over any tokens.

After Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004); F1 as in Google's rouge-score,
whose own tokenizer drops every Hangul letter. For Korean give Kiwi morphemes (`korean.morphemes`) or
characters.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rouge:
    """F1 scores, 0 to 1."""

    rouge1: float
    rouge2: float
    rouge_l: float


def rouge(reference: Sequence[Hashable], candidate: Sequence[Hashable]) -> Rouge:
    """Score the candidate's tokens against the reference's."""
    return Rouge(
        _overlap(reference, candidate, 1),
        _overlap(reference, candidate, 2),
        _f1(longest_common_subsequence(reference, candidate), len(reference), len(candidate)),
    )


def characters(text: str) -> list[str]:
    """The characters of `text` without white space: the tokens of character ROUGE."""
    return [c for c in text if not c.isspace()]


def longest_common_subsequence(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Length of the longest common subsequence.

    Bit-parallel, one big integer a row (Hyyrö, "Bit-Parallel LCS-length Computation Revisited", 2004).
    """
    places: dict[Hashable, int] = {}
    for place, token in enumerate(a):
        places[token] = places.get(token, 0) | 1 << place
    full = (1 << len(a)) - 1
    row = full
    for token in b:
        matches = row & places.get(token, 0)
        row = ((row + matches) | (row - matches)) & full
    return len(a) - row.bit_count()


def _overlap(reference: Sequence[Hashable], candidate: Sequence[Hashable], n: int) -> float:
    expected, found = _grams(reference, n), _grams(candidate, n)
    return _f1((expected & found).total(), expected.total(), found.total())


def _grams(tokens: Sequence[Hashable], n: int) -> Counter[tuple[Hashable, ...]]:
    return Counter(zip(*(tokens[i:] for i in range(n)), strict=False))


def _f1(hits: int, reference: int, candidate: int) -> float:
    return 2 * hits / (reference + candidate) if hits else 0.0
