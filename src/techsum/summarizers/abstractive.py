"""Summaries that a generator writes, sentence by sentence, each looked at before it stands."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from techsum.article import Article
from techsum.checking.evidence import Evidencer
from techsum.errors import CancelledError
from techsum.generators.models import BASE_MODELS
from techsum.generators.protocol import Generator, Options
from techsum.prompts import Message, summary_messages, title_messages
from techsum.summarizers import guard
from techsum.summarizers.events import Done, Event, Progress, SentenceDone, TextPiece, Title, Withdrawn
from techsum.summarizers.extractive import dressed, extract
from techsum.summarizers.options import SummaryOptions
from techsum.summarizers.parts import Part, split
from techsum.summarizers.title import acceptable, headline
from techsum.summary import Notice, Summary, SummarySentence, notice

_RETRY_TEMPERATURE = 0.4
"""The second attempt must differ from the greedy first one; higher values leave Korean on the 270M model."""

_LONG_ENOUGH = 1.2
"""Past this factor of the asked length, the sentence being written is the last."""

_TITLE_TOKENS = 32
_CHARACTERS_PER_TOKEN = 1.2
"""Lower than Gemma's mean of 1.7 in Korean, so that the token limit never cuts a sentence of normal length."""

_PART_SENTENCES = 160
"""Characters of the summary of one part of a long document: three sentences."""


@dataclass
class _Draft:
    """What has been written so far in one attempt."""

    sentences: list[SummarySentence] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(s.text for s in self.sentences)

    @property
    def fault(self) -> str | None:
        """Why the whole may not stand: nothing is left, or most of it has no support."""
        if not self.sentences:
            return self.dropped[-1] if self.dropped else "reason_empty"
        if sum(s.supported for s in self.sentences) * 2 < len(self.sentences):
            return "reason_unsupported"
        return None


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
        self._evidencer = Evidencer(article)
        self._scripts = guard.scripts(article.text + (article.title or ""))
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
            draft, failed = yield from self._attempts(self._article.text, self._options.characters)
        else:
            title = self._article.title or headline(self._article)
            yield Title(title)
            draft, failed = yield from self._long(parts)
        if failed:
            yield from self._fall_back(draft, failed)
        notices = [*self._article.notices, *self._notices]
        if self._generator.name in BASE_MODELS and not failed:
            notices.append(notice("experimental", model=self._generator.name))
        if draft.dropped and not failed:
            notices.append(notice("dropped", count=len(draft.dropped), reason=draft.dropped[0]))
        if any(not s.supported for s in draft.sentences):
            notices.append(notice("unsupported"))
        summary = Summary(
            title=title,
            sentences=tuple(draft.sentences),
            model=self._generator.name,
            coverage=1.0,
            seconds=time.perf_counter() - began,
            seed=self._options.seed,
            separator=self._options.separator,
        )
        yield Done(summary.with_notices(*notices))

    def _title(self, text: str) -> str:
        if self._article.title:
            return self._article.title
        messages = title_messages(text, fmt=self._generator.format)
        written = "".join(self._write(messages, Options(_TITLE_TOKENS, seed=self._options.seed, stop=("\n",))))
        return acceptable(written, self._article) or headline(self._article)

    def _write(self, messages: list[Message], options: Options) -> Iterator[str]:
        yield from self._generator.stream(messages, options, self._cancel)
        if self._cancel.is_set():
            raise CancelledError

    def _fall_back(self, draft: _Draft, reason: str) -> Iterator[Event]:
        """The article's own sentences, where the model's do not stand."""
        yield Withdrawn(reason, everything=True)
        draft.sentences = list(extract(self._article, self._options).sentences)
        self._notices.append(notice("fallback", reason=reason))
        for sentence in draft.sentences:
            yield SentenceDone(sentence)

    def _attempts(
        self, text: str, characters: int, before: str = ""
    ) -> Iterator[Event]:  # returns (draft, fault) to its `yield from`
        """Write, and once more with another temperature if what came out may not stand."""
        messages = summary_messages(
            text,
            fmt=self._generator.format,
            characters=characters,
            register=self._options.register,
            bullets=self._options.bullets,
            before=before,
        )
        tokens = int(characters * _LONG_ENOUGH / _CHARACTERS_PER_TOKEN) + 64
        draft = _Draft()
        for temperature in (0.0, _RETRY_TEMPERATURE):
            draft = _Draft()
            writing = Options(tokens, temperature=temperature, seed=self._options.seed)
            yield from self._draft(draft, messages, writing, characters)
            if not draft.fault:
                return draft, None
            if temperature == 0.0:
                yield Withdrawn(draft.fault, everything=True)
        return draft, draft.fault

    def _draft(
        self, draft: _Draft, messages: list[Message], options: Options, characters: int
    ) -> Iterator[Event]:
        """One attempt: pieces as they come, and each sentence when it is settled."""
        open_text = ""
        stream = self._write(messages, options)
        for piece in stream:
            open_text += piece
            yield TextPiece(piece)
            while found := guard.SENTENCE_END.search(open_text):
                sentence, open_text = open_text[: found.end()], open_text[found.end() :]
                fault = yield from self._settle(draft, sentence)
                if fault == "reason_loop" or len(draft.text) >= characters:
                    stream.close()
                    return
            if guard.loops(open_text):
                stream.close()
                draft.dropped.append("reason_loop")
                yield Withdrawn("reason_loop")
                return
        if open_text.strip():
            yield from self._settle(draft, open_text)

    def _settle(self, draft: _Draft, raw: str) -> Iterator[Event]:
        """Decide on one finished sentence; returns why it was left out, or None."""
        sentence = guard.tidy(raw)
        if len(sentence) < 2 or (not draft.sentences and guard.is_preamble(sentence)):  # noqa: PLR2004
            if raw.strip():
                yield Withdrawn("reason_empty")
            return None
        fault = self._fault(draft, sentence)
        if fault:
            draft.dropped.append(fault)
            yield Withdrawn(fault)
            return fault
        checked = self._evidencer.check(sentence)
        final = SummarySentence(dressed(sentence, self._options), checked.evidence, checked.supported)
        draft.sentences.append(final)
        yield SentenceDone(final)
        return None

    def _fault(self, draft: _Draft, sentence: str) -> str | None:
        if not guard.is_complete(sentence):
            return "reason_unfinished"
        if self._article.title and sentence.rstrip(".") == self._article.title.rstrip("."):
            return "reason_repeats_title"
        if guard.loops(sentence) or guard.repeats(sentence, [s.text for s in draft.sentences]):
            return "reason_loop"
        return guard.sentence_fault(sentence, self._scripts, self._evidencer)

    def _long(self, parts: list[Part]) -> Iterator[Event]:
        """Summarise the parts, each with what came before, then the parts' summaries.

        Only the last round is shown as the summary; where a part fails, its key sentences stand in.
        """
        level = parts
        while len(level) > 1:
            summaries: list[str] = []
            for number, part in enumerate(level, 1):
                yield Progress("progress_part", (("part", number), ("total", len(level))))
                summaries.append((yield from self._part(part, summaries[-1] if summaries else "")))
            level = split(Article("\n\n".join(summaries), language=self._article.language), self._generator)
        return (yield from self._attempts(level[0].text, self._options.characters))

    def _part(self, part: Part, before: str) -> Iterator[Event]:
        quiet = self._attempts(part.text, _PART_SENTENCES, before)
        try:
            while True:
                next(quiet)
        except StopIteration as stop:
            draft, failed = stop.value
        if failed:
            stand_in = extract(Article(part.text), SummaryOptions(_PART_SENTENCES))
            return " ".join(s.text for s in stand_in.sentences)
        return str(draft.text)
        yield  # pragma: no cover - makes this a generator like its siblings
