"""What is measured of one summary. Each figure is explained for readers in docs/evaluation.md."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from techsum import korean
from techsum.checking import Checker
from techsum.contracts.summary import SummarySentence
from techsum.evaluation.data import Example
from techsum.evaluation.rouge import Rouge, characters, rouge
from techsum.summarizers.register import register_of
from techsum.summarizers.sentence_filter import is_complete

FIGURES = {
    "rouge1": 1,
    "rouge2": 1,
    "rouge_l": 1,
    "rouge_l_equal": 1,
    "chars1": 1,
    "chars2": 1,
    "chars_l": 1,
    "compression": 0,
    "coverage": 0,
    "copied": 0,
    "longest_copy": 0,
    "supported": 1,
    "marked": -1,
    "novel_numbers": -1,
    "repetition": -1,
    "unfinished": -1,
    "one_register": 1,
}
"""Every figure of a summary, each a share: whether more is better (1), worse (-1) or neither (0)."""


@dataclass(frozen=True)
class Measured:
    """The figures of one summary, each 0 to 1, and its sentences with their evidence."""

    figures: dict[str, float]
    sentences: tuple[SummarySentence, ...]


class Scorer:
    """Measures any number of summaries of one article.

    Args:
        example: the article and its reference, both analysed once.
    """

    def __init__(self, example: Example) -> None:
        self._example = example
        self._checker = Checker(example.article.sentences, example.title)
        self._reference = korean.morphemes(example.reference)
        self._letters = characters(example.reference)
        self._article = korean.morphemes(example.text)
        self._grams = {w: [n for n, v in enumerate(self._article) if v == w] for w in set(self._article)}

    def measure(self, summary: str) -> Measured:
        """All figures of one summary; an empty one scores nothing."""
        tokens = korean.morphemes(summary)
        sentences = tuple(
            self._checker.check(s.text) for s in korean.sentences(summary.replace("\n", "\n\n"))
        )
        all_tokens = rouge(self._reference, tokens)
        # cut at the reference's length, nobody wins by writing more
        cut = rouge(self._reference, korean.morphemes(summary[: len(self._example.reference)]))
        letters = rouge(self._letters, characters(summary))
        figures = {
            **_named(all_tokens, "rouge"),
            "rouge_l_equal": cut.rouge_l,
            **_named(letters, "chars"),
            "compression": len(summary) / len(self._example.text),
            **self._copying(tokens),
            **_trust(sentences),
            "repetition": _repetition(tokens),
            "unfinished": float(not sentences or not is_complete(sentences[-1].text)),
            "one_register": _one_register([s.text for s in sentences]),
        }
        return Measured(figures, sentences)

    def _copying(self, tokens: Sequence[str]) -> dict[str, float]:
        """Extractive fragments: the longest runs of morphemes that stand in the article as they are.

        `coverage` is the share of the summary inside runs, `copied` inside runs of eight or more (a clause),
        `longest_copy` the longest run. After Grusky et al., "Newsroom" (2018), section 4.
        """
        runs: list[int] = []
        place = 0
        while place < len(tokens):
            longest = 0
            for start in self._grams.get(tokens[place], ()):
                length = 1
                while (
                    place + length < len(tokens)
                    and start + length < len(self._article)
                    and tokens[place + length] == self._article[start + length]
                ):
                    length += 1
                longest = max(longest, length)
            if longest:
                runs.append(longest)
            place += max(longest, 1)
        count = max(len(tokens), 1)
        clause = 8
        return {
            "coverage": sum(runs) / count,
            "copied": sum(r for r in runs if r >= clause) / count,
            "longest_copy": max(runs, default=0) / count,
        }


def _named(scores: Rouge, prefix: str) -> dict[str, float]:
    return {f"{prefix}1": scores.rouge1, f"{prefix}2": scores.rouge2, f"{prefix}_l": scores.rouge_l}


def _trust(sentences: Sequence[SummarySentence]) -> dict[str, float]:
    count = max(len(sentences), 1)
    kinds = [{n.kind for n in s.notices} for s in sentences]
    return {
        "supported": sum(s.supported for s in sentences) / count,
        "marked": sum(bool(k) for k in kinds) / count,
        "novel_numbers": sum(bool(k & {"number", "unit"}) for k in kinds) / count,
    }


def _repetition(tokens: Sequence[str]) -> float:
    """Share of morpheme pairs that stand in the summary more than once."""
    pairs = Counter(pairwise(tokens))
    return sum(n for n in pairs.values() if n > 1) / max(pairs.total(), 1)


def _one_register(sentences: Sequence[str]) -> float:
    """Share of the sentences that end in the register which most of them have."""
    registers = Counter(register_of(s) for s in sentences)
    return max(registers.values(), default=0) / max(len(sentences), 1)
