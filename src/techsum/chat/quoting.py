"""The sentences of an article that answer a question, or none."""

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from techsum import korean
from techsum.chat.features import Indexed, content
from techsum.chat.follow_ups import self_contained
from techsum.chat.kinds import kind_of
from techsum.chat.ranker import Ranked, rank
from techsum.contracts.article import Article
from techsum.contracts.summary import Evidence, SummarySentence
from techsum.generators.protocol import Judge, log_odds
from techsum.prompts import ANSWERED, answerable_messages
from techsum.summarizers.ranker import find_line

_REFUSED = 0.5
"""From this likelihood on the article has no answer (`benchmarks/answers.py`)."""
_FEW_WORDS = 2
_SHOWN = 3
"""Sentences that a model sees: as many as it was taught with."""
_JUDGE_WEIGHT, _REFUSED_JUDGED, _LEAST_SHARE = 1.0, -0.2, 1e-3
"""On dev 12 % of what the article answers is refused with these, 66 % of what it does not."""
_SECOND = 0.15
"""A second sentence is told if it is this likely, against the first: answers often need what stands
beside them."""

_FEWEST_WORDS = 4
"""Content morphemes; a sentence with fewer only announces the next one."""

_IN_ONE_LINE = re.compile(r"한 ?줄|한 ?문장|한 ?마디")
_ABOUT_ALL = frozenset(
    ["결론", "요점", "핵심", "내용", "얘기", "이야기", "글", "기사", "요약", "무슨", "그래서", "전체"]
)
"""A question of these words alone asks what was found."""


def quoted(
    article: Article,
    question: str,
    before: Sequence[tuple[str, str]] = (),
    judge: Judge | None = None,
) -> list[SummarySentence]:
    """The one or two article sentences that answer a question, in the article's order, or none.

    Args:
        article: what is asked about.
        question: what is asked.
        before: earlier questions with their answers.
        judge: a model that tells whether sentences answer; None: words alone decide.

    Raises:
        ModelError: the model failed.
    """
    if _IN_ONE_LINE.search(question) or ((words := content(question)) and _ABOUT_ALL.issuperset(words)):
        place = find_line(article.sentences, article.title or "")
        return [cited(article.sentences[place])] if place is not None else []
    full = self_contained(question, before)
    if not article.sentences:
        return []
    indexed, words = indexed_article(article), content(full)
    kind = kind_of(full, words)
    if not kind and not any(w in indexed.known for w in words):
        return []
    ranked = rank(indexed.features(full))
    places = ranked.places
    if kind:
        places = [p for p in places if kind.sentence_pattern.search(article.sentences[p].text)]
    if not places or (not kind and _refused(article, full, ranked, judge)):
        return []
    first, *others = places
    if len(article.sentences[first].content) < _FEWEST_WORDS and first + 1 < len(article.sentences):
        return [cited(article.sentences[p]) for p in (first, first + 1)]  # "다만 한계도 있다." announces it
    shares = {p: math.exp(ranked.scores[p] - ranked.scores[first]) for p in others[:1]}
    chosen = [first, *(p for p, share in shares.items() if share >= _SECOND)]
    return [cited(article.sentences[p]) for p in sorted(chosen)]


def _refused(article: Article, question: str, ranked: Ranked, judge: Judge | None) -> bool:
    """Whether the article has no answer."""
    words, first = content(question), set(article.sentences[ranked.places[0]].content)
    if len(words) <= _FEW_WORDS and first.issuperset(words):
        return False  # a word or two that one sentence holds: nothing speaks against it
    if judge is None:
        return ranked.unanswered >= _REFUSED
    shown = " ".join(article.sentences[p].text for p in sorted(ranked.places[:_SHOWN]))
    messages = answerable_messages(shown, question, fmt=judge.format, title=article.title or "")
    answered, _ = judge.odds(messages, ANSWERED)
    against = log_odds(ranked.unanswered, _LEAST_SHARE) - _JUDGE_WEIGHT * log_odds(answered, _LEAST_SHARE)
    return against >= _REFUSED_JUDGED


def cited(sentence: korean.Sentence) -> SummarySentence:
    """A sentence of the article as it stands, with itself as its evidence."""
    return SummarySentence(sentence.text, (Evidence(sentence.start, sentence.end, sentence.text),))


@lru_cache(maxsize=8)
def indexed_article(article: Article) -> Indexed:
    """The article's sentences, ready for questions."""
    return Indexed(article.sentences, article.title or "")
