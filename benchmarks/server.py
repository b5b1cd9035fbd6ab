"""The server under 200 idle and 20 streaming readers: memory beside the model, and how late events arrive.

Idle readers hold an event stream of a summary that waits; streaming ones ask for key sentences again and again and
note when each event left the server's log (its time stamp is in the data of `benchmark` events) and when it
came. What is measured is the server beside its models: no Gemma is loaded, and Kiwi's share is told apart.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil

from common import PROJECT, finish, machine
from techsum.library import open_library

IDLE, STREAMING, ROUNDS = 200, 20, 5
MOST_MB, LATEST_MS = 400, 100
PORT = 8793


async def idle(client: httpx.AsyncClient, ready: asyncio.Event) -> None:
    """A reader who left a page open: the page polls nothing, the stream stays."""
    await client.get("/")
    async with client.stream("GET", "/api/benchmark", timeout=None) as stream:
        ready.set()
        async for _ in stream.aiter_lines():
            pass


async def streaming(client: httpx.AsyncClient, late: list[float]) -> None:
    """A reader whose summary is written: how long each event took to come."""
    async with client.stream("GET", "/api/benchmark?pieces=200", timeout=60) as stream:
        async for line in stream.aiter_lines():
            kind, _, sent = line.partition(": ")
            late.extend([time.time() * 1000 - float(sent)] if kind == "data" else [])


def main() -> None:
    """Start a server with a route that writes into the real event log, and measure."""
    print(machine("fastapi", "uvicorn"), f"· {IDLE} idle, {STREAMING} streaming readers")
    with tempfile.TemporaryDirectory() as data:
        # as on every start but the first: the library is there
        open_library(f"sqlite:///{data}/library.db").close()
        command = [sys.executable, str(Path(__file__)), "serve", data]
        with subprocess.Popen(command, cwd=PROJECT) as process:
            try:
                asyncio.run(measure(psutil.Process(process.pid)))
            finally:
                process.terminate()


async def measure(server: psutil.Process) -> None:
    """Connect everyone; print memory and delays; fail above the targets."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{PORT}", limits=limits, trust_env=False
    ) as client:
        for _ in range(300):
            try:
                await client.get("/api/health")
                break
            except httpx.TransportError:
                await asyncio.sleep(0.1)
        kiwi = (await client.get("/api/kiwi")).json()
        before = server.memory_info().rss
        waits = [asyncio.Event() for _ in range(IDLE)]
        open_ones = [asyncio.create_task(idle(client, ready)) for ready in waits]
        await asyncio.gather(*(ready.wait() for ready in waits))
        late: list[float] = []
        for _ in range(ROUNDS):
            await asyncio.gather(*(streaming(client, late) for _ in range(STREAMING)))
        memory = server.memory_info().rss
        for task in open_ones:
            task.cancel()
    p95 = statistics.quantiles(late, n=20)[-1]
    print(
        f"{memory / 1e6:.0f} MB with everyone connected: {kiwi / 1e6:.0f} Kiwi's model and dictionaries, "
        f"{(memory - before) / 1e6:.0f} the readers | "
        f"{len(late)} events, late by {statistics.median(late):.1f} ms, 95 % within {p95:.1f} ms"
    )
    finish(
        {
            f"{MOST_MB} MB beside the models": memory - kiwi < MOST_MB * 1e6,
            f"events within {LATEST_MS} ms": p95 < LATEST_MS,
        }
    )


def serve(data: str) -> None:
    """The real application, with one more route: a log that a thread writes into as a model would."""
    import os
    import threading

    os.environ["TECHSUM_DATA_DIR"] = data
    import uvicorn
    from fastapi.responses import StreamingResponse
    from fastapi.sse import format_sse_event

    from techsum import korean
    from techsum.server.app import make_app
    from techsum.server.log import Log

    app = make_app()
    before = psutil.Process().memory_info().rss
    korean.warm()  # here, to be seen apart; `techsum serve` has it in a process of its own
    kiwi: int = psutil.Process().memory_info().rss - before

    @app.get("/api/kiwi")
    async def size() -> int:
        return kiwi

    @app.get("/api/benchmark")
    async def benchmark(pieces: int = 0) -> StreamingResponse:
        log = Log()

        def write() -> None:
            for number in range(pieces):
                time.sleep(0.03)  # 33 tokens a second
                log.append("piece", {"at": time.time() * 1000}, last=number == pieces - 1)

        if pieces:
            threading.Thread(target=write, daemon=True).start()

        async def events() -> AsyncIterator[bytes]:
            yield b": open\n\n"
            async for event in log.follow():
                yield format_sse_event(data_str=str(event.data["at"]), event=event.name)

        return StreamingResponse(events(), media_type="text/event-stream")

    uvicorn.run(app, port=PORT, log_level="error")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2])
    else:
        main()
