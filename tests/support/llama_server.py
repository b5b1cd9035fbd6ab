"""A llama.cpp server process on loopback: `python llama_server.py MODEL PORT [KEY]`."""

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from support.app_server import wait_for
from support.servers import free_port
from support.waiting import started


@contextmanager
def llama_server(model: Path, key: str | None = None):
    """A running server; yields its base URL and the process."""
    port = free_port()
    command = [sys.executable, __file__, str(model), str(port), *([key] if key else [])]
    with started(command, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}) as process:
        wait_for(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}/v1", process


def main() -> None:
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.port = int(sys.argv[2])
    params.n_ctx = 2048
    params.n_parallel = 1
    params.use_jinja = True
    params.verbosity = -1
    params.model_alias = ["tiny-gemma"]
    if len(sys.argv) > 3:
        params.api_keys = [sys.argv[3]]
    server = xllamacpp.Server(params)
    while server:
        time.sleep(60)


if __name__ == "__main__":
    main()
