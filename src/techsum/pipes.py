"""Child processes that answer requests, by messages of JSON with bytes behind it; nothing is pickled."""

import json
import os
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any, BinaryIO, cast

_INHERITED = ("PATH", "PYTHON", "LANG", "LC_", "TMP", "TEMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "HOME")
"""How the variables begin that a child gets: it needs no keys and no passwords."""


class Child:
    """`python -m MODULE`, started when it is first asked, and anew after it died or was killed.

    It ends when its standard input does, at the latest with this process. One request at a time.

    Args:
        module: its `main` answers requests.
        inherited: how variables begin that it gets too.
    """

    def __init__(self, module: str, inherited: tuple[str, ...] = ()) -> None:
        self._module, self._inherited = module, (*_INHERITED, *inherited)
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, head: dict[str, Any], body: bytes, seconds: float) -> dict[str, Any] | None:
        """What it answers; None where it died over the request.

        Raises:
            TimeoutError: it took longer than `seconds`, and was killed.
        """
        process, timed_out = self.start(), threading.Event()

        def give_up() -> None:
            timed_out.set()
            process.kill()

        timer = threading.Timer(seconds, give_up)
        timer.start()
        try:
            send(cast("BinaryIO", process.stdin), head, body)
            answer = receive(cast("BinaryIO", process.stdout))
        except (OSError, ValueError):
            answer = None
        except BaseException:  # Ctrl-C: an answer that nobody read must not be taken for the next one's
            self.stop()
            raise
        finally:
            timer.cancel()
        if answer is not None:
            return answer[0]
        self.stop()
        if timed_out.is_set():
            raise TimeoutError
        return None

    def start(self) -> subprocess.Popen[bytes]:
        """The process, ahead of its first use."""
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = subprocess.Popen(  # noqa: S603 - our own modules
                # -P: files in the current folder must not be taken for modules
                [sys.executable, "-P", "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={k: v for k, v in os.environ.items() if k.upper().startswith(self._inherited)},
                # a group of its own, or Ctrl-C in the terminal would reach it too
                process_group=None if sys.platform == "win32" else 0,
            )
        return self._process

    def kill(self) -> None:
        """End what it is doing, from another thread: who waits for it gets None."""
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None:
        """Kill it, if it still lives, and close its pipes."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):  # what could not be sent is sent again, or nobody's any more
                    pipe.close()
        self._process = None


def send(pipe: BinaryIO, head: dict[str, Any], body: bytes) -> None:
    """Write one message: two big-endian lengths, JSON, bytes."""
    packed = json.dumps(head, ensure_ascii=False, default=str).encode("utf-8", "replace")
    pipe.write(struct.pack(">II", len(packed), len(body)) + packed)
    pipe.write(body)
    pipe.flush()


def receive(pipe: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Read one message, or None at the end of the pipe, also where a kill cut the message off."""
    lengths = pipe.read(8)
    if len(lengths) < 8:  # noqa: PLR2004
        return None
    head, body = struct.unpack(">II", lengths)
    packed, content = pipe.read(head), pipe.read(body)
    return (json.loads(packed), content) if len(packed) == head and len(content) == body else None
