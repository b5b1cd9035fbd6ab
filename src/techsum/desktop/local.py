"""TechSum on this machine: a server of its own for an app that was given none, and who its reader is."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import httpx

from techsum.errors import StorageError, TechsumError
from techsum.files import atomic_write_text
from techsum.settings import settings

USUAL = "http://127.0.0.1:8765"
"""Default address of `techsum serve`."""
_START_SECONDS = 60
_STOP_SECONDS = 10
_LEFT_SECONDS = 3600


@contextmanager
def server() -> Iterator[str]:
    """The address to ask: `TECHSUM_SERVER`, or a server that is started here and ends with this block.

    Where no server is installed, as on a phone, it is the address at which one usually listens: the reader
    puts another into the settings.

    Raises:
        TechsumError: it did not start.
    """
    given = settings().server.rstrip("/")
    if given or not find_spec("uvicorn"):
        yield given or USUAL
        return
    port = free_port()
    command = [sys.executable, "-m", "techsum", "serve", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603 - this package's own command
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(process, address)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(process: subprocess.Popen[str], address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            lines = (process.stderr.read() if process.stderr else "").strip().splitlines()
            raise TechsumError("desktop_local_failed", reason=lines[-1] if lines else process.returncode)
        with suppress(httpx.HTTPError):
            httpx.get(f"{address}/api/health", trust_env=False).raise_for_status()
            return
        time.sleep(0.1)
    raise TechsumError("desktop_local_failed", reason=f"{_START_SECONDS} s")


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Identity:
    """Who this device's reader is at each server: the servers' cookies, readable by this user alone."""

    def __init__(self) -> None:
        self._path = settings().data_dir / "desktop-cookies.json"

    def at(self, server: str) -> dict[str, str]:
        """The cookies of this server. Servers on this machine share theirs: each start has another port."""
        found = self._all().get(_place(server))
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}

    def keeper(self, server: str) -> Callable[[dict[str, str]], None]:
        """What keeps the cookies that this server gives."""

        def keep(cookies: dict[str, str]) -> None:
            everything = {**self._all(), _place(server): cookies}
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                atomic_write_text(self._path, json.dumps(everything), private=True)
            except OSError as error:
                raise StorageError("cache_unwritable", path=self._path, reason=error.strerror) from None

        return keep

    def _all(self) -> dict[str, object]:
        try:
            found = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _place(server: str) -> str:
    own = not settings().server and server.startswith("http://127.0.0.1:")
    return "local" if own else server


def uploads_folder() -> Path:
    """A folder for a browser's files on their way, in the cache, readable by this user alone."""
    path = settings().cache_dir / "uploads"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in path.iterdir():  # by a run that was killed
            if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
                left.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError("cache_unwritable", path=path, reason=error.strerror) from None
    return path
