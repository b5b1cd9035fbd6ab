"""An article: what was read from a source, with sentences that know their place in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator

from techsum import korean
from techsum.cached import cached_property
from techsum.contracts.notice import Notice, notice
from techsum.contracts.serialization import CONTRACT

MINIMUM_CHARACTERS = 100
"""Shorter texts are not summarised: the reference app's limit, and below it a summary is the text."""


def _notices(pairs: Iterable[tuple[str, Iterable[tuple[str, Any]]]]) -> tuple[Notice, ...]:
    try:
        return tuple(n if isinstance(n, Notice) else notice(n[0], **dict(n[1])) for n in pairs)
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError(error) from None


Notices = Annotated[
    tuple[Notice, ...],
    PlainSerializer(lambda notices: [[n.kind, list(n.values)] for n in notices], return_type=list[list[Any]]),
    PlainValidator(_notices),
]
"""Kept as kinds and values: each reader is told in their own language."""


@dataclass(frozen=True)
class Article:
    """What was read from a source.

    `text` is the body: paragraphs joined by one empty line. All offsets are character offsets into it.
    """

    __pydantic_config__ = CONTRACT

    text: str
    title: str | None = None
    url: str | None = None
    author: str | None = None
    published: str | None = None
    """ISO date (`2026-02-13`), or None when the source does not say."""
    language: str = "ko"
    """`ko`, `en` or `und` (undetermined)."""
    notices: Notices = ()

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs of the body, in order."""
        return tuple(self.text.split("\n\n"))

    @cached_property
    def sentences(self) -> tuple[korean.Sentence, ...]:
        """The sentences of the body: `text[s.start:s.end] == s.text` for each; none crosses a paragraph."""
        return tuple(korean.sentences(self.text))


def detect_language(text: str) -> str:
    """`ko`, `en` or `und`, by the share of Hangul and Latin letters among all letters."""
    sample = text[:20_000]
    letters = sum(c.isalpha() for c in sample)
    if not letters:
        return "und"
    # Korean technical prose may be a third Latin names and units; English prose has no Hangul at all.
    if sum("가" <= c <= "힣" for c in sample) / letters >= 0.2:  # noqa: PLR2004
        return "ko"
    return "en" if sum(c.isascii() and c.isalpha() for c in sample) / letters > 0.9 else "und"  # noqa: PLR2004
