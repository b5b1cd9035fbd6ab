"""`techsum` in a process of its own, forked from one that has loaded the trainer's libraries.

Such a process has its own arguments, environment, streams and limits, and can be stopped and killed. Started from
nothing it would spend ten seconds of processor time on importing torch, transformers and peft.
"""

import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import forkserver

import pytest

PRELOADED = [
    "torch", "transformers", "peft", "trl", "datasets", "scipy.stats", "techsum.cli",
    "techsum.cli.train", "techsum.training.fit", "transformers.models.gemma2.modeling_gemma2",
]  # fmt: skip

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(PRELOADED)


class Forked:
    """As much of `subprocess.Popen` as tests need; standard output and error are text."""

    def __init__(self, arguments, prelude=None, **environment):
        """Start `techsum` with these arguments; `prelude`, a module's function, is called before it."""
        with pytest.MonkeyPatch.context() as patch:  # OpenMP reads it once, when it is loaded
            patch.setenv("OMP_NUM_THREADS", "1")
            forkserver.ensure_running()
        variables = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
        pipes = [context.Pipe(duplex=False) for _ in range(2)]
        self._process = context.Process(
            target=_run,
            args=([*map(str, arguments)], variables, os.getcwd(), [theirs for _, theirs in pipes], prelude),
        )
        self._process.start()
        self.pid = self._process.pid
        self._readers = ThreadPoolExecutor(len(pipes))
        self._printed = [self._readers.submit(_read, ours) for ours, _ in pipes]
        for _, theirs in pipes:
            theirs.close()

    @property
    def returncode(self):
        return self._process.exitcode

    def poll(self):
        self._process.join(0)
        return self.returncode

    def wait(self, timeout=None):
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("techsum", timeout)
        return self.returncode

    def communicate(self, timeout=None):
        self.wait(timeout)
        self._readers.shutdown()
        return tuple(printed.result() for printed in self._printed)

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self):
        self._process.kill()


def run_forked(arguments, prelude=None, timeout=300, **environment):
    """Run `techsum` to its end."""
    process = Forked(arguments, prelude, **environment)
    try:
        stdout, stderr = process.communicate(timeout)
    finally:
        process.kill()
    return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)


def _read(pipe):
    with pipe, open(pipe.fileno(), encoding="utf-8", closefd=False) as file:
        return file.read()


def _run(arguments, variables, folder, streams, prelude):
    from techsum.cli import main
    from techsum.settings import settings

    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    for number, stream in enumerate(streams, 1):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for the rest of the process
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    settings.cache_clear()
    sys.argv = ["techsum", *arguments]
    if prelude:
        prelude()
    main()
