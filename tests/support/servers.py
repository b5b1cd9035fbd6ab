"""Real servers on loopback, started and stopped by the test."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A web server on 127.0.0.1; `pages` maps a path to what answers it. `hits` counts requests."""

    def __init__(self, pages: dict[str, Answer], context: ssl.SSLContext | None = None) -> None:
        self.pages, self.hits = pages, []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.hits.append((self.command, self.path, dict(self.headers)))
                answer = site.pages.get(self.path.partition("?")[0])
                try:
                    if answer:
                        answer(self)
                    else:
                        send(self, b"", status=404)
                except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                    pass

            do_HEAD = do_POST = do_GET  # noqa: N815 - names that http.server looks for

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):  # a client that hangs up is what some tests are about
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if context else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def send(request, body, content_type="text/html; charset=utf-8", status=200, **headers):
    """Answer with this body."""
    request.send_response(status)
    request.send_header("Content-Type", content_type)
    if "Content_Length" not in headers:
        request.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(body)


def page(body, content_type="text/html; charset=utf-8", status=200, **headers) -> Answer:
    """An answer that is always the same."""
    data = body.encode() if isinstance(body, str) else body
    return lambda request: send(request, data, content_type, status, **headers)


def redirect(to: str, body: bytes = b"") -> Answer:
    """An answer that sends the client elsewhere."""
    return lambda request: send(request, body, status=302, Location=to)


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
