"""Who gets the model next: nobody waits behind another's tenth request, and a wait can be given up."""

import itertools
import threading
import time
from types import SimpleNamespace

import pytest

from support.waiting import until
from techsum.errors import CancelledError
from techsum.fair_queue import FairQueue


class Queue:
    """Readers in threads; each notes when it gets its place."""

    def __init__(self, count=1, each=None):
        self.places, self.served, self.positions = FairQueue(count, each), [], {}
        self.running = self.most = 0
        self.threads, self.go = [], threading.Event()

    def enter(self, name, reader, cancel=None):
        def work():
            told = self.positions.setdefault(name, []).append
            with self.places.turn(reader, cancel or threading.Event(), told):
                self.served.append(name)
                self.running += 1
                self.most = max(self.most, self.running)
                self.go.wait(60)
                time.sleep(0.01)
                self.running -= 1

        waiting = self.places.waiting
        thread = threading.Thread(target=work)
        self.threads.append(thread)
        thread.start()
        until(lambda: name in self.served or self.places.waiting > waiting, every=0.001)

    def end(self):
        self.go.set()
        for thread in self.threads:
            thread.join(10)


def test_one_readers_many_do_not_go_before_anothers_first():
    queue = Queue()
    for n in range(4):
        queue.enter(f"a{n}", "a")
    queue.enter("b0", "b")
    queue.enter("c0", "c")
    queue.end()
    assert queue.served == ["a0", "b0", "c0", "a1", "a2", "a3"]


def test_newcomers_do_not_pass_who_waits_for_ever(monkeypatch):
    """Given one reader with two wishes, when new readers keep coming, then the second wish has its turn."""
    clock = itertools.count()
    monkeypatch.setattr("techsum.fair_queue.time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr("techsum.fair_queue._STEP_SECONDS", 3)
    queue = Queue()
    queue.enter("a0", "a")
    queue.enter("a1", "a")
    for n in range(10):
        queue.enter(f"new{n}", f"reader{n}")
    queue.end()
    assert queue.served.index("a1") == 3


def test_no_more_run_than_there_are_places():
    queue = Queue(2)
    for n in range(6):
        queue.enter(f"{n}", f"reader{n}")
    assert queue.running == 2
    queue.end()
    assert queue.most == 2
    assert len(queue.served) == 6


def test_one_client_never_has_every_place():
    # given a client who has as many places as one may, and wants more
    queue = Queue(3, each=2)
    for n in range(3):
        queue.enter(f"greedy{n}", "greedy")
    # when another comes, then there is one for it at once, and the first still waits
    queue.enter("honest", "honest")
    assert queue.served == ["greedy0", "greedy1", "honest"]
    queue.end()
    assert queue.served[-1] == "greedy2"


def test_who_waits_is_told_the_place_in_the_queue(monkeypatch):
    monkeypatch.setattr("techsum.fair_queue._LOOK_SECONDS", 0.001)
    queue = Queue()
    for n in range(3):
        queue.enter(f"{n}", f"reader{n}")
    assert queue.positions["2"][-1] == 2
    queue.end()
    assert queue.positions["2"][-1] == 1
    assert queue.positions["0"] == []


def test_a_wait_that_is_given_up_leaves_the_queue():
    queue, cancel = Queue(), threading.Event()
    queue.enter("first", "a")
    cancel.set()
    with pytest.raises(CancelledError), queue.places.turn("b", cancel):
        pytest.fail("it got a place")
    assert queue.places.waiting == 0
    queue.end()
    assert queue.served == ["first"]


def test_a_place_is_given_back_when_the_work_fails():
    places = FairQueue(1)
    with pytest.raises(ZeroDivisionError), places.turn("a", threading.Event()):
        raise ZeroDivisionError
    with places.turn("b", threading.Event()):
        pass
