"""Checking a text against its article: where is it supported, what does the article not contain."""

import re
from dataclasses import dataclass
from typing import Any

from techsum import korean
from techsum.article import Article
from techsum.checking.checker import Checker
from techsum.errors import ReadingError
from techsum.summary import SummarySentence

__all__ = ["Checked", "Checker", "check"]

_BULLET = re.compile(r"^\s*(?:[-*•·▪◦]|\d{1,2}[.)]|[①-⑳])\s+")


@dataclass(frozen=True)
class Checked:
    """A summary that was held against its article."""

    sentences: tuple[SummarySentence, ...]

    @property
    def marked(self) -> bool:
        """Whether any sentence carries a notice."""
        return any(s.notices for s in self.sentences)

    def as_dict(self) -> dict[str, Any]:
        """The JSON that the command line and the API give."""
        return {"sentences": [s.as_dict() for s in self.sentences]}


def check(article: Article | str, summary: str) -> Checked:
    """Hold a summary, whoever or whatever wrote it, against its article.

    Args:
        article: the article, or a source that `read` takes.
        summary: prose, or one sentence a line with or without bullets.

    Raises:
        ReadingError: the source holds no article, or the summary is empty.
    """
    from techsum.reading import read

    if isinstance(article, str):
        article = read(article)
    lines = [_BULLET.sub("", line).strip() for line in summary.splitlines()]
    found = [s.text for line in lines for s in korean.sentences(line)]
    if not found:
        raise ReadingError("summary_empty")
    checker = Checker(article.sentences, article.title or "")
    return Checked(tuple(checker.check(sentence) for sentence in found))
