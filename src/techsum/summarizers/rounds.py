"""What one round of summarising reads: the article, or the summaries of its parts from the round before."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

from techsum.checking import Checker
from techsum.checking.citations import (
    CitationChecker,
    ForeignArticle,
    NumberedLine,
    numbered_lines,
    plain_source,
)
from techsum.contracts.article import Article
from techsum.contracts.summary import SummarySentence
from techsum.generators.protocol import Generator
from techsum.summarizers.parts import Part, split, split_at
from techsum.summarizers.ranker import rank

PART_CHARACTERS = 160
"""Characters of the summary of one part of a long document: three sentences."""

_STAND_IN = 2
"""Lines of a part that the model could not summarise."""


class Round(Protocol):
    """A text in parts that fit the model, with what checks the sentences written about it."""

    def parts(self, generator: Generator) -> list[Part]:
        """The text in parts; one if it fits."""

    def checker(self, part: Part | None = None) -> Checker | CitationChecker:
        """What checks sentences about one part, or about all."""

    def stand_in(self, part: Part) -> Sequence[SummarySentence]:
        """The key sentences of a part that the model could not summarise."""

    def following(self, summaries: Sequence[Sequence[SummarySentence]]) -> "Round":
        """The round that reads the summaries of the parts."""


@dataclass(frozen=True)
class ArticleRound:
    """A Korean text: sentences are aligned with it by their words."""

    article: Article
    whole_checker: Checker
    """Of the article, whichever round this is."""

    def parts(self, generator: Generator) -> list[Part]:
        """The text in parts; one if it fits."""
        return split(self.article, generator)

    def checker(self, part: Part | None = None) -> Checker:
        """What checks sentences about one part, or about all."""
        return Checker(part.sentences) if part else self.whole_checker

    def stand_in(self, part: Part) -> Sequence[SummarySentence]:
        """The key sentences of a part."""
        places = sorted(rank(part.sentences, "", PART_CHARACTERS))
        return [SummarySentence(part.sentences[p].text) for p in places]

    def following(self, summaries: Sequence[Sequence[SummarySentence]]) -> "ArticleRound":
        """The round that reads the summaries of the parts."""
        written = "\n\n".join(" ".join(s.text for s in summary) for summary in summaries)
        return ArticleRound(Article(written), self.whole_checker)


class NumberedRound:
    """A text in another language, or Korean summaries of its parts, in lines that sentences cite.

    Args:
        lines: what is shown, in order; the first is cited as 1.
        article: what sentences are compared with, whichever round this is.
    """

    def __init__(self, lines: Sequence[NumberedLine], article: ForeignArticle) -> None:
        self.lines, self._article = lines, article
        self._checker = CitationChecker(lines, article)
        shown = [f"[{n}] {plain_source(line.text)}" for n, line in enumerate(lines, 1)]
        self.text = "\n".join(shown)
        """The lines with their numbers."""
        self.starts = [0, *accumulate(len(line) + 1 for line in shown)][: len(shown)]
        """Where each of them begins."""

    @classmethod
    def of(cls, article: Article) -> "NumberedRound":
        """The first round: a line is a sentence of the article."""
        lines = numbered_lines(article.sentences)
        return cls(lines, ForeignArticle(lines, article.title or ""))

    def parts(self, generator: Generator) -> list[Part]:
        """The numbered lines in parts; one if they fit."""
        return split_at(self.text, self.starts, generator)

    def checker(self, part: Part | None = None) -> CitationChecker:  # noqa: ARG002 - numbers are the round's
        """What checks sentences about any part."""
        return self._checker

    def stand_in(self, part: Part) -> Sequence[SummarySentence]:
        """The first lines of a part: the ranker's words are Korean."""
        first = bisect_left(self.starts, part.start)
        return [SummarySentence(line.text, line.evidence) for line in self.lines[first : first + _STAND_IN]]

    def following(self, summaries: Sequence[Sequence[SummarySentence]]) -> "NumberedRound":
        """The round that reads the summaries of the parts; what cites them cites what they cite."""
        lines = (NumberedLine(s.text, s.evidence) for summary in summaries for s in summary)
        return NumberedRound(tuple(lines), self._article)
