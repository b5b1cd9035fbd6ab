"""Waiting for a condition, never for a time; and processes that end with their test."""

import subprocess
import time
from contextlib import contextmanager, suppress

import psutil


def until(holds, seconds=60, every=0.05, alive=None):
    """The condition's first true answer; fails at the deadline, or where the process `alive` has ended."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert alive is None or alive.poll() is None, "the process ended"
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(every)
    return found


@contextmanager
def started(command, **more):
    """A process that ends with the block, with all that it started, whatever happened inside."""
    with subprocess.Popen(command, **more) as process:
        try:
            yield process
        finally:
            with suppress(psutil.NoSuchProcess):
                mine = psutil.Process(process.pid)
                for one in (*mine.children(recursive=True), mine):
                    with suppress(psutil.NoSuchProcess):
                        one.kill()
