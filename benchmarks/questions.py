"""The wait for the first word of an answer, over HTTP: the first question, the second, and without the prefix.

The embedded model is given the template of a chat model, so that the server lets it answer in words of its own;
what it writes is of no use, how soon it begins is what an instruct model of its size would do.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import httpx

from common import PROJECT, finish, machine, rows
from techsum.generators.models import EMBEDDED, model_file

ARTICLES, CHARACTERS, TARGET = 3, 1_700, 20
"""1,700 characters are about 1,000 tokens."""
PORT = 8794
TEMPLATE = "{{ bos_token }}{% for m in messages %}<start_of_turn>{{ m.role }}\n{{ m.content }}<end_of_turn>\n{% endfor %}"
QUESTIONS = ("이 글은 무엇을 다루나요?", "언제 있었던 일인가요?")


@contextmanager
def server(folder: Path) -> Iterator[httpx.Client]:
    """A running server whose only pulled model is the embedded one as a chat model."""
    models = folder / "cache" / "models"
    models.mkdir(parents=True)
    command = [sys.executable, "-m", "gguf.scripts.gguf_new_metadata", "--chat-template", TEMPLATE]
    subprocess.run(
        [*command, model_file(EMBEDDED), models / "chat.gguf"], check=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    own = {"TECHSUM_DATA_DIR": str(folder / "data"), "TECHSUM_CACHE_DIR": str(folder / "cache")}
    command = [sys.executable, "-m", "techsum", "serve", "--port", str(PORT)]
    with subprocess.Popen(command, cwd=PROJECT, env=os.environ | own, stdout=subprocess.DEVNULL) as process:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=600, trust_env=False) as client:
                for _ in range(300):
                    try:
                        client.get("/api/health")
                        break
                    except httpx.TransportError:
                        time.sleep(0.1)
                yield client
        finally:
            process.terminate()


def summarised(client: httpx.Client, text: str, model: str) -> str:
    """The id of a finished summary."""
    asked = {"source": text, "model": model, "length": "short"}
    entry_id = str(client.post("/api/summaries", json=asked).raise_for_status().json()["id"])
    while client.get(f"/api/summaries/{entry_id}").json()["status"] in ("queued", "running"):
        time.sleep(0.1)
    return entry_id


def first_word(client: httpx.Client, entry_id: str, question: str) -> float:
    """Seconds from asking to the first piece of the answer."""
    began, found = time.perf_counter(), None
    path, asked = f"/api/summaries/{entry_id}/questions", {"question": question, "model": "chat"}
    with client.stream("POST", path, json=asked, headers={"Accept": "text/event-stream"}) as stream:
        for line in stream.iter_lines():
            if line == "event: piece" and found is None:
                found = time.perf_counter() - began
    if found is None:
        raise SystemExit("the model wrote nothing")
    return found


def main() -> None:
    """Print the three waits; fail below the target."""
    texts = [
        r["text"][:CHARACTERS]
        for r in islice(rows("kowiki-articles.jsonl.gz"), 400)
        if len(r["text"]) > CHARACTERS
    ]
    first, second, cold = [], [], []
    print(machine("xllamacpp", "fastapi"))
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as client:
        for n in range(ARTICLES):
            entry_id = summarised(client, texts[2 * n], "chat")
            first.append(first_word(client, entry_id, QUESTIONS[0]))
            second.append(first_word(client, entry_id, QUESTIONS[1]))
            # key sentences need no model: this article is new to it
            cold.append(first_word(client, summarised(client, texts[2 * n + 1], "extract"), QUESTIONS[1]))
    for name, waits in (("first question", first), ("second question", second), ("article not read", cold)):
        print(f"{name:<18} first word after {statistics.median(waits) * 1000:6.0f} ms")
    ratio = statistics.median(cold) / statistics.median(second)
    print(
        f"a second question begins {ratio:.0f} times sooner than one on an article that the model has not read"
    )
    finish({f"{TARGET} times sooner": ratio >= TARGET})


if __name__ == "__main__":
    main()
