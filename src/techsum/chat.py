"""Questions about one article, answered from the article alone."""

import math
import re
import threading
import time
from collections.abc import Generator as Steps
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from techsum import korean
from techsum.article import Article
from techsum.checking import Checker
from techsum.errors import CancelledError, UsageError
from techsum.generators import EXTRACT, check, load, resolve
from techsum.generators.models import BASE_MODELS, TUNED
from techsum.generators.protocol import Generator, Options
from techsum.messages import text
from techsum.prompts import question_messages
from techsum.summarizers import guard
from techsum.summarizers.events import Event, Progress, SentenceDone, TextPiece, Withdrawn
from techsum.summary import Evidence, SummarySentence

LONGEST_QUESTION = 500
"""Characters; a longer text is no question."""

QUOTING = frozenset({EXTRACT, TUNED, *BASE_MODELS})
"""Models that were never taught to answer: for them the article's own sentences do."""

_ANSWER_TOKENS = 256
_MOST_SENTENCES = 5

_NOT_SAID = re.compile(r"본문에 (?:없는|나오지 않|언급)|글에 (?:없|나오지 않|언급되지)")
"""How models say that the article does not answer, as the prompt asks them to."""

_ASKING = frozenset({
    "무엇", "뭐", "누구", "언제", "어디", "왜", "어떻게", "어떤", "어느", "얼마", "몇", "알", "알리", "묻",
    "궁금", "설명", "말", "이유", "까닭", "방법", "때", "곳", "것", "점", "수", "사람", "정도",
})  # fmt: skip
"""What a question says about itself, not about the article."""

_ENOUGH = 0.5
"""Share of the question's meaning that a sentence must hold to be its answer. On the questions of
`tests/test_chat.py` answers hold 0.6 and more, sentences that only touch the subject 0.4 and less."""
_NEARLY = 0.8
"""A second sentence is told if it holds this share of what the first one holds."""
_FEWEST_WORDS = 4
"""Content morphemes; a sentence with fewer only announces the next one."""
_OF_THE_KIND = 1.4
"""Factor for a sentence with a number where the question asks for one, with a name where it asks who."""
_ASKS_A_NUMBER = re.compile(r"얼마|몇|언제|어느 정도|며칠|how (?:much|many|long)|when", re.IGNORECASE)
_ASKS_A_REASON = re.compile(r"왜|이유|까닭|why", re.IGNORECASE)
_REASON = re.compile(r"때문|므로|해서|아서|어서|으로 인해|덕분|원인|이유")


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
    article: Article, question: str, model: str = "auto", cancel: threading.Event | None = None
) -> Iterator[Event | Answered]:
    """Answer a question from the article and tell about it while it happens; the last event is `Answered`.

    An instruct model answers in its own words, and sentences that the article does not support are left out.
    Models that were never taught to answer (`extract`, base models and TechSum's own small one) give the
    article's own sentences.

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
        found, name = _quoted(article, question), EXTRACT
        for one in found:
            yield SentenceDone(one)
    else:
        found = yield from _written(article, question, generator, cancel or threading.Event())
    yield Answered(Answer(question, tuple(found), name, time.perf_counter() - began))


def _quoted(article: Article, question: str) -> list[SummarySentence]:
    """The one or two article sentences that hold most of the question, or none."""
    words = [w for w in dict.fromkeys(korean.content(question)) if w not in _ASKING]
    sentences = article.sentences
    if not words:
        return []
    holders = {w: [n for n, s in enumerate(sentences) if w in s.content] for w in words}
    weights = {w: math.log(1 + len(sentences) / (len(h) or 0.5)) for w, h in holders.items()}
    title = set(korean.content(article.title or ""))
    whole = sum(weights.values())
    # what the whole article is about need not be named in the sentence that answers
    given = {w for w in words if w in title and len(words) > 1}
    scores = {}
    for n in range(len(sentences)):
        held = sum(weights[w] for w in words if n in holders[w])
        held += sum(weights[w] for w in given if n not in holders[w]) / 2 if held else 0
        scores[n] = held / whole
    ranked = sorted(scores, key=lambda n: (-scores[n] * _kind(question, sentences[n]), n))
    best = ranked[0]
    if scores[best] < _ENOUGH:
        return []
    limit = scores[best] * _kind(question, sentences[best]) * _NEARLY
    chosen = [
        n for n in ranked[:2] if scores[n] >= _ENOUGH and scores[n] * _kind(question, sentences[n]) >= limit
    ]
    first = chosen[0]
    if len(sentences[first].content) < _FEWEST_WORDS and first + 1 < len(sentences):
        chosen = [first, first + 1]  # "다만 한계도 있다." announces the answer
    return [
        SummarySentence(s.text, (Evidence(s.start, s.end, s.text),))
        for s in (sentences[n] for n in sorted(chosen))
    ]


def _kind(question: str, sentence: korean.Sentence) -> float:
    """How well a sentence's kind fits what is asked for."""
    fits = (_ASKS_A_NUMBER.search(question) and re.search(r"\d", sentence.text)) or (
        _ASKS_A_REASON.search(question) and _REASON.search(sentence.text)
    )
    return _OF_THE_KIND if fits else 1.0


def _written(
    article: Article, question: str, generator: Generator, cancel: threading.Event
) -> Steps[Event, None, list[SummarySentence]]:
    """A model's answer: pieces as they come, and each sentence when it is settled."""
    yield Progress("progress_reading")
    shown = _fitting(article, generator)
    checker = Checker(article.sentences, article.title or "")
    settled: list[SummarySentence] = []
    open_text = ""
    asked = question_messages(shown, question, fmt=generator.format)
    with closing(_cut(generator.stream(asked, Options(_ANSWER_TOKENS), cancel))) as stream:
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
