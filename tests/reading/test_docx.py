"""DOCX: what is body, and what is beside it."""

import pytest

from support import office
from support.office import (
    ASIDE,
    docx,
    lines,
    wp,
    wr,
)
from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.reading.parsers import parse


# --- DOCX ---
def test_a_hyphen_that_does_not_break_stays():
    line = wp(wr("<w:t>기간은 3</w:t><w:noBreakHyphen/><w:t>5일이다.</w:t>"))
    assert lines(docx(line)) == ["기간은 3\u20115일이다."]


def test_a_reading_above_letters_is_dropped_in_docx():
    ruby = f"<w:ruby><w:rubyPr/><w:rt>{wr('한강')}</w:rt><w:rubyBase>{wr('漢江')}</w:rubyBase></w:ruby>"
    assert lines(docx(wp(wr(ruby) + wr("은 흐른다.")))) == ["漢江은 흐른다."]


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("<w:vanish/>", "앞과 뒤다."),
        ('<w:vanish w:val="0"/>', "앞과 몰래 뒤다."),
        ("<w:b/>", "앞과 몰래 뒤다."),
    ],
)
def test_hidden_text_of_docx_is_dropped(mark, expected):
    assert lines(docx(wp(wr("앞과 ") + wr("몰래 ", mark) + wr("뒤다.")))) == [expected]


def test_tracked_changes_of_docx_are_read_as_accepted():
    # given a deletion, an insertion and a text that was moved
    removed = "<w:del><w:r><w:delText>9.9W</w:delText></w:r></w:del>"
    changed = wp(wr("출력은 ") + removed + f"<w:ins>{wr('12.4W')}</w:ins>" + wr("다."))
    moved_away = wp(f"<w:moveFrom>{wr(PARAGRAPHS[0])}</w:moveFrom>")
    moved_here = wp(f"<w:moveTo>{wr(PARAGRAPHS[0])}</w:moveTo>")
    # when, then
    got = lines(docx(moved_away, changed, moved_here))
    assert got == ["출력은 12.4W다.", PARAGRAPHS[0]]


def box(text):
    """A text box in both editions: a drawing, and an older copy of it."""
    inner = f"<w:txbxContent>{wp(text)}</w:txbxContent>"
    return wr(
        f"<mc:AlternateContent><mc:Choice><w:drawing><wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp></w:drawing>"
        f"</mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent>"
    )


def test_a_text_box_is_read_once_after_its_paragraph():
    got = lines(docx(wp(wr("밖의 ") + box("상자 안의 글이다.") + wr("글이다.")), wp(PARAGRAPHS[0])))
    assert got == ["밖의 글이다.", "상자 안의 글이다.", PARAGRAPHS[0]]


@pytest.mark.parametrize("change", ["del", "moveFrom"])
def test_a_text_box_that_was_removed_is_gone(change):
    got = lines(docx(wp(wr(PARAGRAPHS[0]) + f"<w:{change}>{box(ASIDE)}</w:{change}>")))
    assert got == [PARAGRAPHS[0]]


@pytest.mark.parametrize("main", ["word/document.xml", "word/document2.xml"])
@pytest.mark.parametrize("strict", [False, True])
def test_docx_under_other_names_and_namespaces(main, strict):
    body = docx(*map(wp, PARAGRAPHS), core=office.core(TITLE, "김하늘"), main=main, strict=strict)
    got = parse(body, "a.docx")
    assert (got.text, got.title, got.author) == (BODY, TITLE, "김하늘")


def test_the_title_style_is_known_by_its_name():
    # given styles as Korean Word numbers them, and a title that a template left in the properties
    styles = {"a": "Normal", "a3": "Title"}
    body = docx(wp(TITLE, "a3"), *map(wp, PARAGRAPHS), styles=styles, core=office.core("보도자료"))
    # when
    got = parse(body, "a.docx")
    # then it is the title and no part of the body
    assert (got.title, got.text) == (TITLE, BODY)


def test_a_table_of_contents_is_no_body():
    # given entries in Word's styles, and a block that Word made
    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    block = f"<w:sdt><w:sdtPr>{gallery}</w:sdtPr><w:sdtContent>{wp('목차')}{wp('1. 장치 3')}</w:sdtContent></w:sdt>"
    entries = wp("2. 시험 7", "10") + wp("2.1 결과 9", "21")
    # when
    got = parse(docx(block, entries, *map(wp, PARAGRAPHS), styles={"10": "toc 1", "21": "TOC 2"}), "a.docx")
    # then
    assert got.text == BODY


def test_other_content_blocks_of_docx_are_body():
    block = f'<w:sdt><w:sdtPr><w:alias w:val="요약"/></w:sdtPr><w:sdtContent>{wp(PARAGRAPHS[0])}</w:sdtContent></w:sdt>'
    assert lines(docx(block, *map(wp, PARAGRAPHS[1:]))) == list(PARAGRAPHS)


def test_rows_of_docx_tables_stay_rows():
    inner = office.word_table(("출력", "12.4"))
    rows = office.word_table(("구분", "2024년"), (inner, "기타"))
    assert lines(docx(wp(PARAGRAPHS[0]), rows)) == [PARAGRAPHS[0], "구분 | 2024년", "출력 | 12.4 | 기타"]


def test_the_letters_of_docx_formulas_stay():
    formula = "<m:oMath><m:r><m:t>F=ma</m:t></m:r></m:oMath>"
    assert lines(docx(wp(wr("힘은 ") + formula + wr("이다.")))) == ["힘은 F=ma이다."]


def test_field_codes_of_docx_are_no_text():
    field = wr('<w:fldChar w:fldCharType="begin"/><w:instrText>PAGE 3</w:instrText>') + wr("7쪽")
    assert lines(docx(wp(wr("그림은 ") + field + wr("에 있다.")))) == ["그림은 7쪽에 있다."]


@pytest.mark.parametrize(
    ("creator", "expected"), [("python-docx", (None, None)), ("김하늘", ("김하늘", "2024-05-03"))]
)
def test_a_template_names_neither_author_nor_date(creator, expected):
    body = docx(*map(wp, PARAGRAPHS), core=office.core("", creator, "2024-05-03T06:30:00Z"))
    got = parse(body, "a.docx")
    assert (got.author, got.published) == expected
