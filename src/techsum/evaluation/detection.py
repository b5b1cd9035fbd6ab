"""How much of what is wrong the checks find, and how often they doubt what is right."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from techsum.checking import Checker
from techsum.contracts.article import Article
from techsum.contracts.summary import SummarySentence
from techsum.evaluation.corruptions import Corruption, Corruptor, names_of
from techsum.korean import sentences

_FROM_ARTICLE = 2
"""Sentences of each article that are corrupted as if a summarizer had copied them."""

_ONE_KIND = {"number": {"number", "unit"}, "unit": {"number", "unit"}}
"""A wrong number may be read as a wrong unit and the other way round; else the kind must be the right one."""


@dataclass(frozen=True)
class Case:
    """An article with a summary that a human wrote."""

    article: Article
    summary: str


@dataclass
class Detection:
    """Counts by variant of corruption, and of alarms on what humans wrote."""

    made: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(variant, `summary` or `article`: where the sentence came from) -> corruptions."""
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    human: int = 0
    """Human-written sentences that were checked unchanged."""
    alarms: Counter[str] = field(default_factory=Counter)
    """Kind of notice -> human-written sentences that carry it; `any` -> those that carry at least one."""
    missed: list[Corruption] = field(default_factory=list)
    doubted: list[tuple[str, SummarySentence]] = field(default_factory=list)
    """(article title, sentence) of each alarm."""

    def rate(self, *variants: str, source: str | None = None) -> float:
        """Share found of these variants, 0 to 1, over both sources or one."""
        keys = [k for k in self.made if k[0] in variants and source in (None, k[1])]
        return sum(self.found[k] for k in keys) / max(1, sum(self.made[k] for k in keys))

    @property
    def false_alarms(self) -> float:
        """Share of human-written sentences that are marked, 0 to 1."""
        return self.alarms["any"] / max(1, self.human)

    def merged(self, other: "Detection") -> "Detection":
        """Both counts together."""
        return Detection(
            self.made + other.made,
            self.found + other.found,
            self.human + other.human,
            self.alarms + other.alarms,
            self.missed + other.missed,
            self.doubted + other.doubted,
        )


def detect(cases: Sequence[Case], seed: int = 0) -> Detection:
    """Corrupt the summaries and a few sentences of each article, check them all, and count.

    A corruption counts as found when a notice of its own kind appears that the right sentence did not have;
    sentences that already carry that kind are left out.
    """
    rng = random.Random(seed)  # noqa: S311 - chance, not a secret
    summaries = [[s.text for s in sentences(c.summary)] for c in cases]
    named = [names_of(c.summary) for c in cases]
    result = Detection()
    for place, case in enumerate(cases):
        checker = Checker(case.article.sentences, case.article.title or "")
        others = [s for n, found in enumerate(summaries) if n != place for s in found]
        names = [w for n, found in enumerate(named) if n != place for w in found]
        corruptor = Corruptor(checker.text, others, names, rng)
        own = [s.text for s in case.article.sentences]
        copied = rng.sample(own, min(_FROM_ARTICLE, len(own)))
        for source, texts in (("summary", summaries[place]), ("article", copied)):
            for text in texts:
                checked = checker.check(text)
                if source == "summary":
                    _count_alarms(result, case, checked)
                _count_found(result, source, checker, checked, corruptor.all(text))
    return result


def _count_alarms(result: Detection, case: Case, checked: SummarySentence) -> None:
    kinds = {n.kind for n in checked.notices}
    result.human += 1
    result.alarms.update(kinds | ({"any"} if kinds else set()))
    if kinds:
        result.doubted.append((case.article.title or "", checked))


def _count_found(
    result: Detection, source: str, checker: Checker, right: SummarySentence, made: Iterable[Corruption]
) -> None:
    before = {n.kind for n in right.notices}
    for one in made:
        expected_kinds = _ONE_KIND.get(one.kind, {one.kind})
        if expected_kinds & before and one.kind != "unsupported":
            continue
        result.made[one.variant, source] += 1
        if expected_kinds & {n.kind for n in checker.check(one.text).notices}:
            result.found[one.variant, source] += 1
        else:
            result.missed.append(one)
