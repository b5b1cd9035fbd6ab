"""What office documents hold besides their text does not reach the reader, and their text does."""

import datetime as dt

import pytest

from support import office
from support.documents import compound_file
from support.office import (
    ASIDE,
    hwp,
    lines,
    note,
    paragraph,
    refusal,
    section,
    table,
)
from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.reading import hwp as hwp_reader
from techsum.reading.parsers import parse

PLACEHOLDER = "이 문서는 배포용이라 다른 프로그램에서 볼 수 없다."


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
