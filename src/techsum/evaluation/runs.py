"""Running systems over many articles: resumable, cached by content, in processes of their own."""

import json
import multiprocessing
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing.connection import wait
from typing import Any

from techsum.errors import EvaluationError, StorageError, TechsumError
from techsum.evaluation.data import Example
from techsum.evaluation.systems import BASELINES, Output, identity, make
from techsum.generators import EXTRACT
from techsum.generators.model_ref import ModelRef
from techsum.settings import settings
from techsum.summarizers import SummaryOptions

_AT_ONCE = 4
"""Articles that a model server is asked for at the same time; models in process use all cores anyway."""

ProgressCallback = Callable[[str, int, int], None]
"""Called with a system's name, the articles it has done and their number."""


@dataclass(frozen=True)
class Run:
    """One system's outputs, in the order of the examples."""

    system: str
    outputs: tuple[Output, ...]
    megabytes: int
    """Most memory that its process held."""


def run(
    systems: Sequence[str],
    examples: Sequence[Example],
    options: SummaryOptions,
    on_progress: ProgressCallback = lambda *_: None,
) -> list[Run]:
    """Let every system write for every example.

    What was written before, for the same article by the same code with the same options, is taken from the
    cache. Baselines and `extract` run beside each other, models after them, one at a time.

    Raises:
        TechsumError: a system cannot run; what the others wrote is kept.
    """
    for name in systems:
        make(name)  # a wrong name ends the command before anything slow begins
    light = [s for s in systems if s in (*BASELINES, EXTRACT)]
    heavy = [s for s in systems if s not in light]
    done = dict(_in_processes(light, examples, options, on_progress, settings().threads))
    done |= dict(_in_processes(heavy, examples, options, on_progress, 1))
    return [done[name] for name in systems]


def _in_processes(
    names: Sequence[str],
    examples: Sequence[Example],
    options: SummaryOptions,
    on_progress: ProgressCallback,
    workers: int,
) -> Iterator[tuple[str, Run]]:
    """A process for each system, so that its memory is its own and a model ends with it."""
    context = multiprocessing.get_context("spawn")
    waiting = list(names)
    working: dict[Any, tuple[str, Any]] = {}
    try:
        while waiting or working:
            while waiting and len(working) < workers:
                name = waiting.pop(0)
                ours, theirs = context.Pipe(duplex=False)
                arguments = (name, list(examples), options, theirs)
                process = context.Process(target=_work, args=arguments, daemon=True)
                process.start()
                theirs.close()
                working[ours] = (name, process)
            for ready in wait(list(working)):
                name, process = working[ready]
                answer = _received(ready)
                if isinstance(answer, int):
                    on_progress(name, answer, len(examples))
                    continue
                del working[ready]
                process.join()
                if not isinstance(answer, Run):
                    raise EvaluationError("system_failed", name=name, reason=answer or process.exitcode)
                yield name, answer
    finally:
        for _, process in working.values():
            process.terminate()


def _received(connection: Any) -> int | str | Run | None:
    """Articles done, an error's line, the finished run, or None where the process died."""
    try:
        answer: int | str | Run = connection.recv()
    except EOFError:
        return None
    return answer


def _work(name: str, examples: list[Example], options: SummaryOptions, answers: Any) -> None:
    """What the child process does; an error goes back as its line."""
    try:
        answers.send(_written(name, examples, options, answers.send))
    except TechsumError as error:
        answers.send(str(error))
    except (BrokenPipeError, KeyboardInterrupt):
        return  # nobody waits any more: a killed command must not leave a model at work


def _written(
    name: str, examples: list[Example], options: SummaryOptions, on_progress: Callable[[int], None]
) -> Run:
    system = make(name)
    cache = Cache(name, options)
    missing = [e for e in examples if e.key not in cache.outputs]
    done = len(examples) - len(missing)
    on_progress(done)

    def write(example: Example) -> tuple[str, Output]:
        return example.key, system(example.article, options)

    with ThreadPoolExecutor(_AT_ONCE if ModelRef.parse(name).kind == "server" else 1) as threads:
        for key, output in threads.map(write, missing):
            cache.add(key, output, _megabytes())
            done += 1
            on_progress(done)
    return Run(name, tuple(cache.outputs[e.key] for e in examples), cache.megabytes)


def _megabytes() -> int:
    """The most memory that this process held so far."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset) >> 20
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> 20 if sys.platform == "darwin" else peak >> 10


class Cache:
    """Outputs of one system with one set of options, one JSON line each, appended as they are written.

    Raises:
        StorageError: the cache folder cannot be written.
    """

    def __init__(self, name: str, options: SummaryOptions) -> None:
        readable = re.sub(r"[^A-Za-z0-9.-]+", "_", name)[-40:]
        self._path = settings().cache_dir / "evaluation" / f"{readable}.{identity(name, options)}.jsonl"
        self.outputs: dict[str, Output] = {}
        self.megabytes = 0
        if self._path.exists():
            for line in self._path.read_text("utf-8").split("\n"):  # not splitlines(): a text may hold U+2028
                self._take(line)

    def _take(self, line: str) -> None:
        try:
            row = json.loads(line)
            self.outputs[row["key"]] = Output(row["text"], row["seconds"], row["fell_back"])
            self.megabytes = max(self.megabytes, row["megabytes"])
        except (ValueError, KeyError, TypeError):
            return  # the last line of a run that was killed: that article is written again

    def add(self, key: str, output: Output, megabytes: int) -> None:
        """Keep one output; it is on the disk when this returns."""
        line = json.dumps({"key": key, "megabytes": megabytes, **asdict(output)}, ensure_ascii=False)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                # a line of its own, also behind the torn last line of a killed run
                torn = file.tell() > 0 and not self._ends_a_line()
                file.write(("\n" if torn else "") + line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StorageError("cache_unwritable", path=self._path.parent, reason=error.strerror) from None
        self.outputs[key] = output
        self.megabytes = max(self.megabytes, megabytes)

    def _ends_a_line(self) -> bool:
        with self._path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
