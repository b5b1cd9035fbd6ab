"""Titles and authors that people gave, not programs."""

import pytest

from support import office
from support.office import (
    hp,
    hwp,
    hwpx,
    section,
)
from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.reading.parsers import parse
from techsum.reading.titles import credible_author, credible_title, heading


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
