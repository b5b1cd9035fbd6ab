"""Aborting an HTTP request whose answer is still awaited."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

_POLL_SECONDS = 0.1
"""Between two looks at `cancel`."""
_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


@contextmanager
def abort_on_cancel(cancel: threading.Event) -> Iterator[dict[str, Any]]:
    """Cut the connection of the requests in this block when `cancel` is set, once it stands.

    A client that waits for bytes looks at nothing else, and closing a socket wakes nobody who reads
    from it: a thread shuts it down. The requests must not reuse a connection, or its socket is not known.

    Yields:
        httpx's request extensions that tell of the socket.
    """
    sockets: list[socket.socket] = []
    over = threading.Event()

    def trace(name: str, info: dict[str, Any]) -> None:
        if name.endswith(_CONNECTED):
            sockets[:] = [info["return_value"].get_extra_info("socket")]

    def watch() -> None:
        while not over.is_set():
            if cancel.wait(_POLL_SECONDS):
                for one in sockets:
                    with suppress(OSError):
                        socket.socket.shutdown(one, socket.SHUT_RDWR)  # not TLS's own: it is being read from
                over.wait(_POLL_SECONDS)

    threading.Thread(target=watch, name="abort on cancel", daemon=True).start()
    try:
        yield {"trace": trace}
    finally:
        over.set()
