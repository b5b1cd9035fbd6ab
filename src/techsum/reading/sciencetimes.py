"""sciencetimes.co.kr: both generations of its article pages.

The selectors come from public scrapers (no live page was seen), so a page on which they find nothing is
left to the general extractor, and the reader is told.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from techsum.reading.blocks import block_paragraphs
from techsum.reading.metadata import person_name
from techsum.reading.parsed import Parsed, clean_line, iso_date, join_paragraphs

_SHORTEST_BODY = 80


@dataclass(frozen=True)
class _Layout:
    """Where one generation of pages keeps its parts, as XPath on class names."""

    title: str
    body: str
    published: str | None = None
    author: str | None = None


def _has(tag: str, name: str) -> str:
    return f"//{tag}[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"


_LAYOUTS = (
    _Layout(  # current: /nscvrg/view/menu/<id>?searchCategory=<n>&nscvrgSn=<n>
        title=f"{_has('div', 'sub_txt')}//b",
        body=_has("div", "atc_cont"),
        published=f"{_has('div', 'view_header')}{_has('div', 'sub_info')}//span",
        author=f"{_has('div', 'atc_data')}//a",
    ),
    _Layout(  # old: /news/<slug>/?cat=31, the pages of the reference app
        title=f"{_has('*', 'tit')}/text()[normalize-space()]",
        body=_has("*", "view_content"),
    ),
    _Layout(
        title=f"{_has('div', 'board_cont')}//strong", body=_has("div", "board_cont")
    ),  # old: /?news=<slug>
)


def is_sciencetimes(link: str) -> bool:
    """Whether this link belongs to ScienceTimes (its host, not its words)."""
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return False
    return host == "sciencetimes.co.kr" or host.endswith(".sciencetimes.co.kr")


def read_page(tree: Any) -> Parsed | None:
    """The article on a ScienceTimes page, or None when no known layout fits."""
    for layout in _LAYOUTS:
        title = _first(tree, layout.title)
        body = join_paragraphs(
            p for block in tree.xpath(layout.body) for p in block_paragraphs(block) if clean_line(p) != title
        )
        if len(body) >= _SHORTEST_BODY:
            return Parsed(
                body,
                title,
                person_name(_first(tree, layout.author) or ""),
                iso_date(_dated(tree, layout.published)),
            )
    return None


def _first(tree: Any, path: str | None) -> str | None:
    for found in tree.xpath(path) if path else ():
        text = clean_line(found if isinstance(found, str) else found.text_content())
        if text:
            return text
    return None


def _dated(tree: Any, path: str | None) -> str | None:
    """The first of the matching texts that holds a date: the same place also counts readers."""
    texts = (node.text_content() for node in tree.xpath(path)) if path else ()
    return next((t for t in texts if iso_date(t)), None)
