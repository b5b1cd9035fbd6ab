"""Questions about one article: what it says, with its place, and what it does not say."""

import threading

import pytest

from support.scripted import Scripted
from support.texts import BODY, TITLE
from techsum import chat
from techsum.chat import Answered, ask
from techsum.contracts.article import Article
from techsum.contracts.events import SentenceDone, TextPiece, Withdrawn
from techsum.errors import CancelledError, UsageError

ARTICLE = Article(BODY, TITLE)
TOLD = "장치의 용량은 240킬로와트시이다."


def answered(question, model="extract"):
    *events, last = ask(ARTICLE, question, model)
    assert isinstance(last, Answered)
    return events, last.answer


@pytest.fixture
def scripted(monkeypatch):
    """A model that answers what the test tells it to."""

    def give(*answers):
        generator = Scripted(*answers)
        monkeypatch.setattr(chat, "load", lambda _name: generator)
        monkeypatch.setattr(chat, "check", lambda _name: None)
        return generator

    return give


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("장치의 용량은 얼마인가요?", "240킬로와트시"),
        ("소금은 어디에서 얻나요?", "염전"),
        ("누가 책임자인가요?", "오하람"),
        ("결과는 언제 공개하나요?", "내년 가을"),
        ("왜 불이 붙지 않나요?", "불이 붙지 않고"),
        ("리튬 전지와 무엇이 다른가?", "리튬 전지와 달리"),
    ],
)
def test_without_a_model_the_articles_own_sentence_answers(question, words):
    _, answer = answered(question)
    assert words in answer.text
    assert all(BODY[e.start : e.end] == s.text for s in answer.sentences for e in s.evidence)


@pytest.mark.parametrize(
    "question",
    [
        "이 장치의 가격은 얼마인가요?",
        "솔섬의 인구는 몇 명인가?",
        "일본은 이 기술을 어떻게 보나?",
        "무엇인가?",
        "고양이는 치즈를 좋아하나요?",
    ],
)
def test_what_the_article_does_not_say_is_said_so(question):
    _, answer = answered(question)
    assert answer.sentences == ()
    assert answer.text == "본문에 없는 내용입니다."
    assert answer.found is False


def test_a_sentence_that_only_announces_brings_the_next_one():
    article = Article(f"{BODY}\n\n다만 한계도 있다. 비가 오면 전극이 빨리 닳는다.")
    *_, last = ask(article, "한계는 무엇인가?", "extract")
    assert last.answer.text == "다만 한계도 있다. 비가 오면 전극이 빨리 닳는다."


def test_a_model_answers_in_its_own_words_with_evidence(scripted):
    generator = scripted(f"{TOLD} 섬의 스물여섯 가구가 하룻밤 쓴다.")
    events, answer = answered("용량은?", "some.gguf")
    assert answer.text == f"{TOLD} 섬의 스물여섯 가구가 하룻밤 쓴다."
    assert answer.model == "some.gguf"
    assert all(s.evidence for s in answer.sentences)
    assert tuple(e.sentence for e in events if isinstance(e, SentenceDone)) == answer.sentences
    assert "".join(e.text for e in events if isinstance(e, TextPiece)) == answer.text
    assert generator.asked[0][0][0].content.index(BODY) < generator.asked[0][0][0].content.index("용량은?")


@pytest.mark.parametrize(
    "said", ["본문에 없는 내용입니다.", "글에 나오지 않는 내용입니다.", "달에는 고양이가 산다."]
)
def test_a_model_that_cannot_say_from_the_article_says_nothing(scripted, said):
    scripted(said)
    events, answer = answered("가격은?", "some.gguf")
    assert answer.sentences == ()
    assert any(isinstance(e, Withdrawn) for e in events)


def test_a_model_that_invents_beside_the_truth_keeps_the_truth(scripted):
    scripted(f"{TOLD} 달의 뒷면에는 고양이가 산다.")
    _, answer = answered("용량은?", "some.gguf")
    assert answer.text == TOLD


def test_every_question_sees_the_same_beginning_of_a_long_article(scripted):
    generator = scripted(TOLD)
    generator.context = 1000
    long = Article("\n\n".join([BODY] * 5))
    for question in ("용량은?", "소금은 어디에서 얻나요?"):
        list(ask(long, question, "some.gguf"))
    shown = [messages[0].content.partition("위 글만")[0] for messages, _ in generator.asked]
    assert shown[0] == shown[1]
    assert len(shown[0]) < 400


def test_stopping_ends_the_model(scripted):
    generator, cancel = scripted(TOLD * 50), threading.Event()
    running = ask(ARTICLE, "용량은?", "some.gguf", cancel)
    for event in running:
        if isinstance(event, TextPiece):
            cancel.set()
            break
    with pytest.raises(CancelledError):
        list(running)
    assert generator.closed == 1


@pytest.mark.parametrize(("question", "key"), [("  \n ", "question_empty"), ("용" * 501, "question_long")])
def test_no_question_and_a_book_are_refused(question, key):
    with pytest.raises(UsageError) as refused:
        list(ask(ARTICLE, question, "extract"))
    assert refused.value.key == key
