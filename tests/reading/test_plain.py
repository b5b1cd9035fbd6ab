"""Texts: encodings, headlines, front matter, links that a phone shares, lines around an article."""

import pytest

from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.reading import link_in, mode_of, read_text
from techsum.reading.boilerplate import without_boilerplate
from techsum.reading.parsers import parse

PAGE = f"<!doctype html><html><head><title>{TITLE}</title></head><body><article>{''.join(f'<p>{p}</p>' for p in PARAGRAPHS)}</article></body></html>"


@pytest.mark.parametrize("charset", ["ISO-8859-1", "windows-1252", "us-ascii", None])
def test_a_korean_page_that_is_called_latin(charset):
    # given a page in EUC-KR whose server says what its programmers left in place
    parsed = parse(PAGE.encode("cp949"), "https://example.com/a", "text/html", charset)
    # then it is Korean, and the reader is told
    assert parsed.text == BODY
    assert [n.kind for n in parsed.notices] == ["encoding"]


def test_a_western_page_stays_western():
    # also with so few accents that it could be UTF-8 with some broken bytes
    french = "Le prix est de trois euros pour chacun des enfants de cette grande ville. " * 9 + "Très cher."
    assert parse(french.encode("latin-1"), "a.txt", "text/plain", "iso-8859-1").text == french.strip()


@pytest.mark.parametrize("encoding", ["cp949", "johab", "utf-16-le", "utf-16-be", "utf-8"])
def test_korean_encodings_without_a_label(encoding):
    text = BODY.replace("“", '"').replace("”", '"')
    assert parse(text.encode(encoding), "a.txt").text == text


def test_one_broken_byte_in_cp949_costs_one_letter():
    body = BODY.encode("cp949")
    parsed = parse(body[:30] + b"\xff" + body[30:], "a.txt")
    assert PARAGRAPHS[1] in parsed.text


def test_a_headline_right_above_its_article_is_the_title():
    parsed = parse(f"{TITLE}\n{BODY}".encode(), "text")
    assert (parsed.title, parsed.text) == (TITLE, BODY)


def test_a_line_that_was_wrapped_is_no_title():
    wrapped = f"{PARAGRAPHS[0][:30]}\n{PARAGRAPHS[0][30:]}\n\n{PARAGRAPHS[1]}"
    assert parse(wrapped.encode(), "text").title is None


def test_front_matter_names_title_author_and_date():
    head = f'---\ntitle: "{TITLE}"\nauthor: 김하늘\ndate: 2026-11-03 10:00:00 +0900\ntags: [물, 소금]\n---\n'
    body = f"# {TITLE}\n{{: .no_toc}}\n\n{BODY}[^1]\n\n[^1]: 각주의 글이다.\n"
    parsed = parse((head + body).encode(), "a.md")
    assert (parsed.title, parsed.author, parsed.published) == (TITLE, "김하늘", "2026-11-03")
    assert parsed.text == BODY


SHARED = {
    f"{TITLE} https://example.com/1": "https://example.com/1",
    f"[시험일보] {TITLE}\nhttps://example.com/1\n네이버 앱에서 보기 https://naver.me/x": "https://example.com/1",
    "www.example.com/1": "https://www.example.com/1",
    f"“{TITLE}” (https://example.com/1)": "https://example.com/1",
    "  https://example.com/a b  ": "https://example.com/a b",
    f"{BODY} https://example.com/1": None,
    "hong@www.example.com": None,
    "그는 www에 대해 말했다.": None,
}


@pytest.mark.parametrize("source", SHARED)
def test_what_a_phone_shares_gives_its_link(source):
    assert link_in(source) == SHARED[source]


AROUND = [
    "[사진=한물연구소]",
    "▲ 장치를 든 연구원. 사진=한물연구소 제공",
    "장치를 든 연구원 / 사진=한물연구소",
    "칼럼니스트 홍길동 hong@example.kr",
    "홍길동 기자 hong@example.kr 다른기사 보기",
    "글=홍길동 기자",
    "기사입력 2026.11.03 10:20",
    "입력 2026-11-03 10:20 수정 2026-11-03 11:00",
    "▶제보하기",
    "댓글 0",
    "관련기사",
    "부서: 홍보실",
    "전화: 02-000-0000",
    "조회수: 12",
    "등록부서 | 홍보실 | 등록일 | 2026-11-03 17:44:00",
    '본 저작물은 "공공누리" 제1유형에 따라 이용할 수 있습니다.',
    "댓글삭제 삭제한 댓글은 다시 복구할 수 없습니다. 그래도 삭제하시겠습니까?",
    "Copyright ⓒ 시험일보. All rights reserved. 무단 전재 및 재배포 금지.",
]
KEPT = [
    "사진은 빛의 예술이라고 김 교수는 말했다.",
    "▲ 첫째, 사진을 찍어 기록한다.",
    "담당자: 이 일을 맡는 사람이라는 뜻이다.",
    "관련 뉴스가 나오자 주가가 올랐다.",
    "댓글 3개가 달렸다.",
    "홍길동 교수는 소금물로 전기를 만들었다.",
    "■ 국회 제출 자료에 따르면 지난해 교통사고 사망자 2,551명으로 집계",
    "※ 65세 이상과 장애인은 입장료 무료",
    "○ 불법 웹툰 무단 복제·배포 사이트 집중 단속",
    "정부는 콘텐츠 무단 배포를 막는 법을 만들었어요.",
    "문체부는 공공누리 제1유형으로 개방한 저작물이 2천만 건을 넘었다고 2일 밝혔다.",
    "기자 간담회",
    "이 저작물은 누구나 쓸 수 있다고 저작권자가 밝혔다.",
]


@pytest.mark.parametrize("line", AROUND)
def test_a_line_around_an_article_is_left_out(line):
    assert without_boilerplate(line) == ""


@pytest.mark.parametrize("line", KEPT)
def test_a_sentence_with_the_same_words_stays(line):
    assert without_boilerplate(line) == line


def test_an_agencys_dateline_is_no_part_of_the_sentence():
    assert read_text(f"[서울=뉴시스] 홍길동 기자 = {BODY}").text == BODY


def test_a_link_with_a_headline_behind_it_is_a_link():
    assert link_in(f"https://example.com/1 {TITLE}") == "https://example.com/1"


def test_a_rule_at_the_head_is_no_front_matter():
    text = f"---\n{PARAGRAPHS[0]}\n\n---\n\n{PARAGRAPHS[1]}"
    assert parse(text.encode(), "a.md").text == f"{PARAGRAPHS[0]}\n\n{PARAGRAPHS[1]}"


def test_combining_marks_take_linear_time():
    import time

    def seconds(count):
        began = time.process_time()
        read_text(BODY + "가" + "\u0315\u0300" * count)
        return time.process_time() - began

    seconds(1_000)
    assert seconds(100_000) < 10 * max(seconds(25_000), 0.05)


def test_the_mark_of_line_ends_is_nobody_elses():
    from techsum.korean import LINE_END

    assert LINE_END not in read_text(BODY.replace(" ", LINE_END)).text
    assert LINE_END not in parse(BODY.replace(" ", LINE_END).encode(), "a.txt").text


def test_a_source_is_a_link_a_text_or_a_file(tmp_path):
    without_suffix = tmp_path / "보고서"
    without_suffix.write_text(BODY, "utf-8")
    assert mode_of(str(without_suffix)) == mode_of(without_suffix) == "file"
    assert mode_of("없는파일.pdf") == "file"
    assert mode_of(BODY) == mode_of("-") == "text"
    assert mode_of("https://example.org/1") == mode_of("제목\nhttps://example.org/1") == "link"
