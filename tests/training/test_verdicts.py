"""Claims and questions become samples: the sentences found as in serving, the verdict as one word."""

from techsum.checking.evidence import Alignment
from techsum.contracts.article import Article
from techsum.training.recipe import Columns
from techsum.training.verdicts import corruption_rows, question_rows, verdict_rows

TEXT = (
    "한물연구소는 소금물로 전기를 담는 장치를 만들었다. 장치의 용량은 240킬로와트시다. "
    "다만 같은 전기를 담는 데 자리를 세 배 차지한다."
)
ARTICLES = [(1, {"id": "a", "title": "소금물 전지", "text": TEXT})]


def claim(**said):
    return {"article": "a", "text": "장치는 240킬로와트시를 담는다.", "label": True, "evidence": ["x"]} | said


def made(*claims, columns=None, articles=ARTICLES):
    return [row for _, row in verdict_rows(enumerate(claims, 1), columns or Columns(), articles)]


def test_a_claim_is_judged_by_the_sentences_that_serving_finds():
    (row,) = made(claim())
    article = Article(TEXT, "소금물 전지")
    assert row["input"] == Alignment(article.sentences, article.title).premise(claim()["text"])
    assert (row["instruction"], row["output"], row["title"]) == (claim()["text"], "참", "소금물 전지")


def test_false_claims_contradict_and_those_without_evidence_are_absent():
    rows = made(claim(label=False), claim(label=False, evidence=[]), claim(label="maybe"))
    assert [row["output"] for row in rows] == ["거짓", "없음", None]


def test_pairs_of_inference_sets_bring_their_own_sentence():
    columns = Columns(input="premise", claim="hypothesis")
    pair = {"premise": "비가 온다.", "hypothesis": "맑다.", "label": "contradiction"}
    (row,) = made(pair, columns=columns, articles=None)
    assert (row["input"], row["instruction"], row["output"]) == ("비가 온다.", "맑다.", "거짓")


def test_questions_are_answered_by_what_stands_nearest_or_not():
    asked = [
        {"question": "장치의 용량은 얼마인가?", "answer": "240킬로와트시다."},
        {"question": "장치의 값은 얼마인가?", "answer": None},
    ]
    article = {"text": TEXT, "title": "소금물 전지", "questions": asked}
    rows = [row for _, row in question_rows([(1, article)], Columns(input="text"))]
    assert [row["output"] for row in rows] == ["있음", "없음"]
    assert all("240킬로와트시" in row["input"] for row in rows)


SUMMARY = "이 장치의 용량은 240킬로와트시다. 충전 횟수는 늘었다."


def corrupted(text=TEXT + " 충전할 수 있는 횟수도 늘었다."):
    article = {"text": text, "title": "소금물 전지", "summary": SUMMARY}
    columns = Columns(input="text", output="summary")
    return [row for _, row in corruption_rows([(1, article)], columns)]


def test_summary_sentences_are_supported_and_corruptions_contradicted():
    rows = [(row["instruction"], row["output"]) for row in corrupted()]
    assert ("이 장치의 용량은 240킬로와트시다.", "참") in rows
    assert ("충전 횟수는 늘었다.", "참") in rows
    wrong = [claim for claim, verdict in rows if verdict == "거짓"]
    assert wrong
    assert not any(claim in SUMMARY or claim in TEXT for claim in wrong)


def test_a_denied_opposite_is_supported_again():
    rows = [(row["instruction"], row["output"]) for row in corrupted()]
    assert ("충전 횟수는 줄지 않았다.", "참") in rows


def test_a_sentence_without_its_evidence_is_absent():
    judged = [row for row in corrupted() if row["output"] == "없음"]
    assert all("240킬로와트시" not in row["input"] for row in judged if "용량" in row["instruction"])
    assert judged
