"""What the article says the opposite of, as far as that can be seen without a model."""

import pytest

from techsum.checking import Checker
from techsum.checking.polarity import OPPOSITE, claims
from techsum.contracts.article import Article
from techsum.korean import tokens

TEXT = (
    "지난해 회사의 매출은 18% 늘었고 직원은 120명으로 줄었다. 연구팀은 새 촉매가 물에 녹지 않는다는 사실을 확인했다. "
    "시험 결과는 내년 봄에 공개한다. 새 공정에서는 폐수를 7% 적게 내보냈다. 값이 비싸서 아직 널리 쓰이지는 못한다."
)
CHECK = Checker(Article(TEXT).sentences)


def doubted(sentence):
    return [sentence[slice(*n.span)] for n in CHECK.check(sentence).notices if n.kind == "negation"]


@pytest.mark.parametrize(
    "sentence",
    [
        "회사의 매출은 지난해 18% 늘었다.",
        "직원은 120명으로 감소했다.",
        "새 촉매는 물에 녹지 않는다.",
        "시험 결과는 내년 봄에 공개한다.",
        "새 공정에서는 폐수가 7% 줄었다.",
        "값이 비싸 아직 널리 쓰이지 못한다.",
    ],
)
def test_what_the_article_says_is_not_doubted(sentence):
    assert doubted(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "part"),
    [
        ("회사의 매출은 지난해 18% 줄었다.", "줄"),
        ("회사의 매출은 지난해 18% 늘지 않았다.", "늘지 않"),
        ("새 촉매는 물에 녹는다.", "녹"),
        ("시험 결과는 내년 봄에 공개하지 않는다.", "공개하지 않"),
        ("새 공정에서는 폐수가 7% 늘었다.", "늘"),
        ("값이 비싸지만 널리 쓰인다.", "쓰이"),
    ],
)
def test_the_opposite_is_marked_where_it_stands(sentence, part):
    (found,) = doubted(sentence)
    assert found.startswith(part[0])
    assert len(found) <= len(part) + 1


def test_two_denials_affirm():
    (plus,) = [c.sign for c in claims(tokens("매출이 늘었다.")) if c.axis == "늘"]
    (minus,) = [c.sign for c in claims(tokens("매출이 줄었다.")) if c.axis == "늘"]
    (double,) = [c.sign for c in claims(tokens("매출이 줄지 않았다.")) if c.axis == "늘"]
    assert (plus, minus, double) == (1, -1, 1)


def test_every_word_with_an_opposite_has_it_both_ways_round():
    assert all(OPPOSITE[word] != word for word in OPPOSITE)
    assert {OPPOSITE[w] for w in OPPOSITE} <= OPPOSITE.keys()
