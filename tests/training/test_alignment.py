"""Short samples are cut out of documents and summaries: each target with the sentences that carry it."""

from techsum.training.alignment import compressions, headlines

DOCUMENT = (
    "한물연구소가 소금물 저장 장치로 섬의 전기 값을 31% 낮췄다고 14일 밝혔다.\n"
    "장치는 불이 붙지 않아 섬의 학교 옆에 놓을 수 있었다. 바닷가 마을에서는 소금을 끓여 왔다.\n"
    "다만 겨울에는 효율이 4분의 3으로 떨어졌다."
)


def test_a_summary_sentence_comes_with_the_sentences_that_carry_it():
    summary = "소금물 저장 장치가 섬의 전기 값을 31% 낮췄다. 겨울에는 효율이 4분의 3으로 떨어졌다."
    pairs = {target: source for source, target in compressions(DOCUMENT, summary)}
    assert pairs["소금물 저장 장치가 섬의 전기 값을 31% 낮췄다."].startswith("한물연구소가")
    assert pairs["겨울에는 효율이 4분의 3으로 떨어졌다."] == "다만 겨울에는 효율이 4분의 3으로 떨어졌다."


def test_what_the_document_does_not_carry_is_left_out():
    assert list(compressions(DOCUMENT, "장치가 전기 값을 41% 낮췄다.")) == []
    assert list(compressions(DOCUMENT, "고양이가 달의 뒷면에서 자전거를 탔다.")) == []


def test_a_sentence_that_was_copied_whole_teaches_nothing():
    copied = "다만 겨울에는 효율이 4분의 3으로 떨어졌다."
    assert list(compressions(DOCUMENT, copied)) == []


def test_a_headline_comes_with_what_says_it():
    ((source, target),) = headlines(DOCUMENT, "소금물로 낮춘 섬 전기 값", "소금물 장치, 전기 값 31% 낮춰")
    assert target == "소금물로 낮춘 섬 전기 값"
    assert "31% 낮췄다" in source
    assert list(headlines(DOCUMENT, "달의 고양이 자전거", "")) == []
