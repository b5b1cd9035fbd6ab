"""What a model has written so far in one attempt, and the judgement on its next sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from techsum.checking import Checker
from techsum.checking.citations import LINE_END, CitationChecker, without_citations
from techsum.contracts.article import detect_language
from techsum.contracts.options import SummaryOptions
from techsum.contracts.summary import Evidence, SummarySentence
from techsum.summarizers import sentence_filter
from techsum.summarizers.extractive import dressed

_SHORT = 0.2
"""A text shorter than this share of the asked length is no summary."""
_LONGEST_STAND_IN = 1.0
"""An article sentence longer than this share of the asked length stands in for nothing."""


class SentenceChecker(Protocol):
    """What tells a sentence's evidence and what is doubtful about it."""

    def check(self, sentence: str) -> SummarySentence:
        """The sentence with its evidence and notices."""

    def nearest(self, sentence: str) -> Evidence | None:
        """The article sentence that may stand in for this one."""


@dataclass(frozen=True)
class Rules:
    """What a sentence is judged by."""

    options: SummaryOptions
    title: str
    scripts: frozenset[str]


class Draft:
    """One attempt at a summary.

    Args:
        checker: of the article, or of the part that is summarised.
        characters: the asked length.
        rules: what sentences are judged by.
    """

    def __init__(self, checker: Checker | CitationChecker, characters: int, rules: Rules) -> None:
        self.checker, self.characters, self._rules = checker, characters, rules
        self.sentences: list[SummarySentence] = []
        self.dropped: list[str] = []
        self.replaced = 0
        self._doubted = 0

    @property
    def text(self) -> str:
        """The sentences that stand."""
        return " ".join(s.text for s in self.sentences)

    @property
    def fault(self) -> str | None:
        """Why the whole may not stand: hardly anything is left, or most of it is doubtful."""
        if not self.sentences:
            return self.dropped[-1] if self.dropped else "reason_empty"
        if self._doubted * 2 > len(self.sentences):
            return "reason_unsupported"
        if len(self.text) < self.characters * _SHORT:
            return self.dropped[-1] if self.dropped else "reason_short"
        return None

    def settle(self, raw: str) -> Iterator[str | None]:
        """Decide on each sentence that is finished: it stands, another stands in for it, or it is left out.

        Yields:
            For each why it was left out, or None.
        """
        if isinstance(self.checker, CitationChecker):
            for sentence, cited in self.checker.sentences(raw):
                yield self._settle(sentence, cited)
        else:
            yield self._settle(raw, self.checker)

    def _settle(self, raw: str, checker: SentenceChecker) -> str | None:
        sentence = sentence_filter.tidy(raw)
        if self._says_nothing(sentence):
            return "reason_empty" if raw.strip() else None
        fault = self._fault(sentence)
        final = None if fault else self._checked(sentence, checker)
        if final:
            self.sentences.append(final)
            return None
        self.dropped.append(fault or "reason_unsupported")
        return self.dropped[-1]

    def _checked(self, sentence: str, checker: SentenceChecker) -> SummarySentence | None:
        """The sentence in its final wording, with evidence and notices.

        Returns:
            None if it has to give way, and the article has nothing near it.
        """
        checked = checker.check(sentence)
        # Small models copy and miscopy: where they only copied, the article's wording stands.
        if _copied(checked):
            sentence = checked.evidence[0].text
        elif checked.notices and self._rules.options.strict:
            self._doubted += 1
            return self._stand_in(sentence, checker)
        else:
            self._doubted += bool(checked.notices)
        final = dressed(sentence, self._rules.options)
        # spans of notices are places in the final wording
        return checked if final == checked.text else checker.check(final)

    def _stand_in(self, sentence: str, checker: SentenceChecker) -> SummarySentence | None:
        nearest = checker.nearest(sentence)
        if (
            nearest is None
            or len(nearest.text) > max(self.characters * _LONGEST_STAND_IN, len(sentence))
            or not sentence_filter.is_complete(nearest.text)
            or any(nearest in s.evidence for s in self.sentences)
        ):
            return None
        self.replaced += 1
        return SummarySentence(dressed(nearest.text, self._rules.options), (nearest,))

    def _says_nothing(self, sentence: str) -> bool:
        return len(sentence) < 2 or (not self.sentences and sentence_filter.is_preamble(sentence))  # noqa: PLR2004

    def _fault(self, sentence: str) -> str | None:
        if not sentence_filter.is_complete(sentence):
            return "reason_unfinished"
        if self._rules.title and sentence.rstrip(".") == self._rules.title.rstrip("."):
            return "reason_repeats_title"
        if sentence_filter.points_ahead(sentence):
            return "reason_points_ahead"
        if sentence_filter.loops(sentence) or sentence_filter.repeats(
            sentence, [s.text for s in self.sentences]
        ):
            return "reason_loop"
        if isinstance(self.checker, CitationChecker) and detect_language(sentence) != "ko":
            return "reason_not_korean"  # a few Hangul letters in a sentence of the article
        return sentence_filter.sentence_fault(sentence, self._rules.scripts)


def visible(written: str, checker: Checker | CitationChecker) -> str:
    """What a reader sees of text that is still being written."""
    return without_citations(written) if isinstance(checker, CitationChecker) else written


def first_end(written: str, checker: Checker | CitationChecker) -> int | None:
    """Where the first finished sentence of a text ends, in characters; None while it is open."""
    border = LINE_END if isinstance(checker, CitationChecker) else sentence_filter.SENTENCE_END
    found = border.search(written)
    return found.end() if found else None


def _copied(checked: SummarySentence) -> bool:
    return bool(checked.evidence) and sentence_filter.is_near_copy(checked.text, checked.evidence[0].text)
