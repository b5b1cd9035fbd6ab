"""What a model thinks is no answer, however its text is cut into pieces."""

import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techsum.errors import ModelError
from techsum.generators.thoughts import answer_text, opened, without_thoughts
from techsum.prompts import FAMILIES

MARKS = FAMILIES["template"].thoughts


def cut(text, places):
    edges = [0, *sorted(p % (len(text) + 1) for p in places), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<|channel>thought\n글을 본다<channel|>요약이다.", "요약이다."),
        ("<think>\n음</think>\n\n요약", "요약"),
        ("가<think>나</think>다<think></think>라", "가다라"),
        ("3 < 5이고 <채널>은 글이다", "3 < 5이고 <채널>은 글이다"),
        ("끝이 <thi", "끝이 <thi"),
    ],
)
@given(places=st.lists(st.integers(0, 60), max_size=12))
def test_thoughts_are_left_out_wherever_pieces_are_cut(text, answer, places):
    assert "".join(without_thoughts(cut(text, places), MARKS, "m")) == answer


def test_a_model_that_never_stops_thinking_is_one_line():
    with pytest.raises(ModelError, match="생각만 하다가"):
        list(without_thoughts(["<think>", "음 " * 1000], MARKS, "m"))


def test_an_answer_comes_before_its_end_is_known():
    pieces = without_thoughts(iter(["요약", "이다"]), MARKS, "m")
    assert next(pieces) == "요약"


def test_a_stop_within_a_thought_is_none():
    pieces = iter(["<think>\n음\n</think>\n\n제목", "\n설명"])
    assert "".join(answer_text(pieces, MARKS, ("\n",), threading.Event(), "m")) == "제목"


def test_a_cancelled_thought_is_no_failure():
    cancel = threading.Event()
    cancel.set()
    assert list(without_thoughts(["<think>음"], MARKS, "m", cancel)) == []


def test_a_thought_that_the_prompt_opened_is_left_out():
    # given a template of a model that always thinks
    thought = opened("<|im_start|>assistant\n<think>\n", MARKS)
    # when the answer has the closing mark alone
    pieces = iter(["글을 보", "면</thi", "nk>\n\n요약이다."])
    # then what stands before it is no answer
    assert "".join(answer_text(pieces, MARKS, (), threading.Event(), "m", thought)) == "요약이다."


def test_the_model_is_stopped_where_the_answer_ends():
    closed = []

    def write():
        try:
            yield "제목\n"
            yield "설명"
        finally:
            closed.append(True)

    assert "".join(answer_text(write(), MARKS, ("\n",), threading.Event(), "m")) == "제목"
    assert closed == [True]
