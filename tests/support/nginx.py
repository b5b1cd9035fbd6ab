"""A real nginx with the project's own configuration, started and stopped by the test."""

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from support.app_server import wait_for
from support.programs import installed
from support.servers import free_port

NOBODY = 65534


def adapted(configuration, folder, port, ports):
    """The configuration with this machine's addresses: the test's only change to it."""
    servers = iter(ports)
    said = re.sub(r"server web\d:8765 resolve", lambda _: f"server 127.0.0.1:{next(servers)}", configuration)
    assert next(servers, None) is None, "the configuration names another number of processes"
    said = re.sub(r"resolver [^;]+;", "", said)
    said = said.replace("listen 80;", f"listen 127.0.0.1:{port};").replace(
        "worker_processes auto", "worker_processes 1"
    )
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n" + said.replace(
        "http {", f"http {{ {paths}", 1
    )


@contextmanager
def nginx(configuration, ports):
    """Its address, before these ports; without nginx the test is skipped, but in CI, which installs it."""
    program = installed("nginx", "nginx-light", f"{os.environ['PATH']}:/usr/sbin")
    folder, port = Path(tempfile.mkdtemp(prefix="techsum-nginx-", dir="/tmp")), free_port()
    try:
        (folder / "nginx.conf").write_text(adapted(configuration, folder, port, ports), "utf-8")
        own = {}
        if os.geteuid() == 0:
            shutil.chown(folder, NOBODY, NOBODY)
            own = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        command = [
            program,
            "-p",
            str(folder),
            "-e",
            str(folder / "error.log"),
            "-c",
            str(folder / "nginx.conf"),
        ]
        subprocess.run([*command, "-t", "-q"], check=True, **own)
        with subprocess.Popen(command, **own) as process:
            try:
                wait_for(f"http://127.0.0.1:{port}/api/health", process)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
