"""Which articles a feed names: RSS, Atom, a sitemap, or a page that lists articles."""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from techsum.errors import ReadingError

LARGEST = 5 * 1024 * 1024
"""Bytes of a feed; a sitemap of 50,000 links, the most it may have, takes as many at 100 a link."""

_SHORTEST_TITLE = 8
"""Characters of a link's words on a list page: menus are shorter, headlines longer."""
_HEAD = 4096
_COMMENT = re.compile("<!--(?>.*?-->)", re.DOTALL)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
"""Names an encoding, which the decoded text has no more."""
_SITEMAP = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(<!\[CDATA\[(?>.*?(?:\]\]>|\Z))|<!--(?>.*?(?:-->|\Z)))|&(?:#(\d{1,10});|#x([0-9a-fA-F]{1,8});|(\w{1,40};))?",
    re.DOTALL,
)
_LETTERS = ((0x20, 0xD800), (0xE000, 0xFFFE), (0x10000, 0x110000))
"""What XML allows, from and below."""
_ENCODING = re.compile(rb"""\s*<\?xml[^>]{0,200}encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._-]{1,40})""")
_FEWEST = 3
"""Links of one shape that make a page a list of articles."""


class Listed(NamedTuple):
    """An article that a feed names; the newest comes first, as far as the feed says."""

    link: str
    title: str = ""


class Links(NamedTuple):
    """What a feed holds."""

    articles: tuple[Listed, ...]
    feeds: tuple[str, ...] = ()
    """Other feeds it leads to: an index of sitemaps, or the RSS of a page."""


def parse_links(body: bytes, url: str, charset: str | None = None) -> Links:
    """The articles that a feed names.

    Args:
        body: the feed's bytes.
        url: its address, for links that are not whole.
        charset: what the server called the encoding of a page.

    Raises:
        ReadingError: it names none.
    """
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    looks_like_page = start.startswith(b"<!doctype html") or b"<html" in start
    found = _of_page(body, url, charset) if looks_like_page else _of_xml(body, url)
    if not found.articles and not found.feeds:
        raise ReadingError("feed_none", url=url)
    return found


def _of_xml(body: bytes, url: str) -> Links:
    text = _decoded(body, url)
    head = _COMMENT.sub("", text)[:_HEAD]
    if _SITEMAP.search(head):
        return _of_sitemap(text, url)
    if "<!ENTITY" in head:  # no feed of today has any, and what they stand for may be huge
        raise ReadingError("feed_none", url=url)
    import feedparser

    try:
        found = feedparser.parse(
            # never bytes or a string: it would open what they name
            io.BytesIO(_REFERENCE.sub(_mended, text).encode("utf-8", "replace")),
            # no address: feedparser would make one of a `guid` that is a number
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # noqa: BLE001 - it stumbles in many ways over what is no feed
        raise ReadingError("feed_none", url=url) from None
    listed = (Listed(_address(entry, url), _line(entry.get("title") or "")) for entry in found.entries)
    return Links(tuple(_distinct(listed)))


def _mended(match: re.Match[str]) -> str:
    """A reference as XML has it: a bare `&` is one, and what stands for no letter is left out."""
    whole, kept, number, hexadecimal, named = match[0], *match.groups()
    if kept or named:
        return whole
    if number or hexadecimal:
        return whole if _is_letter(int(number) if number else int(hexadecimal, 16)) else ""
    return "&amp;"


def _is_letter(code: int) -> bool:
    return code in (9, 10, 13) or any(low <= code < high for low, high in _LETTERS)


def _of_sitemap(text: str, url: str) -> Links:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"))
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise ReadingError("feed_none", url=url) from None
    if _name(root) == "sitemapindex":
        return Links((), tuple(one.link for one in _newest_first(root, "sitemap", url)))
    return Links(tuple(_newest_first(root, "url", url)))


def _newest_first(root: Any, tag: str, url: str) -> list[Listed]:
    """The places of a sitemap, by the day that each names; places without one come last."""
    places = [e for e in root if _name(e) == tag]
    places.sort(key=lambda e: _text(e, "lastmod") or _text(e, "publication_date"), reverse=True)
    listed = (Listed(_joined(url, _text(e, "loc")), _text(e, "title")) for e in places if _text(e, "loc"))
    return list(_distinct(listed))


def _address(entry: Any, url: str) -> str:
    """Where the article is; a `guid` says it too, whatever it calls itself, where it is a whole address."""
    link, guid = (entry.get("link") or "").strip(), (entry.get("id") or "").strip()
    of_its_own = any((one.get("href") or "").strip() == link for one in entry.get("links") or ())
    if not link or (link == guid and not of_its_own):  # feedparser takes a guid for a link
        return guid if guid.startswith(("http://", "https://")) else ""
    return _joined(url, link)


def _decoded(body: bytes, url: str) -> str:
    """The feed's text: feedparser would take Korean that is called something else for Western European."""
    from techsum.reading.plain import decode

    declared = _ENCODING.match(body[:_HEAD])
    return decode(body, url, declared[1].decode() if declared else None)[0]


def _text(element: Any, tag: str) -> str:
    found = next((e for e in element.iter() if _name(e) == tag), None)
    return _line("".join(found.itertext())) if found is not None else ""


def _line(words: str) -> str:
    return " ".join(words.split())


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _of_page(body: bytes, url: str, charset: str | None) -> Links:
    """The links of a list page: of all shapes of address the one whose links have most words.

    Menus, footers and tags are many links too, but their words are few.
    """
    import lxml.html

    from techsum.reading.web import decode_html

    try:
        page = lxml.html.fromstring(decode_html(body, url, charset)[0])
    except (lxml.etree.ParserError, ValueError):
        raise ReadingError("feed_none", url=url) from None
    kinds = ("application/rss+xml", "application/atom+xml")
    feeds = [
        _joined(url, link.get("href", ""))
        for link in page.iter("link")
        if link.get("type", "").lower() in kinds and "alternate" in link.get("rel", "").lower()
    ]
    shapes: defaultdict[str, dict[str, Listed]] = defaultdict(dict)
    for anchor in page.iter("a"):
        words = " ".join("".join(map(str, anchor.itertext())).split())
        link = _joined(url, anchor.get("href", "").strip()).partition("#")[0]
        if link.startswith(("http://", "https://")) and _host(link) == _host(url):
            known = shapes[_shape(link)].get(link, Listed(link))
            shapes[_shape(link)][link] = max(known, Listed(link, words), key=lambda one: len(one.title))
    lists = [[one for one in s.values() if len(one.title) >= _SHORTEST_TITLE] for s in shapes.values()]
    best = max(lists, key=lambda found: sum(len(one.title) for one in found), default=[])
    return Links(tuple(best) if len(best) >= _FEWEST else (), tuple(dict.fromkeys(feeds)))


def _shape(link: str) -> str:
    """An address without what differs from article to article: numbers, and a last part of words.

    >>> _shape("https://x.kr/nscvrg/view/menu/248?searchCategory=220&nscvrgSn=260012")
    '/nscvrg/view/menu/#?nscvrgSn&searchCategory'
    """
    parts = urlsplit(link)
    *folders, last = parts.path.rstrip("/").split("/")
    folders = [re.sub(r"\d+", "#", f) for f in folders]
    last = "#" if re.search(r"\d|-|%", last) else last
    keys = sorted(k.partition("=")[0] for k in parts.query.split("&") if k)
    return "/".join([*folders, last]) + ("?" + "&".join(keys) if keys else "")


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _joined(url: str, link: str) -> str:
    """The whole address, or nothing where it is none."""
    try:
        return urljoin(url, link)
    except ValueError:
        return ""


def _distinct(listed: Iterator[Listed]) -> Iterator[Listed]:
    known = set()
    for one in listed:
        if one.link.startswith(("http://", "https://")) and one.link not in known:
            known.add(one.link)
            yield one
