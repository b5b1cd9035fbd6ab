"""HWPX and HWPML: what is body, and what is beside it."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.office import (
    ASIDE,
    ENTITIES,
    hp,
    ht,
    hwpml,
    hwpx,
    hwpx_table,
    lines,
    refusal,
    sub_list,
)
from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.reading.parsers import parse

ASIDES = {
    kind: f"<hp:ctrl><hp:{kind}>{sub_list(ASIDE)}</hp:{kind}></hp:ctrl>"
    for kind in ("header", "footer", "footNote", "endNote", "hiddenComment")
}
ASIDES["memo"] = (
    '<hp:ctrl><hp:fieldBegin type="MEMO"><hp:parameters><hp:stringParam name="Author">동료</hp:stringParam>'
    f"</hp:parameters>{sub_list(ASIDE)}</hp:fieldBegin></hp:ctrl>"
)


def deleted(text):
    return f"<hp:deleteBegin/>{text}<hp:deleteEnd/>"


@pytest.mark.parametrize("kind", ASIDES)
def test_notes_and_memos_of_hwpx_are_no_body(kind):
    # given a note in the middle of a paragraph
    first = hp(ht(PARAGRAPHS[0][:20]) + ASIDES[kind] + ht(PARAGRAPHS[0][20:]))
    # when, then
    assert parse(hwpx(first + "".join(map(hp, PARAGRAPHS[1:]))), "a.hwpx").text == BODY


def test_what_an_hwpx_deleted_is_gone():
    line = f"출력은 {deleted('9.9W')}<hp:insertBegin/>12.4W<hp:insertEnd/>로 늘었다."
    assert lines(hwpx(hp(ht(line)))) == ["출력은 12.4W로 늘었다."]


def test_a_deletion_over_runs_and_paragraphs_of_hwpx():
    # given a deletion that begins in one run and ends in the next, and one that ends a paragraph later
    two_runs = hp(ht("출력은 <hp:deleteBegin/>9.9") + "</hp:run><hp:run>" + ht("W<hp:deleteEnd/>12.4W다."))
    two_paragraphs = hp(ht("앞은 남는다.<hp:deleteBegin/> 뒤는")) + hp(
        ht("지웠다.<hp:deleteEnd/>끝은 남는다.")
    )
    # when, then
    assert lines(hwpx(two_runs + two_paragraphs)) == ["출력은 12.4W다.", "앞은 남는다.", "끝은 남는다."]


def test_a_deletion_reaches_into_the_next_section():
    first, second = hp(ht("앞은 남는다.<hp:deleteBegin/>")), hp(ht("지웠다.<hp:deleteEnd/>끝은 남는다."))
    assert lines(hwpx(first, second)) == ["앞은 남는다.", "끝은 남는다."]


def test_a_table_inside_a_deletion_is_gone():
    # given a deletion that begins before a table and ends after it, in the table's paragraph
    line = hp(ht("앞이다.<hp:deleteBegin/>") + hwpx_table(("구분", "값")) + ht("<hp:deleteEnd/>뒤다."))
    # when, then
    assert lines(hwpx(line)) == ["앞이다.뒤다."]


def test_hyphens_tabs_and_spaces_of_hwpx():
    line = "3<hp:hyphen/>5일<hp:tab/>하나<hp:nbSpace/>둘<hp:fwSpace/>셋<hp:lineBreak/>넷이다."
    assert lines(hwpx(hp(ht(line)))) == ["3-5일 하나 둘 셋 넷이다."]


def test_glosses_and_equations_stay_in_their_hwpx_line():
    gloss = "<hp:dutmal><hp:mainText>漢江</hp:mainText><hp:subText>한강</hp:subText></hp:dutmal>"
    equation = "<hp:equation><hp:script>F=ma</hp:script></hp:equation>"
    line = hp(ht("힘은 ") + equation + ht("이고 ") + gloss + ht("은 강이다."))
    assert lines(hwpx(line)) == ["힘은 F=ma이고 漢江은 강이다."]


def test_the_words_of_an_hwpx_link_stay():
    link = '<hp:ctrl><hp:fieldBegin type="HYPERLINK"><hp:parameters><hp:stringParam>https://example.com</hp:stringParam></hp:parameters></hp:fieldBegin></hp:ctrl>'
    line = hp(ht("자세한 것은 ") + link + ht("누리집") + "<hp:ctrl><hp:fieldEnd/></hp:ctrl>" + ht("에 있다."))
    assert lines(hwpx(line)) == ["자세한 것은 누리집에 있다."]


def test_hancoms_own_signs_become_ordinary_ones():
    line = "\U000f02b1 추진 배경: \uf53a글로 쓴 \U000f0854문서\U000f0855다."
    assert lines(hwpx(hp(line))) == ["① 추진 배경: 한글로 쓴 《문서》다."]


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(categories=["Co"]), min_size=1, max_size=8), st.integers(0, len(PARAGRAPHS[0])))
def test_no_private_sign_reaches_the_text(signs, place):
    # given private-use characters anywhere in a paragraph
    text = PARAGRAPHS[0][:place] + signs + PARAGRAPHS[0][place:]
    # when
    got = parse(hwpx(hp(text) + hp(PARAGRAPHS[1])), "a.hwpx").text
    # then none is left, and every other letter stands
    assert not [c for c in got if unicodedata.category(c) == "Co"]
    made = r"[\s·①-⑳한《》]"
    assert re.sub(made, "", got) == re.sub(made, "", PARAGRAPHS[0] + PARAGRAPHS[1])


def test_rows_of_hwpx_tables_stay_rows():
    long = "솔섬 염전의 " * 9 + "소금물"
    rows = hwpx_table(("구분", "2024년"), ("출력(W)", "12.4"), (PARAGRAPHS[1], "비고"), (long, "원료"))
    # a row with prose or much text in a cell only lays it out
    assert lines(hwpx(hp(ht(PARAGRAPHS[0]) + rows))) == [
        PARAGRAPHS[0],
        "구분 | 2024년",
        "출력(W) | 12.4",
        PARAGRAPHS[1],
        "비고",
        long,
        "원료",
    ]


def test_hwpx_metadata():
    metadata = (
        f'<opf:title>{TITLE}</opf:title><opf:meta name="creator" content="text">김하늘</opf:meta>'
        '<opf:meta name="CreatedDate">2020-01-01T00:00:00Z</opf:meta>'
        '<opf:meta name="ModifiedDate">2024-05-03T06:30:00Z</opf:meta>'
    )
    got = parse(hwpx("".join(map(hp, PARAGRAPHS)), metadata=metadata), "a.hwpx")
    assert (got.title, got.author, got.published) == (TITLE, "김하늘", "2024-05-03")


def hml(*inner):
    return "".join(f"<P><TEXT>{i if i.startswith('<') else f'<CHAR>{i}</CHAR>'}</TEXT></P>" for i in inner)


def test_hwpml_is_read():
    # given a file with a header, a footnote, a table and a hyphen
    aside = f"<PARALIST>{hml(ASIDE)}</PARALIST>"
    cells = "".join(f"<CELL><PARALIST>{hml(c)}</PARALIST></CELL>" for c in ("구분", "2024년"))
    body = (
        hml(f"<HEADER>{aside}</HEADER><CHAR>{PARAGRAPHS[0]}</CHAR><FOOTNOTE>{aside}</FOOTNOTE>")
        + hml("<CHAR>기간은 3<HYPEN/>5일<TAB/>쯤이다.</CHAR>")
        + hml(f"<TABLE><ROW>{cells}</ROW></TABLE>")
    )
    title = "솔섬 태양광 발전소의 저장 장치"
    summary = f"<TITLE>{title}</TITLE><AUTHOR>김하늘</AUTHOR><DATE>2024년 5월 3일 금요일</DATE>"
    # when
    got = parse(hwpml(body, summary), "a.hml")
    # then
    assert got.text.split("\n\n") == [PARAGRAPHS[0], "기간은 3-5일 쯤이다.", "구분 | 2024년"]
    assert (got.title, got.author, got.published) == (title, "김하늘", "2024-05-03")


def test_a_master_page_of_hwpml_is_no_body():
    master = f"<MASTERPAGE><PARALIST>{hml(ASIDE)}</PARALIST></MASTERPAGE>"
    body = hml(f"<SECDEF>{master}</SECDEF><CHAR>{PARAGRAPHS[0]}</CHAR>")
    assert lines(hwpml(body), "a.hml") == [PARAGRAPHS[0]]


def test_hwpml_with_entities_is_refused():
    body = hwpml(hml(BODY)).replace(b"<HWPML", ENTITIES.encode() + b"<HWPML", 1)
    assert ENTITIES.encode() in body
    assert refusal(body, "a.hml").key == "source_broken"
