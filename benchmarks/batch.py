"""How many documents a batch does: by workers, by engine, and what a worker's memory is.

Documents a second are those between the first row and the last, so that no start is counted; starts are
given beside them. Both engines and both numbers of workers read the same rows in turn.
"""

import argparse
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, get_args

import psutil

from common import finish, machine, rows
from techsum.batch import batch
from techsum.batch.items import items
from techsum.batch.outputs import opened
from techsum.contracts.options import SummaryOptions
from techsum.settings import settings

ABSTRACTIVE = "gemma-3-270m-ko"


def articles(path: Path, count: int) -> Path:
    """A file of `count` articles: those of the test set again and again, each with a line of its own."""
    known = [row["text"][:2500] for row in rows("kowiki-articles.jsonl.gz") if len(row["text"]) > 500]
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            text = f"{number}번째 문서.\n{known[number % len(known)]}"
            file.write(json.dumps({"id": number, "text": text}, ensure_ascii=False) + "\n")
    return path


Engine = Literal["local", "ray"]


class Measured:
    """One run: seconds to the first row, documents a second after it, megabytes of the largest worker."""

    def __init__(  # noqa: PLR0917 - a row of the table of runs
        self, source: Path, model: str, engine: Engine, workers: int, count: int, slots: int = 1
    ) -> None:
        self.memory = 0.0
        stop = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(stop,))
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            watcher.start()
            first = 0.0
            out, how = Path(folder) / "out.jsonl", {"workers": workers, "slots": slots}
            for moment in batch(source, out, SummaryOptions(model=model), engine=engine, **how):
                if moment.made == 1:
                    first = time.perf_counter()
            stop.set()
            watcher.join()
            assert (moment.done, moment.errors) == (count, 0)
        self.start = first - began
        self.rate = (count - 1) / (time.perf_counter() - first)
        self.whole = time.perf_counter() - began

    def _watch(self, stop: threading.Event) -> None:
        while not stop.wait(5):
            for process in psutil.Process().children(recursive=True):
                try:
                    if "techsum.batch.worker" in process.cmdline():
                        self.memory = max(self.memory, process.memory_info().rss / 1e6)
                except psutil.Error:
                    continue


def efficiency(source: Path, model: str, count: int, runs: int, goal: float | None) -> dict[str, bool]:
    """Documents a second with one worker and with two, in turn. Returns whether the goal is met."""
    pairs = []
    for _ in range(runs):
        one, two = (Measured(source, model, "local", workers, count) for workers in (1, 2))
        pairs.append((one, two))
        print(
            f"{model}: {one.rate:.2f} documents/s with one worker, {two.rate:.2f} with two; "
            f"first row after {one.start:.1f} and {two.start:.1f} s; {one.memory:.0f} MB a worker"
        )
    found = statistics.median(two.rate / one.rate / 2 for one, two in pairs)
    print(f"{model}: efficiency at two workers {found:.2f} (median of {runs})")
    return {f"{model}: {goal} of twice with two workers": found >= goal} if goal is not None else {}


@contextmanager
def one_thread_a_worker() -> Iterator[None]:
    """Within it a worker reads prompts with one core however many there are."""
    before = dict(os.environ)
    os.environ["TECHSUM_THREADS"] = "1"
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


def ends(source: Path, count: int) -> None:
    """What one reader and one writer can do at most: what bounds a batch however many workers it has."""
    began = time.perf_counter()
    read = sum(len(item.as_json()) for item in items(source))
    middle = time.perf_counter()
    line = b"x" * 5000
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder) / "o.jsonl", source, SummaryOptions(model="extract")) as output,
    ):
        for _ in range(count):
            output.write(line)
    print(
        f"the ends: {count / (middle - began):.0f} rows/s read and packed ({read / count / 1000:.1f} KB each), "
        f"{count / (time.perf_counter() - middle):.0f} rows/s of {len(line) / 1000:.0f} KB written"
    )


def main() -> None:
    """Measure. Ends with an error where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000, help="for Ray against local")
    parser.add_argument("--part", choices=["extract", "written", "ray", "ends"], action="append")
    asked = parser.parse_args()
    parts = asked.part or ["extract", "written", "ray", "ends"]
    targets: dict[str, bool] = {}
    print(machine("kiwipiepy", "xllamacpp", "ray"), f"· load before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        if "extract" in parts:
            targets |= efficiency(articles(Path(folder) / "e.jsonl", 1500), "extract", 1500, 3, 0.9)
        if "written" in parts:
            source = articles(Path(folder) / "a.jsonl", 12)
            print("one worker with both cores, and two with one each:")
            efficiency(source, ABSTRACTIVE, 12, 1, None)
            print("a core for each worker:")
            with one_thread_a_worker():
                targets |= efficiency(source, ABSTRACTIVE, 12, 3, 0.9)
            slotted = Measured(source, ABSTRACTIVE, "local", 1, 12, slots=2)
            print(f"{ABSTRACTIVE}: {slotted.rate:.2f} documents/s with one worker of two slots")
        if "ray" in parts:
            source = articles(Path(folder) / "r.jsonl", asked.articles)
            local, ray = (Measured(source, "extract", e, 2, asked.articles) for e in get_args(Engine))
            print(
                f"{asked.articles} articles, two workers: local {local.whole:.0f} s ({local.rate:.1f} a second), "
                f"Ray {ray.whole:.0f} s ({ray.rate:.1f} a second, first row after {ray.start:.1f} s): "
                f"{ray.whole / local.whole:.2f} times as long"
            )
        if "ends" in parts:
            ends(articles(Path(folder) / "i.jsonl", 10_000), 10_000)
    finish(targets)


if __name__ == "__main__":
    main()
