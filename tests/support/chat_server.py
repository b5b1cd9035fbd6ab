"""An OpenAI-compatible server whose model writes what a test says."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from support.servers import Site, page, send


@contextmanager
def chat_server(title: str, text: str, name: str = "m", left: threading.Event | None = None) -> Iterator[str]:
    """The model that writes this title and this text, as `TECHSUM_MODEL` names it.

    Args:
        left: the text never ends; this is set when the client has hung up.
    """
    known = page(json.dumps({"data": [{"id": name, "max_model_len": 8192}]}), "application/json")

    def answer(request):
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        if "제목을 " in body["messages"][-1]["content"]:
            send(request, _events(title) + b"data: [DONE]\n\n", "text/event-stream")
        elif left is None:
            send(request, _events(text) + b"data: [DONE]\n\n", "text/event-stream")
        else:
            request.close_connection = True
            send(request, _events(text), "text/event-stream", Content_Length=str(1 << 30))
            request.rfile.read(1)  # a client sends no more: this ends when it hangs up
            left.set()

    with Site({"/v1/models": known, "/v1/chat/completions": answer}) as site:
        yield f"{site.url}/v1#{name}"


def _events(text: str) -> bytes:
    """The text word by word, as a stream's events."""
    pieces = (word if word.endswith("\n") else f"{word} " for word in text.split(" "))
    return "".join(
        f"data: {json.dumps({'choices': [{'delta': {'content': piece}}]})}\n\n" for piece in pieces
    ).encode()
