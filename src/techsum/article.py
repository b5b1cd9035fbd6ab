"""An article: what was read from a source, with sentences that know their place in it."""

from dataclasses import dataclass
from typing import Any

from techsum import korean
from techsum.cached import cached_property
from techsum.summary import Notice

MINIMUM_CHARACTERS = 100
"""Shorter texts are not summarised: the reference app's limit, and below it a summary is the text."""


@dataclass(frozen=True)
class Article:
    """What was read from a source.

    `text` is the body: paragraphs joined by one empty line. All offsets are character offsets into it.
    """

    text: str
    title: str | None = None
    url: str | None = None
    author: str | None = None
    published: str | None = None
    """ISO date (`2026-02-13`), or None when the source does not say."""
    language: str = "ko"
    """`ko`, `en` or `und` (undetermined)."""
    notices: tuple[Notice, ...] = ()

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs of the body, in order."""
        return tuple(self.text.split("\n\n"))

    @cached_property
    def sentences(self) -> tuple[korean.Sentence, ...]:
        """The sentences of the body: `text[s.start:s.end] == s.text` for each; none crosses a paragraph."""
        return tuple(korean.sentences(self.text))

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, to be kept or sent as JSON."""
        notices = [[n.kind, list(n.values)] for n in self.notices]
        plain = ("text", "title", "url", "author", "published", "language")
        return {name: getattr(self, name) for name in plain} | {"notices": notices}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> "Article":
        """The article that `as_dict` gave."""
        notices = tuple(Notice(kind, tuple((k, v) for k, v in values)) for kind, values in data["notices"])
        return Article(**{**data, "notices": notices})


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
