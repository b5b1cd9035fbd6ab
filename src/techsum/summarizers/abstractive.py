"""Summaries that a generator writes, sentence by sentence, each looked at before it stands."""

import threading
import time
from collections.abc import Generator as Steps
from collections.abc import Iterator
from contextlib import closing

from techsum.cached import cached_property
from techsum.checking import Checker
from techsum.contracts.article import Article
from techsum.contracts.events import Done, Event, SentenceDone, TextPiece, Title, progress, withdrawn
from techsum.contracts.notice import Notice, notice
from techsum.contracts.options import SummaryOptions
from techsum.contracts.summary import Summary, joined
from techsum.errors import CancelledError, ModelError
from techsum.generators.model_ref import EXTRACT
from techsum.generators.models import BASE_MODELS
from techsum.generators.protocol import Generator, Options
from techsum.prompts import Message, summary_messages, title_messages
from techsum.summarizers import sentence_filter
from techsum.summarizers.draft import Draft, Rules
from techsum.summarizers.extractive import extract, line_of
from techsum.summarizers.figures import figures
from techsum.summarizers.parts import Part, split
from techsum.summarizers.ranker import rank
from techsum.summarizers.title import acceptable, headline

_RETRY_TEMPERATURE = 0.4
"""The second attempt must differ from the greedy first one, and not by much."""

_HEADROOM = 1.2
"""Tokens for this factor of the asked length, so that the sentence that passes it can end."""

_TITLE_TOKENS = 32
_CHARACTERS_PER_TOKEN = 1.2
"""Lower than Gemma's mean of 1.7 in Korean, so that the token limit cuts no sentence of normal length."""

_PART_CHARACTERS = 160
"""Characters of the summary of one part of a long document: three sentences."""


class Abstractive:
    """One summary by one generator.

    Args:
        article: what to summarise.
        generator: who writes.
        options: length, style, register, seed.
        cancel: set it to stop the model within one token.
    """

    def __init__(
        self,
        article: Article,
        generator: Generator,
        options: SummaryOptions,
        cancel: threading.Event | None = None,
    ) -> None:
        self._article = article
        self._generator = generator
        self._options = options
        self._cancel = cancel or threading.Event()
        title = article.title or ""
        self._rules = Rules(options, title, frozenset(sentence_filter.scripts(article.text + title)))
        self._notices: list[Notice] = []

    def events(self) -> Iterator[Event]:
        """Write the summary.

        Raises:
            ModelError: the generator failed.
            CancelledError: `cancel` was set.
        """
        began = time.perf_counter()
        parts = split(self._article, self._generator)
        if len(parts) == 1:
            # Before the summary: it costs a dozen tokens once the article has been read.
            title = self._title(self._article.text)
            yield Title(title)
            draft, failed = yield from self._attempts(
                parts[0].text, self._article_checker, self._options.characters
            )
        else:
            title = self._article.title or headline(self._article)
            yield Title(title)
            draft, failed = yield from self._long(parts)
        sentences = tuple(draft.sentences)
        if failed:
            yield withdrawn(failed, everything=True)
            sentences = extract(self._article, self._options).sentences
            for sentence in sentences:
                yield SentenceDone(sentence)
            self._notices.append(notice("fallback", reason=failed))
        else:
            self._remark(draft)
        summary = Summary(
            title=title,
            sentences=sentences,
            line=line_of(sentences, self._found),
            figures=figures(sentences),
            model=EXTRACT if failed else self._generator.name,
            coverage=sum(part.end - part.start for part in parts) / len(self._article.text),
            seconds=time.perf_counter() - began,
            seed=self._options.seed,
            text=joined((s.text for s in sentences), self._options.separator),
        )
        yield Done(summary.with_notices(*self._article.notices, *self._notices))

    def _remark(self, draft: Draft) -> None:
        """The notices on a model's text."""
        if self._generator.name in BASE_MODELS:
            self._notices.append(notice("experimental", model=self._generator.name))
        if draft.dropped:
            self._notices.append(notice("dropped", count=len(draft.dropped), reason=draft.dropped[0]))
        if draft.replaced:
            self._notices.append(notice("replaced", count=draft.replaced))
        marked = sum(bool(s.notices) for s in draft.sentences)
        if marked:
            self._notices.append(notice("marked", count=marked))

    def _title(self, text: str) -> str:
        if self._article.title:
            return self._article.title
        messages = title_messages(text, fmt=self._generator.format)
        options = Options(_TITLE_TOKENS, seed=self._options.seed, stop=("\n",))
        try:
            written = "".join(self._write(messages, options))
        except ModelError as error:
            if error.key != "model_only_thought":
                raise
            written = ""
        return acceptable(written, self._article) or headline(self._article)

    def _write(self, messages: list[Message], options: Options) -> Steps[str, None, None]:
        yield from self._generator.stream(messages, options, self._cancel)
        if self._cancel.is_set():
            raise CancelledError

    def _attempts(
        self, text: str, checker: Checker, characters: int, before: str = ""
    ) -> Steps[Event, None, tuple[Draft, str | None]]:
        """Write, and once more with another temperature if what came out may not stand.

        Returns:
            The last draft, and why it may not stand (None if it may).
        """
        messages = summary_messages(
            text,
            fmt=self._generator.format,
            characters=characters,
            register=self._options.register,
            bullets=self._options.bullets,
            before=before,
            title=self._article.title or "",
        )
        tokens = int(characters * _HEADROOM / _CHARACTERS_PER_TOKEN) + 64
        for temperature in (0.0, _RETRY_TEMPERATURE):
            draft = Draft(checker, characters, self._rules)
            writing = Options(tokens, temperature=temperature, seed=self._options.seed)
            yield from self._draft(draft, messages, writing)
            if not draft.fault:
                return draft, None
            if temperature != _RETRY_TEMPERATURE:
                yield withdrawn(draft.fault, everything=True)
        return draft, draft.fault

    def _draft(self, draft: Draft, messages: list[Message], options: Options) -> Steps[Event, None, None]:
        """One attempt: pieces as they come, and each sentence when it is settled."""
        open_text, shown = "", 0
        with closing(self._write(messages, options)) as stream:
            for piece in stream:
                open_text += piece
                while found := sentence_filter.SENTENCE_END.search(open_text):
                    # no piece reaches over a border: a settled sentence replaces the pieces before it
                    yield TextPiece(open_text[shown : found.end()])
                    sentence, open_text, shown = open_text[: found.end()], open_text[found.end() :], 0
                    fault = yield from self._settle(draft, sentence)
                    enough = len(draft.text) >= draft.characters or self._has_its_line(draft)
                    if fault == "reason_loop" or enough:
                        return
                if len(open_text) > shown:
                    yield TextPiece(open_text[shown:])
                    shown = len(open_text)
                if sentence_filter.loops(open_text):
                    draft.dropped.append("reason_loop")
                    yield withdrawn("reason_loop")
                    return
        if open_text.strip():
            yield from self._settle(draft, open_text)

    def _settle(self, draft: Draft, raw: str) -> Steps[Event, None, str | None]:
        """Decide on one finished sentence.

        Returns:
            Why it was left out, or None.
        """
        before = len(draft.sentences)
        fault = draft.settle(raw)
        if fault:
            yield withdrawn(fault)
        elif len(draft.sentences) > before:
            yield SentenceDone(draft.sentences[-1])
        return fault

    def _long(self, parts: list[Part]) -> Steps[Event, None, tuple[Draft, str | None]]:
        """Summarise the parts, each with what came before, then the parts' summaries.

        The parts' texts are shown while they are written and taken back; the last round is the summary.
        Where a part fails, its key sentences stand in.
        """
        stood_in = read = 0
        level = parts
        while len(level) > 1:
            summaries: list[str] = []
            for number, part in enumerate(level, 1):
                yield progress("progress_part", part=number, total=len(level))
                before = summaries[-1] if summaries else ""
                inside = Checker(part.sentences)
                draft, failed = yield from self._attempts(part.text, inside, _PART_CHARACTERS, before)
                yield withdrawn("reason_part", everything=True)
                summaries.append(_key_sentences(part) if failed else draft.text)
                stood_in += bool(failed)
            read += len(level)
            before_this = len(level)
            level = split(Article("\n\n".join(summaries)), self._generator)
            if len(level) >= before_this:
                # a context so small that a part's summary is as long as the part
                return Draft(self._article_checker, self._options.characters, self._rules), "reason_context"
        if stood_in:
            self._notices.append(notice("parts_extracted", count=stood_in, total=read))
        return (yield from self._attempts(level[0].text, self._article_checker, self._options.characters))

    @cached_property
    def _article_checker(self) -> Checker:
        return Checker(self._article.sentences, self._article.title or "")

    def _has_its_line(self, draft: Draft) -> bool:
        """Whether one sentence was asked for, and of the whole article it stands."""
        return self._options.one_sentence and draft.checker is self._article_checker and bool(draft.sentences)

    @cached_property
    def _found(self) -> int:
        """Where the article says what was found."""
        sentences = self._article.sentences
        ranked = rank(sentences, self._article.title or "", self._options.characters)
        return sentences[ranked[0]].start if ranked else 0


def _key_sentences(part: Part) -> str:
    places = sorted(rank(part.sentences, "", _PART_CHARACTERS))
    return " ".join(part.sentences[p].text for p in places)
