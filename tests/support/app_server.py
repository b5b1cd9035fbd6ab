"""`techsum serve` as a process of its own, with a data folder of its own."""

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress

import httpx

from support.forked import COMMAND, Forked
from support.servers import free_port
from support.waiting import until


def wait_for(url, process, seconds=180):
    """Wait until a process answers at this address; 503 is "not yet"."""

    def answers():
        with suppress(httpx.HTTPError):
            return httpx.get(url, trust_env=False).status_code < 500

    until(answers, seconds, every=0.1, alive=process)


@contextmanager
def app_server(data, port=None, printed=None, preexec_fn=None, **environment):
    """The address of a running server; yields it and the process. What it prints goes into the file `printed`."""
    port = port or free_port()
    arguments = ["serve", "--port", str(port)]
    own = {"TECHSUM_LANG": "ko", "TECHSUM_DATA_DIR": str(data), "TECHSUM_MODEL": "extract", **environment}
    with ExitStack() as stack:
        printed = printed or stack.enter_context(open(os.devnull, "wb"))
        if preexec_fn:
            command = [sys.executable, "-m", "techsum", *arguments]
            started = subprocess.Popen(
                command, env=os.environ | own, stdout=printed, stderr=printed, preexec_fn=preexec_fn
            )
        else:
            started = Forked(arguments, server=COMMAND, printed=printed, **own)
        process = stack.enter_context(started)
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{url}/api/health", process)
            yield url, process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def client(url, **headers):
    """A reader: a client that keeps its cookies."""
    return httpx.Client(base_url=url, headers=headers, timeout=120, trust_env=False)


def finished(reader, entry_id, seconds=240):
    """The entry, once it is over."""

    def entry():
        found = reader.get(f"/api/summaries/{entry_id}").raise_for_status().json()
        return None if found["status"] in ("queued", "running") else found

    return until(entry, seconds)


def summarised(reader, **body):
    """Ask for a summary and wait for it."""
    answer = reader.post("/api/summaries", json=body)
    assert answer.status_code == 202, answer.text
    return finished(reader, answer.json()["id"])
