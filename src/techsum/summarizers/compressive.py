"""Summaries of a small tuned model: the ranker chooses article sentences, the model makes each one shorter.

Choosing, then compressing (after Knight and Marcu, "Summarization beyond sentence extraction", 2002): the
evidence of a sentence is known before it is written, an article of any length costs the same, and what the
model gets wrong gives way to the article's own sentence.
"""

import re
import threading
import time
from collections.abc import Generator as Steps
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial

from techsum.checking import Checker
from techsum.checking.shortening import keeps_meaning
from techsum.contracts.article import Article
from techsum.contracts.events import Done, Event, SentenceDone, TextPiece, Title, withdrawn
from techsum.contracts.notice import notice
from techsum.contracts.options import SummaryOptions
from techsum.contracts.summary import Evidence, Summary, SummarySentence, joined
from techsum.errors import CancelledError
from techsum.generators.protocol import Generator, Options
from techsum.korean import Sentence
from techsum.prompts import Message, compression_messages, title_messages
from techsum.streams import run_ahead
from techsum.summarizers import sentence_filter
from techsum.summarizers.extractive import dressed, extract, line_of, standing
from techsum.summarizers.figures import figures
from techsum.summarizers.ranker import rank
from techsum.summarizers.title import acceptable, headline

_SHORTENED = 0.75
"""Length of a sentence that the model is asked for, against the article's."""
_KEPT = 0.95
"""Length of what stands in the end, against the article's sentences: how many are chosen depends on it."""
_SHORT = 40
"""Characters; a shorter sentence stands as it is, for there is nothing to leave out."""
_TITLE_SENTENCES = 2
"""The best sentences, from which a headline is written."""
_TITLE_TOKENS = 24
_CHARACTERS_PER_TOKEN = 1.2
"""Lower than Gemma's mean of 1.7 in Korean, so that the token limit cuts no sentence."""


_ASIDE = re.compile(r"(?<!\s)\s*+\([^()]*+\)")
_REPORTED = re.compile(
    r"(?<=다)고 (?:\d{1,2}일 )?(?:국제 학술지에 |국제 학술지를 통해 )?"
    r"(?:[가-힣]*(?:팀|진|연구소|연구원|센터|당국|회사|위원회|대|부|청)[은는이가] )?"
    r"(?:밝혔다|발표했다|보고했다|전했다|알렸다|안내했다)(?=\.$)"
)


def trimmed(sentence: str) -> str:
    """The sentence without what is in parentheses, and without its report's frame ("…다고 8일 밝혔다").

    A sentence that is all aside stays as it is, and so does what somebody else than an institution reported.
    """
    return _REPORTED.sub("", _ASIDE.sub("", sentence)) or sentence


class Compressive:
    """One summary by one small model.

    Args:
        article: what to summarise.
        generator: who shortens; its prompt format is `tuned`.
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
        self._article, self._generator, self._options = article, generator, options
        self._cancel = cancel or threading.Event()
        self._title = article.title or ""
        self._tried = self._shortened = 0
        """Sentences that the model was shown, and those whose shorter wording stands."""
        self._scripts = frozenset(sentence_filter.scripts(article.text + self._title))

    def events(self) -> Iterator[Event]:
        """Write the summary, sentence by sentence in the article's order.

        Raises:
            ModelError: the generator failed.
            CancelledError: `cancel` was set.
        """
        began = time.perf_counter()
        ranked = rank(self._article.sentences, self._title, round(self._options.characters / _KEPT))
        places = ranked[:1] if self._options.one_sentence else sorted(ranked)
        sources = {p: trimmed(text) for p, text in standing(self._article.sentences, places).items()}
        long = [source for source in sources.values() if len(source) > _SHORT]
        streams = [] if self._title else [partial(self._headline, ranked)]
        streams += [partial(self._shorter, source) for source in long]
        written: list[SummarySentence] = []
        with closing(run_ahead(streams, self._generator.parallel, self._cancel)) as answers:
            title = self._title or self._acceptable("".join(next(answers)))
            yield Title(title)
            for place in places:
                sentence = yield from self._sentence(place, sources[place], answers)
                written.append(sentence)
                yield SentenceDone(sentence)
        if not self._shortened:
            yield from self._as_extract(title)
            return
        summary = Summary(
            title=title,
            sentences=tuple(written),
            line=line_of(written, self._article.sentences[ranked[0]].start) if ranked else "",
            figures=figures(written),
            model=self._generator.name,
            coverage=1.0,
            seconds=time.perf_counter() - began,
            seed=self._options.seed,
            text=joined((s.text for s in written), self._options.separator),
        )
        yield Done(summary.with_notices(*self._article.notices))

    def _as_extract(self, title: str) -> Iterator[Event]:
        """The key sentences, where none of the model's sentences stands."""
        keys = replace(extract(self._article, self._options), title=title)
        if self._tried:
            yield withdrawn("reason_unsupported", everything=True)
            for sentence in keys.sentences:
                yield SentenceDone(sentence)
            keys = keys.with_notices(notice("fallback", reason="reason_unsupported"))
        yield Done(keys)

    def _sentence(
        self, place: int, source: str, answers: Iterator[Iterator[str]]
    ) -> Steps[Event, None, SummarySentence]:
        """The article's sentence made shorter, or as it is where the model fails.

        Args:
            place: of the sentence in the article.
            source: the sentence as it stands alone.
            answers: the model's; the next one is to a sentence that is not short.
        """
        original = self._article.sentences[place]
        evidence = (Evidence(original.start, original.end, original.text),)
        shorter = None
        if len(source) > _SHORT:
            written = ""
            for piece in next(answers):
                yield TextPiece(piece)
                written += piece
            self._tried += 1
            shorter = self._judged(written, original, source)
            self._shortened += shorter is not None
        return SummarySentence(dressed(shorter or source, self._options), evidence)

    def _judged(self, written: str, original: Sentence, source: str) -> str | None:
        """What the model wrote, tidied, or None where the article's sentence has to stand for it."""
        text = sentence_filter.tidy(written)
        if not sentence_filter.is_complete(text) or len(text) >= len(source) or sentence_filter.loops(text):
            return None
        if sentence_filter.sentence_fault(text, self._scripts):
            return None
        if Checker((original,), self._title).check(text).notices:
            return None
        return text if keeps_meaning(text, source, self._title) else None

    def _headline(self, ranked: list[int], stop: threading.Event) -> Steps[str, None, None]:
        """What the model answers for a headline of the best sentences."""
        best = sorted(ranked[:_TITLE_SENTENCES])
        source = " ".join(self._article.sentences[p].text for p in best)
        return self._stream(title_messages(source, fmt=self._generator.format), _TITLE_TOKENS, stop)

    def _acceptable(self, written: str) -> str:
        """The model's headline; where it is none, a phrase of the article."""
        return acceptable(written, self._article) or headline(self._article)

    def _shorter(self, source: str, stop: threading.Event) -> Steps[str, None, None]:
        """What the model answers for a shorter wording of a sentence."""
        messages = compression_messages(
            source,
            fmt=self._generator.format,
            characters=round(len(source) * _SHORTENED),
            title=self._title,
        )
        return self._stream(messages, int(len(source) / _CHARACTERS_PER_TOKEN) + 8, stop)

    def _stream(self, messages: list[Message], tokens: int, stop: threading.Event) -> Steps[str, None, None]:
        yield from self._generator.stream(messages, Options(tokens, seed=self._options.seed), stop)
        if stop.is_set():
            raise CancelledError
