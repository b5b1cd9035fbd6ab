"""From one article sentence or from scraps of many: what a small model's sentence is put together from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.texts import BODY, TITLE
from techsum.article import Article
from techsum.checking import Checker

ARTICLE = Article(BODY, TITLE)
CHECK = Checker(ARTICLE.sentences, TITLE)


def test_every_sentence_of_the_article_is_sound():
    for sentence in ARTICLE.sentences:
        made = CHECK.composition(sentence.text)
        assert (made.held, made.joined, made.stutters) == (1, 1, False), sentence.text


@pytest.mark.parametrize(
    "shortened",
    [
        "장치의 용량은 섬의 스물여섯 가구가 하룻밤 쓸 양이다.",
        "한물연구소는 소금물을 쓰는 저장 장치를 태양광 발전소에 연결했다.",
        "솔섬의 장치는 같은 전기를 담는 데 자리를 세 배 더 차지한다.",  # the title may be named anywhere
    ],
)
def test_a_shortened_sentence_is_sound(shortened):
    assert CHECK.composition(shortened).sound


@pytest.mark.parametrize(
    "scraps",
    [
        "오하람 박사는 겨울 동안 염전에서 불이 붙지 않는 소금물을 공개한다.",
        "태양광 발전소는 내년 가을 스물여섯 가구의 효율을 연결했다.",
        "소금은 안전을 영하의 날씨에서 밝힌 박사이다.",
    ],
)
def test_scraps_of_several_sentences_are_not_though_every_word_is_the_articles(scraps):
    checked = CHECK.check(scraps)
    assert checked.supported  # words alone cannot tell
    assert not CHECK.composition(scraps).sound


@pytest.mark.parametrize(
    "empty",
    [
        "저장 장치는 전기를 저장하는 저장 장치이다.",
        "태양광 장치는 섬에서 쓰이는 태양광 전지이다.",
        "소금은 소금에서 얻는 소금이다.",
        "연구소는 연구소와 연구소를 밝혔다.",
    ],
)
def test_a_sentence_that_says_its_subject_again_says_nothing(empty):
    assert CHECK.composition(empty).stutters


def test_a_sentence_without_content_is_made_of_nothing():
    assert not CHECK.composition("…").sound


@given(
    st.lists(
        st.sampled_from(
            ["장치", "소금", "섬", "전기", "연구소", "가을", "고양이", "은", "는", "이다", "했다", ".", "240"]
        ),
        max_size=12,
    )
)
def test_shares_stay_between_none_and_all(words):
    made = CHECK.composition(" ".join(words))
    assert 0 <= made.held <= 1
    assert 0 <= made.joined <= 1
