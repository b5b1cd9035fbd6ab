"""Feeds, sitemaps and list pages name their articles, however they are written and whatever is in them."""

import json
import sys
import threading
from contextlib import contextmanager
from functools import cache

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from techsum.errors import ReadingError
from techsum.reading.feeds import Links, Listed, parse_links

URL = "https://site.kr/news/list"
XML = '<?xml version="1.0" encoding="UTF-8"?>'
LIST_PAGE = """<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>
<nav><a href="/menu/1">과학</a><a href="/menu/2">기술</a><a href="/menu/3">미래</a><a href="/menu/4">정책과 제도</a></nav>
<ul><li><a href="/nscvrg/view/menu/248?searchCategory=220&nscvrgSn=260012"><img src="x"></a>
<a href="/nscvrg/view/menu/248?searchCategory=220&nscvrgSn=260012">바닷물로 전기를 담는 섬의 겨울</a></li>
<li><a href="/nscvrg/view/menu/248?searchCategory=221&nscvrgSn=260013#top">땀 한 방울로 탈수를 먼저 안다</a></li>
<li><a href="https://www.site.kr/nscvrg/view/menu/251?searchCategory=220&nscvrgSn=260014">달의 먼지를 굳혀 길을 내다</a></li>
</ul><footer><a href="/terms">이용 약관과 개인정보 처리방침 안내</a><a href="https://other.kr/1">다른 곳의 아주 긴 기사 제목이다</a></footer></body></html>"""
SITEMAP = f"""{XML}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://site.kr/old</loc><lastmod>2025-01-01</lastmod></url>
<url><loc>https://site.kr/new</loc><lastmod>2026-11-25</lastmod></url><url><loc>https://site.kr/none</loc></url></urlset>"""
BOMB = """<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><rss><item><link>&b;</link></item></rss>"""
COMMENT = f"<!-- {'긴 주석이다. ' * 300} -->"
"""Longer than the head in which a feed's first look is for entities."""


def rss(items, head=XML):
    return f'{head}<rss version="2.0"><channel><title>소식</title>{items}</channel></rss>'


def atom(entries, more=""):
    return f'{XML}<feed xmlns="http://www.w3.org/2005/Atom" {more}><title>소식</title>{entries}</feed>'


def item(title, link):
    return f"<item><title>{title}</title><link>{link}</link></item>"


def articles(feed, url=URL):
    return parse_links(feed if isinstance(feed, bytes) else feed.encode(), url).articles


@pytest.mark.parametrize(
    ("body", "links"),
    [
        (LIST_PAGE, [
            "https://www.site.kr/nscvrg/view/menu/248?searchCategory=220&nscvrgSn=260012",
            "https://www.site.kr/nscvrg/view/menu/248?searchCategory=221&nscvrgSn=260013",
            "https://www.site.kr/nscvrg/view/menu/251?searchCategory=220&nscvrgSn=260014",
        ]),
        (SITEMAP, ["https://site.kr/new", "https://site.kr/old", "https://site.kr/none"]),
        (f"{XML}<rss><channel><item><title>가</title><guid>https://site.kr/1</guid></item></channel></rss>", ["https://site.kr/1"]),
        (f"{XML}<rss><channel><item><link>javascript:alert(1)</link></item><item><link> /2 </link></item></channel></rss>", ["https://www.site.kr/2"]),
        ('<rdf:RDF xmlns:rdf="r" xmlns="http://purl.org/rss/1.0/"><item><link>https://site.kr/3</link></item></rdf:RDF>', ["https://site.kr/3"]),
    ],
)  # fmt: skip
def test_every_kind_of_feed_names_its_articles(body, links):
    assert [one.link for one in parse_links(body.encode(), "https://www.site.kr/list").articles] == links


def test_a_list_page_knows_the_headline_and_its_feed():
    found = parse_links(LIST_PAGE.encode(), "https://www.site.kr/list")
    assert found.articles[0].title == "바닷물로 전기를 담는 섬의 겨울"
    assert found.feeds == ("https://www.site.kr/rss",)


def test_one_address_that_is_none_spoils_no_list():
    broken = LIST_PAGE.replace("<nav>", '<nav><a href="http://[/1">괄호를 닫지 않은 주소의 제목</a>')
    assert len(parse_links(broken.encode(), "https://www.site.kr/list").articles) == 3
    feed = f"{XML}<rss><item><link>http://[/1</link></item><item><link>/2</link></item></rss>"
    assert [one.link for one in articles(feed)] == ["https://site.kr/2"]


def test_a_list_page_in_the_old_korean_encoding_is_read():
    found = parse_links(LIST_PAGE.encode("cp949"), "https://www.site.kr/list")
    assert found.articles[1].title == "땀 한 방울로 탈수를 먼저 안다"


def test_an_index_of_sitemaps_leads_to_the_newest():
    index = f"""{XML}<sitemapindex><sitemap><loc>https://site.kr/1.xml</loc><lastmod>2026-01-01</lastmod></sitemap>
    <sitemap><loc>https://site.kr/2.xml</loc><lastmod>2026-11-01</lastmod></sitemap></sitemapindex>"""
    assert parse_links(index.encode(), "https://site.kr/").feeds == (
        "https://site.kr/2.xml",
        "https://site.kr/1.xml",
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<rss></rss>",
        b"<html><body><a href='/1'>x</a></body></html>",
        b"\xff\xfe<",
        b"<urlset><url><loc>https://site.kr/1</loc></url>",
        BOMB.replace("rss", "urlset").encode(),
    ],
)
def test_what_names_no_article_is_one_line(body):
    with pytest.raises(ReadingError, match="기사 목록"):
        parse_links(body, "https://site.kr/")


def test_listed_is_a_plain_pair():
    assert json.loads(json.dumps(Listed("https://site.kr/1", "제목"))) == ["https://site.kr/1", "제목"]


@pytest.mark.parametrize("name", ["euc-kr", "EUC-KR", "ks_c_5601-1987", "cp949", "ms949"])
def test_letters_of_cp949_are_read_whatever_korean_is_declared(name):
    # given letters that EUC-KR does not have, so rare that nobody would guess them
    feed = f'<?xml version="1.0" encoding="{name}"?><rss><channel>{item("뛟뷁쀍", "/1")}</channel></rss>'
    # then they are read, though the name promises less
    assert articles(feed.encode("cp949")) == (Listed("https://site.kr/1", "뛟뷁쀍"),)


@pytest.mark.parametrize("name", ["UTF-8", "ISO-8859-1", "ISO-8859-15", "x-windows-949", None])
def test_korean_that_is_declared_as_something_else_is_read(name):
    head = f'<?xml version="1.0" encoding="{name}"?>' if name else '<?xml version="1.0"?>'
    feed = rss(item("바닷물로 전기를 담는 섬", "/1"), head)
    assert articles(feed.encode("euc-kr"))[0].title == "바닷물로 전기를 담는 섬"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_spoils_no_feed(encoding):
    feed = rss(item("섬 하나", "/1"), f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>')
    assert articles(feed.encode(encoding)) == (Listed("https://site.kr/1", "섬 하나"),)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("섬&nbsp;하나", "섬 하나"),
        ("섬 &middot; 뭍 &hellip;", "섬 · 뭍 …"),
        ("섬 & 뭍", "섬 & 뭍"),
        ("&lt;섬&gt; &amp; 뭍", "<섬> & 뭍"),
        ("<![CDATA[<섬> & R&D]]>", "<섬> & R&D"),
    ],
)
def test_a_title_is_read_with_what_xml_does_not_know(written, title):
    assert articles(rss(item(written, "/1"))) == (Listed("https://site.kr/1", title),)


@pytest.mark.parametrize("title", ["R&D", "R&D 예산", "AT&T와 M&A"])
def test_a_bare_ampersand_between_letters_stays_alone(title):
    assert articles(rss(item(title, "/1")))[0].title == title


def test_a_bare_ampersand_in_an_address_stays():
    assert articles(rss(item("섬", "/view?no=1&page=2")))[0].link == "https://site.kr/view?no=1&page=2"


@pytest.mark.parametrize("address", ["/view?no=1&lang=ko", "/view?no=1&sect_no=3", "/view?no=1&sub=2"])
def test_an_address_loses_no_part_to_an_html_entity(address):
    assert articles(rss(item("섬", address)))[0].link == f"https://site.kr{address}"


def test_namespaces_that_nobody_declared_cost_nothing():
    extra = '<media:content url="/x.jpg"><media:title>그림</media:title></media:content><dc:creator>가'
    extra += "</dc:creator>"
    feed = rss(f"<item>{extra}<title>섬</title><link>/1</link>{extra}</item>")
    assert articles(feed) == (Listed("https://site.kr/1", "섬"),)


def test_relative_links_of_atom_are_joined_to_the_address():
    entries = '<entry><title>가</title><link rel="self" href="/x"/><link href="a/1"/></entry>'
    assert articles(atom(entries)) == (Listed("https://site.kr/news/a/1", "가"),)


@pytest.mark.parametrize(
    ("of_feed", "of_entry", "link"),
    [
        ("https://other.kr/n/", "", "https://other.kr/n/a/1"),
        ("https://other.kr/n/", "sub/", "https://other.kr/n/sub/a/1"),
        ("", "https://other.kr/n/", "https://other.kr/n/a/1"),
        ("/n/", "", "https://site.kr/n/a/1"),
    ],
)
def test_relative_links_of_atom_are_joined_to_its_base(of_feed, of_entry, link):
    base, own = (f'xml:base="{b}"' if b else "" for b in (of_feed, of_entry))
    entries = f'<entry {own}><title>가</title><link href="a/1"/></entry>'
    assert [one.link for one in articles(atom(entries, base))] == [link]


def test_an_rdf_item_without_a_link_has_its_about():
    feed = f"""{XML}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns="http://purl.org/rss/1.0/">
    <item rdf:about="https://site.kr/3"><title>가</title></item></rdf:RDF>"""
    assert articles(feed) == (Listed("https://site.kr/3", "가"),)


@pytest.mark.parametrize(
    "whole",
    [
        rss("".join(item(f"{n}번 글", f"/view?no={n}23") for n in range(4))),
        rss("".join(f"<item><link>/{n}23</link><title>{n}번 글</title></item>" for n in range(4))),
        rss("".join(f"<item><guid>https://site.kr/{n}23</guid></item>" for n in range(4))),
        atom("".join(f'<entry><title>{n}번 글</title><link href="/{n}23"/></entry>' for n in range(4))),
    ],
    ids=["rss", "link first", "guid", "atom"],
)
def test_a_feed_cut_off_gives_the_items_before_the_cut(whole):
    # given a feed that ends anywhere, also in the middle of a letter
    body, ends = whole.encode(), "</entry>" if "<entry>" in whole else "</item>"
    every = [one.link for one in articles(whole)]
    for cut in range(0, len(body), 3):
        try:
            found = [one.link for one in articles(body[:cut])]
        except ReadingError:
            found = []
        # then every whole item is there, and no address that the whole feed does not name
        assert found == every[: len(found)]
        assert len(found) >= body[:cut].count(ends.encode())


def test_a_feed_with_entities_is_refused_in_one_line():
    with pytest.raises(ReadingError, match="기사 목록") as refused:
        articles(BOMB)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "hide",
    [lambda feed: feed.replace("<!DOCTYPE", f"{COMMENT}<!DOCTYPE"), lambda feed: feed.encode("utf-16")],
    ids=["comment", "utf-16"],
)
def test_entities_are_refused_wherever_they_hide(hide):
    # given entities behind a long comment, or in bytes that do not look like theirs
    feed = rss(item("&b;", "/1"), BOMB.partition("<rss>")[0])
    with pytest.raises(ReadingError, match="기사 목록"):
        articles(hide(feed))


opened = threading.local()


def _note(event, arguments):
    if (seen := getattr(opened, "events", None)) is not None and event.startswith(
        ("open", "socket.", "urllib.", "subprocess.", "os.", "http.")
    ):
        seen.append((event, *map(str, arguments)))


@cache
def _install():
    """A hook cannot be taken away again: it looks only at a thread that watches, and there is one a process."""
    sys.addaudithook(_note)


@pytest.fixture(autouse=True)
def audit():
    _install()


@contextmanager
def watched():
    """What this thread opens or asks for meanwhile."""
    opened.events = []
    try:
        yield opened.events
    finally:
        opened.events = None


OUTSIDE = "<!DOCTYPE rss SYSTEM 'http://127.0.0.1:1/rss.dtd'>"
SYSTEM = "<!ENTITY e SYSTEM 'file:///etc/passwd'><!ENTITY % p SYSTEM 'http://127.0.0.1:1/p.dtd'> %p;"


@pytest.mark.parametrize(
    "feed",
    [
        rss(item("섬", "/1"), XML + OUTSIDE),
        rss(item("&e;", "/1"), f"{XML}<!DOCTYPE rss [{SYSTEM}]>"),
        rss(item("&e;", "/1"), f"{XML}<!DOCTYPE rss [{COMMENT}{SYSTEM}]>"),
        rss(item("&e; &nbsp; &", "/1"), f"{XML}<!DOCTYPE rss [{COMMENT}{SYSTEM}]>"),
        rss('<xi:include href="file:///etc/passwd" parse="text"/>' + item("섬", "/1")),
        f"{XML}{OUTSIDE}{SITEMAP.removeprefix(XML)}",
        f"<!DOCTYPE html SYSTEM 'http://127.0.0.1:1/x.dtd'>{LIST_PAGE}",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:1/rss",
    ],
    ids=["dtd", "entity", "hidden", "loose", "include", "sitemap", "page", "path", "file", "address"],
)
def test_nothing_is_opened_while_a_feed_is_parsed(feed):
    # given parsers that have been imported
    for plain in (rss(item("섬 &nbsp;", "/1")), rss(item("섬", "/1")), SITEMAP, LIST_PAGE):
        articles(plain)
    # when a feed names other places
    with watched() as events:
        try:
            found = articles(feed)
        except ReadingError:
            found = ()
    # then nobody went there, and nothing came from there
    assert events == []
    assert not any("root:" in one.title for one in found)


def test_what_is_opened_would_be_seen():
    with watched() as events, open("/etc/passwd", "rb"):
        pass
    assert [event[:2] for event in events] == [("open", "/etc/passwd")]


FRAGMENTS = [
    "<rss>", "</rss>", "<channel>", "<item>", "</item>", "<entry>", "</entry>", "<rdf:RDF>", "<source>",
    "</source>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<item rdf:about='/1'>", "<urlset>",
    "<url>", "<loc>", "</loc>", "<sitemapindex>", "<html", "<link>", "</link>", "<link href='/1'/>",
    "<link href=", "<title>", "</title>", "<title type='xhtml'>", "<title type='html' mode='base64'>",
    "<guid>", "</guid>", "<id>", "<author>", "</author>", "<textinput>", "<image>",
    "<content type='image/png'>=", "<media:thumbnail/>", "<georss:polygon>1 a", "<enclosure url='",
    "<pubDate>Fri, 31 Dec 99999 99:99:99 +99999</pubDate>", "<dc:date>2026-13-99</dc:date>",
    "xml:base='http://[/'", "https://site.kr/1", "http://[/", "/1", "<![CDATA[", "]]>", "<!--", "-->",
    "<!DOCTYPE r [", "]>", "<!ELEMENT", "<![x[", "&", "&#", "&nbsp;", "&a;", "&#x110000;",
    "&#99999999999;", "&#xd800;", "<", ">", "'", "가", "\0",
]  # fmt: skip
PIECES = st.sampled_from(FRAGMENTS).map(str.encode) | st.binary(max_size=6)


@given(st.binary(max_size=300), st.sampled_from([None, "euc-kr", "utf-16", "rot13"]))
def test_any_bytes_are_links_or_a_line(body, charset):
    try:
        found = parse_links(body, URL, charset)
    except ReadingError:
        return
    assert isinstance(found, Links)


@given(st.lists(PIECES, max_size=40).map(b"".join))
@example(b"<rss><item><link>/1</link></item><item><title>&#x110000;")
@example(b"<rss><item><link>/1</link></item><item><title>&#99999999999;")
@example(b"<rss><item><link>/1</link></item><item><title>&#xd800;")
@example(b"<rss><item><textinput></author>")
@example(b"<rss><item><rdf:RDF><id><loc></guid>")
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_pieces_of_feeds_are_links_or_a_line(body):
    try:
        found = parse_links(body, URL)
    except ReadingError:
        return
    assert all(one.link.startswith(("http://", "https://")) for one in found.articles)


@pytest.mark.parametrize("reference", ["&#55357;&#56832;", "&#xd800;", "&#x110000;", "&#99999999999;"])
def test_a_reference_to_no_letter_costs_no_feed(reference):
    assert [one.link for one in articles(rss(item(f"섬 {reference}", "/1") + item("뭍", "/2")))] == [
        "https://site.kr/1",
        "https://site.kr/2",
    ]


@pytest.mark.parametrize(
    "feed",
    [
        "<rss><channel><item><title>가</title><link>/a</link><guid>/a</guid></item></channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>가</title><link href="/a"/><id>/a</id></entry></feed>',
    ],
)
def test_a_link_that_is_also_the_id_is_a_link(feed):
    found = parse_links(feed.encode(), "https://example.org/feed")
    assert [one.link for one in found.articles] == ["https://example.org/a"]


@pytest.mark.parametrize("encoding", ["utf-16", "euc-kr"])
def test_a_sitemap_in_another_encoding_is_read(encoding):
    xml = f'<?xml version="1.0" encoding="{encoding}"?><!-- {"긴 말 " * 2_000} --><urlset><url><loc>https://example.org/가</loc></url></urlset>'
    found = parse_links(xml.encode(encoding), "https://example.org/sitemap.xml")
    assert [one.link for one in found.articles] == ["https://example.org/가"]
