"""Requests at the same time go to copies of an engine, which are loaded when they are needed."""

import threading
from contextlib import ExitStack

from support.waiting import until
from techsum.errors import ModelError
from techsum.generators.engine_pool import EnginePool

FITS, LONG = 10, 1000


def never():
    return False


def pool_of(size=2):
    """An engine called 0, whose copies are called 1, 2, …"""
    numbers = iter(range(1, 99))
    return EnginePool(0, lambda: next(numbers), size, context=100)


def taken(pool, requests):
    """The engines that so many requests hold at the same time."""
    with ExitStack() as held:
        return [held.enter_context(pool.acquire(FITS, never)) for _ in range(requests)]


def test_requests_one_after_another_need_no_copy():
    pool = pool_of()
    assert [taken(pool, 1) for _ in range(3)] == [[0]] * 3


def test_a_second_request_gets_a_copy():
    assert sorted(taken(pool_of(), 2)) == [0, 1]


def test_there_are_never_more_engines_than_agreed():
    # given three requests for two engines
    pool, looks, got = pool_of(2), [], []

    def third():
        with pool.acquire(FITS, lambda: looks.append(1)) as engine:
            got.append(engine)

    with pool.acquire(FITS, never), pool.acquire(FITS, never) as second:
        thread = threading.Thread(target=third)
        thread.start()
        until(lambda: len(looks) > 3, 10)
        assert got == []
    # when one is free again the third has it
    thread.join(10)
    assert got[0] in (0, second)


def test_a_long_prompt_waits_for_the_first_engine():
    pool = pool_of()
    assert taken(pool, 2) == [0, 1]
    with pool.acquire(FITS, never) as first, pool.acquire(LONG, iter([False, True]).__next__) as second:
        assert (first, second) == (0, None)


def test_a_request_that_is_stopped_waits_no_longer():
    pool, looks = pool_of(1), iter([False, False, True])
    with pool.acquire(FITS, never), pool.acquire(FITS, looks.__next__) as second:
        assert second is None


def test_copies_are_loaded_while_requests_wait_one_by_one():
    loading, go_on = [], threading.Event()

    def load():
        loading.append(1)
        go_on.wait(10)
        return len(loading)

    pool, looks = EnginePool(0, load, 4, context=100), []

    def waits():
        with pool.acquire(FITS, lambda: looks.append(1)):
            pass

    with pool.acquire(FITS, never):
        thread = threading.Thread(target=waits)
        thread.start()
        until(lambda: len(looks) > 3, 10)
        assert loading == [1]
        go_on.set()
        thread.join(10)
    assert loading == [1]


def test_without_memory_for_a_copy_requests_take_turns(caplog):
    tried = []

    def fails():
        tried.append(1)
        raise ModelError("model_load", path="model.gguf")

    pool, got = EnginePool(0, fails, 4, context=100), []

    def waits():
        with pool.acquire(FITS, never) as engine:
            got.append(engine)

    with pool.acquire(FITS, never):
        thread = threading.Thread(target=waits)
        thread.start()
        until(lambda: caplog.records, 10)
    thread.join(10)
    assert (got, tried) == ([0], [1])
