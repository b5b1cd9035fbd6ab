"""Where the article supports a sentence: deterministic alignment over Kiwi morphemes."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from techsum import korean

SUPPORTED = 0.38
"""A sentence with less support has none. Of human-written summary sentences of training articles 1 %
lie below it, of sentences about other articles 98 % (`benchmarks/checking.py`)."""

_MOST_EVIDENCE = 3
_WORTH_ADDING = 0.15
"""A further article sentence is cited only if it adds this share of the summary sentence's meaning."""

_WORTH_CITING = 0.1
"""The best article sentence is cited if it holds this share."""

_SAME = 0.8
"""Sentences that share this much of their meaning say the same thing twice."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """Where a sentence comes from."""

    places: tuple[int, ...]
    """Numbers of the article sentences that support it, best first."""
    support: float
    """0 to 1: the mean of the weighted share of its meaning that these hold, and the plain share of its
    morphemes that the article knows at all."""


class Alignment:
    """Finds the sentences of one article that say what another sentence says.

    Each morpheme weighs `log(1 + N / n)`, n being the article sentences of N that hold it; what the article
    lacks weighs most. Article sentences are chosen greedily by the weight that they add. What the title says
    is known, but no evidence.
    """

    def __init__(self, sentences: Sequence[korean.Sentence], title: str = "") -> None:
        self._title = frozenset(korean.content(title))
        self._holders: dict[str, list[int]] = defaultdict(list)
        for place, sentence in enumerate(sentences):
            for word in set(sentence.content):
                self._holders[word].append(place)
        self._sentences = sentences
        self._count = len(sentences)

    def weights(self, words: Iterable[str]) -> dict[str, float]:
        """What each word weighs in this article."""
        return {w: math.log(1 + self._count / (len(self._holders.get(w, ())) or 0.5)) for w in words}

    def overlaps(self, weights: Mapping[str, float]) -> dict[int, float]:
        """For each article sentence that shares a word with these: the weight that it shares."""
        shared: dict[int, float] = defaultdict(float)
        for word, weight in weights.items():
            for place in self._holders.get(word, ()):
                shared[place] += weight
        return shared

    def premise(self, claim: str, fewest: int = 2) -> str:
        """The article sentences that a claim is judged by, in their order: its evidence, and at least two.

        The best one alone holds all that a claim needs in three of four cases.
        """
        words = set(korean.content(claim))
        places = self.find(words).places
        shared = self.overlaps(self.weights(words))
        chosen = list(dict.fromkeys((*places, *sorted(shared, key=lambda p: (-shared[p], p)))))
        return " ".join(self._sentences[p].text for p in sorted(chosen[: max(fewest, len(places))]))

    def find(self, words: Collection[str]) -> Aligned:
        """The one to three article sentences that hold most of these words."""
        weights = self.weights(words)
        total_weight = sum(weights.values())
        if not total_weight:
            return Aligned((), 0.0)
        known = sum(w in self._holders or w in self._title for w in weights) / len(weights)
        chosen: list[int] = []
        title_weight = sum(v for w, v in weights.items() if w in self._title)
        weights = {w: v for w, v in weights.items() if w not in self._title}
        while len(chosen) < _MOST_EVIDENCE:
            shared = self.overlaps(weights)
            best = max(shared, key=lambda place: (shared[place], -place), default=-1)
            if best < 0 or shared[best] < total_weight * (_WORTH_ADDING if chosen else _WORTH_CITING):
                break
            chosen.append(best)
            title_weight += shared[best]
            weights = {w: v for w, v in weights.items() if best not in self._holders.get(w, ())}
        return Aligned(tuple(chosen), (title_weight / total_weight + known) / 2)


def same_meaning(one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    """Whether two sentences, given as their morphemes that carry meaning, say the same thing."""
    return len(one & other) >= _SAME * max(len(one | other), 1)
