"""Half an hour of mixed load at the limit: does anything grow that should not?

Readers come and go without a pause: they ask for summaries of texts and of documents (now and then by the embedded model, which
then always has a queue), follow the events, break off, ask questions, save, search, share, delete. Memory, file handles,
threads and the database's size are noted every five seconds. Each must be level: its highest value in the last third may
be a tenth above that of the middle third; the database may grow by what is kept, and is given per summary.
"""

import argparse
import csv
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

from common import PROJECT, finish, machine
from techsum.evaluation.data import load

PORT, READERS, EVERY = 8794, 8, 5
MAY_GROW = 1.1
LEVEL = ("memory", "handles", "threads")
ARTICLES = [e.text for e in load(PROJECT / "tests" / "data" / "articles.jsonl")]


def reader(number: int, until: float, counts: Counter[str], failures: list[str]) -> None:
    """One reader after the other, each for a minute at most."""
    chance = random.Random(number)
    while time.monotonic() < until:
        with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=120, trust_env=False) as browser:
            leaves = time.monotonic() + chance.uniform(10, 60)
            try:
                browser.get("/")
                while time.monotonic() < min(leaves, until):
                    visit(browser, chance, counts)
            except (httpx.HTTPError, KeyError, ValueError) as error:
                failures.append(f"{type(error).__name__}: {error}")


def visit(browser: httpx.Client, chance: random.Random, counts: Counter[str]) -> None:
    """Ask for one summary and do what readers do with it."""
    model = "gemma-3-270m-ko" if chance.random() < 0.05 else "extract"
    source = f"{chance.random()} 번째 글이다. {chance.choice(ARTICLES)}"
    if chance.random() < 0.3:
        asked = browser.post(
            "/api/summaries", files={"file": ("글.txt", source.encode())}, data={"model": model}
        )
    else:
        asked = browser.post("/api/summaries", json={"source": source, "model": model})
    counts[str(asked.status_code)] += 1
    if asked.status_code == 429:
        time.sleep(chance.uniform(1, 3))
        return
    where = asked.headers["location"]
    with browser.stream("GET", f"{where}/events") as events:
        for seen, line in enumerate(events.iter_lines()):
            if line.startswith("event: done") or (seen > 5 and chance.random() < 0.02):
                break  # some readers leave in mid-stream
    if chance.random() < 0.1:
        browser.delete(where)
        counts["stopped"] += 1
        return
    browser.get("/s/" + where.rpartition("/")[2])
    if chance.random() < 0.5:
        browser.patch(where, json={"saved": True, "tags": ["시험"]})
        browser.get("/api/summaries", params={"q": chance.choice(("연구", "ㅇㄱ", "전지", "없는말"))})
        counts["saved"] += 1
    if chance.random() < 0.3:
        browser.post(f"{where}/questions", json={"question": "무엇을 만들었나요?", "model": "extract"})
        counts["asked"] += 1
    if chance.random() < 0.2:
        browser.post(f"{where}/share")
        browser.delete(f"{where}/share")
    if chance.random() < 0.3:
        browser.delete(where)
        counts["deleted"] += 1


def size(folder: Path) -> int:
    """Bytes of the library's files; the write-ahead log comes and goes."""
    found = 0
    for file in folder.glob("library.db*"):
        with suppress(FileNotFoundError):
            found += file.stat().st_size
    return found


def noted(server: psutil.Process, data: Path) -> dict[str, float]:
    """What the server and its children hold now."""
    everyone = [server, *server.children(recursive=True)]
    return {
        "memory": sum(p.memory_info().rss for p in everyone) / 1e6,
        "handles": sum(p.num_fds() for p in everyone),
        "threads": sum(p.num_threads() for p in everyone),
        "database": size(data) / 1e6,
    }


def main() -> None:
    """Run, write the curves, and fail where something grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--out", type=Path, default=PROJECT / "docs" / "soak")
    asked = parser.parse_args()
    print(machine("fastapi", "uvicorn"), f"· {asked.minutes:g} minutes, {READERS} readers at a time")
    with tempfile.TemporaryDirectory() as folder:
        import os

        environment = os.environ | {
            "TECHSUM_DATA_DIR": folder,
            "TECHSUM_LANG": "ko",
            "TECHSUM_MODEL": "extract",
        }
        command = [sys.executable, "-m", "techsum", "serve", "--port", str(PORT)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            try:
                rows, counts, failures = load_it(
                    psutil.Process(process.pid), Path(folder), asked.minutes * 60
                )
            finally:
                process.terminate()
    write(rows, asked.out)
    print(dict(counts), f"{len(failures)} failures", failures[:5])
    third, targets = len(rows) // 3, {}
    for name in LEVEL:
        middle, last = (max(r[name] for r in part) for part in (rows[third : 2 * third], rows[2 * third :]))
        print(f"{name}: at most {middle:.0f} in the middle third, {last:.0f} in the last")
        targets[f"{name} does not grow"] = last <= MAY_GROW * middle
    made = counts["202"]
    print(
        f"database: {rows[-1]['database']:.0f} MB, {rows[-1]['database'] * 1000 / made:.1f} KB for each of {made} summaries"
    )
    finish({**targets, "nothing fails": not failures})


def load_it(
    server: psutil.Process, data: Path, seconds: float
) -> tuple[list[dict[str, float]], Counter[str], list[str]]:
    """The load, and what was noted during it."""
    for _ in range(300):
        try:
            httpx.get(f"http://127.0.0.1:{PORT}/api/health", trust_env=False)
            break
        except httpx.HTTPError:
            time.sleep(0.1)
    counts: Counter[str] = Counter()
    failures: list[str] = []
    began = time.monotonic()
    threads = [
        threading.Thread(target=reader, args=(n, began + seconds, counts, failures)) for n in range(READERS)
    ]
    for thread in threads:
        thread.start()
    rows = []
    while any(t.is_alive() for t in threads):
        rows.append({"seconds": time.monotonic() - began} | noted(server, data))
        time.sleep(EVERY)
    return rows, counts, failures


def write(rows: list[dict[str, float]], out: Path) -> None:
    """The curves as CSV and PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    with out.with_suffix(".csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({k: round(v, 1) for k, v in row.items()} for row in rows)
    figure, axes = plt.subplots(4, 1, figsize=(8, 8), dpi=110, sharex=True)
    units = {"memory": "MB", "handles": "file handles", "threads": "threads", "database": "database, MB"}
    for axis, (name, unit) in zip(axes, units.items(), strict=True):
        axis.plot([r["seconds"] / 60 for r in rows], [r[name] for r in rows], color="#3b6ea5", linewidth=1.2)
        axis.set_ylabel("memory, MB" if name == "memory" else unit)
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    axes[-1].set_xlabel("minutes")
    figure.tight_layout()
    figure.savefig(out.with_suffix(".png"))


if __name__ == "__main__":
    main()
