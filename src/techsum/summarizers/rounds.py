"""What one round of summarising reads: the article, or the summaries of its parts from the round before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from techsum.checking import Checker
from techsum.checking.citations import CitationChecker, NumberedLine, numbered_lines, plain_source
from techsum.contracts.article import Article
from techsum.contracts.summary import SummarySentence
from techsum.generators.protocol import Generator
from techsum.summarizers.parts import Part, split
from techsum.summarizers.ranker import rank

PART_CHARACTERS = 160
"""Characters of the summary of one part of a long document: three sentences."""

_NUMBER = re.compile(r"^\[(\d+)\]", re.MULTILINE)


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


@dataclass(frozen=True)
class NumberedRound:
    """A text in another language, or Korean summaries of its parts, in lines that sentences cite."""

    lines: tuple[NumberedLine, ...]
    article: str
    """All of the article with its title."""

    @classmethod
    def of(cls, article: Article) -> "NumberedRound":
        """The first round: a line is a sentence of the article."""
        return cls(numbered_lines(article.sentences), f"{article.title or ''}\n{article.text}")

    @property
    def text(self) -> str:
        """The lines with their numbers."""
        return "\n".join(f"[{n}] {plain_source(line.text)}" for n, line in enumerate(self.lines, 1))

    def parts(self, generator: Generator) -> list[Part]:
        """The numbered lines in parts; one if they fit."""
        return split(Article(self.text), generator)

    def checker(self, part: Part | None = None) -> CitationChecker:  # noqa: ARG002 - numbers are the article's
        """What checks sentences about any part."""
        return CitationChecker(self.lines, self.article)

    def stand_in(self, part: Part) -> Sequence[SummarySentence]:
        """The first lines of a part: the ranker's words are Korean."""
        cited = [self.lines[int(n) - 1] for n in _NUMBER.findall(part.text)]
        return [SummarySentence(line.text, line.evidence) for line in cited[:2]]

    def following(self, summaries: Sequence[Sequence[SummarySentence]]) -> "NumberedRound":
        """The round that reads the summaries of the parts; what cites them cites what they cite."""
        lines = (NumberedLine(s.text, s.evidence) for summary in summaries for s in summary)
        return NumberedRound(tuple(lines), self.article)
