"""Twenty hostile and twenty honest readers at one server: what do the honest ones notice?

Every hostile reader goes through the attacks below for as long as the benchmark runs, from one of four addresses;
the server believes `X-Forwarded-For`, as behind a proxy. Honest ones have an address each, look whether the server
is there, and have a short article summarised. Fails above the targets.
"""

import argparse
import itertools
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import psutil

from common import PROJECT, finish, machine

HOSTILE, HONEST, HOSTILE_ADDRESSES = 20, 20, 4
HEALTH_SECONDS, SUMMARY_SECONDS, MOST_MB, DISK_MB = 1.0, 10.0, 1_200, 500
READING_SECONDS = 15
"""Between two articles of an honest reader."""
PORT = 8797
SENTENCE = "종이 센서는 탈수가 시작되기 20분 전에 경고한다고 연구진이 밝혔다. "
ARTICLE = SENTENCE * 12
FORM = {"content-type": "multipart/form-data; boundary=x; charset=punycode"}


class Reader:
    """A browser with cookies, at an address of its own.

    Args:
        address: what the proxy says.
    """

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{PORT}",
            headers={"X-Forwarded-For": address},
            timeout=60,
            trust_env=False,
        )
        self.http.get("/guide")

    def summarise(self, source: str, **more: str) -> httpx.Response:
        """Ask for a summary."""
        return self.http.post("/api/summaries", json={"source": source, "model": "extract", **more})


def codec(reader: Reader) -> None:
    """A form in an encoding whose decoder is quadratic."""
    body = (
        b'--x\r\nContent-Disposition: form-data; name="source"\r\n\r\n'
        + b"a" * 200_000
        + b"-"
        + b"ba" * 100_000
    )
    reader.http.post("/api/summaries", content=body + b"\r\n--x--\r\n", headers=FORM)


def dots(reader: Reader) -> None:
    """What quadratic patterns dislike, held against a claim with a number."""
    article = ARTICLE + "\n\n" + ("." * 3990 + " ") * 50
    reader.http.post(
        "/api/check", json={"article": article, "summary": "센서는 21분 전에 경고한다.", "check": "rules"}
    )


def comments(reader: Reader) -> None:
    """A small file on which a parser might never end."""
    reader.http.post("/api/summaries", files={"file": ("a.html", b"<!---->" * 4000 + b"x" * 100)})


def book(reader: Reader) -> None:
    """A text of half a million characters."""
    reader.summarise(SENTENCE * (500_000 // len(SENTENCE)))


def short_lines(reader: Reader) -> None:
    """A text of lines of one letter."""
    reader.summarise("가\n" * 100_000)


def list_of_giants(reader: Reader) -> None:
    """Large rows, put in from a file, and the lists that show them."""
    giant = "가" * 600_000
    row = json.dumps({"input": giant, "output": giant, "mode": "text", "title": "t"}, ensure_ascii=False)
    reader.http.post("/api/library", content=f"[{row}]".encode())
    for _ in range(5):
        reader.http.get("/")


def many_rows(reader: Reader) -> None:
    """An import of hundreds of rows."""
    rows = [
        {"id": n, "mode": "link", "title": f"{n}", "input": "http://e.kr/", "output": ARTICLE}
        for n in range(300)
    ]
    reader.http.post("/api/library", content=json.dumps(rows).encode())


def half_requests(_reader: Reader) -> None:
    """Connections that send half a request and wait."""
    held = []
    for _ in range(20):
        one = socket.create_connection(("127.0.0.1", PORT))
        one.sendall(b"GET / HTTP/1.1\r\nHost: x")
        held.append(one)
    time.sleep(3)
    for one in held:
        one.close()


def endless_body(_reader: Reader) -> None:
    """A body of 40 MB that does not end."""
    with socket.create_connection(("127.0.0.1", PORT)) as one:
        one.sendall(f"POST /api/library HTTP/1.1\r\nHost: x\r\nContent-Length: {49 << 20}\r\n\r\n".encode())
        one.sendall(b"a" * (40 << 20))
        time.sleep(3)


ATTACKS = (codec, dots, comments, book, short_lines, list_of_giants, many_rows, half_requests, endless_body)


def attack(number: int, until: float, seen: Counter[str]) -> None:
    """Go through the attacks; what the server refuses is refused."""
    chance = random.Random(number)
    reader = Reader(f"198.51.100.{number % HOSTILE_ADDRESSES + 1}")
    while time.monotonic() < until:
        one = chance.choice(ATTACKS)
        try:
            one(reader)
            seen[one.__name__] += 1
        except (httpx.HTTPError, OSError):
            seen[f"{one.__name__} (cut)"] += 1
        if chance.random() < 0.2:
            reader = Reader(f"198.51.100.{number % HOSTILE_ADDRESSES + 1}")


def attack_together(count: int, seconds: float) -> None:
    """All the hostile readers; prints how often they did what."""
    until, attacks = time.monotonic() + seconds, Counter[str]()
    threads = [threading.Thread(target=attack, args=(n, until, attacks)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(attacks))


def read(
    number: int, until: float, health: list[float], summaries: list[float], failed: Counter[str]
) -> None:
    """An honest reader: look, have an article summarised, read for a while."""
    reader = Reader(f"203.0.113.{number + 1}")
    for turn in itertools.count():
        if time.monotonic() >= until:
            return
        try:
            began = time.monotonic()
            reader.http.get("/api/health").raise_for_status()
            health.append(time.monotonic() - began)
            began = time.monotonic()
            answer = reader.summarise(f"{number}번째 독자의 {turn}번째 글이다. {ARTICLE}").raise_for_status()
            place = answer.headers["location"]
            while (entry := reader.http.get(place).raise_for_status().json())["status"] in (
                "queued",
                "running",
            ):
                time.sleep(0.2)
            summaries.append(time.monotonic() - began)
            if entry["status"] != "done":
                failed[str(entry["error"])] += 1
        except httpx.HTTPError as error:
            failed[str(error).splitlines()[0]] += 1
        time.sleep(READING_SECONDS)


def watch(server: psutil.Process, until: float, peak: list[float]) -> None:
    """The most memory of the server and its parsers."""
    while time.monotonic() < until:
        whole = [server, *server.children(recursive=True)]
        peak[0] = max(peak[0], sum(p.memory_info().rss for p in whole if p.is_running()) / 1e6)
        time.sleep(0.5)


def percentile(found: list[float], share: float) -> float:
    """The value below which this share lies."""
    return sorted(found)[min(len(found) - 1, int(len(found) * share))]


def main() -> None:
    """Start a server, run both kinds of readers, print and judge."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=300)
    options.add_argument("--hostile", type=int, default=HOSTILE, help="how many hostile readers")
    options.add_argument("--honest", type=int, default=HONEST, help="how many honest readers")
    options.add_argument(
        "--attack", action="store_true", help="be the hostile readers, in a process of their own"
    )
    asked = options.parse_args()
    seconds = asked.seconds
    if asked.attack:
        attack_together(asked.hostile, seconds)
        return
    print(
        machine("fastapi", "uvicorn"),
        f"· {asked.hostile} hostile, {asked.honest} honest readers, {seconds:g} s",
    )
    with tempfile.TemporaryDirectory() as data:
        own = {
            "TECHSUM_DATA_DIR": data, "TECHSUM_MODEL": "extract", "TECHSUM_CHECK": "rules", "TECHSUM_PROXIES": "127.0.0.1",
            "TECHSUM_READER_MEGABYTES": "50", "TECHSUM_LIBRARY_MEGABYTES": str(DISK_MB // 2),
        }  # fmt: skip
        command = [sys.executable, "-m", "techsum", "serve", "--port", str(PORT)]
        with subprocess.Popen(
            command, env=os.environ | own, cwd=PROJECT, stdout=subprocess.DEVNULL
        ) as process:
            try:
                measure(psutil.Process(process.pid), Path(data), asked)
            finally:
                process.terminate()


def measure(server: psutil.Process, data: Path, asked: argparse.Namespace) -> None:
    """Let both kinds loose; print a table; fail above the targets."""
    wait_until_up()
    seconds = asked.seconds
    until, peak = time.monotonic() + seconds, [0.0]
    health, summaries, failed, attacks = list[float](), list[float](), Counter[str](), Counter[str]()
    threads = [threading.Thread(target=watch, args=(server, until, peak))]
    threads += [
        threading.Thread(target=read, args=(n, until, health, summaries, failed)) for n in range(asked.honest)
    ]
    # elsewhere in the world they have processors of their own; here they get what is left
    command = [
        "nice",
        "-n",
        "19",
        sys.executable,
        __file__,
        "--attack",
        "--seconds",
        str(seconds),
        "--hostile",
        str(asked.hostile),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as hostile:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        attacks.update(json.loads(hostile.communicate(timeout=120)[0]))
    disk = sum(f.stat().st_size for f in data.rglob("*") if f.is_file()) / 1e6
    rows = (
        ("/api/health", health, HEALTH_SECONDS),
        ("a summary", summaries, SUMMARY_SECONDS),
    )
    print("| honest readers | times | median s | p95 s | target s |\n|---|---|---|---|---|")
    for name, found, target in rows:
        print(
            f"| {name} | {len(found)} | {statistics.median(found):.2f} | {percentile(found, 0.95):.2f} | {target:g} |"
        )
    print(f"\nmemory at most {peak[0]:.0f} MB (target {MOST_MB}), disk {disk:.0f} MB (target {DISK_MB})")
    print(f"attacks: {dict(attacks.most_common())}; honest requests that failed: {dict(failed)}")
    waits = {f"{name} in {target:g} s": percentile(found, 0.95) <= target for name, found, target in rows}
    bounds = {"memory": peak[0] <= MOST_MB, "disk": disk <= DISK_MB, "no honest failure": not failed}
    finish({**waits, **bounds})


def wait_until_up() -> None:
    """Return when the server answers."""
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{PORT}/api/health", trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    main()
