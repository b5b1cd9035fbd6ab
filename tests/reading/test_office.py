"""What office documents hold besides their text does not reach the reader, and their text does."""

import datetime as dt
import re
import unicodedata
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import office
from support.documents import compound_file
from support.office import (
    docx,
    epub,
    hp,
    ht,
    hwp,
    hwpml,
    hwpx,
    hwpx_table,
    note,
    paragraph,
    pptx,
    section,
    shape,
    sub_list,
    table,
    wp,
    wr,
)
from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.errors import ReadingError
from techsum.reading import archive
from techsum.reading import hwp as hwp_reader
from techsum.reading.parsers import parse
from techsum.reading.titles import credible_author, credible_title, heading

PLACEHOLDER = "이 문서는 배포용이라 다른 프로그램에서 볼 수 없다."
ASIDE = "이 글은 본문 곁에 있다."
ENTITIES = '<!DOCTYPE a [<!ENTITY x "하">]>'


def lines(body, name="a"):
    return parse(body, name).text.split("\n\n")


def refusal(body, name="a"):
    with pytest.raises(ReadingError) as refused:
        parse(body, name)
    return refused.value


# --- HWP 5 ---


@pytest.mark.parametrize("seed", [1, 20240503, 0xFFFFFFFF])
def test_a_distribution_documents_real_text_is_read(seed):
    # given two sections enciphered under ViewText, and a placeholder where the text used to be
    view = [
        office.enciphered(section(*PARAGRAPHS[:2]), seed),
        office.enciphered(section(PARAGRAPHS[2]), seed + 1 & 0xFFFFFFFF),
    ]
    body = hwp(section(PLACEHOLDER), flags=office.PACKED | office.DISTRIBUTION, view=view)
    # when, then
    assert parse(body, "a.hwp").text == BODY


SECRET = office.enciphered(section(*PARAGRAPHS))
BAD_VIEWS = {
    "none": (),
    "no text behind the key": (SECRET[:260],),
    "another key": (SECRET[:4] + b"\x01" + SECRET[5:],),
    "cut in the key": (SECRET[:100],),
}


@pytest.mark.parametrize("view", BAD_VIEWS)
def test_a_distribution_document_without_readable_text_is_refused(view):
    body = hwp(section(PLACEHOLDER), flags=office.PACKED | office.DISTRIBUTION, view=BAD_VIEWS[view])
    assert refusal(body, "a.hwp").key == "source_distribution"


def test_tracked_changes_in_hwp_are_read_as_shown():
    # given a document with tracked changes, which keeps the text as its reader sees it under ViewText
    before = section("전지의 용량은 999킬로와트시로 잘못 적혔다.")
    view = [office.squeezed(section(*PARAGRAPHS))]
    # when, then
    assert parse(hwp(before, flags=office.PACKED | office.TRACKED, view=view), "a.hwp").text == BODY


def test_sections_of_hwp_are_read_by_number():
    body = hwp(*(section(f"{number}번째 구역의 글이다.") for number in range(12)))
    assert lines(body) == [f"{number}번째 구역의 글이다." for number in range(12)]


def test_hwp_properties_end_where_their_strings_end():
    # given strings with a zero and rubbish behind it, and a time of saving
    strings = {2: f"{TITLE}\0쓰레기", 3: "주제\0", 4: "김하늘\0\0옆집", 8: "다른이\0"}
    times = {12: dt.datetime(2020, 1, 1, tzinfo=dt.UTC), 13: dt.datetime(2024, 5, 3, 6, 30, tzinfo=dt.UTC)}
    summary = office.properties(strings, times)
    # when
    got = parse(hwp(section(*PARAGRAPHS), summary=summary), "a.hwp")
    # then
    assert (got.title, got.author, got.published) == (TITLE, "김하늘", "2024-05-03")


def test_a_damaged_hwp_summary_costs_no_text():
    summary = office.properties({2: f"{TITLE}\0", 4: "김하늘\0"})[:-9]
    got = parse(hwp(section(*PARAGRAPHS), summary=summary), "a.hwp")
    assert (got.title, got.text) == (TITLE, BODY)


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("kind", ["head", "foot", "fn  ", "en  ", "tcmt"])
def test_notes_of_hwp_are_no_body(kind, flat):
    # given a note in the middle of a paragraph, with and without levels
    first = paragraph(office.section_start(), PARAGRAPHS[0][:20], note(kind, ASIDE), PARAGRAPHS[0][20:])
    # when
    body = hwp(section(first, *PARAGRAPHS[1:], flat=flat))
    # then
    assert parse(body, "a.hwp").text == BODY


@pytest.mark.parametrize("flat", [False, True])
def test_two_notes_in_one_hwp_paragraph(flat):
    first = paragraph(PARAGRAPHS[0], note("fn  ", ASIDE), note("tcmt", ASIDE))
    assert parse(hwp(section(first, *PARAGRAPHS[1:], flat=flat)), "a.hwp").text == BODY


@pytest.mark.parametrize("flat", [False, True])
def test_hwp_notes_of_two_paragraphs_are_no_body(flat):
    first = paragraph(PARAGRAPHS[0], note("fn  ", ASIDE, ASIDE))
    assert parse(hwp(section(first, *PARAGRAPHS[1:], flat=flat)), "a.hwp").text == BODY


def test_a_master_page_of_hwp_is_no_body():
    # given 바탕쪽, whose text stands on every page
    first = paragraph(office.section_start(ASIDE), PARAGRAPHS[0])
    assert parse(hwp(section(first, *PARAGRAPHS[1:])), "a.hwp").text == BODY


@pytest.mark.parametrize("below", [False, True])
def test_memos_of_hwp_are_no_body(below):
    # given a memo, whose text stands at the section's end, beside its record as Hancom writes it or below
    last = paragraph(office.memo_field(), PARAGRAPHS[2])
    body = hwp(section(*PARAGRAPHS[:2], office.with_memo(last, ASIDE, ASIDE, below=below)))
    # when, then
    assert parse(body, "a.hwp").text == BODY


def test_rows_of_hwp_tables_stay_rows():
    # given a table, also one whose cells' records come in another order
    rows = (("구분", "2024년", "2025년"), ("출력(W)", "5.9", "12.4"))
    for backwards in (False, True):
        # when
        got = lines(hwp(section(paragraph(table(*rows, backwards=backwards)), PARAGRAPHS[0])))
        # then
        assert got == ["구분 | 2024년 | 2025년", "출력(W) | 5.9 | 12.4", PARAGRAPHS[0]]


def test_an_hwp_table_of_one_cell_gives_its_paragraphs():
    # given a box around prose, and one around two short lines
    prose, short = table((list(PARAGRAPHS[:2]),)), table((["용량", "가격"],))
    # when, then
    got = lines(hwp(section(paragraph(prose), PARAGRAPHS[2], paragraph(short))))
    assert got == [*PARAGRAPHS, "용량", "가격"]


def test_hwp_tables_in_tables_and_their_captions():
    inner = paragraph(table(("출력", "12.4")))
    outer = table(("구분", "2024년"), ([inner], "기타"), caption=["표 1 시험의 결과는 다음과 같다."])
    # the inner row is one cell of the outer one
    assert lines(hwp(section(PARAGRAPHS[0], paragraph(outer)))) == [
        PARAGRAPHS[0],
        "표 1 시험의 결과는 다음과 같다.",
        "구분 | 2024년",
        "출력 | 12.4 | 기타",
    ]


def test_equations_and_glosses_stay_in_their_hwp_line():
    # given a table, an equation and a gloss anchored in one line
    line = paragraph("힘은 ", office.equation("F=ma"), "이고 ", office.gloss("漢江", "한강"), "은 강이다.")
    # when, then: the script and the text under the gloss, each in its place
    assert lines(hwp(section(PARAGRAPHS[0], line)))[1] == "힘은 F=ma이고 漢江은 강이다."


def test_hwp_control_characters_become_spaces_and_hyphens():
    tab, end_of_field = "\t" + "\0" * 6 + "\t", "\x04" + "\0" * 6 + "\x04"
    line = f"하나{tab}둘\n셋\x1e넷{end_of_field}은 3\x185일이다."
    assert lines(hwp(section(line))) == ["하나 둘 셋 넷은 3-5일이다."]


@pytest.mark.parametrize(
    "flag", [office.PASSWORD, office.DRM, office.CERTIFICATE, office.CERTIFICATE_DRM], ids=hex
)
def test_every_kind_of_locked_hwp_is_named(flag):
    assert refusal(hwp(section(BODY), flags=office.PACKED | flag)).key == "source_encrypted"


def test_hwp_3_is_refused_by_its_name():
    refused = refusal(b"HWP Document File V3.00 \x1a\x01\x02\x03\x04\x05" + bytes(200), "a.hwp")
    assert (refused.key, refused.values["kind"]) == ("source_old_format", "HWP 3")


@pytest.mark.parametrize(
    ("stream", "kind"), [("WordDocument", "DOC"), ("PowerPoint Document", "PPT"), ("Workbook", "XLS")]
)
def test_old_office_files_are_refused_by_their_names(stream, kind):
    refused = refusal(compound_file({stream: b"\0" * 100}))
    assert (refused.key, refused.values["kind"]) == ("source_old_format", kind)


def test_an_encrypted_docx_is_a_compound_file():
    body = compound_file({"EncryptionInfo": b"\0" * 100, "EncryptedPackage": b"\0" * 100})
    assert refusal(body, "a.docx").key == "source_encrypted"


@pytest.mark.parametrize("is_view", [False, True])
def test_an_hwp_that_unpacks_to_too_much_is_refused(is_view, monkeypatch):
    monkeypatch.setattr(hwp_reader, "MAXIMUM_UNPACKED", 10_000)
    big = section("가" * 20_000)
    view = [office.enciphered(big)] if is_view else ()
    flags = office.PACKED | (office.DISTRIBUTION if is_view else 0)
    assert refusal(hwp(big, flags=flags, view=view)).key == "source_too_large"


def test_sections_of_hwp_together_may_not_be_too_large(monkeypatch):
    monkeypatch.setattr(hwp_reader, "MAXIMUM_UNPACKED", 10_000)
    sections = [section("가" * 2_000)] * 3
    assert refusal(hwp(*sections)).key == "source_too_large"
    assert parse(hwp(*sections[:2]), "a.hwp").text


# --- HWPX and HWPML ---

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


# --- zip archives ---


@pytest.fixture
def opened(monkeypatch):
    """The names of the members that are unpacked."""
    names = []
    original = zipfile.ZipFile.open

    def spy(self, name, *args, **kwargs):
        names.append(name)
        return original(self, name, *args, **kwargs)

    monkeypatch.setattr(zipfile.ZipFile, "open", spy)
    return names


def test_too_large_a_part_is_refused_before_unpacking(opened, monkeypatch):
    # given a part that unpacks to more than may be read
    body = docx(wp("가나다라 " * 5000))
    monkeypatch.setattr(archive, "MAXIMUM_UNPACKED", 10_000)
    opened.clear()
    # when, then
    assert refusal(body, "a.docx").key == "source_too_large"
    assert "_rels/.rels" in opened
    assert "word/document.xml" not in opened


def test_the_parts_together_may_not_be_too_large(monkeypatch):
    sections = [hp("가나다라 " * 500)] * 3
    monkeypatch.setattr(archive, "MAXIMUM_UNPACKED", 15_000)
    assert refusal(hwpx(*sections), "a.hwpx").key == "source_too_large"
    assert parse(hwpx(*sections[:1]), "a.hwpx").text.startswith("가나다라")


def test_an_encrypted_member_is_named():
    assert refusal(office.locked(docx(wp(BODY))), "a.docx").key == "source_encrypted"


def test_docx_with_entities_is_refused():
    refused = refusal(docx(wp(BODY), head=ENTITIES), "a.docx")
    assert (refused.key, refused.values["kind"]) == ("source_broken", "DOCX")


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"a.txt": "글"}, "ZIP"),
        (
            {"_rels/.rels": office.package("xl/workbook.xml")["_rels/.rels"], "xl/workbook.xml": "<a/>"},
            "XLSX",
        ),
    ],
)
def test_an_archive_of_something_else_is_no_text(parts, kind):
    refused = refusal(office.zipped(parts), "a.docx")
    assert (refused.key, refused.values["kind"]) == ("source_not_text", kind)


# --- PPTX ---


def test_slides_are_read_in_the_presentations_order():
    # given slides that are shown in another order than they are numbered
    slides = [shape(PARAGRAPHS[2]), shape(TITLE, "ctrTitle") + shape(PARAGRAPHS[0]), shape(PARAGRAPHS[1])]
    # when
    got = parse(
        pptx(*slides, order=[2, 3, 1], core=office.core("PowerPoint 프레젠테이션", "김하늘")), "a.pptx"
    )
    # then the first slide shown names the document
    assert (got.title, got.text, got.author) == (TITLE, BODY, "김하늘")


def test_numbers_dates_and_footers_of_slides_are_left_out():
    beside = shape("3", "sldNum") + shape("2024. 5. 3.", "dt") + shape("한물연구소", "ftr")
    slides = [shape("둘째 장의 제목", "title") + shape(text) + beside for text in PARAGRAPHS]
    got = parse(pptx(shape(TITLE, "title"), *slides), "a.pptx")
    assert got.text.split("\n\n") == [line for text in PARAGRAPHS for line in ("둘째 장의 제목", text)]


def test_tables_and_groups_of_slides():
    slide = f"<p:grpSp>{shape(PARAGRAPHS[0])}</p:grpSp>" + office.slide_table(
        ("구분", "2024년"), ("출력", "12.4")
    )
    got = parse(pptx(slide, shape("둘째 장", "title")), "a.pptx")
    # a later slide's title is no title of the document
    assert got.text.split("\n\n") == [PARAGRAPHS[0], "구분 | 2024년", "출력 | 12.4", "둘째 장"]
    assert got.title is None


# --- EPUB ---

CHAPTERS = {f"{number}.xhtml": f"<p>{text}</p>" for number, text in enumerate(PARAGRAPHS)}


def test_chapters_are_read_in_the_order_of_the_spine():
    # given a book whose contents page stands in the spine, and a chapter with a menu
    chapters = {"nav.xhtml": ("<ol><li>차례의 글이다.</li></ol>", "nav")}
    chapters |= dict(reversed(CHAPTERS.items()))
    chapters["1.xhtml"] = "<nav><p>처음으로</p></nav>" + chapters["1.xhtml"]
    metadata = f"<dc:title>{TITLE}</dc:title><dc:creator>김하늘</dc:creator><dc:date>2024-05-03</dc:date>"
    # when
    got = parse(epub(chapters, ["nav.xhtml", *CHAPTERS], metadata), "a.epub")
    # then
    assert (got.text, got.title, got.author, got.published) == (BODY, TITLE, "김하늘", "2024-05-03")


def test_an_epub_names_its_files_percent_encoded():
    chapters = {"text/1%EC%9E%A5%20a.xhtml": f"<p>{PARAGRAPHS[0]}</p>"}
    assert lines(epub(chapters, chapters)) == [PARAGRAPHS[0]]


def test_an_epub_page_without_declaration_is_utf8():
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>a</title></head><body>{}</body></html>'
    assert lines(epub(CHAPTERS, CHAPTERS, page=page)) == list(PARAGRAPHS)


def test_an_epub_may_keep_its_text_in_contents():
    assert lines(epub(CHAPTERS, CHAPTERS, folder="Contents")) == list(PARAGRAPHS)


# --- titles and authors ---


@pytest.mark.parametrize(
    "title",
    [
        "3",
        "법령안",
        "PowerPoint 프레젠테이션",
        "about:blank",
        "Microsoft Word - 문서1",
        "240503 솔섬 소금물 저장 장치 시험(최종).hwp",
        "남해의 작은 섬 솔섬에서 바닷물로",
        "반도체 수출 통계의 분기별 변화",
        "",
        None,
    ],
)
def test_a_programs_or_a_templates_title_is_no_title(title):
    assert credible_title(title, BODY) is None


@pytest.mark.parametrize("title", [TITLE, "솔섬 소금물 저장 장치 시험", "바닷물로 전기를 저장하는 섬(2024)"])
def test_a_title_that_the_text_bears_out_stays(title):
    assert credible_title(title, BODY) == title


@pytest.mark.parametrize(
    "author", ["USER", "lg", "admin", "python-docx", "edward", "Microsoft Office User", None]
)
def test_an_accounts_name_is_no_author(author):
    assert credible_author(author) is None


@pytest.mark.parametrize("author", ["김하늘", "Haneul Kim", "한물연구소"])
def test_a_persons_name_stays_author(author):
    assert credible_author(author) == author


LABELS = ("보도자료", "보도시점 2026. 3. 4.(수) 배포 시 즉시", "배포 2026. 3. 4.(수) 담당 저장연구실")
HEADLINE = "한물연구소, 솔섬에서 소금물 저장 장치 시험 시작"


def test_the_headline_of_a_press_release_names_it():
    assert heading([*LABELS, HEADLINE, *PARAGRAPHS]) == len(LABELS)
    assert heading([*LABELS, *PARAGRAPHS]) is None


def test_the_heading_taken_is_not_repeated_in_the_body():
    # given a press release whose properties hold a template's name
    release = [*LABELS, HEADLINE, *PARAGRAPHS]
    body = hwpx("".join(map(hp, release)), metadata="<opf:title>보도자료</opf:title>")
    # when
    got = parse(body, "a.hwpx")
    # then
    assert got.title == HEADLINE
    assert got.text.split("\n\n") == [*LABELS, *PARAGRAPHS]


def test_a_title_of_the_properties_leaves_the_body_too():
    body = hwp(section(TITLE, *PARAGRAPHS), summary=office.properties({2: f"{TITLE}\0"}))
    got = parse(body, "a.hwp")
    assert (got.title, got.text) == (TITLE, BODY)
