"""Where the article supports a sentence: deterministic alignment over Kiwi morphemes."""

import math
import re
from collections import Counter
from functools import cached_property

from techsum import korean
from techsum.article import Article
from techsum.summary import Evidence, SummarySentence

SUPPORTED = 0.5
"""Share of a sentence's meaning that its evidence must hold. To be replaced by a measured threshold."""

_MOST_EVIDENCE = 3
_WORTH_ADDING = 0.15
"""A further article sentence is cited only if it adds this share of the summary sentence's meaning."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class Evidencer:
    """Finds evidence in one article. The article is analysed once, at the first sentence.

    Each morpheme weighs `log(1 + N / n)`, n being the article sentences of N that hold it; what the article
    lacks weighs most. Article sentences are chosen greedily by the weight that they add.
    """

    def __init__(self, article: Article) -> None:
        self._article = article

    @cached_property
    def _frequencies(self) -> Counter[str]:
        return Counter(w for s in self._article.sentences for w in set(s.content))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The article's numbers, without thousands separators."""
        return frozenset(_numbers(self._article.text + " " + (self._article.title or "")))

    def check(self, sentence: str) -> SummarySentence:
        """The sentence with one to three places that support it, best first; none if it has no support."""
        total = len(self._article.sentences)
        weights = {
            w: math.log(1 + total / (self._frequencies[w] or 0.5)) for w in set(korean.content(sentence))
        }
        whole = sum(weights.values())
        if not whole:
            return SummarySentence(sentence, (), supported=False)
        candidates = [(s, weights.keys() & set(s.content)) for s in self._article.sentences]
        open_words = set(weights)
        chosen: list[Evidence] = []
        for _ in range(_MOST_EVIDENCE):
            best, words = max(candidates, key=lambda c: sum(weights[w] for w in c[1] & open_words))
            if sum(weights[w] for w in words & open_words) < whole * _WORTH_ADDING:
                break
            chosen.append(Evidence(best.start, best.end, best.text))
            open_words -= words
        held = 1 - sum(weights[w] for w in open_words) / whole
        return SummarySentence(sentence, tuple(chosen), supported=held >= SUPPORTED)

    def novel_numbers(self, sentence: str) -> list[str]:
        """Numbers in the sentence that the article does not contain."""
        return [n for n in _numbers(sentence) if n not in self.numbers]


def _numbers(text: str) -> list[str]:
    return [n.replace(",", "").rstrip(".") for n in _NUMBER.findall(text)]
