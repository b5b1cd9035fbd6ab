"""A real PostgreSQL server in a folder of its own, started and stopped by the test."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from support.servers import free_port


def binaries():
    """The folder of PostgreSQL's programs, or None."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda p: int(p.parent.name))


class Postgres:
    """A server in a folder of its own.

    Args:
        folder: where its data is; removed with it.
    """

    def __init__(self, folder):
        self._programs, self._folder, self._port = binaries(), folder, free_port()
        self._root = os.geteuid() == 0
        if self._root:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres")
        self.url = f"postgresql+psycopg://techsum@127.0.0.1:{self._port}/postgres"
        self._run("initdb", "-D", folder / "data", "-U", "techsum", "-A", "trust", "-E", "UTF8", "--no-sync")

    def _run(self, program, *arguments):
        more = ["runuser", "-u", "postgres", "--"] if self._root else []
        subprocess.run(
            [*more, *map(str, (self._programs / program, *arguments))],
            check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60,
        )  # fmt: skip

    def start(self):
        """Start it and wait until it answers."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._run(
            "pg_ctl", "-D", self._folder / "data", "-w", "-o", options, "-l", self._folder / "log", "start"
        )

    def stop(self):
        """Stop it as a crash would."""
        self._run("pg_ctl", "-D", self._folder / "data", "-m", "immediate", "stop")


@contextmanager
def postgres():
    """A running server; without PostgreSQL the test is skipped, but in CI, which installs it."""
    if not binaries():
        assert not os.environ.get("CI"), "CI installs PostgreSQL"
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="techsum-pg-", dir="/tmp"))
    try:
        server = Postgres(folder)
        try:
            server.start()
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):  # it never came up
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
