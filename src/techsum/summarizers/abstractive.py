"""Summaries that a generator writes, sentence by sentence, each looked at before it stands."""

import threading
import time
from collections.abc import Generator as Steps
from collections.abc import Iterator, Sequence
from contextlib import closing

from techsum.cached import cached_property
from techsum.checking import Checker
from techsum.checking.citations import CitationChecker, without_citations
from techsum.contracts.article import Article
from techsum.contracts.events import Done, Event, SentenceDone, TextPiece, Title, progress, withdrawn
from techsum.contracts.notice import Notice, notice
from techsum.contracts.options import SummaryOptions
from techsum.contracts.summary import Summary, SummarySentence, joined
from techsum.errors import CancelledError, ModelError
from techsum.generators.model_ref import EXTRACT
from techsum.generators.models import BASE_MODELS
from techsum.generators.protocol import Generator, Options
from techsum.prompts import Message, summary_messages, title_messages
from techsum.summarizers import sentence_filter
from techsum.summarizers.draft import Draft, Rules, first_end, visible
from techsum.summarizers.extractive import extract, line_of
from techsum.summarizers.figures import figures
from techsum.summarizers.parts import Part
from techsum.summarizers.ranker import rank
from techsum.summarizers.rounds import PART_CHARACTERS, ArticleRound, NumberedRound, Round
from techsum.summarizers.title import acceptable, headline

_RETRY_TEMPERATURE = 0.4
"""The second attempt must differ from the greedy first one, and not by much."""

_HEADROOM = 1.2
"""Tokens for this factor of the asked length, so that the sentence that passes it can end."""

_TITLE_TOKENS = 32
_CHARACTERS_PER_TOKEN = 1.2
"""Lower than Gemma's mean of 1.7 in Korean, so that the token limit cuts no sentence of normal length."""

_CITATION_TOKENS = 8
"""Of the numbers before a sentence, for each of fifty characters."""


class Abstractive:
    """One summary by one generator.

    Args:
        article: what to summarise.
        generator: who writes; an instruct model where the article is not Korean.
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
        self._translates = article.language != "ko"
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
        reads: Round = (
            NumberedRound.of(self._article)
            if self._translates
            else ArticleRound(self._article, Checker(self._article.sentences, self._article.title or ""))
        )
        parts = reads.parts(self._generator)
        if len(parts) == 1:
            # Before the summary: it costs a dozen tokens once the article has been read.
            title = self._title(parts[0].text)
            yield Title(title)
            draft, failed = yield from self._attempts(
                parts[0].text, reads.checker(), self._options.characters
            )
        else:
            title = self._article.title or headline(self._article)
            yield Title(title)
            draft, failed = yield from self._long(reads, parts)
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
            figures=() if self._translates else figures(sentences),
            model=EXTRACT if failed else self._generator.name,
            coverage=1.0
            if self._translates
            else sum(part.end - part.start for part in parts) / len(self._article.text),
            seconds=time.perf_counter() - began,
            seed=self._options.seed,
            text=joined((s.text for s in sentences), self._options.separator),
        )
        of_article = [n for n in self._article.notices if failed or n.kind != "not_korean"]
        yield Done(summary.with_notices(*of_article, *self._notices))

    def _remark(self, draft: Draft) -> None:
        """The notices on a model's text."""
        if self._translates:
            self._notices.append(notice("translated", model=self._generator.name))
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
        if self._article.title and not self._translates:
            return self._article.title
        messages = title_messages(text, fmt=self._generator.format)
        options = Options(_TITLE_TOKENS, seed=self._options.seed, stop=("\n",))
        try:
            written = "".join(self._write(messages, options))
        except ModelError as error:
            if error.key != "model_only_thought":
                raise
            written = ""
        written = without_citations(written)  # the lines that it read have numbers
        return acceptable(written, self._article) or self._article.title or headline(self._article)

    def _write(self, messages: list[Message], options: Options) -> Steps[str, None, None]:
        yield from self._generator.stream(messages, options, self._cancel)
        if self._cancel.is_set():
            raise CancelledError

    def _attempts(
        self, text: str, checker: Checker | CitationChecker, characters: int, before: str = ""
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
            difficulty=self._options.difficulty,
            cited=self._translates,
        )
        tokens = int(characters * _HEADROOM / _CHARACTERS_PER_TOKEN) + 64
        tokens += _CITATION_TOKENS * characters // 50 if self._translates else 0
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
                while (end := first_end(open_text, draft.checker)) is not None:
                    # no piece reaches over a border: a settled sentence replaces the pieces before it
                    yield TextPiece(visible(open_text[:end], draft.checker)[shown:])
                    sentence, open_text, shown = open_text[:end], open_text[end:], 0
                    if (yield from self._settle(draft, sentence)):
                        return
                seen = visible(open_text, draft.checker)
                if len(seen) > shown:
                    yield TextPiece(seen[shown:])
                    shown = len(seen)
                if sentence_filter.loops(open_text):
                    draft.dropped.append("reason_loop")
                    yield withdrawn("reason_loop")
                    return
        if open_text.strip():
            yield from self._settle(draft, open_text)

    def _settle(self, draft: Draft, raw: str) -> Steps[Event, None, bool]:
        """Decide on what is finished.

        Returns:
            Whether the text is long enough, or goes round in a circle.
        """
        before = len(draft.sentences)
        for fault in draft.settle(raw):
            if fault:
                yield withdrawn(fault)
            elif len(draft.sentences) > before:
                before = len(draft.sentences)
                yield SentenceDone(draft.sentences[-1])
            if fault == "reason_loop" or len(draft.text) >= draft.characters or self._has_its_line(draft):
                return True
        return False

    def _long(self, reads: Round, parts: list[Part]) -> Steps[Event, None, tuple[Draft, str | None]]:
        """Summarise the parts, each with what came before, then the parts' summaries.

        The parts' texts are shown while they are written and taken back; the last round is the summary.
        Where a part fails, its key sentences stand in.
        """
        stood_in = read = 0
        level = parts
        while len(level) > 1:
            summaries: list[Sequence[SummarySentence]] = []
            for number, part in enumerate(level, 1):
                yield progress("progress_part", part=number, total=len(level))
                before = " ".join(s.text for s in summaries[-1]) if summaries else ""
                draft, failed = yield from self._attempts(
                    part.text, reads.checker(part), PART_CHARACTERS, before
                )
                yield withdrawn("reason_part", everything=True)
                summaries.append(reads.stand_in(part) if failed else draft.sentences)
                stood_in += bool(failed)
            read += len(level)
            before_this = len(level)
            reads = reads.following(summaries)
            level = reads.parts(self._generator)
            if len(level) >= before_this:
                # a context so small that a part's summary is as long as the part
                return Draft(reads.checker(), self._options.characters, self._rules), "reason_context"
        if stood_in:
            self._notices.append(notice("parts_extracted", count=stood_in, total=read))
        return (yield from self._attempts(level[0].text, reads.checker(), self._options.characters))

    def _has_its_line(self, draft: Draft) -> bool:
        """Whether one sentence was asked for, and of the whole article it stands."""
        asked_for = self._options.characters
        return self._options.one_sentence and draft.characters == asked_for and bool(draft.sentences)

    @cached_property
    def _found(self) -> int:
        """Where the article says what was found."""
        sentences = self._article.sentences
        ranked = rank(sentences, self._article.title or "", self._options.characters)
        return sentences[ranked[0]].start if ranked else 0
