"""An article: what was read from a source, with sentences that know their place in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, ValidationInfo

from techsum import korean
from techsum.cached import cached_property
from techsum.contracts.notice import Notice, notice
from techsum.contracts.serialization import CONTRACT
from techsum.other_languages import is_korean

MINIMUM_CHARACTERS = 100
"""Shorter texts are not summarised: the reference app's limit, and below it a summary is the text."""


_LONGEST_NOTICE = 2_000
"""Characters of what a stranger's notice may say."""


def _notices(pairs: Iterable[Any], info: ValidationInfo) -> tuple[Notice, ...]:
    found = []
    for pair in pairs:
        try:
            found.append(_worded(pair))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            if not info.context:
                raise ValueError(error) from None
            # of a newer version: the article is shown without it
    return tuple(found)


def _worded(pair: Any) -> Notice:
    if isinstance(pair, Notice):
        return pair
    kind, values = pair
    named = {str(key): value for key, value in values}
    if "span" in named or not all(isinstance(v, str | int | float) for v in named.values()):
        raise ValueError(kind)
    made = notice(kind, **named)
    if len(made.message) > _LONGEST_NOTICE:
        raise ValueError(kind)
    return made


Notices = Annotated[
    tuple[Notice, ...],
    PlainSerializer(lambda notices: [[n.kind, list(n.values)] for n in notices], return_type=list[list[Any]]),
    PlainValidator(_notices),
]
"""Kept as kinds and values, and worded in the language of whoever loads the article."""


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
    if is_korean(sample):
        return "ko"
    return "en" if sum(c.isascii() and c.isalpha() for c in sample) / letters > 0.9 else "und"  # noqa: PLR2004
