"""Answers in a model's own words, sentence by sentence, each held against the article."""

import re
import threading
from collections.abc import Generator as Steps
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from techsum.checking import Checker
from techsum.contracts.article import Article
from techsum.contracts.events import Event, SentenceDone, TextPiece, progress, withdrawn
from techsum.contracts.request import LONGEST_QUESTION
from techsum.contracts.summary import SummarySentence
from techsum.errors import CancelledError
from techsum.generators.protocol import Generator, Options
from techsum.prompts import question_messages
from techsum.summarizers import sentence_filter

_ANSWER_TOKENS = 256
_MOST_SENTENCES = 5

_NOT_IN_ARTICLE = re.compile(r"본문에 (?:없는|나오지 않|언급)|글에 (?:없|나오지 않|언급되지)")
"""How models say that the article does not answer, as the prompt asks them to."""


@dataclass(frozen=True)
class ChatQuestion:
    """A question about an article, and what was asked before it."""

    article: Article
    question: str
    before: Sequence[tuple[str, str]]


def written(
    chat_question: ChatQuestion, generator: Generator, cancel: threading.Event
) -> Steps[Event, None, list[SummarySentence]]:
    """A model's answer: pieces as they come, and each sentence when it is settled."""
    yield progress("progress_reading")
    article = chat_question.article
    shown = _fitting(article, generator)
    checker = Checker(article.sentences, article.title or "")
    settled: list[SummarySentence] = []
    open_text = ""
    messages = question_messages(
        shown, chat_question.question, fmt=generator.format, before=chat_question.before
    )
    with closing(_cut(generator.stream(messages, Options(_ANSWER_TOKENS), cancel))) as stream:
        for piece, ended in stream:
            if cancel.is_set():
                raise CancelledError
            open_text += piece
            if piece:
                yield TextPiece(piece)
            if not ended:
                continue
            sentence = checker.check(sentence_filter.tidy(open_text))
            open_text = ""
            if _NOT_IN_ARTICLE.search(sentence.text):
                yield withdrawn("reason_not_said", everything=True)
                return []
            if not sentence_filter.is_complete(sentence.text) or not sentence.supported:
                yield withdrawn("reason_unsupported")
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
        while found := sentence_filter.SENTENCE_END.search(open_text):
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
