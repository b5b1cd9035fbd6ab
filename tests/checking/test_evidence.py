"""Where the article supports a sentence, and which sentences it does not support at all."""

import time

import pytest

from support.texts import BODY, TITLE
from techsum.checking import Checker
from techsum.contracts.article import Article

ARTICLE = Article(BODY)
CHECK = Checker(ARTICLE.sentences)


def test_a_copied_sentence_is_its_own_evidence():
    for sentence in ARTICLE.sentences:
        checked = CHECK.check(sentence.text)
        assert checked.notices == ()
        assert (checked.evidence[0].start, checked.evidence[0].end) == (sentence.start, sentence.end)


def test_a_sentence_that_joins_two_has_both_as_evidence():
    checked = CHECK.check("소금은 섬의 염전에서 얻으며, 연구소는 내년 가을에 결과를 공개한다.")
    found = {e.text[:5] for e in checked.evidence}
    assert checked.supported
    assert found == {"리튬 전지", "연구소는 "}
    assert all(BODY[e.start : e.end] == e.text for e in checked.evidence)


def test_no_sentence_has_more_than_three_places():
    everything = " ".join(s.text.rstrip(".") for s in ARTICLE.sentences)
    assert 1 <= len(CHECK.check(everything).evidence) <= 3


@pytest.mark.parametrize(
    "sentence", ["달의 뒷면에는 고양이가 산다.", "주식 시장은 사흘째 올랐다.", "…", "123.", ""]
)
def test_a_foreign_sentence_has_no_support(sentence):
    checked = CHECK.check(sentence)
    assert not checked.supported
    assert checked.evidence == ()
    assert [n.kind for n in checked.notices] == ["unsupported"]


def test_what_only_the_title_says_is_known():
    sentence = "등대지기가 겨울을 난다."
    title = "등대지기의 겨울나기"
    assert CHECK.check(sentence).notices
    assert Checker(ARTICLE.sentences, title).check(sentence).notices == ()


def test_the_nearest_article_sentence_is_found_for_a_wrong_one():
    assert CHECK.nearest("장치의 용량은 999와트시이다.").text == ARTICLE.sentences[2].text
    assert CHECK.nearest("…") is None


def test_an_article_without_sentences_supports_nothing():
    checker = Checker([], TITLE)
    assert not checker.check("장치의 용량은 240킬로와트시이다.").supported
    assert checker.nearest("장치") is None


def test_a_sentence_is_checked_in_under_5_milliseconds():
    article = Article("\n\n".join([BODY] * 12))  # over 5,000 characters
    check = Checker(article.sentences)
    check.check("준비 운동이다.")
    rounds = []
    for _ in range(3):  # a core that is shared is slow for a while
        began = time.process_time()
        for sentence in ARTICLE.sentences:
            check.check(sentence.text)
        rounds.append(time.process_time() - began)
    assert min(rounds) / len(ARTICLE.sentences) < 0.005
