"""`techsum` in a process of its own, forked from one that has loaded its libraries and its analyser.

Such a process has its own arguments, environment, streams and limits, and can be stopped and killed. Started from
nothing it would spend three seconds of processor time on imports and Kiwi, a trainer ten more on torch and peft.
What is about the start itself (the README's commands, wheels, encodings, signals) is started from nothing.
"""

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
import threading
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

LIBRARIES = [
    "typer", "rich.console", "pydantic_settings", "httpx", "trafilatura", "lxml.html", "sqlalchemy", "alembic.command",
    "numpy", "techsum.checking", "techsum.generators", "techsum.library", "techsum.reading", "techsum.summarizers",
    "techsum.chat", "techsum.batch", "techsum.watch", "uvicorn", "techsum.server.app", "support.warm",
]  # fmt: skip
TRAINER = [
    "torch", "transformers", "peft", "trl", "datasets", "scipy.stats", "techsum.cli", "techsum.cli.train",
    "techsum.training.fit", "transformers.models.gemma2.modeling_gemma2",
]  # fmt: skip

_context = multiprocessing.get_context("forkserver")


def _server(modules, **environment):
    server = forkserver.ForkServer()
    server.set_forkserver_preload(modules)
    return server, environment


COMMAND = _server(LIBRARIES)
TRAIN = _server(TRAINER, OMP_NUM_THREADS="1")  # OpenMP reads it once, when it is loaded


class Forked:
    """As much of `subprocess.Popen` as tests need.

    Args:
        arguments: of `techsum`.
        prelude: a module's function that is called before it.
        server: what the process is forked from.
        stdin: bytes that it can read, by `communicate`.
        printed: a file for what it prints, errors too; without one both can be read here.
        cwd: its folder.
        environment: its variables beside the test's own.
    """

    def __init__(
        self, arguments, prelude=None, *, server=TRAIN, stdin=None, printed=None, cwd=None, **environment
    ):
        forked_from, preset = server
        variables = {**os.environ, **preset, **{name: str(value) for name, value in environment.items()}}
        read_in, self._write_in = os.pipe()
        if printed:
            self._read_out = []
            write_out = [os.dup(printed.fileno()) for _ in range(2)]
        else:
            self._read_out, write_out = zip(os.pipe(), os.pipe(), strict=True)
        ends = [Connection(read_in, writable=False), *(Connection(fd, readable=False) for fd in write_out)]
        self._process = _context.Process(
            target=_run, args=([*map(str, arguments)], variables, str(cwd or os.getcwd()), ends, prelude)
        )
        with pytest.MonkeyPatch.context() as patch:
            for name, value in preset.items():
                patch.setenv(name, value)
            # what is preloaded is looked for as Python does, not where pytest does
            paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]
            patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
            patch.setattr(forkserver, "connect_to_new_process", forked_from.connect_to_new_process)
            self._process.start()
        for end in ends:
            end.close()
        self.pid = self._process.pid
        self.stdin = os.fdopen(self._write_in, "wb")
        self.stdout, self.stderr = (
            (os.fdopen(fd, encoding="utf-8") for fd in self._read_out) if self._read_out else (None, None)
        )
        self._input = stdin or b""

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            self.kill()
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream:
                stream.close()
        self.wait()

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
        """Wait for its end. Returns what it printed and its errors, as text."""
        printed = ["", ""]

        def read(place, stream):
            with stream:
                printed[place] = stream.read()

        def write():
            with suppress(BrokenPipeError), self.stdin:
                self.stdin.write(self._input)

        threads = [threading.Thread(target=read, args=one) for one in enumerate((self.stdout, self.stderr))]
        threads.append(threading.Thread(target=write))
        for thread in threads:
            thread.start()
        self.wait(timeout)
        for thread in threads:
            thread.join()
        return tuple(printed)

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        self._process.terminate()

    def kill(self):
        self._process.kill()


def run_forked(arguments, prelude=None, timeout=300, **more):
    """Run `techsum` to its end; more as `Forked`."""
    process = Forked(arguments, prelude, **more)
    try:
        stdout, stderr = process.communicate(timeout)
    finally:
        process.kill()
    return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)


def run_command(*arguments, stdin=None, **more):
    """Run a `techsum` command that trains nothing. Returns exit code, output and errors, as text."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = run_forked(arguments, server=COMMAND, stdin=given, **more)
    return done.returncode, done.stdout, done.stderr


def _run(arguments, variables, folder, streams, prelude):
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
    for path in filter(None, variables.get("PYTHONPATH", "").split(os.pathsep)):
        sys.path.insert(0, path)
        if (Path(path) / "sitecustomize.py").exists():  # as Python does at its start
            runpy.run_path(f"{path}/sitecustomize.py")
    from techsum.cli import main
    from techsum.settings import settings

    settings.cache_clear()
    sys.argv = ["techsum", *arguments]
    if prelude:
        prelude()
    try:
        main()
    finally:
        atexit._run_exitfuncs()  # what multiprocessing leaves out
