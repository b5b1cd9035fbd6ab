"""Where a text has terms that its article explains."""

import re
from collections.abc import Callable, Sequence

from techsum.contracts.summary import GlossaryTerm

TermPieces = Callable[[str], list[tuple[str, str]]]
"""Cuts a text around the terms in it: each piece, and what the article says of it, or nothing."""

_PARTICLE = (
    "[은는이가을를의에와과로도만들다]|으로|라는|라고|처럼|보다|까지|부터|에서|에게|이나|이며|인|였다|입니다"
)


def no_terms(text: str) -> list[tuple[str, str]]:
    """Of an article without terms."""
    return [(text, "")]


def term_pieces(glossary: Sequence[GlossaryTerm]) -> TermPieces:
    """A function that finds the first place of each term in a text: as a word, not within a longer noun.

    A text that has the explanation itself is left as it is.
    """
    if not glossary:
        return no_terms
    explained = {one.term: one.explanation.text for one in glossary}
    longest_first = sorted(explained, key=len, reverse=True)
    pattern = re.compile(
        rf"(?<![가-힣A-Za-z0-9])({'|'.join(map(re.escape, longest_first))})"
        rf"(?=(?:{_PARTICLE}){{0,3}}(?![가-힣A-Za-z0-9]))"
    )

    def pieces(text: str) -> list[tuple[str, str]]:
        found, seen, end = [], set[str](), 0
        for match in pattern.finditer(text):
            term = match.group()
            is_explained_here = explained[term] in text or (text.strip() and text.strip() in explained[term])
            if term not in seen and not is_explained_here:
                seen.add(term)
                found += [(text[end : match.start()], ""), (term, explained[term])]
                end = match.end()
        return [*found, (text[end:], "")]

    return pieces
