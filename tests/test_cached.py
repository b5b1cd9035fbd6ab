"""A value that is computed once, and for whom one object's work keeps no other waiting."""

import threading

from techsum.cached import cached_property


class Thing:
    computed = 0

    def __init__(self, wait=None):
        self.wait = wait

    @cached_property
    def value(self):
        """What it is."""
        Thing.computed += 1
        if self.wait:
            self.wait()
        return object()


def test_it_is_computed_once_for_each_object():
    one, other, before = Thing(), Thing(), Thing.computed
    assert one.value is one.value
    assert one.value is not other.value
    assert Thing.computed == before + 2
    assert Thing.value.__doc__ == "What it is."


def test_one_objects_work_keeps_no_other_waiting():
    # given an object whose value takes until it is let go
    began, go = threading.Event(), threading.Event()
    slow = Thing(lambda: (began.set(), go.wait(30)))
    working = threading.Thread(target=lambda: slow.value)
    working.start()
    assert began.wait(30)
    # when another one's is asked for, then it comes at once
    quick = threading.Thread(target=lambda: Thing().value)
    quick.start()
    quick.join(10)
    assert not quick.is_alive()
    go.set()
    working.join()


def test_two_threads_see_the_same_value():
    both = threading.Barrier(2)
    shared, found = Thing(both.wait), []
    threads = [threading.Thread(target=lambda: found.append(shared.value)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found[0] is found[1]
