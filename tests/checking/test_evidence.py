"""Where the article supports a sentence."""

import time

import pytest

from support.texts import BODY
from techsum.article import Article
from techsum.checking.evidence import Evidencer

ARTICLE = Article(BODY)
CHECK = Evidencer(ARTICLE.sentences)


def test_a_copied_sentence_is_its_own_evidence():
    for sentence in ARTICLE.sentences:
        checked = CHECK.check(sentence.text)
        assert checked.supported
        assert (checked.evidence[0].start, checked.evidence[0].end) == (sentence.start, sentence.end)


def test_a_sentence_that_joins_two_has_both_as_evidence():
    checked = CHECK.check("소금은 섬의 염전에서 얻으며, 연구소는 내년 가을에 결과를 공개한다.")
    found = {e.text[:5] for e in checked.evidence}
    assert checked.supported
    assert found == {"리튬 전지", "연구소는 "}
    assert all(BODY[e.start : e.end] == e.text for e in checked.evidence)


@pytest.mark.parametrize(
    "sentence", ["달의 뒷면에는 고양이가 산다.", "주식 시장은 사흘째 올랐다.", "…", "123."]
)
def test_a_foreign_sentence_has_no_support(sentence):
    assert not CHECK.check(sentence).supported


def test_numbers_that_the_article_lacks():
    assert CHECK.novel_numbers("용량은 240킬로와트시, 값은 3,500원이고 날짜는 3일이다.") == [3500]
    # in words in the article, in digits in the summary; and forms that are not compared yet
    assert CHECK.novel_numbers("섬의 26가구가 쓰고 자리는 3배다.") == []
    assert CHECK.novel_numbers("섬의 27가구가 쓴다.") == [27]
    assert Evidencer(Article("값은 3,500원이다.").sentences).novel_numbers("3500원") == []


@pytest.mark.parametrize(
    ("article", "summary", "novel"),
    [
        ("값은 35,000원이다.", "값은 3만5천 원이다.", []),
        ("값은 3만 5,000원이다.", "값은 35000원이다.", []),
        ("값은 3.5만 원이다.", "값은 3만5천 원이다.", []),
        ("예산은 1조 2,000억 원이다.", "예산은 1조2000억 원이다.", []),
        ("인구는 5천만 명이다.", "인구는 50,000,000명이다.", []),
        ("인구는 5천만 명이다.", "인구는 6천만 명이다.", [60_000_000]),
        ("두께가 얇은 세계 최초의 한국 열처리 기술이다.", "전지 2개와 3개를 10번 처리했다.", [2, 3, 10]),
        ("두 배로 늘었다.", "2배로 늘었다.", []),
    ],
)
def test_numbers_are_compared_by_value(article, summary, novel):
    assert Evidencer(Article(article).sentences).novel_numbers(summary) == novel


def test_a_sentence_is_checked_in_under_5_milliseconds():
    article = Article("\n\n".join([BODY] * 12))  # over 5,000 characters
    check = Evidencer(article.sentences)
    check.check("준비 운동이다.")
    began = time.process_time()
    for sentence in ARTICLE.sentences:
        check.check(sentence.text)
    assert (time.process_time() - began) / len(ARTICLE.sentences) < 0.005
