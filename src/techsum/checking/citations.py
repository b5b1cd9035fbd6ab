"""Korean sentences about an article in another language: the model names the lines that each comes from.

Alignment compares words, and two languages share none but numbers and names. So the article's lines are
numbered for the model, which writes in front of a sentence the numbers of those that it reports ("[2, 5] …").
What can be compared across languages is compared: numbers, and names in Latin letters.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from techsum import korean
from techsum.cached import cached_property
from techsum.checking.english_numbers import EnglishNumbers, shares
from techsum.checking.names import Names, names, squeeze
from techsum.checking.quantities import quantities
from techsum.contracts.notice import Notice, notice
from techsum.contracts.summary import Evidence, SummarySentence

_CITATION = re.compile(r" ?\[[\d,\s~–-]{1,40}\]")
_HIDDEN = re.compile(r"\[[\d,\s~–-]{0,40}(?:\] ?|$)")
_MOST_EVIDENCE = 3
_RANGE = re.compile(r"(\d{1,6})\s*[~–-]\s*(\d{1,6})")
LINE_END = re.compile("\n")
"""Ends what cites: a line may cite on both sides of its full stop."""
_LONGEST_NUMBER = 6
"""Digits of a line's number."""


@dataclass(frozen=True)
class NumberedLine:
    """One line that a model may cite: an article sentence, or one of a part's summary."""

    text: str
    evidence: tuple[Evidence, ...]
    """Where it stands in the article, or comes from."""


def numbered_lines(sentences: Sequence[korean.Sentence]) -> tuple[NumberedLine, ...]:
    """The sentences of an article as lines, each its own evidence."""
    return tuple(NumberedLine(s.text, (Evidence(s.start, s.end, s.text),)) for s in sentences)


def without_citations(written: str) -> str:
    """What a reader sees of a line that is still being written."""
    return _HIDDEN.sub("", written)


def plain_source(text: str) -> str:
    """A line as it is shown to the model: with no bracketed number of its own, which it would cite."""
    return " ".join(_CITATION.sub("", text).split())


class CitationChecker:
    """Checks Korean sentences by the lines that they cite.

    Args:
        lines: what the model was shown, in order; the first is cited as 1.
        article: all of the article's text with its title, where names may stand.
    """

    def __init__(self, lines: Sequence[NumberedLine], article: str) -> None:
        self._lines = lines
        self._article = article

    @cached_property
    def _names(self) -> Names:
        return Names(self._article)

    @cached_property
    def _numbers(self) -> EnglishNumbers:
        return EnglishNumbers(self._article)

    def sentences(self, written: str) -> Iterator[tuple[str, "CitedLines"]]:
        """The sentences of a written line, each with what the line cites."""
        marks = _CITATION.findall(written)
        numbers = [int(n) for mark in marks for n in re.findall(r"\d+", mark) if len(n) <= _LONGEST_NUMBER]
        for first, last in (map(int, pair) for mark in marks for pair in _RANGE.findall(mark)):
            numbers += range(first, min(last, first + _MOST_EVIDENCE) + 1)
        cited = tuple(
            self._lines[n - 1] for n in dict.fromkeys(sorted(numbers)) if 1 <= n <= len(self._lines)
        )
        for one in korean.sentences(_CITATION.sub("", written).strip()):
            yield one.text, CitedLines(self, cited)

    def check(self, sentence: str, cited: Sequence[NumberedLine]) -> SummarySentence:
        """The sentence with its evidence and notices.

        A number or name that the cited lines lack brings in the line that has it; where no line has it, the
        reader is told.
        """
        evidence = [e for line in cited for e in line.evidence]
        notices = list(self._missing(sentence, evidence))
        evidence = list(dict.fromkeys(evidence))[:_MOST_EVIDENCE]
        if not evidence:
            unsupported = notice("unsupported", span=(0, len(sentence)))
            return SummarySentence(sentence, (), (*dict.fromkeys(notices), unsupported))
        return SummarySentence(sentence, tuple(evidence), tuple(dict.fromkeys(notices)))

    def _is_short_for(self, name: str) -> bool:
        """Whether words of the article begin with an abbreviation's letters: artificial intelligence, AI."""
        return name.isupper() and name.lower() in self._initials

    @cached_property
    def _initials(self) -> str:
        return "".join(word[0].lower() for word in re.findall("[A-Za-z]+", self._article))

    def _missing(self, sentence: str, evidence: list[Evidence]) -> Iterator[Notice]:
        """What the article lacks; a line that has what the evidence lacks is added to it."""
        cited = " ".join(e.text for e in evidence)
        here = EnglishNumbers(cited)
        parts = list(shares(sentence))
        for start, end, share in parts:
            if not self._numbers.has_share(share):
                yield notice("number", found=sentence[start:end], span=(start, end))
        for number in quantities(sentence):
            is_part = any(start <= number.start < end for start, end, _ in parts)
            if is_part or number.counting or here.has(number):
                continue
            if self._numbers.has(number):
                evidence += next(
                    (line.evidence for line in self._lines if EnglishNumbers(line.text).has(number)), ()
                )
            else:
                span = (number.start, number.end)
                yield notice("number", found=sentence[span[0] : span[1]], span=span)
        known = squeeze(cited)
        for name in names(sentence, korean.tokens(sentence)):
            if not re.search("[A-Za-z]", name.text) or squeeze(name.text) in known:
                continue  # Kiwi takes 미국 for a name: nothing here knows that it is America
            if self._names.has(name.text) or self._is_short_for(name.text):
                wanted = squeeze(name.text)
                evidence += next((line.evidence for line in self._lines if wanted in squeeze(line.text)), ())
            else:
                yield notice("name", found=name.text, span=(name.start, name.end))


@dataclass(frozen=True)
class CitedLines:
    """The checker of one sentence: what it cites is settled."""

    checker: CitationChecker
    cited: tuple[NumberedLine, ...]

    def check(self, sentence: str) -> SummarySentence:
        """The sentence with its evidence and notices."""
        return self.checker.check(sentence, self.cited)

    def nearest(self, _sentence: str) -> Evidence | None:
        """No line stands in for a sentence: it is in another language."""
        return None
