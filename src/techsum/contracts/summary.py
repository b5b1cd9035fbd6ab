"""A summary and what belongs to it: sentences with evidence, notices, figures, how it was made."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field

from techsum.contracts.article import Article
from techsum.contracts.notice import Notice
from techsum.contracts.serialization import CONTRACT, Line, Offset, Seconds, Share, Text


@dataclass(frozen=True)
class Evidence:
    """A span of the article, by character offsets, that supports a summary sentence."""

    __pydantic_config__ = CONTRACT

    start: int
    end: int
    text: Text


@dataclass(frozen=True)
class SummarySentence:
    """One sentence of a summary or an answer, and the places in the article that support it."""

    __pydantic_config__ = CONTRACT

    text: Text
    evidence: tuple[Evidence, ...] = ()
    notices: tuple[Notice, ...] = ()
    supported: bool = True
    """Whether the article says something like it at all; follows from the notices."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "supported", all(n.kind != "unsupported" for n in self.notices))


@dataclass(frozen=True)
class Figure:
    """A number of the article that stands in its summary."""

    __pydantic_config__ = CONTRACT

    number: Line
    """As the article writes it: `2조 8,400억`."""
    unit: Line
    of: Line
    """What it counts or measures, in the article's words: `냉방 전력`."""
    start: int
    end: int
    """Character offsets of number and unit in the article."""


@dataclass(frozen=True)
class GlossaryTerm:
    """A term that the article itself explains."""

    __pydantic_config__ = CONTRACT

    term: Line
    explanation: Evidence
    """The article's own words."""


_PARAGRAPH = 5
"""Sentences; a summary of up to twice as many is one paragraph."""


def joined(sentences: Iterable[str], separator: str) -> str:
    """Sentences as one text: prose, long prose in paragraphs, or a bullet a line where lines separate."""
    every = list(sentences)
    if separator == "\n":
        return separator.join(f"- {sentence}" for sentence in every)
    if len(every) <= 2 * _PARAGRAPH:
        return separator.join(every)
    starts = range(0, len(every), _PARAGRAPH)
    return "\n\n".join(separator.join(every[start : start + _PARAGRAPH]) for start in starts)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A finished summary of one article. What was kept by earlier versions lacks what has a default."""

    __pydantic_config__ = CONTRACT

    title: Text
    line: Text = ""
    """One sentence: what was found."""
    text: Annotated[Text, Field(alias="summary")]
    """The sentences as one text."""
    figures: tuple[Figure, ...] = ()
    sentences: tuple[SummarySentence, ...]
    notices: tuple[Notice, ...] = ()
    model: Line
    """`extract`, or the name of the generator that wrote it."""
    coverage: Share
    """Share of the article's characters that the summarizer took into account, 0 to 1."""
    seconds: Seconds
    seed: int | None = None
    limits: tuple[SummarySentence, ...] = ()
    """What the article says of its findings' limits, where the summary does not; a server looks for it."""
    next_steps: tuple[SummarySentence, ...] = ()
    """What the article says comes next; as `limits`."""
    suggestions: tuple[Line, ...] = ()
    """Questions that the article answers; as `limits`."""
    glossary: tuple[GlossaryTerm, ...] = ()
    """Terms that the article explains; as `limits`."""

    @property
    def cited(self) -> tuple[SummarySentence, ...]:
        """Every sentence that leads to a place in the article."""
        return (*self.sentences, *self.limits, *self.next_steps)

    @property
    def glossary_beside(self) -> tuple[GlossaryTerm, ...]:
        """The terms whose explanation the summary itself does not quote, in whatever register."""
        quoted = {
            e.end for s in self.sentences for e in s.evidence if self.model == "extract" or s.text == e.text
        }
        return tuple(one for one in self.glossary if one.explanation.end not in quoted)

    def with_notices(self, *more: Notice) -> "Summary":
        """The same summary with further notices, each kept once."""
        return replace(self, notices=tuple(dict.fromkeys((*self.notices, *more))))


@dataclass(frozen=True)
class ArticleHead:
    """What a result says about its article."""

    __pydantic_config__ = CONTRACT

    title: Text | None
    url: str | None
    author: Line | None
    published: Line | None
    characters: Offset


@dataclass(frozen=True, kw_only=True)
class SummaryResult(Summary):
    """A summary with its article's head: what the command line and the API give."""

    article: ArticleHead

    @classmethod
    def of(cls, article: Article, summary: Summary) -> "SummaryResult":
        """A summary of this article."""
        head = ArticleHead(article.title, article.url, article.author, article.published, len(article.text))
        fields: dict[str, Any] = vars(summary)
        return cls(**fields, article=head)


@dataclass(frozen=True)
class CheckResult:
    """A summary, of whoever, that was held against its article."""

    __pydantic_config__ = CONTRACT

    sentences: tuple[SummarySentence, ...]
    by: Line = "rules"
    """The model that judged beside the rules, or `rules`."""
    notices: tuple[Notice, ...] = ()

    @property
    def marked(self) -> bool:
        """Whether any sentence carries a notice."""
        return any(s.notices for s in self.sentences)
