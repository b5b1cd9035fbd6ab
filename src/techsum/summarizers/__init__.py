"""Summarizers: from an article to a summary, as a stream of events."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

from techsum.checking import Verifier
from techsum.contracts.article import Article
from techsum.contracts.events import Done, Event, KeySentences, progress
from techsum.contracts.notice import notice
from techsum.contracts.options import Register, Style, SummaryOptions, parse_length
from techsum.contracts.summary import Summary
from techsum.errors import ModelError
from techsum.generators import EXTRACT, Generator, Judge, check, load, load_verifier, resolve
from techsum.generators.models import TUNED, capable_model
from techsum.messages import user_language
from techsum.prompts import FAMILIES
from techsum.settings import settings
from techsum.summarizers.abstractive import Abstractive
from techsum.summarizers.compressive import Compressive
from techsum.summarizers.extractive import extract

__all__ = ["SummaryOptions", "events", "extract", "parse_length", "summarize", "summary_of"]


def events(
    article: Article,
    options: SummaryOptions | None = None,
    cancel: threading.Event | None = None,
) -> Iterator[Event]:
    """Summarise an article and tell about it while it happens.

    The key sentences come first and need no model; with a model its text streams in after them; the last
    event is always `Done`.

    Raises:
        UsageError: an unknown model name.
        ModelError: the generator could not be loaded or failed.
        CancelledError: `cancel` was set.
    """
    options = options or SummaryOptions()
    began = time.perf_counter()
    name = resolve(options.model)
    check(name)
    # One after the other: llama.cpp's loader holds the interpreter's lock for seconds, so loading the model
    # at the same time only delays the key sentences.
    keys = extract(article, options)
    yield KeySentences(keys)
    foreign = article.language != "ko"
    translate = foreign and _wants_korean(options)
    # the tuned model was taught Korean alone, and need not even be loaded
    if name == EXTRACT or (foreign and (not translate or name == TUNED)):
        yield Done(_remarked(keys, options, translate=translate, instruct=False))
        return
    yield progress("progress_loading", model=name)
    generator = load(name)
    instruct = FAMILIES[generator.format].instruct
    if foreign and not instruct:
        yield Done(_remarked(keys, options, translate=True, instruct=False))
        return
    yield progress("progress_translating" if foreign else "progress_reading")
    # a small tuned model cannot hold an article in mind: sentences are chosen for it
    summarizer = Compressive if generator.format == "tuned" else Abstractive
    for event in summarizer(article, generator, options, cancel).events():
        if isinstance(event, Done):
            judged = (options.check or settings().check) == "model"
            summary = _verified(event.summary, article, generator) if judged else event.summary
            summary = _remarked(summary, options, translate=False, instruct=instruct)
            yield Done(replace(summary, seconds=time.perf_counter() - began))
        else:
            yield event


def _wants_korean(options: SummaryOptions) -> bool:
    return options.to == "ko" or (options.to is None and user_language() == "ko")


def _remarked(summary: Summary, options: SummaryOptions, *, translate: bool, instruct: bool) -> Summary:
    """The summary with what it could not be for lack of a model that follows instructions."""
    if translate:
        summary = summary.with_notices(notice("no_translation", model=capable_model()))
    if options.difficulty != "보통" and not instruct:
        summary = summary.with_notices(notice("no_difficulty", model=capable_model()))
    return summary


def _verified(summary: Summary, article: Article, generator: Generator) -> Summary:
    """The summary with the marks that rules and a verifier give together: the model that wrote it, or ours.

    What a tuned model shortened needs none: it is held to more than a claim is (`checking/shortening.py`).
    Our verifier was taught Korean alone.
    """
    own = FAMILIES[generator.format].instruct
    translated = article.language != "ko"
    if generator.format == "tuned" or ((own or translated) and not isinstance(generator, Judge)):
        return summary
    try:
        judge = generator if own and isinstance(generator, Judge) else load_verifier(EXTRACT)
        verifier = Verifier(judge, article.sentences, article.title or "")
        sharpen = verifier.sharpen_cited if translated else verifier.sharpen
        return replace(summary, sentences=tuple(map(sharpen, summary.sentences)))
    except ModelError:
        return summary  # the rules' marks stand


def summarize(
    article: Article | str,
    model: str = "auto",
    *,
    length: str | int = "medium",
    style: Style = "문단",
    register: Register = "한다체",
    seed: int = 0,
    strict: bool = False,
) -> Summary:
    """Summarise an article, or a source that `read` takes, and wait for the result.

    Raises:
        TechsumError: one of its kinds, each a clear line.
    """
    from techsum.reading import read

    if isinstance(article, str):
        article = read(article)
    return summary_of(article, SummaryOptions(str(length), style, register, model, seed, strict))


def summary_of(article: Article, options: SummaryOptions, cancel: threading.Event | None = None) -> Summary:
    """Summarise an article and wait for the result; errors as `events`."""
    *_, last = events(article, options, cancel)
    assert isinstance(last, Done)  # noqa: S101 - `events` ends with it
    return last.summary
