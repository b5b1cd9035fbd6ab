"""Questions that lean on earlier ones are understood; forms that a model cannot give are said."""

import pytest

from support.texts import BODY, SAMPLE, TITLE
from techsum.chat import Answered, ask, quoted
from techsum.chat.features import content
from techsum.chat.follow_ups import self_contained
from techsum.chat.kinds import kind_of
from techsum.contracts.article import Article
from techsum.errors import UsageError
from techsum.prompts import question_messages
from techsum.summarizers import extract

ARTICLE = Article(BODY, TITLE)
SAMPLE_ARTICLE = Article(SAMPLE.read_text("utf-8"))
ASKED = ("소금은 어디에서 얻나요?", "원료인 소금은 섬의 염전에서 얻는다.")


@pytest.fixture(autouse=True)
def _rules_alone(monkeypatch):
    monkeypatch.setattr("techsum.chat._judge", lambda: None)


@pytest.mark.parametrize(
    ("question", "full"),
    [
        ("그건 왜?", "소금은 어디에서 얻나요? 그건 왜?"),
        ("얼마나?", "소금은 어디에서 얻나요? 얼마나?"),
        ("장치의 용량은 얼마인가요?", "장치의 용량은 얼마인가요?"),
    ],
)
def test_a_question_takes_the_words_that_it_lacks(question, full):
    assert self_contained(question, [ASKED]) == full
    assert self_contained(question, []) == question


def test_the_follow_up_is_answered_from_the_same_place():
    *_, last = ask(ARTICLE, "그건 어디서?", "extract", before=[ASKED])
    assert isinstance(last, Answered)
    assert "염전" in last.answer.text


def test_an_instruct_model_sees_the_earlier_turns():
    messages = question_messages(BODY, "왜?", fmt="gemma", before=[ASKED])
    assert [m.role for m in messages] == ["user", "assistant", "user"]
    assert BODY in messages[0].content
    assert messages[1].content == ASKED[1]
    assert messages[2].content.endswith("왜?")


@pytest.mark.parametrize("question", ["초등학생에게 설명해 줘", "표로 정리해 줘"])
def test_a_wish_for_a_form_names_a_model_that_can(question):
    with pytest.raises(UsageError, match="gemma-2-2b-it"):
        list(ask(ARTICLE, question, "extract"))


def test_one_line_is_the_line_of_the_summary():
    (sentence,) = quoted(ARTICLE, "한 줄로 알려 줘")
    assert sentence.text == extract(ARTICLE).line


@pytest.mark.parametrize(
    ("question", "words"),
    [("한계는 무엇인가요?", "세 배 더 차지한다"), ("앞으로의 계획은?", "내년 가을에 결과를 공개한다")],
)
def test_questions_that_fit_any_report_are_answered(question, words):
    assert words in " ".join(s.text for s in quoted(ARTICLE, question))


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("누가 만들었어", "한빛대"),
        ("어디서 만든 거야", "한빛대"),
        ("그래서 결론이 뭐야", "20분 전"),
        ("왜 비가 오면 안 되나요?", "측정값이 흔들렸다"),
        ("몇명 실험했어?", "42명"),
        ("단점은 뭐임", "한계"),
    ],
)
def test_questions_as_they_are_typed_are_answered(question, holds):

    assert holds in " ".join(s.text for s in quoted(SAMPLE_ARTICLE, question))


@pytest.mark.parametrize("question", ["언제 발표했나요?", "어떻게 만들었나요?", "협상 결론은 언제 나나요?"])
def test_a_question_of_its_own_is_taken_for_no_other(question):
    words = content(question)
    kind = kind_of(question, words)
    assert kind is None or kind.key != "asked_who"
    line = quoted(SAMPLE_ARTICLE, "한 줄로 알려 줘")
    assert quoted(SAMPLE_ARTICLE, question) != line
