"""An article's paragraphs out of a cleaned page: trafilatura first, others where its result looks poor."""

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from techsum.reading.blocks import block_paragraphs
from techsum.reading.parsed import clean_line
from techsum.reading.web_tree import is_prose, prose

_GOOD = 0.8
"""What trafilatura's fast result is worth (`_worth`) from which its full mode is not asked."""
_POOR = 0.3
"""Of a result's letters in sentences, or of the page's sentences in the result: with less, something else was
taken for the article. Higher values lose more on trafilatura's own 949 pages than they find."""
_ENOUGH = 300
"""Letters of sentences in one element, from which a page has an article to lose."""
_LARGE = 20_000
"""Elements of a page for which trafilatura's full mode takes more than a second."""
_HOLDS = 0.75
"""Of the prose above it: an element with less is one part of the article and not the whole."""


def body_paragraphs(tree: Any) -> list[str]:
    """The paragraphs of the article on a page, or [] where there is none.

    trafilatura's fast mode is tried first, then its full mode. Where the result looks poor, its full mode
    with tables and the element that holds most of the page's prose are tried too, and the best is taken.

    Args:
        tree: a page's root element (lxml), cleaned.
    """
    letters = prose(next(tree.iter("body"), tree))
    holder = _densest(tree, letters)
    expected = letters.get(holder, 0)
    found = _extracted(tree, fast=True)
    if _worth(found, expected) >= _GOOD:
        return found
    if len(letters) > _LARGE:
        return max((found, _paragraphs_of(holder)), key=lambda paragraphs: _worth(paragraphs, expected))
    found = _extracted(tree, fast=False)
    in_sentences = _in_sentences(found)
    is_poor = in_sentences < _POOR * expected or in_sentences < _POOR * sum(map(len, found))
    if not is_poor or expected < _ENOUGH:
        return found
    others = (_paragraphs_of(holder), _extracted(tree, fast=False, tables=True))
    return max((found, *others), key=lambda paragraphs: _worth(paragraphs, expected))


def _in_sentences(paragraphs: Sequence[str]) -> int:
    return sum(len(p) for p in paragraphs if is_prose(p))


def _worth(paragraphs: Sequence[str], expected: int) -> float:
    """The share of a result's letters that stand in sentences, by the share of the page's sentences in it."""
    letters, in_sentences = sum(map(len, paragraphs)), _in_sentences(paragraphs)
    return in_sentences / letters * min(1.0, in_sentences / max(expected, 1)) if letters else 0.0


def _densest(tree: Any, letters: dict[Any, int]) -> Any:
    """The smallest element that holds most of the prose of a page."""
    node = next(tree.iter("body"), tree)
    while True:
        inner = max(node, key=lambda child: letters.get(child, 0), default=None)
        if inner is None or letters.get(inner, 0) <= letters.get(node, 0) * _HOLDS:
            return node
        node = inner


def _paragraphs_of(holder: Any) -> list[str]:
    """The paragraphs of an element and of its tables, without those that are links."""
    kept = deepcopy(holder)
    kept.tail = None
    for link in list(kept.iter("a")):
        if link.getparent() is not None and not is_prose(link.text_content()):
            around = link.getparent().text_content().strip()
            if len(link.text_content().strip()) * 2 > len(around):
                link.drop_tree()
    return [line for p in block_paragraphs(kept) if (line := clean_line(p))]


def _extracted(tree: Any, *, fast: bool, tables: bool = False) -> list[str]:
    from trafilatura import bare_extraction

    # without metadata: its date comes from a search through the whole text, which costs 80 ms a page and
    # finds dates that the article merely mentions
    document = bare_extraction(
        deepcopy(tree), fast=fast, include_comments=False, include_tables=tables, with_metadata=False
    )
    lines = (document.text or "").split("\n") if document else []
    cleaned = (clean_line(re.sub(r"^\s*[-*]\s+", "", line)) for line in lines)
    return [
        line.strip("| ") if line.startswith("|") else line
        for line in cleaned
        if line and not re.fullmatch(r"[|\s-]+", line)
    ]


_LONGEST_JSON = 500_000


def stated_body(linked_data: Sequence[dict[str, Any]]) -> list[str]:
    """The paragraphs of the article that a page states in its linked data, or []."""
    for one in linked_data:
        text = one.get("articleBody")
        if isinstance(text, str) and len(text) > _ENOUGH:
            return [
                line
                for p in re.split(r"\n+|<br\s?/?>|</p>", text[:_LONGEST_JSON])
                if (line := clean_line(re.sub(r"<[^>]{1,200}>", "", p)))
            ]
    return []
