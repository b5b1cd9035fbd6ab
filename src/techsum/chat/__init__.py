"""Questions about one article, answered from the article alone."""

import math
import re
import threading
import time
from collections.abc import Generator as Steps
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from techsum import korean
from techsum.article import Article
from techsum.chat.features import Indexed, content
from techsum.chat.follow_ups import self_contained
from techsum.chat.kinds import kind_of
from techsum.chat.ranker import Ranked, rank
from techsum.checking import Checker
from techsum.errors import CancelledError, ModelError, UsageError
from techsum.generators import EXTRACT, check, load, load_verifier, resolve
from techsum.generators.models import BASE_MODELS, HUB_MODELS, TUNED, embedded_installed
from techsum.generators.protocol import Generator, Judge, Options, log_odds
from techsum.messages import text
from techsum.prompts import ANSWERED, answerable_messages, question_messages
from techsum.settings import settings
from techsum.summarizers import guard
from techsum.summarizers.events import Event, Progress, SentenceDone, TextPiece, Withdrawn
from techsum.summarizers.ranker import find_line
from techsum.summary import Evidence, SummarySentence

LONGEST_QUESTION = 500
"""Characters; a longer text is no question."""

QUOTING = frozenset({EXTRACT, TUNED, *BASE_MODELS})
"""Models that were never taught to answer: for them the article's own sentences do."""

_ANSWER_TOKENS = 256
_MOST_SENTENCES = 5
_REMEMBERED = 3
"""Earlier questions that an instruct model is shown."""

_NOT_SAID = re.compile(r"본문에 (?:없는|나오지 않|언급)|글에 (?:없|나오지 않|언급되지)")
"""How models say that the article does not answer, as the prompt asks them to."""

_REFUSED = 0.56
"""From this likelihood on the article has no answer. On dev it refuses 12 % of what the article answers
and 57 % of what it does not (`benchmarks/answers.py`)."""
_FEW_WORDS = 2
_JUDGED = 3
"""Sentences that the verifier sees: as many as it was taught with."""
_JUDGE_WEIGHT, _REFUSED_JUDGED, _LEAST_SHARE = 1.0, 0.13, 1e-3
"""On dev 12 % of what the article answers is refused with these, 69 % of what it does not."""
_SECOND = 0.15
"""A second sentence is told if it is this likely, against the first: answers often need what stands
beside them."""

_FEWEST_WORDS = 4
"""Content morphemes; a sentence with fewer only announces the next one."""

_IN_ONE_LINE = re.compile(r"한 ?줄|한 ?문장|한 ?마디")
_IN_ANOTHER_FORM = re.compile(
    r"초등학생|쉽게|표로|표를 |번역|영어로|이야기로|비유|설명해 ?(?:줘|주세요|줄래)|요약해|정리해"
)
"""Wishes for a form, which only a model that follows instructions can fulfil."""


@dataclass(frozen=True)
class Answer:
    """What the article says to a question. No sentence means: nothing."""

    question: str
    sentences: tuple[SummarySentence, ...]
    model: str
    seconds: float

    @property
    def text(self) -> str:
        """The answer as one text."""
        return " ".join(s.text for s in self.sentences) or text("answer_not_said")

    def as_dict(self) -> dict[str, Any]:
        """The JSON that the command line and the API give."""
        return {
            "question": self.question,
            "answer": self.text,
            "found": bool(self.sentences),
            "sentences": [s.as_dict() for s in self.sentences],
            "model": self.model,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class Answered:
    """The finished answer: the last event."""

    answer: Answer


def ask(
    article: Article,
    question: str,
    model: str = "auto",
    cancel: threading.Event | None = None,
    before: Sequence[tuple[str, str]] = (),
) -> Iterator[Event | Answered]:
    """Answer a question from the article and tell about it while it happens; the last event is `Answered`.

    An instruct model answers in its own words, and sentences that the article does not support are left out.
    Models that were never taught to answer (`extract`, base models and TechSum's own small one) give the
    article's own sentences.

    Args:
        article: what is asked about.
        question: what is asked.
        model: who answers.
        cancel: set it to stop the model within one token.
        before: earlier questions with their answers, so that "그건 왜?" is understood.

    Raises:
        UsageError: no question, or one that is too long.
        ModelError: the generator could not be loaded or failed.
        CancelledError: `cancel` was set.
    """
    question = " ".join(question.split())
    if not question:
        raise UsageError("question_empty")
    if len(question) > LONGEST_QUESTION:
        raise UsageError("question_long", limit=LONGEST_QUESTION)
    began = time.perf_counter()
    name = resolve(model)
    check(name)
    generator = None
    if name not in QUOTING:
        yield Progress("progress_loading", (("model", name),))
        generator = load(name)
    if generator is None or generator.format != "gemma":
        found, name = quoted(article, question, before, _judge()), EXTRACT
        if not found and _IN_ANOTHER_FORM.search(question):
            raise UsageError("question_form", models=", ".join(HUB_MODELS))
        for one in found:
            yield SentenceDone(one)
    else:
        asked = _Asked(article, question, before[-_REMEMBERED:])
        found = yield from _written(asked, generator, cancel or threading.Event())
    yield Answered(Answer(question, tuple(found), name, time.perf_counter() - began))


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
    if _IN_ONE_LINE.search(question):
        place = find_line(article.sentences, article.title or "")
        return [_cited(article.sentences[place])] if place is not None else []
    full = self_contained(question, before)
    if not article.sentences:
        return []
    indexed, words = _indexed(article), content(full)
    kind = kind_of(words)
    if not kind and not any(w in indexed.known for w in words):
        return []
    ranked = rank(indexed.features(full))
    places = ranked.places
    if kind:
        places = [p for p in places if kind.told.search(article.sentences[p].text)]
    if not places or (not kind and _refused(article, full, ranked, judge)):
        return []
    first, *others = places
    if len(article.sentences[first].content) < _FEWEST_WORDS and first + 1 < len(article.sentences):
        return [_cited(article.sentences[p]) for p in (first, first + 1)]  # "다만 한계도 있다." announces it
    shares = {p: math.exp(ranked.scores[p] - ranked.scores[first]) for p in others[:1]}
    chosen = [first, *(p for p, share in shares.items() if share >= _SECOND)]
    return [_cited(article.sentences[p]) for p in sorted(chosen)]


def _refused(article: Article, question: str, ranked: Ranked, judge: Judge | None) -> bool:
    """Whether the article has no answer."""
    words, first = content(question), set(article.sentences[ranked.places[0]].content)
    if len(words) <= _FEW_WORDS and first.issuperset(words):
        return False  # a word or two that one sentence holds: nothing speaks against it
    if judge is None:
        return ranked.unanswered >= _REFUSED
    best = sorted(ranked.places[:_JUDGED])
    shown = " ".join(article.sentences[p].text for p in best)
    messages = answerable_messages(shown, question, fmt=judge.format, title=article.title or "")
    answered, _ = judge.odds(messages, ANSWERED)
    against = log_odds(ranked.unanswered, _LEAST_SHARE) - _JUDGE_WEIGHT * log_odds(answered, _LEAST_SHARE)
    return against >= _REFUSED_JUDGED


def _cited(sentence: korean.Sentence) -> SummarySentence:
    return SummarySentence(sentence.text, (Evidence(sentence.start, sentence.end, sentence.text),))


def _judge() -> Judge | None:
    """The shipped verifier, where it is installed and wanted."""
    if settings().check == "rules" or not embedded_installed():
        return None
    try:
        return load_verifier(EXTRACT)
    except ModelError:
        return None


@lru_cache(maxsize=8)
def _indexed(article: Article) -> Indexed:
    return Indexed(article.sentences, article.title or "")


@dataclass(frozen=True)
class _Asked:
    """A question about an article, and what was asked before it."""

    article: Article
    question: str
    before: Sequence[tuple[str, str]]


def _written(
    asked: _Asked, generator: Generator, cancel: threading.Event
) -> Steps[Event, None, list[SummarySentence]]:
    """A model's answer: pieces as they come, and each sentence when it is settled."""
    yield Progress("progress_reading")
    article = asked.article
    shown = _fitting(article, generator)
    checker = Checker(article.sentences, article.title or "")
    settled: list[SummarySentence] = []
    open_text = ""
    messages = question_messages(shown, asked.question, fmt=generator.format, before=asked.before)
    with closing(_cut(generator.stream(messages, Options(_ANSWER_TOKENS), cancel))) as stream:
        for piece, ended in stream:
            if cancel.is_set():
                raise CancelledError
            open_text += piece
            if piece:
                yield TextPiece(piece)
            if not ended:
                continue
            sentence = checker.check(guard.tidy(open_text))
            open_text = ""
            if _NOT_SAID.search(sentence.text):
                yield Withdrawn("reason_not_said", everything=True)
                return []
            if not guard.is_complete(sentence.text) or not sentence.supported:
                yield Withdrawn("reason_unsupported")
            else:
                settled.append(sentence)
                yield SentenceDone(sentence)
            if len(settled) == _MOST_SENTENCES:
                break
    if cancel.is_set():
        raise CancelledError
    return settled


def _cut(stream: Iterator[str]) -> Steps[tuple[str, bool], None, None]:
    """The pieces, none reaching over the end of a sentence, and whether one ends with it."""
    open_text = ""
    for piece in stream:
        open_text += piece
        start = len(open_text) - len(piece)
        while found := guard.SENTENCE_END.search(open_text):
            yield open_text[min(start, found.end()) : found.end()], True
            open_text, start = open_text[found.end() :], 0
        if open_text[start:]:
            yield open_text[start:], False
    if open_text.strip():
        yield "", True


def _fitting(article: Article, generator: Generator) -> str:
    """The article as far as it fits beside a question and its answer; the same for every question."""
    room = generator.context - _ANSWER_TOKENS - LONGEST_QUESTION
    if generator.count(article.text) <= room:
        return article.text
    ends: Sequence[int] = [s.end for s in article.sentences]
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if generator.count(article.text[: ends[middle]]) <= room else (low, middle - 1)
        )
    return article.text[: ends[low]]
