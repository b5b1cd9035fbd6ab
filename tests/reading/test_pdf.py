"""Paragraphs of a PDF by the places and sizes of its letters."""

import io

import pytest

from support.texts import PARAGRAPHS
from techsum.errors import ReadingError
from techsum.korean import join_lines
from techsum.reading.parsers import parse

FONT = "HYSMyeongJo-Medium"
FIRST, SECOND, THIRD = PARAGRAPHS


def drawn(*pages):
    """A PDF whose pages are lists of (left, bottom, size, text)."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    sheet = canvas.Canvas(out)
    for page in pages:
        for left, bottom, size, text in page:
            sheet.setFont(FONT, size)
            sheet.drawString(left, bottom, text)
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def wrapped(text, letters, left=60, top=780):
    """The text broken after so many letters wherever they end, as Hancom Office sets it."""
    pieces = [text[n : n + letters].strip() for n in range(0, len(text), letters)]
    return [(left, top - 16 * n, 11, piece) for n, piece in enumerate(pieces)]


def read(*pages):
    parsed = parse(drawn(*pages), "a.pdf")
    return join_lines(parsed.text).split("\n\n"), parsed.title


def test_a_word_broken_at_a_line_end_is_whole():
    # given a paragraph whose lines break within words, without a mark
    lines = wrapped(SECOND, 31)
    # when
    paragraphs, _ = read(lines)
    # then
    assert paragraphs == [SECOND]


def test_a_footnote_does_not_part_a_sentence_over_pages():
    # given a sentence that goes on behind a page's footnote and number
    head, tail = FIRST[:50], FIRST[50:]
    notes = [(60, 90, 8, "1) 이온만 지나가게 하는 얇은 막이다."), (290, 42, 9, "- 1 -")]
    marked = head.replace("솔섬에서", "솔섬1)에서")
    # when
    paragraphs, _ = read([(60, 780, 11, marked), *notes], [(60, 780, 11, tail), (290, 42, 9, "- 2 -")])
    # then: neither the note nor its mark is in the text
    assert paragraphs == [f"{head.strip()} {tail.strip()}"] or paragraphs == [head + tail]


def test_items_of_a_list_are_paragraphs():
    items = [
        "□ 한빛군은 소금물 발전소의 기본 조사를 마쳤다고 3일 밝혔다",
        "○ 사업비는 120억 원이며 내년에 착공할 예정",
        "- 군은 남은 돈을 민간 투자로 채울 방침",
    ]
    assert read([(60, 780 - 16 * n, 11, item) for n, item in enumerate(items)])[0] == items


def test_a_table_of_contents_is_no_body():
    contents = [(60, 760 - 16 * n, 11, f"{n}. 소금물 발전의 원리 {'·' * 40} {n * 3}") for n in range(1, 9)]
    paragraphs, _ = read(
        [(250, 780, 11, "차 례"), *contents, (60, 500, 11, FIRST[:44]), (60, 484, 11, FIRST[44:])]
    )
    assert "".join(paragraphs).replace(" ", "") == FIRST.replace(" ", "")


def test_columns_side_by_side_are_read_one_after_the_other():
    # given two columns whose lines were drawn row by row
    left, right = wrapped(FIRST, 16, 60), wrapped(SECOND, 16, 320)
    rows = [line for pair in zip(left, right, strict=False) for line in pair]
    # when
    paragraphs, _ = read(rows)
    # then: the first column comes before the second, as far as both are long
    text = " ".join(paragraphs).replace(" ", "")
    shorter = 16 * min(len(left), len(right)) - 20
    assert FIRST[:shorter].replace(" ", "") in text
    assert SECOND[:shorter].replace(" ", "") in text


def test_a_paper_of_two_columns_keeps_its_paragraphs():
    # given a page whose columns were drawn one after the other, the left one with a footnote
    left, right = wrapped(FIRST, 16, 60), wrapped(SECOND, 16, 300)
    note = [(60, 90, 8, "1) 이온만 지나가게 하는 얇은 막이다.")]
    # when
    paragraphs, _ = read([*left, *note, *right])
    # then
    assert paragraphs == [FIRST, SECOND]


def test_a_heading_in_larger_letters_is_the_title():
    paragraphs, title = read([(60, 780, 20, "소금물로 전기를 담는 섬"), *wrapped(FIRST, 34, top=740)])
    assert title == "소금물로 전기를 담는 섬"
    assert paragraphs == [FIRST]


def test_a_wider_gap_begins_a_paragraph():
    upper, lower = wrapped(FIRST, 34), wrapped(SECOND, 34, top=650)
    assert read([*upper, *lower])[0] == [FIRST, SECOND]


def test_letters_that_no_table_explains_are_refused():
    # given Hangul as a broken character map gives it: no syllable more often than another
    fake = "".join(chr(0xAC00 + (n * 7919) % 11172) for n in range(600))
    with pytest.raises(ReadingError) as refused:
        parse(drawn(wrapped(fake, 34)), "a.pdf")
    assert refused.value.key == "source_garbled"


def test_a_line_end_is_decided_by_the_words_around():
    from techsum.korean import LINE_END

    assert join_lines(f"소금물만으{LINE_END}로 전기를 만드는 얇은 막을{LINE_END}개발했다.") == (
        "소금물만으로 전기를 만드는 얇은 막을 개발했다."
    )
