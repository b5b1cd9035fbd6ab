"""How a sentence is put together from an article's sentences: from one of them, or from scraps of many.

A small model writes fluent sentences whose every word stands in the article and that say nothing, or
something else: facts joined from two sentences, a subject that is its own predicate, a phrase said twice.
Alignment by words (`evidence.py`) cannot see this; neighbours and counts can. Too strict for what a person
writes freely: it decides what a small model tries again, never what a reader is told.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from techsum import korean

# Read off 160 sentences that gemma-3-270m-ko wrote about 40 articles: those that made sense lie above.
_HELD = 0.8
_HELD_BY_TWO, _JOINED = 0.55, 0.95


@dataclass(frozen=True, slots=True)
class Composition:
    """What a sentence is made of."""

    held: float
    """Share of its content morphemes, each counted, that one article sentence and the title hold."""
    joined: float
    """Share of its pairs of neighbouring content morphemes that stand together in one article sentence."""
    stutters: bool
    """Whether it says a word more often than any article sentence does, or defines a thing by itself."""

    @property
    def sound(self) -> bool:
        """Whether it follows one article sentence closely, or joins two where they belong together."""
        close = self.held >= _HELD or (self.held >= _HELD_BY_TWO and self.joined >= _JOINED)
        return close and not self.stutters


class Composer:
    """Takes sentences apart by one article's.

    Args:
        sentences: the article's.
        title: its title, which any sentence may name.
    """

    def __init__(self, sentences: Sequence[korean.Sentence], title: str = "") -> None:
        self._title = Counter(korean.content(title))
        self._counts = [Counter(s.content) for s in sentences]
        self._holders: dict[str, set[int]] = defaultdict(set)
        for place, counts in enumerate(self._counts):
            for word in counts:
                self._holders[word].add(place)

    def judge(self, sentence: str) -> Composition:
        """What this sentence is made of; one without content is made of nothing."""
        tokens = korean.tokens(sentence)
        words = korean.content_of(tokens)
        said = Counter(words)
        pairs = list(pairwise(words))
        held = max(((said & (counts + self._title)).total() for counts in self._counts), default=0)
        return Composition(
            held=held / max(len(words), 1),
            joined=sum(self._together(a, b) for a, b in pairs) / max(len(pairs), 1),
            stutters=_defines_itself(tokens) or any(self._rarer(w, n) for w, n in said.items()),
        )

    def _together(self, one: str, other: str) -> bool:
        if one == other:
            return False
        if one in self._title and (other in self._title or other in self._holders):
            return True
        return not self._holders.get(one, set()).isdisjoint(self._holders.get(other, ()))

    def _rarer(self, word: str, times: int) -> bool:
        places = self._holders.get(word, ())
        return times > 1 and max((self._counts[p][word] for p in places), default=0) < times


def _defines_itself(tokens: Sequence[Any]) -> bool:
    """Whether what a sentence calls its subject is the subject: "군은 …인 군이다", "A는 …인 A 엔진이다"."""
    end = next((n for n in reversed(range(len(tokens))) if tokens[n].tag == "VCP"), 0)
    start = end
    while start and _names(tokens[start - 1]):
        start -= 1
    called = [t.form for t in tokens[start:end]]
    before = {t.form for t in tokens[:start] if _names(t)}
    return bool(called) and (called[-1] in before or called[0] in before)


def _names(token: Any) -> bool:
    return token.tag[:2] in ("NN", "SL")
