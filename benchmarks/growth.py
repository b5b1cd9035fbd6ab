"""What more work costs: one document of 1 to 1,000 pages, and batches of 1 to 10,000 rows, without a model.

Each size runs in a process of its own. Time that grows faster than the work by more than a fifth from one size
to the next, or memory that grows with the rows, misses the target. The plot is docs/growth.png.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from common import PROJECT, finish, machine

PAGES, ROWS = (1, 10, 100, 1000), (1, 10, 100, 1000, 10_000)
PAGE_CHARACTERS = 1_500
STEEPEST = 1.2
"""Times the work's own growth."""
MEGABYTES = 1.5
"""Times the memory of a hundred rows that ten thousand may take."""

CHILD = """
import json, resource, sys, time
from pathlib import Path
from techsum import korean, read
korean.warm()
what, path = sys.argv[1], Path(sys.argv[2])
began = time.perf_counter()
if what == "pages":
    from techsum.summarizers import extract
    extract(read(str(path)))
else:
    from techsum.batch import batch
    from techsum.contracts.options import SummaryOptions
    for last in batch(path, path.with_suffix(".out.jsonl"), SummaryOptions(model="extract"), workers=1):
        pass
seconds = time.perf_counter() - began
who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
kilobytes = max(resource.getrusage(one).ru_maxrss for one in who)
print(json.dumps({"seconds": seconds, "megabytes": kilobytes / 1024}))
"""


def sentences() -> list[str]:
    """The sentences of the project's own articles, over and over."""
    rows = (PROJECT / "data" / "techsum-ko" / "articles.train.jsonl").read_text("utf-8").splitlines()
    return [line for row in rows for line in json.loads(row)["text"].split("\n") if line.strip()]


def written(folder: Path, what: str, size: int, paragraphs: Sequence[str]) -> Path:
    """A document of so many pages, or a file of so many rows, no two of them alike."""
    path = folder / f"{what}-{size}.{'txt' if what == 'pages' else 'jsonl'}"
    place = 0

    def taken(characters: int) -> str:
        nonlocal place
        found: list[str] = []
        while sum(map(len, found)) < characters:
            found.append(f"{place}번째 문단이다. {paragraphs[place % len(paragraphs)]}")
            place += 1
        return "\n\n".join(found)

    with path.open("w", encoding="utf-8") as file:
        if what == "pages":
            file.write(taken(size * PAGE_CHARACTERS))
        else:
            for _ in range(size):
                file.write(json.dumps({"text": taken(PAGE_CHARACTERS // 2)}, ensure_ascii=False) + "\n")
    return path


def measured(what: str, path: Path) -> tuple[float, float]:
    """Seconds and megabytes of a process that does it."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, what, str(path)], stdout=subprocess.PIPE, text=True, check=True
    )
    said = json.loads(done.stdout.splitlines()[-1])
    return said["seconds"], said["megabytes"]


def plot(found: dict[str, list[tuple[int, float, float]]]) -> None:
    """Time and memory against size."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, panes = plt.subplots(1, 2, figsize=(8, 3), dpi=150)
    for what, line in found.items():
        sizes, seconds, megabytes = zip(*line, strict=True)
        panes[0].loglog(sizes, seconds, marker="o", label=what)
        panes[1].semilogx(sizes, megabytes, marker="o", label=what)
    for pane, name in zip(panes, ("seconds", "megabytes"), strict=True):
        pane.set_xlabel("pages, rows")
        pane.set_ylabel(name)
        pane.margins(0.08)
        pane.set_ylim(bottom=0 if name == "megabytes" else None)
        pane.legend(frameon=False)
        pane.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(PROJECT / "docs" / "growth.png")
    plt.close(figure)


def main() -> None:
    """Measure every size, say the table, and fail where the growth is too steep."""
    print(machine("kiwipiepy"))
    paragraphs, found, steep = sentences(), dict[str, list[tuple[int, float, float]]](), []
    print("| what | size | seconds | times the last size's | MB |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for what, sizes in (("pages", PAGES), ("rows", ROWS)):
            line: list[tuple[int, float, float]] = []
            for size in sizes:
                seconds, megabytes = measured(what, written(Path(folder), what, size, paragraphs))
                times = f"{seconds / line[-1][1]:.1f}" if line else ""
                print(f"| {what} | {size:,} | {seconds:.2f} | {times} | {megabytes:.0f} |")
                if line and seconds > 1 and seconds / line[-1][1] > size / line[-1][0] * STEEPEST:
                    steep.append(f"{what} {size:,}")
                line.append((size, seconds, megabytes))
            found[what] = line
    plot(found)
    if found["rows"][-1][2] > found["rows"][2][2] * MEGABYTES:
        steep.append("memory of rows")
    finish(dict.fromkeys(steep, False))


if __name__ == "__main__":
    main()
