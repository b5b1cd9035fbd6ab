"""PPTX: slides in their order."""

from support import office
from support.office import (
    pptx,
    shape,
)
from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.reading.parsers import parse


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
