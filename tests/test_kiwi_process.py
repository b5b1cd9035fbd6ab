"""Kiwi in a process of its own says what Kiwi here says, to many at once, and comes back where it was killed."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.texts import BODY, PARAGRAPHS
from techsum import korean
from techsum.errors import AnalyserError
from techsum.kiwi_process import KiwiProcess
from techsum.pipes import Child

LONG = "\n\n".join(PARAGRAPHS * 40)
"""More than one request's characters."""


@pytest.fixture(scope="module")
def process():
    started = KiwiProcess()
    yield started
    started.close()


@pytest.fixture
def elsewhere(process):
    """Everything in `korean` is answered by the process."""
    korean.analyse_in(process)
    yield
    korean.analyse_in(None)


def plain(tokens):
    return [(t.form, t.tag, t.start, t.len) for t in tokens]


def children():
    return [p for p in psutil.Process().children() if "techsum.kiwi_process" in p.cmdline()]


def child():
    (only,) = children()
    return only


def test_a_long_text_has_the_same_sentences(process):
    here = list(korean.sentences(LONG))
    korean.analyse_in(process)
    there = list(korean.sentences(LONG))
    korean.analyse_in(None)
    assert there == here


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="utf-8") | st.sampled_from("가나다 이다.\n0"), max_size=60))
def test_any_text_has_the_same_tokens(process, text):
    assert plain(process.tokenize(text)) == plain(korean.tokens(text))


def test_morphemes_and_lines_are_joined_alike(process):
    morphs = [("담", "VV"), ("는다", "EF")]
    assert process.join(morphs) == korean.analyser().join(morphs)
    chunks = ["장치의 용", "량은 240킬로와트시다."]
    assert process.glue(chunks, return_space_insertions=True) == korean.analyser().glue(
        chunks, return_space_insertions=True
    )


def test_half_a_character_is_one_character_of_the_analysis(process):
    assert process.tokenize("물\ud800을")[0].form == "물"


def test_many_threads_get_their_own_answers(elsewhere):
    texts = [f"{n}번 장치는 물을 담는다." for n in range(64)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(korean.content, texts))
    korean.analyse_in(None)
    assert found == [korean.content(text) for text in texts]


def test_a_process_that_was_killed_is_started_anew(process):
    process.tokenize(BODY)
    killed = child()
    killed.kill()
    killed.wait()
    assert process.tokenize("물을 담는다.")
    assert child().pid != killed.pid


def test_a_process_that_dies_each_time_is_one_line(monkeypatch):
    process = KiwiProcess()
    monkeypatch.setattr(process, "_child", Child("techsum.no_such"))
    with pytest.raises(AnalyserError, match="분석기"):
        process.tokenize("물을 담는다.")
    process.close()


def test_it_ends_when_it_is_closed():
    process = KiwiProcess()
    process.tokenize("물을 담는다.")
    started = max(children(), key=lambda p: p.create_time())
    process.close()
    assert not started.is_running()


def test_after_a_stumble_the_next_text_is_analysed(process):
    before = process.tokenize("물을 담는다.")
    with pytest.raises(AnalyserError, match="ValueError"):
        process._ask("tokenize", [1])
    assert process.tokenize("물을 담는다.") == before


def test_an_interrupted_request_answers_no_later_one(monkeypatch):
    process = KiwiProcess()
    process.tokenize("물을 담는다.")
    monkeypatch.setattr("techsum.pipes.receive", lambda _pipe: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        process.tokenize("소금은 싸다.")
    monkeypatch.undo()
    assert process.tokenize("하늘이 푸르다.")[0].form == "하늘"
    process.close()


def test_a_child_that_hangs_is_killed(monkeypatch):
    process = KiwiProcess()
    process.tokenize("물을 담는다.")
    started = max(children(), key=lambda p: p.create_time())
    started.suspend()
    monkeypatch.setattr("techsum.kiwi_process._SECONDS", 0.2)
    with pytest.raises(AnalyserError):  # the second one cannot load so fast
        process.tokenize("소금은 싸다.")
    assert not started.is_running()
    monkeypatch.undo()
    assert process.tokenize("소금은 싸다.")
    process.close()


def test_it_ends_when_who_asks_is_killed():
    asking = (
        "import time, psutil; from techsum.kiwi_process import KiwiProcess; k = KiwiProcess(); k.tokenize('물');"
        "print(psutil.Process().children()[0].pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", asking], stdout=subprocess.PIPE, text=True) as asker:
        child_of_it = psutil.Process(int(asker.stdout.readline()))
        asker.kill()
        child_of_it.wait(20)
    assert not child_of_it.is_running()
