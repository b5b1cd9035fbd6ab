"""Pages as Korean sites lay them out: the article alone, its own title, date and author."""

import pytest

from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.errors import ReadingError
from techsum.reading import read_upload
from techsum.reading.isolated import parse_isolated

MENU = "<ul>" + "".join(f"<li><a href='/m{n}'>메뉴 {n}번</a></li>" for n in range(40)) + "</ul>"
LOGO = "<header><h1 class='logo'><a href='/'>시험일보</a></h1></header>"
BREAKS = "<br><br>".join(PARAGRAPHS)
FOOTER = "<footer><p>시험일보(주) 등록번호 서울아00000 발행인 홍길동</p></footer>"


def page(body, head=""):
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>{TITLE} - 시험일보</title>{head}</head>"
        f"<body>{LOGO}{body}{FOOTER}</body></html>"
    )


def got(html, url="https://example.com/a"):
    return parse_isolated(html.encode(), url, "text/html")


LAYOUTS = {
    "menus and rankings around a div": f"<div>{MENU}<div class=article_txt>{BREAKS}</div>{MENU}</div>",
    "a photo with its caption": f"<article><span><div><img src=a></div><em class=img_desc>막을 든 연구원. /연구소 제공</em></span><br><br>{BREAKS}</article>",
    "related news below": f"<div id=articletxt>{BREAKS}</div><div class=relation-news><h3>관련 뉴스</h3><p>다른 연구소가 리튬을 뽑는 흡착제를 개발했다. 값이 싸다.</p></div>",
    "comments below": f"<article>{BREAKS}</article><div class=comment><p>정말 잘 읽었습니다. 원리를 처음 알았네요.</p></div>",
    "tables within tables": f"<table><tr><td><a href=1>정치</a><br><a href=2>경제</a></td><td><table><tr><td>{TITLE}</td></tr><tr><td>{BREAKS}</td></tr></table></td></tr></table>",
    "a form around everything": f"<form id=aspnetForm action=/>{MENU}<div>{BREAKS}</div></form>",
    "hidden menus": "<nav><div style='display:none'><p>희망이 샘솟는 곳! 함께 만들어 갑니다.</p></div></nav>"
    f"<div id=content>{BREAKS}</div>",
    "a list of links above": f"<div><p><a href=/>홈</a></p><p><a href=/1>보도자료</a></p></div><div>{BREAKS}</div>",
    "an advertisement without scripts": f"<noscript><a href=/ad><img src=/ad.gif></a></noscript><div>{BREAKS}</div>",
    "a line for the reporter and the rights": f"<article>{BREAKS}<br><br>홍길동 기자 hong@example.kr</article><p class=copyright>ⓒ 시험일보, 무단전재 및 재배포 금지</p>",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_article_alone_is_read(layout):
    # given an article in a layout of Korean sites, its paragraphs parted by line breaks
    # when
    parsed = got(page(LAYOUTS[layout]))
    # then: its paragraphs stay apart, and nothing of what stands around them is read
    assert parsed.text == BODY
    assert parsed.title == TITLE


def test_an_article_in_the_row_of_a_notice_board():
    rows = f"<tr><th>등록부서</th><td>홍보실</td><th>등록일</th><td>2026-11-03 17:44:00</td></tr><tr><th>제목</th><td>{TITLE}</td></tr><tr><th>내용</th><td>{BREAKS}</td></tr>"
    html = page(f"<table>{rows}</table>").replace(
        f"<title>{TITLE} - 시험일보", "<title>보도자료 &lt; 열린군정 &lt; 군청"
    )
    parsed = got(html)
    assert (parsed.text, parsed.title, parsed.published) == (BODY, TITLE, "2026-11-03")


def test_a_table_of_figures_keeps_its_rows():
    # given an article that is no more than a list of figures in a page without sentences elsewhere
    table = "<table><tr><td>구분</td><td>용량</td></tr><tr><td>솔섬</td><td>240</td></tr></table>"
    body = "".join(f"<div>{p}{table if n == 1 else ''}</div>" for n, p in enumerate(PARAGRAPHS))
    assert PARAGRAPHS[1] in got(page(body)).text


TITLES = {
    "the logo is a heading": ("", TITLE),
    "the site's keywords follow": (
        f'<meta property="og:title" content="{TITLE} - 과학 : 시험일보"><meta property="og:site_name" content="시험일보">',
        TITLE,
    ),
    "the site's name alone is stated": ('<meta property="og:title" content="시험일보">', TITLE),
    "a part of the headline stands behind a dash": (
        '<meta property="og:title" content="소금물 전지 – 솔섬의 겨울">',
        "소금물 전지 – 솔섬의 겨울",
    ),
}


@pytest.mark.parametrize("case", TITLES)
def test_a_title_is_judged_by_the_article(case):
    head, title = TITLES[case]
    assert got(page(f"<article>{BREAKS}</article>", head)).title == title


@pytest.mark.parametrize(
    "stated",
    [
        "<span data-date-time='2026-11-03 10:20:11'>방금</span>",
        "<div>기사입력 2026.11.03 10:20</div>",
        "<span class=txt-date>입력2026.11.03 10:20</span>",
        "<dl><dt>작성일</dt><dd>2026. 11. 3.</dd></dl>",
        "<div>하늘 · <span>2026년 11월 3일</span></div>",
    ],
)
def test_the_date_where_korean_sites_put_it(stated):
    assert got(page(f"{stated}<article>{BREAKS}</article>")).published == "2026-11-03"


def test_a_reporter_is_found_in_the_byline():
    parsed = got(page(f"<article>{BREAKS}</article><ul><li>홍길동 기자</li></ul>"))
    assert parsed.author == "홍길동"


REFUSED = {
    "page_list": "<ul>"
    + "".join(
        f"<li><p>{n}번째 기사의 앞부분이 두 줄쯤 나온다. 연구팀은 무엇을 했다...</p></li>" for n in range(20)
    )
    + "</ul>",
    "page_robot_check": "<h1>잠시만요</h1><p>브라우저를 확인하고 있습니다. 자바스크립트와 쿠키를 켜 주세요.</p>",
    "page_paywall": f"<article><p>{PARAGRAPHS[0]}</p><p>이 기사의 나머지 내용은 구독자 전용입니다.</p></article>",
    "page_frame": "<iframe id=mainFrame src=/PostView.naver?logNo=1></iframe>",
}


@pytest.mark.parametrize("key", REFUSED)
def test_what_is_no_article_is_refused_by_name(key):
    with pytest.raises(ReadingError) as refused:
        got(page(REFUSED[key]))
    assert refused.value.key == key


@pytest.mark.parametrize(
    "word",
    [
        "접근이 제한된다고 공단이 밝혔다.",
        "유료 회원이 500만 명을 넘었다.",
        "나머지 내용은 내년에 밝힌다.",
        "캡차(CAPTCHA)를 푸는 기술이다.",
    ],
)
def test_a_short_report_about_walls_is_an_article(word):
    assert word in got(page(f"<article><p>{PARAGRAPHS[0]}</p><p>{word}</p></article>")).text


@pytest.mark.parametrize("name", ["copy", "layer", "profile"])
def test_an_article_in_parts_with_a_suspicious_name(name):
    parts = "".join(f"<div class={name}><p>{p}</p></div>" for p in PARAGRAPHS)
    assert got(page(parts)).text == BODY


def test_a_date_in_the_article_is_not_the_articles():
    body = f"<div>기사입력 2026.11.03 10:20</div><article><p>이 특허는 등록 2001.3.4 뒤에 알려졌다.</p>{BREAKS}</article>"
    assert got(page(body)).published == "2026-11-03"


def test_the_address_within_a_frame_is_told():
    with pytest.raises(ReadingError) as refused:
        got(page(REFUSED["page_frame"]), "https://blog.example.com/x/1")
    assert "https://blog.example.com/PostView.naver?logNo=1" in str(refused.value)


@pytest.mark.parametrize(
    "start", ["<p>", "<div>", "<meta charset=utf-8><title>글</title><div>", "<span>", "<b>"]
)
def test_html_that_begins_with_any_tag(start):
    parsed = read_upload((start + "</p><p>".join(PARAGRAPHS)).encode(), "a.txt")
    assert "<" not in parsed.text
    assert PARAGRAPHS[2] in parsed.text


def test_an_article_that_only_the_linked_data_holds():
    data = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{BODY}"}}</script>'
    html = page("<div>불러오는 중</div>", data.replace("\n\n", "\\n\\n"))
    assert got(html).text.replace("\n\n", " ") == BODY.replace("\n\n", " ")


def test_a_page_of_line_breaks_takes_linear_time():
    import time

    def seconds(count):
        html = page("<div>" + "가나다라 마바사<br>" * count + "</div>")
        began = time.process_time()
        from techsum.reading.parsers import parse

        parse(html.encode(), "https://example.com/a", "text/html")
        return time.process_time() - began

    seconds(500)
    assert seconds(16_000) < 8 * max(seconds(4_000), 0.05)
