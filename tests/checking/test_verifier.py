"""The verifier's odds sharpen the rules' marks: they add what rules do not see and take back what is not so."""

import json
from pathlib import Path

import pytest

from support.texts import BODY, TITLE
from techsum.checking import Checker, Verifier, check, judge_for
from techsum.checking.verifier import differing
from techsum.contracts.article import Article
from techsum.errors import ModelError

ARTICLE = Article(BODY, TITLE)
DATA = Path(__file__).parents[2] / "data" / "techsum-ko"
PARAPHRASE = "저장 장치에 담기는 전기로 섬의 스물여섯 가구가 하룻밤을 쓴다."


class Sure:
    """A model that always gives the same odds."""

    name, format = "sure", "gemma"

    def __init__(self, *odds):
        self.given, self.asked = odds, []

    def odds(self, messages, words):
        self.asked.append((messages[0].content, tuple(words)))
        return list(self.given)


def sharpened(claim, *odds):
    judge = Sure(*odds)
    checked = Checker(ARTICLE.sentences, TITLE).check(claim)
    return Verifier(judge, ARTICLE.sentences, TITLE).sharpen(checked), judge


def test_a_claim_that_the_model_takes_for_false_is_marked():
    sentence, _ = sharpened(PARAPHRASE, 0.01, 0.98, 0.01)
    assert [n.kind for n in sentence.notices] == ["contradicted"]
    start, end = sentence.notices[0].span
    assert dict(sentence.notices[0].values)["found"] == PARAPHRASE[start:end]


def test_a_claim_that_the_article_lacks_is_marked_absent():
    sentence, _ = sharpened(PARAPHRASE, 0.01, 0.01, 0.98)
    assert [n.kind for n in sentence.notices] == ["absent"]


def test_a_claim_taken_for_true_is_left_alone():
    assert sharpened(PARAPHRASE, 0.98, 0.01, 0.01)[0].notices == ()


def test_a_denial_taken_for_true_is_taken_back():
    claim = "리튬 전지와 달리 이 전지에는 불이 나지 않는다."
    sentence, _ = sharpened(claim, 0.999, 0.001, 0.0)
    assert "negation" not in [n.kind for n in sentence.notices]


def test_a_wrong_number_stays_marked_unless_the_model_is_sure():
    sentence, _ = sharpened("담기는 전기는 310킬로와트시로, 스물여섯 집이 하룻밤 쓸 만큼이다.", 0.4, 0.6, 0.0)
    assert [n.kind for n in sentence.notices] == ["number"]


def test_an_exact_number_that_the_article_lacks_stays_marked():
    sentence, _ = sharpened("장치의 용량은 319킬로와트시다.", 0.9, 0.1, 0.0)
    assert [n.kind for n in sentence.notices] == ["number"]


def test_what_seems_absent_is_looked_for_in_more_sentences():
    _, judge = sharpened(PARAPHRASE, 0.1, 0.1, 0.8)
    first, second = (prompt for prompt, _ in judge.asked)
    assert len(second) > len(first)


def test_a_sentence_of_the_article_needs_no_model():
    sentence, judge = sharpened(ARTICLE.sentences[0].text, 0.0, 1.0, 0.0)
    assert sentence.notices == ()
    assert judge.asked == []


def test_the_model_sees_the_sentences_that_the_claim_comes_from():
    _, judge = sharpened(PARAPHRASE, 0.98, 0.01, 0.01)
    (prompt, words) = judge.asked[0]
    assert "240킬로와트시" in prompt
    assert PARAPHRASE in prompt
    assert words == ("참", "거짓", "없음")


@pytest.mark.parametrize(
    ("claim", "source", "words"),
    [
        ("새 필름은 값이 두 배다.", "새 필름은 값이 절반이다.", "배다"),
        ("가는 나보다 크다.", "나는 가보다 크다.", "크다"),
    ],
)
def test_the_words_that_differ_are_named(claim, source, words):
    start, end = differing(claim, source)
    assert claim[start:end].endswith(words)


def test_without_a_verifier_rules_stand_alone_and_say_so(monkeypatch):
    def missing(_model):
        raise ModelError("extra_missing", feature="x", extra="embedded")

    monkeypatch.setattr("techsum.checking.load_verifier", missing)
    checked = check(ARTICLE, PARAPHRASE, "auto")
    assert [n.kind for n in checked.notices] == ["rules_only"]
    assert checked.by == "rules"
    with pytest.raises(ModelError):
        check(ARTICLE, PARAPHRASE, "some-model")


@pytest.mark.slow
def test_the_shipped_verifier_finds_more_of_what_is_false():
    claims = [json.loads(line) for line in (DATA / "claims.dev.jsonl").read_text("utf-8").splitlines()]
    rows = [json.loads(line) for line in (DATA / "articles.dev.jsonl").read_text("utf-8").splitlines()]
    read = {row["id"]: Article(row["text"], row["title"]) for row in rows[:4]}
    false = [c for c in claims if c["article"] in read and not c["label"]]

    def found(model):
        return sum(check(read[c["article"]], c["text"], model).marked for c in false)

    assert found("auto") > found("rules")


SAMPLE = Path(__file__).parents[2] / "samples" / "article.txt"


@pytest.mark.parametrize(
    ("claim", "marked"),
    [
        ("종이 센서는 탈수가 시작되기 약 20분 전에 경고한다.", False),
        ("노동자 42명에게 두 달 동안 시험했더니 탈수를 열에 아홉은 맞혔다.", False),
        ("두통을 호소하는 일이 절반쯤 줄었다.", False),
        ("기존 손목형 기기가 더 정확했다.", True),
        ("이뇨제를 먹는 사람에게도 같은 기준값을 쓴다.", True),
        ("화성에서도 쓸 수 있다.", True),
    ],
)
def test_the_verifier_judges_a_check_that_is_asked_for(claim, marked, configure):
    configure(check="auto")
    checked = check(SAMPLE.read_text("utf-8"), claim, judge_for(None))
    assert (checked.by, checked.marked) == ("gemma-3-270m-check", marked)


def test_rules_alone_judge_where_a_reader_says_so(configure):
    configure(check="model")
    assert judge_for("rules") == "rules"
    assert judge_for(None) == "auto"
