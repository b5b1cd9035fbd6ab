"""A thread's pieces are read as they come, and the thread ends with its reader."""

import threading
import time
from contextlib import closing

import pytest

from techsum.streams import run_ahead, streamed

LONGEST = 20
"""Seconds after which a thread gives up that nobody stops; the test has failed then."""


def running(name):
    return [thread for thread in threading.enumerate() if thread.name == name]


def endless(noted):
    """Work that goes on until it is told to stop, and notes whether it was."""

    def work(put, stopped):
        put("첫째")
        deadline = time.monotonic() + LONGEST
        while not (told := stopped()) and time.monotonic() < deadline:
            pass
        noted.append(told)

    return work


def test_pieces_come_in_order():
    def work(put, _stopped):
        for n in range(1000):
            put(n)

    assert list(streamed(work, "order", threading.Event())) == list(range(1000))


def test_a_piece_comes_before_the_next_is_made():
    # given work that makes its second piece only when the first has been read
    read = threading.Event()

    def work(put, _stopped):
        put("첫째")
        put("둘째" if read.wait(LONGEST) else "너무 늦게")

    pieces = streamed(work, "early", threading.Event())
    # when the first is read, then the second comes
    assert next(pieces) == "첫째"
    read.set()
    assert list(pieces) == ["둘째"]


@pytest.mark.parametrize("piece", [None, "", 0, (), ValueError("한 조각")])
def test_any_value_is_a_piece(piece):
    assert list(streamed(lambda put, _stopped: put(piece), "value", threading.Event())) == [piece]


@pytest.mark.parametrize("error", [ValueError("고장"), KeyboardInterrupt(), SystemExit(3)])
def test_an_error_in_the_thread_reaches_the_reader(error):
    # given work that fails after a piece
    def work(put, _stopped):
        put("첫째")
        raise error

    pieces = streamed(work, "error", threading.Event())
    # then the piece is read, and the error itself behind it
    assert next(pieces) == "첫째"
    with pytest.raises(type(error)) as raised:
        next(pieces)
    assert raised.value is error
    assert not running("error")


def test_a_reader_who_leaves_early_ends_the_thread():
    noted = []
    with closing(streamed(endless(noted), "left", threading.Event())) as pieces:
        assert next(pieces) == "첫째"
        assert running("left")
    assert noted == [True]
    assert not running("left")


def test_a_reader_who_fails_ends_the_thread():
    noted = []
    pieces = streamed(endless(noted), "failed", threading.Event())
    next(pieces)
    with pytest.raises(OSError, match="독자"):
        pieces.throw(OSError("독자"))
    assert noted == [True]
    assert not running("failed")


def test_cancel_is_seen_while_pieces_are_read():
    noted, cancel = [], threading.Event()
    pieces = streamed(endless(noted), "cancelled", cancel)
    next(pieces)
    # when it is cancelled, then the pieces end, without an error
    cancel.set()
    assert list(pieces) == []
    assert noted == [True]


def test_nobody_who_reads_on_is_stopped():
    told = []
    assert list(streamed(lambda _put, stopped: told.append(stopped()), "whole", threading.Event())) == []
    assert told == [False]


def test_leaving_sets_nobody_elses_cancel():
    cancel, noted = threading.Event(), []
    with closing(streamed(endless(noted), "own", cancel)) as pieces:
        next(pieces)
    assert not cancel.is_set()


def test_two_streams_at_once_do_not_mix():
    def work(letter):
        return lambda put, _stopped: [put(f"{letter}{n}") for n in range(100)]

    first, second = (streamed(work(letter), letter, threading.Event()) for letter in "ab")
    assert list(zip(first, second, strict=True)) == [(f"a{n}", f"b{n}") for n in range(100)]


def counted(*numbers):
    """A stream of these."""

    def stream(_stop):
        yield from numbers

    return stream


def ahead(streams, parallel):
    return run_ahead(streams, parallel, threading.Event())


@pytest.mark.parametrize("parallel", [1, 2, 5])
def test_streams_that_run_ahead_are_read_in_order(parallel):
    streams = [counted(*range(n)) for n in (3, 0, 5, 1)]
    assert [list(s) for s in ahead(streams, parallel)] == [[0, 1, 2], [], [0, 1, 2, 3, 4], [0]]


def test_two_streams_run_at_the_same_time():
    meeting = threading.Barrier(2, timeout=LONGEST)

    def meets(_stop):
        meeting.wait()
        yield "둘 다 왔다"

    assert [list(s) for s in ahead([meets, meets], 2)] == [["둘 다 왔다"]] * 2


@pytest.mark.parametrize("parallel", [1, 2])
def test_an_error_comes_where_its_stream_is_read(parallel):
    def fails(_stop):
        yield "글"
        raise ValueError("model")

    with closing(ahead([counted(1), fails, counted(2)], parallel)) as streams:
        assert list(next(streams)) == [1]
        broken = next(streams)
        assert next(broken) == "글"
        with pytest.raises(ValueError, match="model"):
            next(broken)


def test_a_reader_who_leaves_stops_the_streams_that_run():
    # given a stream whose reader leaves, and one beside it that has not begun to write
    begun, stopped = [], []

    def waits(stop):
        begun.append(1)
        yield "글"
        stopped.append(stop.wait(LONGEST))

    with closing(ahead([waits] * 9, 2)) as streams:
        assert next(next(streams)) == "글"
    # then both know, and no other begins
    assert stopped == [True] * len(begun)
    assert len(begun) <= 2
    assert running("ahead_0") == []


def test_cancelling_stops_the_streams_that_run():
    cancel, stopped = threading.Event(), []

    def waits(stop):
        yield "글"
        stopped.append(stop.wait(LONGEST))

    with closing(run_ahead([waits] * 2, 2, cancel)) as streams:
        first = next(streams)
        assert next(first) == "글"
        cancel.set()
        assert list(first) == []
    assert stopped == [True] * 2
