"""The library with 100,000 summaries: how long a list and a search take, and what the file weighs.

Summaries are made of sentences of `TECHSUM_DATA`'s articles under other titles; one reader has them all.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from common import finish, machine, rows, seconds
from techsum.contracts.article import Article
from techsum.contracts.entry import Entry, Request
from techsum.library import Library, open_library
from techsum.library.transfer import Transfer
from techsum.summarizers import extract

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
TARGET_MS = 50
QUERIES = ("양자", "ㅇㅈ", "ㅇㅈㅅㄱ", "원자시계", "미국 대학교", "ㅎㄱ 과학", "없는낱말뿐", "2020")


def entries(count: int) -> list[Entry]:
    """Made-up summaries of real sentences, with titles of their own."""
    chance = random.Random(0)
    texts = [r for r, _ in zip(rows("kowiki-articles.jsonl.gz"), range(400), strict=False)]
    made = [
        (extract(Article(r["text"][:2000], r["title"])), Article(r["text"][:600], r["title"])) for r in texts
    ]
    found = []
    for n in range(count):
        result, article = made[chance.randrange(len(made))]
        title = f"{result.title} {made[chance.randrange(len(made))][0].title} {n}"
        request = Request("text", title)
        found.append(
            Entry(
                f"{n:022}", "mine", "done", request, float(n), float(n), title, article, None,
                replace(result, title=title), None, None, (f"태그{n % 50}",),
            )
        )  # fmt: skip
    return found


def median_ms(work: Callable[[], object]) -> float:
    """Median milliseconds of nine calls."""
    return statistics.median(seconds(work) for _ in range(9)) * 1000


def measure(library: Library) -> None:
    """Print times. Ends with an error above the target."""
    worst = 0.0
    works: tuple[tuple[str, Callable[[], object]], ...] = (
        ("list, first page", lambda: library.find("mine")),
        ("list, page 100", lambda: library.find("mine", page=100)),
        ("list by tag", lambda: library.find("mine", tag="태그7")),
        *((f"search {q}", partial(library.find, "mine", q)) for q in QUERIES),
        ("search 양자 by tag", lambda: library.find("mine", "양자", tag="태그7")),
    )
    for name, work in works:
        work()
        took = median_ms(work)
        worst = max(worst, took)
        print(f"{name:24} {took:7.1f} ms")
    finish({f"the slowest in {TARGET_MS} ms": worst < TARGET_MS})


def main() -> None:
    """SQLite in a folder of its own."""
    print(machine("sqlalchemy"), f"· {COUNT} summaries")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "library.db"
        library = open_library(f"sqlite:///{path}")
        began = time.perf_counter()
        Transfer(library).add(entries(COUNT))
        print(f"filled in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 1e6:.0f} MB")
        measure(library)
        library.close()


if __name__ == "__main__":
    main()
