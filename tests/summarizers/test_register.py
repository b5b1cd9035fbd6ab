"""Endings: the same statement in each register, and as a note."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techsum.summarizers.register import as_note, with_register

TABLE = """\
센서를 개발했다. | 센서를 개발했어요. | 센서를 개발했습니다. | 센서를 개발했음
한 장에 약 150원이다. | 한 장에 약 150원이에요. | 한 장에 약 150원입니다. | 한 장에 약 150원임
그는 학자다. | 그는 학자예요. | 그는 학자입니다. | 그는 학자임
양을 전압으로 바꾼다. | 양을 전압으로 바꿔요. | 양을 전압으로 바꿉니다. | 양을 전압으로 바꿈
물을 먹는다. | 물을 먹어요. | 물을 먹습니다. | 물을 먹음
날씨가 춥다. | 날씨가 추워요. | 날씨가 춥습니다. | 날씨가 추움
집을 짓는다. | 집을 지어요. | 집을 짓습니다. | 집을 지음
소리를 듣는다. | 소리를 들어요. | 소리를 듣습니다. | 소리를 들음
노래를 부른다. | 노래를 불러요. | 노래를 부릅니다. | 노래를 부름
하늘이 파랗다. | 하늘이 파래요. | 하늘이 파랗습니다. | 하늘이 파람
사실이 아니다. | 사실이 아니에요. | 사실이 아닙니다. | 사실이 아님
한계도 있다. | 한계도 있어요. | 한계도 있습니다. | 한계도 있음
만들지 않는다. | 만들지 않아요. | 만들지 않습니다. | 만들지 않음
값이 크지 않다. | 값이 크지 않아요. | 값이 크지 않습니다. | 값이 크지 않음
결과를 보여줬다. | 결과를 보여줬어요. | 결과를 보여줬습니다. | 결과를 보여줬음
학교였다. | 학교였어요. | 학교였습니다. | 학교였음
학생이었다. | 학생이었어요. | 학생이었습니다. | 학생이었음
정해야 한다. | 정해야 해요. | 정해야 합니다. | 정해야 함
도움이 된다. | 도움이 돼요. | 도움이 됩니다. | 도움이 됨
“그렇다”고 말했다. | “그렇다”고 말했어요. | “그렇다”고 말했습니다. | “그렇다”고 말했음"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.splitlines()]


@pytest.mark.parametrize(("plain", "polite", "formal", "note"), ROWS)
def test_each_register_from_each_other(plain, polite, formal, note):
    for sentence in (plain, polite, formal):
        assert with_register(sentence, "한다체") == plain
        assert with_register(sentence, "해요체") == polite
        assert with_register(sentence, "합니다체") == formal
    assert as_note(plain) == note


AFTER_SIGNS = """\
118%다. | 118%예요. | 118%입니다.
8.5pt이다. | 8.5pt이에요. | 8.5pt입니다.
1.1이다. | 1.1이에요. | 1.1입니다.
3㎞다. | 3㎞예요. | 3㎞입니다.
25℃다. | 25℃예요. | 25℃입니다.
$30이다. | $30이에요. | $30입니다.
'ABC'다. | 'ABC'예요. | 'ABC'입니다.
AI다. | AI예요. | AI입니다.
x²이다. | x²이에요. | x²입니다.
(남 2·여 1)이다. | (남 2·여 1)이에요. | (남 2·여 1)입니다.
A社이다. | A社이에요. | A社입니다.
12.4W였다. | 12.4W였어요. | 12.4W였습니다.
도약할 것이다. | 도약할 거예요. | 도약할 겁니다.
문제인 것이다. | 문제인 거예요. | 문제인 겁니다."""


@pytest.mark.parametrize("row", AFTER_SIGNS.splitlines())
def test_the_copula_after_signs_and_fused_nouns(row):
    plain, polite, formal = (cell.strip() for cell in row.split("|"))
    for sentence in (polite, formal):
        assert with_register(sentence, "한다체") == plain
        assert with_register(sentence, "해요체") == polite
        assert with_register(sentence, "합니다체") == formal
    assert with_register(plain, "한다체") == plain


ENDINGS = {"한다체": ("이다", "다"), "해요체": ("이에요", "예요"), "합니다체": ("입니다", "입니다")}


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from("0123456789.,%％℃㎞㎏°$€AaLkrxX²社)'’· "), min_size=1, max_size=8),
    st.sampled_from(list(ENDINGS)),
)
def test_no_sign_before_the_copula_breaks_the_sentence(sign, register):
    # given a statement about any symbol, number or Latin name
    before = f"값은 {sign}3"
    # when it is put into a register, then all but the copula stays, and the copula is whole
    written = with_register(f"{before}입니다.", register)
    assert written in {f"{before}{ending}." for ending in ENDINGS[register]}


@pytest.mark.parametrize("noun", ["증거", "선거", "근거", "철거"])
def test_a_noun_that_ends_like_a_fused_one(noun):
    assert with_register(f"이것이 {noun}다.", "합니다체") == f"이것이 {noun}입니다."


def test_a_reported_statement_gets_a_plain_copula():
    assert with_register("신청은 말까지랍니다.", "한다체") == "신청은 말까지다."


@pytest.mark.parametrize("text", ["얼마나 클까?", "연구 결과 발표", "", "…", "3.5%", "Hello world."])
def test_what_is_no_statement_is_left_alone(text):
    assert with_register(text, "해요체") == text
    assert as_note(text) == text
