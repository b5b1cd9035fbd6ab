"""Where the article supports a sentence: deterministic alignment over Kiwi morphemes."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal

from techsum import korean
from techsum.summary import Evidence, SummarySentence

SUPPORTED = 0.5
"""Share of a sentence's meaning that its evidence must hold. To be replaced by a measured threshold."""

_MOST_EVIDENCE = 3
_WORTH_ADDING = 0.15
"""A further article sentence is cited only if it adds this share of the summary sentence's meaning."""

_SAME = 0.8
"""Sentences that share this much of their meaning say the same thing twice."""

_NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?:\s?([십백천]?[만억조]|[십백천]))?")
_UNITS = {"십": 10, "백": 100, "천": 1000, "만": 10**4, "억": 10**8, "조": 10**12}
_ONES = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
_SHORT_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")


class Evidencer:
    """Finds evidence among the sentences of one article, or of one part of it.

    Each morpheme weighs `log(1 + N / n)`, n being the article sentences of N that hold it; what the article
    lacks weighs most. Article sentences are chosen greedily by the weight that they add.
    """

    def __init__(self, sentences: Sequence[korean.Sentence], title: str = "") -> None:
        self._sentences = [(s, frozenset(s.content)) for s in sentences]
        self._frequencies = Counter(w for _, words in self._sentences for w in words)
        self._text = " ".join((title, *(s.text for s in sentences)))
        self._numbers = set(_numbers(self._text))

    def check(self, sentence: str) -> SummarySentence:
        """The sentence with one to three places that support it, best first; none if it has no support."""
        total = len(self._sentences)
        weights = {
            w: math.log(1 + total / (self._frequencies[w] or 0.5)) for w in set(korean.content(sentence))
        }
        whole = sum(weights.values())
        if not whole:
            return SummarySentence(sentence, (), supported=False)
        candidates = [(s, shared) for s, words in self._sentences if (shared := weights.keys() & words)]
        open_words = set(weights)
        chosen: list[Evidence] = []
        for _ in range(_MOST_EVIDENCE if candidates else 0):
            best, words = max(candidates, key=lambda c: sum(weights[w] for w in c[1] & open_words))
            if sum(weights[w] for w in words & open_words) < whole * _WORTH_ADDING:
                break
            chosen.append(Evidence(best.start, best.end, best.text))
            open_words -= words
        held = 1 - sum(weights[w] for w in open_words) / whole
        return SummarySentence(sentence, tuple(chosen), supported=held >= SUPPORTED)

    def novel_numbers(self, sentence: str) -> list[Decimal]:
        """Numbers in the sentence that the article contains neither in digits nor in words."""
        return [n for n in _numbers(sentence) if n not in self._numbers and not self._spelled_out(n)]

    def _spelled_out(self, number: Decimal) -> bool:
        """Whether the article has this number, 1 to 99, as a Korean word (`스물여섯`, `두`)."""
        highest = 99
        if number != int(number) or not 1 <= number <= highest:
            return False
        tens, ones = divmod(int(number), 10)
        words = {_TENS[tens] + _ONES[ones], _TENS[tens] + _SHORT_ONES[ones]}
        words |= {"스무"} if number == 20 else set()  # noqa: PLR2004
        return any(
            re.search(rf"(?<![가-힣]){word}(?=[^가-힣]|$|[은는이가을를])", self._text) for word in words
        )


def same_meaning(one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    """Whether two sentences, given as their morphemes that carry meaning, say the same thing."""
    return len(one & other) >= _SAME * max(len(one | other), 1)


def _numbers(text: str) -> list[Decimal]:
    """The numbers in `text` by value: 3만5천, 3만 5,000 and 35,000 are one number."""
    found: list[Decimal] = []
    end, smallest = -1, 0
    for match in _NUMBER.finditer(text):
        unit = 1
        for letter in match.group(2) or "":
            unit *= _UNITS[letter]
        value = Decimal(match.group(1).replace(",", "")) * unit
        # 1억 2,000만: a smaller unit right behind a larger one goes on with the same number
        if found and match.start() - end <= 1 and unit < smallest and not text[end : match.start()].strip():
            found[-1] += value
        else:
            found.append(value)
        end, smallest = match.end(), unit
    return found
