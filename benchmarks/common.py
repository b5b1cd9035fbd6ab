"""What the benchmarks share: where the data is, how times are taken, what machine this is."""

import gzip
import json
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

PROJECT = Path(__file__).parents[1]
DATA = Path(os.environ.get("TECHSUM_DATA", PROJECT.parent / "shared" / "data"))
"""Folder of the test articles (JSON lines with `title`, `input`, `output`)."""


def rows(name: str | Path) -> Iterator[dict[str, str]]:
    """The rows of a data file; ends the benchmark with one line where the data is not here."""
    path = DATA / name
    if not path.exists():
        raise SystemExit(f"{path} is not here: set TECHSUM_DATA to a folder with {name}")
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that one call takes."""
    began = clock()
    work()
    return clock() - began


def paired(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    runs: int,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, float]:
    """Median seconds of both sides, measured in turn so that a busy moment hits both."""
    pairs = [(seconds(ours, clock), seconds(theirs, clock)) for _ in range(runs)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def finish(targets: Mapping[str, bool]) -> None:
    """End the script: with an error that names the targets that are missed, which `make bench` publishes."""
    if missed := [name for name, met in targets.items() if not met]:
        sys.exit(f"MISSED: {', '.join(missed)}")


def machine(*packages: str) -> str:
    """One line about this machine and the versions that matter."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = [f"{p} {version(p)}" for p in packages]
    return ", ".join([_processor(), f"{cores} cores", f"Python {platform.python_version()}", *versions])


def _processor() -> str:
    """The processor's name, with what of it decides how fast models are."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return f"{platform.system()} {platform.processor() or platform.machine()}"
    about = dict(reversed([re.split(r"\s*:\s*", line, maxsplit=1) for line in lines if ":" in line]))
    known = about.get("flags", "").split()
    extras = [flag for flag in ("avx2", "avx512f", "amx_tile") if flag in known]
    return f"{about.get('model name', platform.machine())} ({', '.join(extras)})"
