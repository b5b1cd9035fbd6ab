"""The ranker of answers learns from questions of articles and from dialogues about them."""

from support.texts import BODY, TITLE
from techsum.training.fitting_answers import questions

ROW = {
    "id": "a",
    "title": TITLE,
    "text": BODY,
    "questions": [{"question": "용량은?", "answer": "240킬로와트시다."}],
}


def turn(question, standalone, answer):
    return {"question": question, "standalone": standalone, "answer": answer}


def test_a_turn_counts_as_it_was_typed_and_in_full():
    said = [turn("소금 어디서 가져옴?", "원료인 소금은 어디에서 얻나요?", "섬의 염전에서 얻어요.")]
    found = list(questions([ROW], [{"article": "a", "turns": said}]))
    assert len(found) == 3
    assert all(one.recall is not None for one in found)


def test_a_turn_that_leans_on_another_counts_in_full_alone():
    said = [turn("그건 왜?", "소금을 쓰는 까닭은 무엇인가요?", None)]
    found = list(questions([ROW], [{"article": "a", "turns": said}]))
    assert len(found) == 2
    assert found[-1].recall is None


def test_dialogues_about_other_articles_say_nothing():
    said = [turn("소금 어디서 가져옴?", "원료인 소금은 어디에서 얻나요?", "섬의 염전에서 얻어요.")]
    assert len(list(questions([ROW], [{"article": "b", "turns": said}]))) == 1
