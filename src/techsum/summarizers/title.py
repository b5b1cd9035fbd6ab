"""A headline of up to 20 characters for an article that has none."""

import math
import re
from collections import Counter
from textwrap import shorten
from typing import Any

from techsum import korean
from techsum.contracts.article import Article
from techsum.messages import text

LONGEST = 20
"""Characters of a headline: what fits a line of a saved list on a phone."""

_LONGEST_SENTENCE = 300
"""Characters of a sentence in which a phrase is looked for."""
_NOUN_LIKE = ("NN", "SL", "SN", "SH", "XSN", "XPN", "XR", "NR", "W_")
_INSIDE = (*_NOUN_LIKE, "ETM", "JKG", "VV", "VA", "XSV", "XSA", "MM", "SW", "EP", "VX")


_FIRST_SENTENCES = 12
"""Where the phrase that names an article is looked for."""


def headline(article: Article) -> str:
    """The noun phrase of the article that says most, up to 20 characters.

    Candidates are runs of whole words inside one sentence that end in a noun; each is scored by the
    frequency of its morphemes in the article, earlier sentences first. An article in another language than
    Korean is named by its first words, for Kiwi finds no phrases in it.
    """
    if article.language != "ko" and article.sentences:
        return shorten(article.sentences[0].text, LONGEST * 2, placeholder="…")
    uses = Counter(w for s in article.sentences for w in s.content)
    best, best_score = "", 0.0
    begun = [s.text[:_LONGEST_SENTENCE] for s in article.sentences[:_FIRST_SENTENCES]]
    korean.prepare(begun)
    for place, sentence in enumerate(begun):
        for phrase, words in _noun_phrases(sentence):
            score = sum(math.log(1 + uses[w]) for w in words) / (1 + place / 6)
            if score > best_score:
                best, best_score = phrase, score
    return best or text("untitled")


def acceptable(title: str, article: Article) -> str | None:
    """A model's title, tidied, or None when it is none: too long, no Korean, or not about the article."""
    tidy = re.sub(
        r"^(?:제목|title)\s*[:：]\s*", "", title.strip().split("\n")[0].strip(), flags=re.IGNORECASE
    )
    tidy = tidy.strip(" \"'“”‘’*#<>《》.").strip()
    if not 4 <= len(tidy) <= LONGEST or not re.search("[가-힣]", tidy):  # noqa: PLR2004
        return None
    words = set(korean.content(tidy))
    # A headline that is the article's first words, broken off, says nothing.
    if article.text.startswith(tidy) or not words:
        return None
    if article.language == "ko":  # words of another language cannot be compared
        known = {w for s in article.sentences for w in s.content}
        if len(words & known) < len(words) * 0.7:
            return None
    return None if len(set(tidy.split())) < len(tidy.split()) else tidy


def _noun_phrases(sentence: str) -> list[tuple[str, set[str]]]:
    """Runs of words that end in a noun, the particle after it cut off, with their content morphemes."""
    tokens = korean.tokens(sentence)
    found = []
    for first, start in enumerate(tokens):
        if not start.tag.startswith(_NOUN_LIKE) or not _begins_word(sentence, start.start):
            continue
        if start.tag.startswith(("XS", "NNB")) or (first and _belongs_to(tokens[first - 1], start)):
            continue
        for last in range(first, len(tokens)):
            token = tokens[last]
            if not token.tag.startswith(_INSIDE) or token.end - start.start > LONGEST:
                break
            ends_noun = token.tag in ("NNG", "NNP", "XSN", "SL") and (
                last + 1 == len(tokens) or not tokens[last + 1].tag.startswith((*_NOUN_LIKE, "XS", "VCP"))
            )
            if ends_noun and token.end - start.start >= 4:  # noqa: PLR2004
                words = set(korean.content_of(tokens[first : last + 1]))
                found.append((sentence[start.start : token.end], words))
    return found


def _belongs_to(before: Any, start: Any) -> bool:
    """Whether a phrase would be cut from what describes it: `때 서버` out of `많을 때 서버`."""
    describes = before.tag.startswith(("ETM", "JKG", "MM", "NR", "SN"))
    return bool(describes or (before.tag.startswith(_NOUN_LIKE) and before.end + 1 == start.start))


def _begins_word(sentence: str, place: int) -> bool:
    return place == 0 or sentence[place - 1].isspace()
