"""A network that breaks: a proxy that cuts connections."""

import socket
import threading
from contextlib import suppress
from typing import Self


class Cutting:
    """Ends each connection after so many bytes of answer, so many times; `down` refuses all of them.

    Args:
        port: whom it stands before, on 127.0.0.1.
        after: bytes of answer that pass before a cut.
        times: cuts.
    """

    def __init__(self, port, after=0, times=0):
        self._to, self._after, self.times, self.cut, self.down = port, after, times, 0, False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self.drop()
        for end in (self._listener, *self._open):
            end.close()

    def drop(self):
        """Cut every connection."""
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(client)
            if self.down:
                client.shutdown(socket.SHUT_RDWR)
                continue
            upstream = socket.create_connection(("127.0.0.1", self._to))
            self._open.append(upstream)
            for source, to, limit in ((client, upstream, None), (upstream, client, self._after)):
                threading.Thread(target=self._pass, args=(source, to, limit), daemon=True).start()

    def _pass(self, source, to, limit):
        passed = 0
        with suppress(OSError):
            while data := source.recv(4096):
                if limit is not None and passed + len(data) > limit and self.cut < self.times:
                    self.cut += 1
                    to.sendall(data[: limit - passed])
                    break
                to.sendall(data)
                passed += len(data)
        for end in (source, to):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
