"""The figures beside a summary are the article's, each with what it is of and where it stands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techsum.contracts.article import Article
from techsum.contracts.summary import Evidence, SummarySentence
from techsum.summarizers import SummaryOptions, extract
from techsum.summarizers.figures import figures


def found(text, said=None, offset=0):
    sentence = SummarySentence(said or text, (Evidence(offset, offset + len(text), text),))
    return [(f.of, f.number, f.unit) for f in figures([sentence])]


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("필름은 에어컨 전력 사용량을 23% 줄였다.", ("에어컨 전력 사용량", "23", "%")),
        ("투명할 때 가시광 투과율은 82%였다.", ("가시광 투과율", "82", "%")),
        ("연구진은 건설 현장 노동자 42명을 살폈다.", ("건설 현장 노동자", "42", "명")),
        ("내년 기초연구 예산은 2조 8,400억 원이다.", ("내년 기초연구 예산", "2조 8,400억", "원")),
        ("전지는 용량의 91%를 지켰다.", ("용량", "91", "%")),
        ("기존 기기의 정확도는 같은 조건에서 74%에 그쳤다.", ("정확도", "74", "%")),
        ("지름 180㎚의 입자를 흩뿌렸다.", ("지름", "180", "㎚")),
        ("장치는 평균 온도를 약 5.6℃ 낮췄다.", ("평균 온도", "5.6", "℃")),
    ],
)
def test_a_number_is_told_with_unit_and_subject(text, figure):
    assert figure in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "연구소는 12일 이렇게 밝혔다.",
        "하루 5시간 넘게 쓰는 사람이 많다.",
        "두 가지 방법을 견주었다.",
        "GPT-4 모델로 재었다.",
    ],
)
def test_dates_times_and_names_are_no_figures(text):
    assert found(text) == []


def test_a_number_outside_the_summary_is_no_figure():
    text = "필름은 전력 사용량을 23% 줄이고 실내 온도를 5.6℃ 낮췄다."
    assert found(text, said="필름은 전력 사용량을 23% 줄였다.") == [("전력 사용량", "23", "%")]


def test_a_number_inside_another_is_not_that_number():
    text = "가 지역의 비율은 23%이고 나 지역의 비율은 3%였다."
    assert found(text, said="가 지역의 비율은 23%였다.") == [("지역의 비율", "23", "%")] or found(
        text, said="가 지역의 비율은 23%였다."
    ) == [("비율", "23", "%")]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "필름은 전력 사용량을 23% 줄였다.",
                "노동자 42명을 살폈다.",
                "값은 3만 5천 원이다.",
                "왜 그럴까?",
            ]
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_figure_stands_in_the_article_where_it_says(pieces):
    article = Article("\n\n".join(pieces))
    summary = extract(article, SummaryOptions("400"))
    for figure in summary.figures:
        place = article.text[figure.start : figure.end]
        assert place.startswith(figure.number)
        assert place.endswith(figure.unit)
