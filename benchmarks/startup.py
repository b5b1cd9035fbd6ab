"""How long the first answer takes from nothing: the import, help, and the key sentences of a cold command.

Each run is a new process, beside an empty Python; the median of the runs counts. Nothing is warm but the disk's cache.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from common import PROJECT, finish, machine

RUNS = 7
TECHSUM = [sys.executable, "-m", "techsum"]
ARTICLE = str(PROJECT / "samples" / "article.txt")
IMPORT = "import time; began = time.perf_counter(); import techsum; print(time.perf_counter() - began)"
Measure = Callable[[], float]
"""Seconds."""


def seconds(command: list[str]) -> float:
    """Wall time of a process."""
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def import_seconds() -> float:
    """What `import techsum` takes in a process that has begun."""
    done = subprocess.run([sys.executable, "-c", IMPORT], stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def first_sentence(command: list[str]) -> float:
    """Until the first key sentence stands in the output; the process is stopped then."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        sentence = next(line for line in process.stdout if line.rstrip().endswith("."))
        took = time.perf_counter() - began
        process.kill()
    assert sentence
    return took


def main() -> None:
    """Print the table; fail where a target is missed."""
    print(machine("kiwipiepy", "typer"))
    cold = [*TECHSUM, "summarize", ARTICLE, "--model"]
    rows: dict[str, tuple[Measure, float | None]] = {
        "an empty Python": (lambda: seconds([sys.executable, "-c", "pass"]), None),
        "`import techsum`": (import_seconds, 0.1),
        "`techsum --version`": (lambda: seconds([*TECHSUM, "--version"]), None),
        "`techsum --help`": (lambda: seconds([*TECHSUM, "--help"]), 0.3),
        "first key sentence, no model": (lambda: first_sentence([*cold, "extract"]), 1.5),
        "first key sentence, before the embedded model is loaded": (
            lambda: first_sentence([*cold, "gemma-3-270m-ko"]),
            1.5,
        ),
    }
    measured: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(RUNS):  # in turn, so that a busy moment hits all
        for name, (measure, _) in rows.items():
            measured[name].append(measure())
    print("| | seconds, median | target |\n|---|---|---|")
    for name, (_, target) in rows.items():
        print(f"| {name} | {median(measured[name]):.3f} | {target or ''} |")
    finish({n: not target or median(measured[n]) <= target for n, (_, target) in rows.items()})


if __name__ == "__main__":
    main()
