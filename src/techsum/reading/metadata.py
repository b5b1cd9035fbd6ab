"""Title, author and date of a web page, from what the page says of itself: Open Graph, JSON-LD, microdata."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from techsum.reading.parsed import clean_line, iso_date

_LONGEST_JSON = 200_000
_ARTICLE_TYPES = ("Article", "BlogPosting", "Report")
_SITE_SEPARATOR = re.compile(r"(?<!\s)\s++[-|·:–—<]\s++[^-|·:–—<]{1,30}$")


@dataclass(frozen=True)
class Description:
    """What a page says of itself; `published` is an ISO date."""

    title: str | None
    author: str | None
    published: str | None


def describe(tree: Any) -> Description:
    """Read the description of a page.

    Args:
        tree: the page's root element (lxml).
    """
    data = _linked_data(tree)
    title = _first(
        _meta(tree, "og:title", "twitter:title", "dc.title"),
        _strings(data, "headline"),
        (h.text_content() for h in tree.xpath("//article//h1 | //h1")),
        (t.text_content() for t in tree.xpath("//head/title")),
    )
    heading = _first(h.text_content() for h in tree.xpath("//h1"))
    # "title - site": the site's name goes where the page's own heading shows that it is one
    if title and heading and title != heading and _SITE_SEPARATOR.sub("", title) == heading:
        title = heading
    author = _first(
        (n for n in _meta(tree, "author", "article:author", "dable:author") if "://" not in n),
        _strings(data, "author"),
        (n.text_content() for n in tree.xpath("//*[@itemprop='author' or @rel='author']")),
    )
    published = _first(
        _meta(tree, "article:published_time", "date", "dc.date", "pubdate", "publish_date", "og:regdate"),
        _strings(data, "datePublished"),
        tree.xpath("//*[@itemprop='datePublished']/@content | //*[@itemprop='datePublished']/@datetime"),
        tree.xpath("//time/@datetime"),
    )
    return Description(title, _name(author), iso_date(published))


def _first(*sources: Any) -> str | None:
    for source in sources:
        for text in source:
            if cleaned := clean_line(str(text)):
                return cleaned
    return None


def _name(author: str | None) -> str | None:
    """A person's name without title and address; None if what is left is no name."""
    tidy = re.sub(r"\s?[\(\[<]?[\w.+-]{1,64}@[\w.-]{1,255}[\)\]>]?", "", author or "")
    tidy = re.sub(r"\s?(?:객원)?(?:기자|특파원|에디터|작가|리포터)$", "", tidy).strip()
    longest = 40
    return tidy if tidy and len(tidy) <= longest else None


def _meta(tree: Any, *names: str) -> list[str]:
    """Contents of the meta elements with these names, in the order of the names."""
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = (element.get("property") or element.get("name") or "").lower()
        if name in names and element.get("content"):
            found.setdefault(name, []).append(element.get("content"))
    return [content for name in names for content in found.get(name, ())]


def _linked_data(tree: Any) -> list[dict[str, Any]]:
    """The JSON-LD objects on the page that describe an article."""
    found = []
    for script in tree.xpath("//script[@type='application/ld+json']"):
        text = script.text or ""
        if len(text) > _LONGEST_JSON:
            continue
        try:
            found += list(_objects(json.loads(text, strict=False)))
        except (ValueError, RecursionError):
            continue
    return [o for o in found if any(str(o.get("@type", "")).find(t) >= 0 for t in _ARTICLE_TYPES)]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        yield from _objects(value.get("@graph"))
    elif isinstance(value, list):
        for one in value:
            yield from _objects(one)


def _strings(data: list[dict[str, Any]], key: str) -> Iterator[str]:
    for one in data:
        value = one.get(key)
        for entry in value if isinstance(value, list) else [value]:
            name = entry.get("name") if isinstance(entry, dict) else entry
            if isinstance(name, str):
                yield name
