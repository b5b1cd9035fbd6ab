"""Korean sentences about an article in another language: the model names the lines that each comes from.

Alignment compares words, and two languages share none but numbers and names. So the article's lines are
numbered for the model, which writes in front of a sentence the numbers of those that it reports ("[2, 5] …").
What can be compared across languages is compared: numbers, and names in Latin letters.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

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
_MOST_CITED, _MOST_COMPARED = 6, 20
"""Lines, and numbers or names, of one sentence that are looked at; what a model writes has no limits."""


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


class ForeignArticle:
    """What sentences about an article are compared with: its numbers and names, and the lines that have them.

    Args:
        lines: its sentences.
        title: its title, where names may stand too.
    """

    def __init__(self, lines: Sequence[NumberedLine], title: str = "") -> None:
        self.lines = lines
        self._text = "\n".join((title, *(line.text for line in lines)))

    @cached_property
    def names(self) -> Names:
        """The names of the article."""
        return Names(self._text)

    @cached_property
    def numbers(self) -> EnglishNumbers:
        """The numbers of the article."""
        return EnglishNumbers(self._text)

    def is_short_for(self, name: str) -> bool:
        """Whether words of the article begin with an abbreviation's letters: artificial intelligence, AI."""
        return name.isupper() and name.lower() in self._initials

    def line_with_number(self, value: float) -> tuple[Evidence, ...]:
        """The first line that gives this number."""
        place = self._lines_of_numbers.get(value)
        return self.lines[place].evidence if place is not None else ()

    def line_with_name(self, name: str) -> tuple[Evidence, ...]:
        """The first line with this name."""
        squeezed = squeeze(name)
        having = (line for line, text in zip(self.lines, self._squeezed, strict=True) if squeezed in text)
        return next((line.evidence for line in having), ())

    @cached_property
    def _initials(self) -> str:
        return "".join(word[0].lower() for word in re.findall("[A-Za-z]+", self._text))

    @cached_property
    def _lines_of_numbers(self) -> dict[float, int]:
        found: dict[float, int] = {}
        for place, line in enumerate(self.lines):
            for value in EnglishNumbers(line.text).values:
                found.setdefault(value, place)
        return found

    @cached_property
    def _squeezed(self) -> list[str]:
        return [squeeze(line.text) for line in self.lines]


class CitationChecker:
    """Checks Korean sentences by the lines that they cite.

    Args:
        lines: what the model was shown, in order; the first is cited as 1.
        article: what they are compared with.
    """

    def __init__(self, lines: Sequence[NumberedLine], article: ForeignArticle) -> None:
        self._lines = lines
        self._article = article

    def sentences(self, written: str) -> Iterator[tuple[str, "CitedLines"]]:
        """The sentences of a written line, each with what the line cites."""
        marks = _CITATION.findall(written)
        numbers = [int(n) for mark in marks for n in re.findall(r"\d+", mark) if len(n) <= _LONGEST_NUMBER]
        for first, last in (map(int, pair) for mark in marks for pair in _RANGE.findall(mark)):
            numbers += range(first, min(last, first + _MOST_EVIDENCE) + 1)
        known = [n for n in sorted(set(numbers)) if 1 <= n <= len(self._lines)][:_MOST_CITED]
        cited = tuple(self._lines[n - 1] for n in known)
        for one in korean.sentences(_CITATION.sub("", written).strip()):
            yield one.text, CitedLines(self, cited)

    def check(self, sentence: str, cited: Sequence[NumberedLine]) -> SummarySentence:
        """The sentence with its evidence and notices.

        A number or name that the cited lines lack brings in the line that has it; where no line has it, the
        reader is told.
        """
        found: list[Evidence] = []
        notices = [*self._numbers(sentence, cited, found), *self._names(sentence, cited, found)]
        # what bears out a number or a name is shown before what is only cited
        evidence = dict.fromkeys((*found, *(e for line in cited for e in line.evidence)))
        if not evidence:
            unsupported = notice("unsupported", span=(0, len(sentence)))
            return SummarySentence(sentence, (), (*dict.fromkeys(notices), unsupported))
        shown = tuple(islice(evidence, _MOST_EVIDENCE))
        return SummarySentence(sentence, shown, tuple(dict.fromkeys(notices)))

    def _numbers(
        self, sentence: str, cited: Sequence[NumberedLine], found: list[Evidence]
    ) -> Iterator[Notice]:
        """Numbers that the article lacks; the line of one that the cited lines lack goes to `found`."""
        parts = list(shares(sentence))
        for start, end, share in parts:
            if not self._article.numbers.has_share(share):
                yield notice("number", found=sentence[start:end], span=(start, end))
        of_lines = [(line, EnglishNumbers(line.text)) for line in cited]
        for number in quantities(sentence)[:_MOST_COMPARED]:
            span = (number.start, number.end)
            if number.counting or any(start <= number.start < end for start, end, _ in parts):
                continue
            line = next((line for line, numbers in of_lines if numbers.has(number)), None)
            if line:
                found += line.evidence
            elif (value := self._article.numbers.match(number)) is not None:
                found += self._article.line_with_number(value)
            else:
                yield notice("number", found=sentence[span[0] : span[1]], span=span)

    def _names(self, sentence: str, cited: Sequence[NumberedLine], found: list[Evidence]) -> Iterator[Notice]:
        """The same for names in Latin letters: nothing here knows that 미국 is America."""
        known = squeeze(" ".join(e.text for line in cited for e in line.evidence))
        latin = (n for n in names(sentence, korean.tokens(sentence)) if re.search("[A-Za-z]", n.text))
        for name in islice(latin, _MOST_COMPARED):
            if squeeze(name.text) in known:
                continue
            if self._article.names.has(name.text) or self._article.is_short_for(name.text):
                found += self._article.line_with_name(name.text)
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
