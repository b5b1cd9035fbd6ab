"""Answers in a model's own words, sentence by sentence, each held against the article."""

import re
import threading
from collections.abc import Generator as Steps
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from techsum.checking import Checker
from techsum.checking.citations import CitationChecker
from techsum.contracts.article import Article
from techsum.contracts.events import Event, SentenceDone, TextPiece, progress, withdrawn
from techsum.contracts.request import LONGEST_QUESTION
from techsum.contracts.summary import SummarySentence
from techsum.errors import CancelledError
from techsum.generators.protocol import Generator, Options
from techsum.prompts import question_messages
from techsum.summarizers import sentence_filter
from techsum.summarizers.draft import first_end, visible
from techsum.summarizers.rounds import NumberedRound

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
    shown, checker = _shown(article, generator)
    settled: list[SummarySentence] = []
    messages = question_messages(
        shown,
        chat_question.question,
        fmt=generator.format,
        before=chat_question.before,
        cited=isinstance(checker, CitationChecker),
    )
    with closing(_cut(generator.stream(messages, Options(_ANSWER_TOKENS), cancel), checker)) as stream:
        for piece, finished in stream:
            if cancel.is_set():
                raise CancelledError
            if piece:
                yield TextPiece(piece)
            for sentence in _checked(finished, checker):
                if _NOT_IN_ARTICLE.search(sentence.text):
                    yield withdrawn("reason_not_said", everything=True)
                    return []
                if not sentence_filter.is_complete(sentence.text) or not sentence.supported:
                    yield withdrawn("reason_unsupported")
                else:
                    settled.append(sentence)
                    yield SentenceDone(sentence)
            if len(settled) >= _MOST_SENTENCES:
                break
    if cancel.is_set():
        raise CancelledError
    return settled


def _shown(article: Article, generator: Generator) -> tuple[str, Checker | CitationChecker]:
    """What the model reads, and what checks its sentences: in another language they cite numbered lines."""
    if article.language == "ko":
        ends = [s.end for s in article.sentences]
        return _fitting(article.text, ends, generator), Checker(article.sentences, article.title or "")
    numbered = NumberedRound.of(article)
    return _fitting(numbered.text, [*numbered.starts[1:], len(numbered.text)], generator), numbered.checker()


def _checked(written: str, checker: Checker | CitationChecker) -> Iterator[SummarySentence]:
    if isinstance(checker, CitationChecker):
        for sentence, cited in checker.sentences(written):
            yield cited.check(sentence_filter.tidy(sentence))
    elif written:
        yield checker.check(sentence_filter.tidy(written))


def _cut(stream: Iterator[str], checker: Checker | CitationChecker) -> Steps[tuple[str, str], None, None]:
    """What a reader sees as it comes, none of it over the end of a sentence, and the sentence that ends."""
    open_text, shown = "", 0
    for piece in stream:
        open_text += piece
        while (end := first_end(open_text, checker)) is not None:
            finished, open_text = open_text[:end], open_text[end:]
            yield visible(finished, checker)[shown:], finished
            shown = 0
        seen = visible(open_text, checker)
        yield seen[shown:], ""
        shown = len(seen)
    if open_text.strip():
        yield "", open_text


def _fitting(text: str, ends: Sequence[int], generator: Generator) -> str:
    """A text, cut at one of these places, as far as it fits beside any question and its answer."""
    room = generator.context - _ANSWER_TOKENS - LONGEST_QUESTION
    if generator.count(text) <= room:
        return text
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if generator.count(text[: ends[middle]]) <= room else (low, middle - 1)
    return text[: ends[low]]
