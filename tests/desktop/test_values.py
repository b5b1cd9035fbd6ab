"""What the screens show, event by event."""

import pytest

from techsum.contracts.answer import Answer
from techsum.contracts.events import Answered, TextPiece, decode
from techsum.contracts.options import DIFFICULTIES, LENGTHS, REGISTERS, STYLES
from techsum.desktop.state import CHOICES, Source
from techsum.desktop.values import Entry, Reading, Turn, after

ENTRY = Entry("id", "text", "소금물", "running", False, "2026-11-24 12:00")
SENTENCE = {
    "text": "소금물에 전기를 담는다.",
    "evidence": [{"start": 0, "end": 3, "text": "소금물에 전기를 담았다."}],
    "notices": [{"kind": "number", "message": "본문에 없는 수입니다", "span": [0, 1]}],
}
RESULT = {
    "title": "제목",
    "summary": "소금물에 전기를 담는다.",
    "sentences": [SENTENCE],
    "notices": [{"kind": "marked", "message": "한 문장을 살펴보세요"}],
    "coverage": 0.874,
    "model": "gemma",
    "seconds": 1.25,
}


def told(*events):
    reading = Reading(ENTRY)
    for number, (name, data) in enumerate(events, 1):
        reading = after(reading, number, decode(name, data))
    return reading


def test_pieces_grow_a_sentence_that_settles():
    written = told(("piece", {"text": " 소금"}), ("piece", {"text": "물에"}))
    assert written.written == "소금물에"
    settled = told(("piece", {"text": "소금물에"}), ("sentence", SENTENCE))
    assert settled.written == ""
    assert settled.text == SENTENCE["text"]
    assert settled.sentences[0].evidence[0].text == "소금물에 전기를 담았다."
    assert settled.sentences[0].notices[0].message == "본문에 없는 수입니다"


def test_what_is_withdrawn_goes_alone_or_with_everything():
    before = [("sentence", SENTENCE), ("piece", {"text": "달의"})]
    one = told(*before, ("withdrawn", {"reason": "되풀이", "everything": False}))
    assert (len(one.sentences), one.written) == (1, "")
    assert told(*before, ("withdrawn", {"reason": "되풀이", "everything": True})).sentences == ()


def test_the_end_brings_the_whole_summary():
    done = told(("queue", {"position": 3}), ("piece", {"text": "소"}), ("done", RESULT))
    assert not done.open
    assert (done.summary.model, done.queue, done.written) == ("gemma", 0, "")
    assert done.summary.notices[0].message == "한 문장을 살펴보세요"
    assert done.seen == 3


@pytest.mark.parametrize("name", ["failed", "cancelled"])
def test_what_did_not_become_a_summary_says_why(name):
    ended = told(("piece", {"text": "소"}), (name, {"kind": "x", "message": "멈췄습니다"}))
    assert not ended.open
    assert ended.problem == "멈췄습니다"


def test_an_answer_grows_and_ends():
    turn = Turn("용량은?").after(TextPiece("240")).after(decode("sentence", SENTENCE))
    assert (turn.written, len(turn.sentences)) == ("", 1)
    answer = Answer(question="용량은?", text="본문에 없는 내용입니다.", model="extract", seconds=0.1)
    nothing = turn.after(Answered(answer))
    assert (nothing.not_found, nothing.sentences) == ("본문에 없는 내용입니다.", ())


def test_each_mode_keeps_its_own_text():
    source = Source()
    source.type("https://example.com")
    source.mode = "text"
    source.type("가나다 ")
    assert (source.typed, source.count) == ("가나다 ", 3)
    source.mode = "link"
    assert source.typed == "https://example.com"


def test_the_screens_offer_what_the_summarizers_take():
    contract = {"length": tuple(LENGTHS), "style": STYLES, "register": REGISTERS, "difficulty": DIFFICULTIES}
    assert contract == CHOICES
