"""Questions about one article, answered from the article alone."""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from techsum.chat.quoting import quoted
from techsum.chat.writing import ChatQuestion, written
from techsum.contracts.answer import Answer
from techsum.contracts.article import Article
from techsum.contracts.events import Answered, Event, SentenceDone, progress
from techsum.contracts.request import LONGEST_QUESTION
from techsum.errors import ModelError, TechsumError, UsageError
from techsum.generators import EXTRACT, check, load, load_verifier, resolve
from techsum.generators.hub_models import HUB_MODELS
from techsum.generators.models import BASE_MODELS, TUNED, capable_model, embedded_installed
from techsum.generators.protocol import Judge
from techsum.messages import text
from techsum.other_languages import is_korean
from techsum.prompts import FAMILIES
from techsum.settings import settings

__all__ = [
    "QUOTING",
    "ask",
    "checked_question",
    "prepare",
    "quoted",
]

QUOTING = frozenset({EXTRACT, TUNED, *BASE_MODELS})
"""Models that were never taught to answer: for them the article's own sentences do."""

_REMEMBERED = 3
"""Earlier questions that an instruct model is shown."""

_IN_ANOTHER_FORM = re.compile(
    r"초등학생|쉽게|표로|표를 |번역|영어로|이야기로|비유|설명해 ?(?:줘|주세요|줄래)|요약해|정리해"
)
"""Wishes for a form, which only a model that follows instructions can fulfil."""


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
    question = checked_question(question)
    began = time.perf_counter()
    name = resolve(model)
    check(name)
    generator = None
    if name not in QUOTING:
        yield progress("progress_loading", model=name)
        generator = load(name)
    if generator is None or not FAMILIES[generator.format].instruct:
        if article.language != "ko" and is_korean(question):
            raise UsageError("question_language", models=capable_model())
        found, name = quoted(article, question, before, _judge()), EXTRACT
        if not found and _IN_ANOTHER_FORM.search(question):
            raise UsageError("question_form", models=", ".join(HUB_MODELS))
        for one in found:
            yield SentenceDone(one)
    else:
        chat_question = ChatQuestion(article, question, before[-_REMEMBERED:])
        found = yield from written(chat_question, generator, cancel or threading.Event())
    sentences, seconds = tuple(found), time.perf_counter() - began
    answer = " ".join(s.text for s in sentences) or text("answer_not_said")
    yield Answered(Answer(question=question, text=answer, sentences=sentences, model=name, seconds=seconds))


def checked_question(question: str) -> str:
    """The question in one line.

    Raises:
        UsageError: there is none, or it is too long.
    """
    question = " ".join(question.split())
    if not question:
        raise UsageError("question_empty")
    if len(question) > LONGEST_QUESTION:
        raise UsageError("question_long", limit=LONGEST_QUESTION)
    return question


def prepare(article: Article | None = None) -> None:
    """Load what judges questions (some 3 s) before the first one comes.

    Args:
        article: what will be asked about.
    """
    with suppress(TechsumError):  # it is said when somebody asks
        if resolve("auto") in QUOTING:
            _judge()
        if article:
            quoted(article, article.title or "")


def _judge() -> Judge | None:
    """The shipped verifier, where it is installed and wanted."""
    if settings().check == "rules" or not embedded_installed():
        return None
    try:
        return load_verifier(EXTRACT)
    except ModelError:
        return None
