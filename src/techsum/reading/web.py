"""Web pages: the ScienceTimes rules where they apply, the general reader everywhere else."""

import re
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

from techsum.contracts.notice import Notice, notice
from techsum.errors import ReadingError
from techsum.reading import sciencetimes
from techsum.reading.metadata import Metadata
from techsum.reading.parsed import Parsed, join_paragraphs
from techsum.reading.plain import decode
from techsum.reading.web_body import body_paragraphs, stated_body
from techsum.reading.web_tree import clean, is_prose

_DEEPEST = 250
"""libxml2 silently drops what is nested deeper than 256 elements."""
_SHORT = 800
"""Letters below which a page may be a notice in an article's place."""


def read_html(body: bytes, source: str, charset: str | None = None) -> Parsed:
    """The article on a page, without menus, comments and the site's boilerplate.

    Args:
        body: the page as the server sent it.
        source: its address.
        charset: what the server called its encoding; the page's own word comes second.

    Raises:
        ReadingError: the page holds no article: nothing, a list, a frame, a check for robots, a paywall.
    """
    from lxml import etree, html

    text, notices = decode_html(body, source, charset)
    try:
        tree = html.document_fromstring(text, parser=html.HTMLParser(remove_comments=True, remove_pis=True))
    except (etree.ParserError, ValueError):
        raise ReadingError("page_no_article", url=source) from None
    if tree.xpath(f"boolean(//*[count(ancestor::*) >= {_DEEPEST}])"):
        notices += (notice("deep_html"),)
    if sciencetimes.is_sciencetimes(source):
        found = sciencetimes.read_page(tree)
        if found:
            return Parsed(found.text, found.title, found.author, found.published, notices)
        notices += (notice("adapter_fallback"),)
    metadata = Metadata(tree)
    frame = _frame(tree)
    clean(tree)
    paragraphs = body_paragraphs(tree)
    if not any(map(is_prose, paragraphs)):
        paragraphs = stated_body(metadata.linked_data) or paragraphs
    article = join_paragraphs(paragraphs)
    title = metadata.title(article)
    if title and article.startswith(f"{title}\n\n"):
        article = article[len(title) :].lstrip()
    _check_kind(article, source, frame)
    return Parsed(article, title, metadata.author, metadata.published, notices)


def decode_html(body: bytes, source: str, charset: str | None = None) -> tuple[str, tuple[Notice, ...]]:
    """The text of a page: the server's word on its encoding comes first, then the page's own."""
    declared = re.search(rb"""<meta[^>]{0,200}charset=["']?\s*([\w-]+)""", body[:4096], re.IGNORECASE)
    text, notices = decode(body, source, charset or (declared.group(1).decode("ascii") if declared else None))
    # An XML declaration with an encoding makes lxml refuse text that is already decoded; control characters
    # make it refuse to move text.
    return _CONTROL.sub(" ", re.sub(r"^\s*<\?xml[^>]*\?>", "", text)), notices


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _frame(tree: Any) -> str | None:
    """The address of the frame that holds the page's content, if it has one."""
    frames = tree.xpath("//frame/@src | //iframe[@id='mainFrame' or @name='mainFrame']/@src")
    return str(frames[0]) if frames else None


_ROBOT_CHECK = re.compile(
    r"브라우저를 확인|로봇이 아닙|자동\s?(?:등록|입력)\s?방지|보안\s?(?:확인|문자)"
    r"|비정상적인\s?(?:접근|트래픽)|접근이\s?(?:차단|제한)"
    r"|자바스크립트(?:와|를)?.{0,12}(?:켜|활성화|허용)|쿠키를?.{0,8}(?:켜|허용|사용)"
    r"|just a moment|captcha|cloudflare|access denied|verify you are human|enable javascript",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"유료\s?(?:기사|회원|콘텐츠|구독)|구독자\s?전용|회원\s?전용|로그인\s?(?:후|하시면|해야).{0,20}(?:볼|읽|이용|계속)"
    r"|전체\s?기사를?\s?(?:보|읽)|나머지\s?(?:기사|내용)|구독(?:하고|하면|하시면).{0,20}(?:볼|읽|계속)"
    r"|subscribe to (?:read|continue)|subscribers only",
    re.IGNORECASE,
)
_STUB_LINES = 1
_REPORTED = re.compile(r"(?<!니)다[.”\"']{1,2}(?:\s|$)")
"""A sentence of a report; notices to a visitor end in 니다, which counts as none."""
_CUT_SHORT = re.compile(r"(?:\.\.\.|…)\s*$")
_LIST_LINES = 5


def _check_kind(article: str, source: str, frame: str | None) -> None:
    """Refuse by its name what stands in an article's place.

    Raises:
        ReadingError: it is a frame, a check for robots, the stub before a paywall, a list, or nothing.
    """
    lines = article.split("\n\n") if article else []
    if len(article) < _SHORT:
        if frame and not any(map(is_prose, lines)):
            with suppress(ValueError):  # an address that is none
                frame = urljoin(source, frame)
            raise ReadingError("page_frame", url=source, frame=frame)
        for pattern, key in ((_ROBOT_CHECK, "page_robot_check"), (_PAYWALL, "page_paywall")):
            matching = [line for line in lines if pattern.search(line)]
            others = [line for line in lines if line not in matching and is_prose(line)]
            # an article may write about either: then it has more to say, or says it as a report
            is_stub = len(others) <= _STUB_LINES and not any(map(_REPORTED.search, matching))
            if matching and is_stub:
                raise ReadingError(key, url=source)
    cut_short = sum(bool(_CUT_SHORT.search(line)) for line in lines)
    if cut_short >= _LIST_LINES and cut_short * 2 > len(lines):
        raise ReadingError("page_list", url=source)
    if not article:
        raise ReadingError("page_no_article", url=source)
