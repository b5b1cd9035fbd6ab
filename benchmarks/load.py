"""One server process under more and more readers: what it makes, what it refuses, how long they wait.

Each reader asks for a summary of an article of its own, waits until it is done, and asks again; one who is refused
(429) comes again after a second. Limits are as they are set: what is over them is shed, and the rest is served.
Fails where a request fails in another way, or where what is made falls below half of the best under any load.
"""

import argparse
import asyncio
import math
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter

import httpx

from common import PROJECT, finish, machine

READERS, SECONDS, PORT = (1, 4, 16, 64, 128, 256), 15, 8796
LEAST_SHARE = 0.5
ARTICLE = (
    "남해의 작은 섬 솔섬에서 바닷물로 전기를 저장하는 시험이 시작됐다. 장치의 용량은 {n}킬로와트시로 섬의 스물여섯 가구가 하룻밤 쓸 수 있는 "
    "양이다. 연구진은 겨울에도 성능이 유지되는지를 두 해 동안 지켜볼 계획이다. 소금물은 불이 나지 않고 값이 싸다. 다만 무게가 무거워 "
    "자동차에는 쓸 수 없다고 연구진은 설명했다. "
) * 3


async def read(
    client: httpx.AsyncClient, number: int, until: float, made: list[float], ended: Counter[str]
) -> None:
    """One reader: a summary after the other, until the time is over."""
    count = 0
    await client.get("/guide")
    while time.monotonic() < until:
        count, began = count + 1, time.monotonic()
        body = {"source": ARTICLE.format(n=number * 1_000 + count), "model": "extract"}
        answer = await client.post("/api/summaries", json=body)
        if answer.status_code == 429:
            ended["refused"] += 1
            await asyncio.sleep(1)
        elif answer.status_code == 202:
            async with client.stream("GET", f"{answer.headers['Location']}/events") as stream:
                last = [line async for line in stream.aiter_lines() if line.startswith("event: ")][-1]
            ended[last.removeprefix("event: ")] += 1
            if last == "event: done":
                made.append(time.monotonic() - began)
        else:
            ended[f"status {answer.status_code}"] += 1


async def load(readers: int, seconds: float) -> tuple[float, list[float], Counter[str]]:
    """Summaries a second, the seconds that each took, and how requests ended."""
    made: list[float] = []
    ended: Counter[str] = Counter()
    context = ssl.create_default_context()  # one for all: a client takes 15 ms to make its own
    clients = [
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", timeout=120, trust_env=False, verify=context)
        for _ in range(readers)
    ]
    began = time.monotonic()
    try:
        await asyncio.gather(*(read(c, n, began + seconds, made, ended) for n, c in enumerate(clients)))
    finally:
        for client in clients:
            await client.aclose()
    return len(made) / (time.monotonic() - began), made, ended


async def measure(counts: list[int], seconds: float) -> None:
    """A line a number of readers."""
    rates, failures = [], []
    for count in counts:
        rate, made, ended = await load(count, seconds)
        rates.append(rate)
        made = made or [math.inf]
        p95 = statistics.quantiles(made, n=20)[-1] if len(made) > 1 else made[0]
        shed = ended["refused"] / ended.total()
        print(
            f"{count:4} readers: {rate:.2f} summaries a second ({rate / rates[0]:.2f} of one reader's), refused "
            f"{shed:.0%} of requests, done after {statistics.median(made):.1f} s (95 %: {p95:.1f} s)",
            flush=True,
        )
        failed = {kind: n for kind, n in ended.items() if kind not in ("done", "refused")}
        failures += [f"{count}: {kind} {n}" for kind, n in failed.items()]
    if failures:
        print("failed:", *failures)
    share = min(rates[1:]) / max(*rates, 1e-9)
    finish({f"{LEAST_SHARE} of the best under load": share > LEAST_SHARE, "nothing fails": not failures})


def main() -> None:
    """Start a server and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, nargs="+", default=READERS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args()
    print(machine("fastapi", "uvicorn"), f"· extract, {options.seconds:g} s each")
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "techsum", "serve", "--port", str(PORT)]
        own = {"TECHSUM_DATA_DIR": data, "TECHSUM_MODEL": "extract", "TECHSUM_CHECK": "rules"}
        # the queue sheds, not the rates of readers, who are all at one address here
        own |= {"TECHSUM_READER_REQUESTS": "100000", "TECHSUM_ADDRESS_REQUESTS": "100000"}
        with subprocess.Popen(
            command, cwd=PROJECT, env=os.environ | own, stdout=subprocess.DEVNULL
        ) as process:
            try:
                wait(process)
                asyncio.run(measure(list(options.readers), options.seconds))
            finally:
                process.terminate()


def wait(process: "subprocess.Popen[bytes]") -> None:
    """Until the server answers."""
    while process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{PORT}/api/ready", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the server ended")


if __name__ == "__main__":
    main()
