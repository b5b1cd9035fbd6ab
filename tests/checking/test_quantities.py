"""Numbers are compared by what they are worth, with their units."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.texts import BODY
from techsum.checking import Checker
from techsum.checking.quantities import Quantities, quantities
from techsum.contracts.article import Article


def faults(article, summary):
    """(kind, number with unit) of everything in the summary that the article lacks."""
    index = Quantities(article)
    return [(index.fault(q), summary[q.start : q.end]) for q in quantities(summary) if index.fault(q)]


@pytest.mark.parametrize(
    ("article", "summary"),
    [
        ("값은 35,000원이다.", "값은 3만5천 원이다."),
        ("값은 3만 5,000원이다.", "값은 35000원이다."),
        ("값은 3.5만 원이다.", "값은 3만5천 원이다."),
        ("예산은 1조 2,000억 원이다.", "예산은 1조2000억 원이다."),
        ("인구는 5천만 명이다.", "인구는 50,000,000명이다."),
        ("참가자는 3천여 명이다.", "참가자는 3,000명이다."),
        ("두 배로 늘었다.", "2배로 늘었다."),
        ("섬의 스물여섯 가구가 쓴다.", "섬의 26가구가 쓴다."),
        ("백만 명이 보았다.", "100만 명이 보았다."),
        ("온도는 섭씨 35도였다.", "온도는 35℃였다."),
        ("길이는 3km이다.", "길이는 3,000미터이다."),
        ("무게는 1.5톤이다.", "무게는 1,500㎏이다."),
        ("시속 36km로 달렸다.", "초속 10m로 달렸다."),
        ("3~5개를 골랐다.", "3개에서 5개를 골랐다."),
        ("점유율은 12.5퍼센트다.", "점유율은 12.5%다."),
        ("금리가 0.5%포인트 올랐다.", "금리가 0.5%p 올랐다."),
        ("용량은 239.6킬로와트시다.", "용량은 240킬로와트시다."),
        ("참가자는 982명이다.", "참가자는 약 1,000명이다."),
        ("2026-02-13에 나왔다.", "2월 13일에 나왔다."),
        ("열 사람이 갔다.", "10명이 갔다."),
        ("$30에 판다.", "30달러에 판다."),
    ],
)
def test_the_same_number_in_other_clothes(article, summary):
    assert faults(article, summary) == []


@pytest.mark.parametrize(
    ("article", "summary", "expected"),
    [
        ("인구는 5천만 명이다.", "인구는 6천만 명이다.", [("number", "6천만 명")]),
        ("점유율이 3% 올랐다.", "점유율이 3%p 올랐다.", [("unit", "3%p")]),
        ("온도는 섭씨 35도였다.", "온도는 화씨 35도였다.", [("unit", "35도")]),
        ("무게는 240kg이다.", "무게는 240톤이다.", [("unit", "240톤")]),
        ("값은 3만 원이다.", "값은 3만 달러이다.", [("unit", "3만 달러")]),
        ("2차원의 선분이다.", "9차원의 선분이다.", [("number", "9차원")]),
        ("두 배로 늘었다.", "세 배로 늘었다.", [("number", "세 배")]),
        ("온도는 2.4도다.", "온도는 2도다.", [("number", "2도")]),
        ("참가자는 982명이다.", "참가자는 1,000명이다.", [("number", "1,000명")]),
        (
            "두께가 얇은 세계 최초의 열처리다.",
            "전지 2개를 10번 처리했다.",
            [("number", "2개"), ("number", "10번")],
        ),
    ],
)
def test_what_the_article_does_not_say(article, summary, expected):
    assert faults(article, summary) == expected


@pytest.mark.parametrize(
    "text", ["지난달", "작년", "올해 봄", "며칠 전", "GPT-4와 5G", "한편", "일본 열도", "B2B 시장"]
)
def test_what_is_no_number_is_left_alone(text):
    assert quantities(text) == []


@given(st.integers(1, 9999), st.integers(0, 9999))
def test_a_number_written_with_man_is_the_number(man, rest):
    written = f"{man}만" + (f" {rest:,}" if rest else "") + "원"
    assert [(q.value, q.dimension) for q in quantities(written)] == [(man * 10_000 + rest, "원")]


@given(st.integers(1, 10**15))
def test_digits_with_and_without_commas_are_worth_the_same(number):
    assert faults(f"값은 {number:,}원이다.", f"값은 {number}원이다.") == []


@given(st.decimals(0, 10**6, places=2), st.sampled_from(["km", "㎏", "%", "명", "와트시", "℃"]))
def test_a_number_is_found_where_it_stands(number, unit):
    text = f"앞말 {number}{unit} 뒷말"
    (found,) = quantities(text)
    assert text[found.start : found.end] == f"{number}{unit}"
    assert found.figure == Fraction(str(number))


@given(st.text(alphabet="0123456789,.만억조천백십 여약년월일%℃km명도일이삼두세스물한", max_size=40))
def test_no_text_is_too_strange(text):
    for found in quantities(text):
        assert 0 <= found.start < found.end <= len(text)
    Quantities(text)


def test_a_number_of_another_sentence_is_in_the_wrong_place():
    checker = Checker(Article(BODY).sentences)
    # the article has 3일 and 240킬로와트시, but not 세 배 as a capacity
    (notice,) = checker.check(
        "장치의 용량은 241킬로와트시로 섬의 스물여섯 가구가 하룻밤 쓸 수 있는 양이다."
    ).notices
    assert notice.kind == "number"
    article = Article(
        "첫째 시험은 2019년에 시작했고 참가자는 42명이었다. 둘째 시험은 2023년에 시작했고 참가자는 97명이었다. 결과는 책으로 나왔다."
    )
    (notice,) = Checker(article.sentences).check("둘째 시험의 참가자는 42명이었다.").notices
    assert (notice.kind, dict(notice.values)["found"]) == ("number", "42명")


def test_a_count_of_what_was_named_is_no_number():
    checker = Checker(Article(BODY).sentences)
    assert (
        checker.check("장치의 장점은 불이 붙지 않고 원료인 소금을 섬에서 얻는다는 두 가지다.").notices == ()
    )
