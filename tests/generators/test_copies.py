"""Requests at the same time go to copies of an engine, which are loaded when they are needed."""

import threading
from contextlib import ExitStack

from support.waiting import until
from techsum.errors import ModelError
from techsum.generators.copies import Copies

FITS, LONG = 10, 1000


def never():
    return False


def copies(count=2):
    """An engine called 0, whose copies are called 1, 2, …"""
    numbers = iter(range(1, 99))
    return Copies(0, lambda: next(numbers), count, context=100)


def taken(engines, requests):
    """The engines that so many requests hold at the same time."""
    with ExitStack() as held:
        return [held.enter_context(engines.one(FITS, never)) for _ in range(requests)]


def test_requests_one_after_another_need_no_copy():
    engines = copies()
    assert [taken(engines, 1) for _ in range(3)] == [[0]] * 3


def test_a_second_request_gets_a_copy():
    assert sorted(taken(copies(), 2)) == [0, 1]


def test_there_are_never_more_engines_than_agreed():
    # given three requests for two engines
    engines, waiting, got = copies(2), threading.Event(), []

    def third():
        with engines.one(FITS, lambda: waiting.set() or False) as engine:
            got.append(engine)

    with engines.one(FITS, never), engines.one(FITS, never) as second:
        thread = threading.Thread(target=third)
        thread.start()
        assert waiting.wait(10)
        assert got == []
    # when one is free again the third has it
    thread.join(10)
    assert got[0] in (0, second)


def test_a_long_prompt_waits_for_the_first_engine():
    engines = copies()
    assert taken(engines, 2) == [0, 1]
    with engines.one(FITS, never) as first, engines.one(LONG, iter([False, True]).__next__) as second:
        assert (first, second) == (0, None)


def test_a_request_that_is_stopped_waits_no_longer():
    stopped = threading.Event()
    engines, got = copies(1), []

    def waits():
        with engines.one(FITS, stopped.is_set) as engine:
            got.append(engine)

    with engines.one(FITS, never):
        thread = threading.Thread(target=waits)
        thread.start()
        stopped.set()
        thread.join(10)
    assert got == [None]


def test_without_memory_for_a_copy_requests_take_turns(caplog):
    tried = []

    def fails():
        tried.append(1)
        raise ModelError("model_load", path="model.gguf")

    engines, got = Copies(0, fails, 4, context=100), []

    def waits():
        with engines.one(FITS, never) as engine:
            got.append(engine)

    with engines.one(FITS, never):
        thread = threading.Thread(target=waits)
        thread.start()
        until(lambda: caplog.records, 10)
    thread.join(10)
    assert (got, tried) == ([0], [1])
