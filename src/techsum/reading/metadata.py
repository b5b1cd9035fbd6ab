"""Title, author and date of a web page: what the page says of itself, judged by its article."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from techsum.reading.parsed import clean_line, iso_date
from techsum.reading.titles import fit

_LONGEST_JSON = 200_000
_ARTICLE_TYPES = ("Article", "BlogPosting", "Report")
_SEPARATOR = re.compile(r"\s{1,3}(?:[-|·:–—<>»«]|::|\|\|)\s{1,3}|\s?(?:\||::|»)\s?")
_LONGEST_TITLE = 200

_PRIORS = {"row": 0.45, "og": 0.3, "data": 0.3, "class": 0.25, "h1": 0.25, "title": 0.2}
"""What a source of titles is worth beside the share of the title that the article speaks of."""
_SITE = re.compile(
    r".{0,12}(?:일보|신문|뉴스|타임[즈스]|저널|닷컴|방송|매거진|블로그|홈페이지|위키백과|미디어|투데이|누리집)"
    r"|brunch(?: story)?|tistory|velog|medium",
    re.IGNORECASE,
)
"""Names of sites that stand behind titles."""
_LOGO = re.compile(r"logo|site|brand|gnb|header_?title", re.IGNORECASE)
_TITLE_CLASS = re.compile(r"(?:^|[\s_-])(?:title|headline|heading|subject|tit)(?:$|[\s_-])", re.IGNORECASE)
_FITS = 0.25


class Metadata:
    """What a page says of itself, read before its tree is cleaned.

    Args:
        tree: the page's root element (lxml).
    """

    def __init__(self, tree: Any) -> None:
        self.linked_data = _linked_data(tree)
        logos = (h.text_content()[:_LONGEST_TITLE] for h in tree.iter("h1") if _is_logo(h))
        names = (*_meta(tree, "og:site_name", "application-name"), *logos)
        self._site_names = {clean_line(name) for name in names}
        self._titles = list(_titles(tree, self.linked_data))
        self.author = _author(tree, self.linked_data, self._site_names)
        self.published = _published(tree, self.linked_data)

    def title(self, body: str) -> str | None:
        """The title that the article fits best, without the site's name and sections.

        Args:
            body: the article.
        """
        headings = {text for kind, text in self._titles if kind in ("h1", "class")}
        best: tuple[float, str] | None = None
        for kind, text in self._titles:
            title = self._without_site(text, headings, body)
            if not title or title in self._site_names or (kind == "title" and _SITE.fullmatch(title)):
                continue
            worth = fit(title, body) + _PRIORS[kind]
            if best is None or worth > best[0]:
                best = worth, title
        return best[1] if best else None

    def _is_site(self, part: str) -> bool:
        return part in self._site_names or bool(_SITE.fullmatch(part))

    def _without_site(self, title: str, headings: set[str], body: str) -> str:
        """`title` without the parts around it that are the site's; a heading of the page settles it."""
        parts = [part for part in _SEPARATOR.split(title) if part]
        if len(parts) < 2:  # noqa: PLR2004
            return title
        for heading in sorted(headings, key=len, reverse=True):
            if len(heading) * 3 > len(title) and heading in title:
                return heading
        own = [
            p
            for p in parts
            if not self._is_site(p) and fit(p, body) >= (_FITS if p is parts[0] else 2 * _FITS)
        ]
        if not own:
            return "" if fit(title, body) < _FITS else parts[0]
        first, last = title.index(own[0]), title.rindex(own[-1]) + len(own[-1])
        return title[first:last]


def _titles(tree: Any, data: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Where a title may stand, and what stands there."""
    rows = tree.xpath("//tr/th[normalize-space()='제목']/following-sibling::td[1]")
    classed = (
        e
        for e in tree.iter("h2", "h3", "h4", "strong", "div", "p", "td")
        if _TITLE_CLASS.search(e.get("class") or "")
    )
    sources: tuple[tuple[str, Iterable[Any]], ...] = (
        ("row", (cell.text_content() for cell in rows)),
        ("og", _meta(tree, "og:title", "twitter:title", "dc.title")),
        ("data", _strings(data, "headline")),
        ("h1", (h.text_content() for h in tree.iter("h1") if not _is_logo(h))),
        ("class", (e.text_content() for _, e in zip(range(5), classed, strict=False))),
        ("title", (t.text_content() for t in tree.xpath("//head/title | //title")[:1])),
    )
    for kind, texts in sources:
        for text in texts:
            line = clean_line(str(text)[: 2 * _LONGEST_TITLE])
            if 2 <= len(line) <= _LONGEST_TITLE:  # noqa: PLR2004
                yield kind, line


def _is_logo(heading: Any) -> bool:
    """Whether a heading is the site's sign: a link to the first page, or called so."""
    names = f"{heading.get('class') or ''} {heading.get('id') or ''}"
    links = [a.get("href") or "" for a in heading.iter("a")]
    return bool(_LOGO.search(names)) or any(
        re.fullmatch(r"(?:https?://[^/]{1,100})?/?(?:index\.\w{2,5})?", link) for link in links
    )


_STATED_DATE = re.compile(
    r"(?:입력|등록|작성|게시|발행|승인|송고|게재)(?:일시?|일자|시간|날짜)?\s{0,3}[:.|]?\s{0,3}((?:19|20)\d{2}[-./년]\s{0,2}\d{1,2}[-./월]\s{0,2}\d{1,2})"
)
_LONGEST_LINE = 40


def _published(tree: Any, data: list[dict[str, Any]]) -> str | None:
    """The day on which the article appeared, as an ISO date: never one that the article merely mentions."""
    stated = (
        *_meta(tree, "article:published_time", "date", "dc.date", "pubdate", "publish_date", "og:regdate"),
        *_strings(data, "datePublished"),
        *tree.xpath("//*[@itemprop='datePublished']/@content | //*[@itemprop='datePublished']/@datetime"),
        *tree.xpath("//@data-date-time | //@data-published"),
    )
    for text in stated:
        compact = re.match(r"\s*((?:19|20)\d{2})(\d{2})(\d{2})(?:\d{6})?\s*$", str(text))
        if date := iso_date("-".join(compact.groups()) if compact else str(text)):
            return date
    for text in _short_texts(tree):
        if labelled := _STATED_DATE.search(text):
            return iso_date(labelled.group(1))
    times = tree.xpath("//article//time/@datetime | //main//time/@datetime | //time/@datetime")
    if date := next((date for text in times if (date := iso_date(str(text)))), None):
        return date
    for label in tree.xpath("//th | //dt"):
        if re.fullmatch(r"\s*(?:등록|작성|게시|입력|보도)(?:일시?|일자)\s*", label.text_content()[:40]):
            following = label.getnext()
            if following is not None and (date := iso_date(following.text_content()[:60])):
                return date
    dated = (iso_date(text) for text in _short_texts(tree) if re.match(r"(?:19|20)\d{2}\s?[-./년]", text))
    return next((date for date in dated if date), None)


def _short_texts(tree: Any) -> Iterator[str]:
    """The lines of the page that are too short for an article: bylines, dates, labels."""
    for element in tree.iter():
        for text in (element.text if isinstance(element.tag, str) else None, element.tail):
            if text and len(text) <= 2 * _LONGEST_LINE and 0 < len(line := text.strip()) <= _LONGEST_LINE:
                yield line


_RANKS = "객원|선임|전문|인턴|수습|사진|취재|시민|영상"
_BYLINE = re.compile(
    rf"(?:(?:글|취재)\s?[=:·/]?\s?)?(?!(?:{_RANKS})\s?기자)([가-힣]{{2,4}})\s?(?:{_RANKS})?\s?기자(?:$|[\s(\[=|,·/])"
)


def _author(tree: Any, data: list[dict[str, Any]], site_names: set[str]) -> str | None:
    """Who wrote the article: what the page states, or the first line that names a reporter."""
    stated = (
        *(name for name in _meta(tree, "author", "article:author", "dable:author") if "://" not in name),
        *_strings(data, "author"),
        *(n.text_content() for n in tree.xpath("//*[@itemprop='author' or @rel='author']")),
    )
    for text in stated:
        name = person_name(clean_line(str(text)))
        if name and name not in site_names:
            return name
    bylines = (_BYLINE.match(text) for text in _short_texts(tree))
    return next((byline.group(1) for byline in bylines if byline), None)


def person_name(author: str) -> str | None:
    """A person's name without title and address; None if what is left is no name."""
    tidy = re.sub(r"\s?[\(\[<]?[\w.+-]{1,64}@[\w.-]{1,255}[\)\]>]?", "", author)
    tidy = re.sub(rf"\s?(?:{_RANKS})?\s?(?:기자|특파원|에디터|작가|리포터)$", "", tidy).strip()
    longest = 40
    return tidy if tidy and len(tidy) <= longest and "|" not in tidy else None


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
