"""ScienceTimes, of either generation."""

import pytest

from support import documents
from support.documents import SCIENCETIMES
from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.reading.isolated import parse_isolated

OLD = """<html><head><meta charset="utf-8"></head><body><div class="menu">전체 메뉴</div>
<h1 class="tit">{title}<span>기초·응용과학</span></h1><div class="view_content">{body}</div>
<div class="right">많이 본 뉴스</div></body></html>"""

CREDIT = "저작권자 2026-02-13 ⓒ ScienceTimes"

REPRINT = "연합뉴스 2026-02-13"


def p_tags(paragraphs):
    return "".join(f"<p>{p}</p>" for p in paragraphs)


def br_tags(paragraphs):
    return "<br><br>\n".join(paragraphs)


@pytest.mark.parametrize("layout", [SCIENCETIMES, OLD])
@pytest.mark.parametrize("body", [p_tags, br_tags])
def test_both_generations_of_sciencetimes_pages(layout, body):
    # given a page of either generation, its body in <p> or <br>, with the site's credits at the end
    html = layout.format(title=TITLE, body=body([*PARAGRAPHS, REPRINT, CREDIT]))
    # when
    got = parse_isolated(
        html.encode(), "https://www.sciencetimes.co.kr/nscvrg/view/menu/250?nscvrgSn=1", "text/html"
    )
    # then: exactly the paragraphs, without menus, credits and neighbours
    assert got.text == BODY
    assert got.title == TITLE
    assert got.notices == ()


def test_the_current_layout_names_author_and_date():
    html = SCIENCETIMES.format(title=TITLE, body=p_tags(PARAGRAPHS))
    got = parse_isolated(html.encode(), "https://www.sciencetimes.co.kr/nscvrg/view/menu/250", "text/html")
    assert (got.author, got.published) == ("김한결", "2026-02-13")


def test_the_old_permalink_layout():
    html = f'<html><body><div class="board_cont"><strong>{TITLE}</strong>{p_tags(PARAGRAPHS)}</div></body></html>'
    got = parse_isolated(html.encode(), "https://sciencetimes.co.kr/?news=salt", "text/html")
    assert (got.title, got.text) == (TITLE, BODY)


def test_an_unknown_sciencetimes_layout_falls_back_and_says_so():
    html = documents.html(TITLE, PARAGRAPHS)
    got = parse_isolated(html.encode(), "https://www.sciencetimes.co.kr/new/1", "text/html")
    assert PARAGRAPHS[0] in got.text
    assert [n.kind for n in got.notices] == ["adapter_fallback"]


def test_a_host_that_only_contains_the_name_gets_no_rules():
    from techsum.reading.sciencetimes import is_sciencetimes

    assert is_sciencetimes("https://www.sciencetimes.co.kr/a")
    assert not is_sciencetimes("https://sciencetimes.co.kr.evil.example/a")
    assert not is_sciencetimes("https://evil.example/?u=sciencetimes.co.kr")
