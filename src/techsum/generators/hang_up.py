"""Cancelling an HTTP request whose answer is still awaited."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

_SECONDS = 0.1
"""Between two looks at `cancel`."""
_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


@contextmanager
def hanging_up(cancel: threading.Event | None) -> Iterator[dict[str, Any]]:
    """Cut the connection of the requests in this block when `cancel` is set.

    A client that waits for bytes looks at nothing else, and closing a socket wakes nobody who reads
    from it: a thread shuts it down. The requests must not reuse a connection, or its socket is not known.

    Yields:
        httpx's request extensions that tell of the socket.
    """
    if cancel is None:
        yield {}
        return
    sockets: list[socket.socket] = []
    over = threading.Event()

    def trace(name: str, info: dict[str, Any]) -> None:
        if name.endswith(_CONNECTED):
            sockets[:] = [info["return_value"].get_extra_info("socket")]

    def watch() -> None:
        while not over.is_set():
            if cancel.wait(_SECONDS):
                for one in sockets:
                    with suppress(OSError):
                        socket.socket.shutdown(one, socket.SHUT_RDWR)  # not TLS's own: it is being read from
                over.wait(_SECONDS)

    trace_on: dict[str, Callable[[str, dict[str, Any]], None]] = {"trace": trace}
    thread = threading.Thread(target=watch, name="hang up", daemon=True)
    thread.start()
    try:
        yield trace_on
    finally:
        over.set()
