"""A real PostgreSQL server in a folder of its own, started and stopped by the test."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from support.servers import free_port


def binaries():
    """The folder of PostgreSQL's programs, or None."""
    if found := shutil.which("pg_ctl"):
        return Path(found).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda p: int(p.parent.name))


@contextmanager
def postgres():
    """Its address, for SQLAlchemy."""
    programs = binaries()
    folder = Path(tempfile.mkdtemp(prefix="techsum-pg-", dir="/tmp"))
    root = os.geteuid() == 0
    if root:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")

    def run(*command):
        more = ["runuser", "-u", "postgres", "--"] if root else []
        subprocess.run(
            [*more, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60
        )

    data, port = folder / "data", free_port()
    run(programs / "initdb", "-D", data, "-U", "techsum", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    run(programs / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start")
    try:
        yield f"postgresql+psycopg://techsum@127.0.0.1:{port}/postgres"
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
