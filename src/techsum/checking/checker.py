"""One sentence against one article: its evidence, and what a reader should doubt."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from techsum import korean
from techsum.cached import cached_property
from techsum.checking.derived import Amount, among, amounts, follows
from techsum.checking.evidence import SUPPORTED, Alignment
from techsum.checking.names import Names, compounds, names, squeeze
from techsum.checking.polarity import Claim, claims, contradiction
from techsum.checking.quantities import Quantities, Quantity, quantities
from techsum.contracts.notice import Notice, notice
from techsum.contracts.summary import Evidence, SummarySentence

# Tuned on training articles with the corruption set (`benchmarks/checking.py --split train`).
_NEARBY = 6
"""Words around a number or a name that say what it is about."""
_ENOUGH_FOR_A_NUMBER, _ENOUGH_FOR_A_NAME = 0.4, 0.65
"""Share of these words' weight that an article sentence must hold to be what the number is about."""
_NEAR_COPY = 0.8
"""Share of a sentence's words that its evidence holds where it is copied rather than rephrased."""
_SOURCES = 3
"""Article sentences whose numbers a sentence may have counted with."""
_ELSEWHERE = 0.6
"""A number or name stands in the wrong place if the sentences that have it hold less than this share of what
the best sentence without it holds."""


class Checker:
    """Checks sentences against one article, or one part of it.

    Args:
        sentences: the article's.
        title: its title, which a summary may repeat.
    """

    def __init__(self, sentences: Sequence[korean.Sentence], title: str = "") -> None:
        self._sentences = sentences
        self._alignment = Alignment(sentences, title)
        self.text = "\n".join((title, *(s.text for s in sentences)))
        self._title = squeeze(title)
        self._known: dict[int, _Facts] = {}

    @cached_property
    def _quantities(self) -> Quantities:
        return Quantities(self.text)

    @cached_property
    def _amounts(self) -> list[Amount]:
        return amounts(self.text)

    @cached_property
    def _names(self) -> Names:
        return Names(self.text)

    def check(self, sentence: str) -> SummarySentence:
        """The sentence with one to three places that support it, best first, and its notices."""
        tokens = korean.tokens(sentence)
        words = set(korean.content_of(tokens))
        aligned = self._alignment.find(words)
        evidence = tuple(
            Evidence(s.start, s.end, s.text) for s in (self._sentences[p] for p in aligned.places)
        )
        if aligned.support < SUPPORTED or not evidence:
            return SummarySentence(sentence, (), (notice("unsupported", span=(0, len(sentence))),))
        claimed = _Facts(sentence, tokens)
        held = {w for p in aligned.places for w in self._sentences[p].content}
        copied = len(words & held) >= _NEAR_COPY * len(words)
        notices = [
            *self._numbers_of(claimed, self._numbers_near(words, aligned.places), copied=copied),
            *self._names_of(claimed),
            *self._denied(claimed, aligned.places, copied=copied),
        ]
        return SummarySentence(sentence, evidence, tuple(dict.fromkeys(notices)))

    def nearest(self, sentence: str) -> Evidence | None:
        """The article sentence that says most of what this one says; None if none shares a word with it."""
        shared = self._alignment.overlaps(self._alignment.weights(set(korean.content(sentence))))
        if not shared:
            return None
        best = self._sentences[max(shared, key=lambda place: (shared[place], -place))]
        return Evidence(best.start, best.end, best.text)

    def _numbers_of(self, claimed: "_Facts", near: Sequence[Amount], *, copied: bool) -> Iterator[Notice]:
        """Numbers that the article lacks, or has of something else.

        Args:
            claimed: the sentence.
            near: the numbers of the sentences that it comes from: what follows from them is right, too.
            copied: whether these hold nearly all its words: their numbers are repeated, not counted with.
        """
        right = among if copied else partial(follows, sentence=claimed.text)
        for one in claimed.amounts:
            surface, span = claimed.text[one.start : one.end], (one.start, one.end)
            quantity = one.quantity
            kind = self._fault(one)
            if kind:
                counting = one.rate or (quantity is not None and quantity.counting)
                if not counting and not right(one, near):
                    yield notice(kind, found=surface, span=span)
            elif (
                quantity
                and not quantity.spelled
                and self._misplaced(
                    claimed,
                    span,
                    _ENOUGH_FOR_A_NUMBER,
                    partial(_Facts.gives, one=one, sentence=claimed.text),
                    partial(_Facts.rivals, one=quantity, other=claimed),
                )
            ):
                yield notice("number", found=surface, span=span)

    def _fault(self, one: Amount) -> str | None:
        """`number` or `unit` where the article has nothing like this number."""
        if among(one, self._amounts):
            return None
        return self._quantities.fault(one.quantity) if one.quantity else "number"

    def _numbers_near(self, words: Iterable[str], places: Sequence[int]) -> list[Amount]:
        """The numbers of the article sentences that a sentence of these words may come from."""
        shared = self._alignment.overlaps(self._alignment.weights(words))
        others = sorted(shared, key=lambda p: (-shared[p], p))
        chosen = dict.fromkeys((*places, *others))
        return [a for p in list(chosen)[:_SOURCES] for a in self._facts(p).amounts]

    def _names_of(self, claimed: "_Facts") -> Iterator[Notice]:
        for one in compounds(claimed.text, claimed.tokens):
            if self._names.misspells(one.text):
                yield notice("name", found=one.text, span=(one.start, one.end))
        for one in claimed.names:
            span = (one.start, one.end)
            squeezed = squeeze(one.text)
            if squeezed in self._title:
                continue  # what the article is about may be named anywhere
            if not self._names.has(one.text) or self._misplaced(
                claimed,
                span,
                _ENOUGH_FOR_A_NAME,
                partial(_Facts.names_one, name=squeezed),
                partial(_Facts.other_names, other=claimed),
            ):
                yield notice("name", found=one.text, span=span)

    def _denied(self, claimed: "_Facts", places: Iterable[int], *, copied: bool) -> Iterator[Notice]:
        evidence = [c for p in places for c in self._facts(p).claims]
        claim = contradiction(claimed.claims, evidence, implied=not copied)
        if claim:
            yield notice(
                "negation", found=claimed.text[claim.start : claim.end], span=(claim.start, claim.end)
            )

    def _facts(self, place: int) -> "_Facts":
        if place not in self._known:
            text = self._sentences[place].text
            self._known[place] = _Facts(text, korean.tokens(text))
        return self._known[place]

    def _misplaced(
        self,
        claimed: "_Facts",
        span: tuple[int, int],
        enough: float,
        has: Callable[["_Facts"], bool],
        rivals: Callable[["_Facts"], bool],
    ) -> bool:
        """Whether what stands at `span` belongs to another article sentence than the words around it."""
        near = self._alignment.weights(claimed.around(span, _NEARBY))
        shared = self._alignment.overlaps(near)
        if not shared:
            return False
        ranked = sorted(shared, key=lambda p: (-shared[p], p))
        best = ranked[0]
        if (
            shared[best] < enough * sum(near.values())
            or has(self._facts(best))
            or not rivals(self._facts(best))
        ):
            return False
        # any sentence with it that is nearly as good speaks for it
        return not any(has(self._facts(p)) for p in ranked if shared[p] >= _ELSEWHERE * shared[best])


class _Facts:
    """What one sentence says: numbers, names and claims, each found when first asked for."""

    def __init__(self, text: str, tokens: Sequence[korean.Token]) -> None:
        self.text = text
        self.tokens = tokens

    @cached_property
    def quantities(self) -> list[Quantity]:
        return quantities(self.text)

    @cached_property
    def amounts(self) -> list[Amount]:
        return amounts(self.text)

    @cached_property
    def names(self) -> list[Any]:
        return list(names(self.text, self.tokens))

    @cached_property
    def claims(self) -> list[Claim]:
        return claims(self.tokens)

    @cached_property
    def squeezed(self) -> str:
        return squeeze(self.text)

    def gives(self, one: Amount, sentence: str) -> bool:
        """Whether this number of a sentence stands here or follows from what does."""
        return follows(one, self.amounts, sentence)

    def has(self, one: Quantity) -> bool:
        """Whether this number stands here, with its unit or without one."""
        return any(
            q.value == one.value or q.figure == one.figure
            for q in self.quantities
            if q.dimension == one.dimension or None in (q.dimension, one.dimension)
        )

    def rivals(self, one: Quantity, other: "_Facts") -> bool:
        """Whether a number of the same dimension stands here that `other` does not have."""
        return any(
            q.dimension == one.dimension and not q.spelled and not other.has(q) for q in self.quantities
        )

    def names_one(self, name: str) -> bool:
        """Whether this squeezed name stands here."""
        return name in self.squeezed

    def other_names(self, other: "_Facts") -> bool:
        """Whether a name stands here that `other` does not have."""
        return any(squeeze(n.text) not in other.squeezed for n in self.names)

    def around(self, span: tuple[int, int], count: int) -> set[str]:
        """The content words nearest to `span`."""
        start, end = span
        near = sorted(
            (t for t in self.tokens if not start <= t.start < end),
            key=lambda t: max(t.start - end, start - t.start - t.len),
        )
        words: dict[str, None] = {}
        for token in near:
            words |= dict.fromkeys(korean.content_of([token]))
            if len(words) == count:
                break
        return set(words)
