"""Several processes on one machine, started with torchrun, or by accelerate where they share one model."""

import logging
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from techsum.errors import TrainingError
from techsum.messages import text

WORLD = "TECHSUM_PROCESSES"
"""Environment variable in which the launcher tells each process how many there must be."""

ERRORS = "TECHSUM_ERRORS"
"""Environment variable with the folder where each process leaves the line of its error."""

_INTERRUPTED = 130


def launched() -> bool:
    """Whether this process is one of several that were started together."""
    return "RANK" in os.environ


def launch(
    count: int, arguments: Sequence[str], report: Callable[[str], None], sharding: Path | None = None
) -> int:
    """Run `techsum` with these arguments in `count` processes and wait.

    `accelerate launch --cpu --num_processes 2` was seen to run one process and say nothing; torchrun
    starts them, and each asserts that there are `count`.

    Args:
        count: how many.
        arguments: of the command line, as the user gave them.
        report: is given the one line of what went wrong, however many processes met it.
        sharding: an accelerate configuration (FSDP). On a CPU accelerate passes over it in silence,
            so that there it is an error.

    Returns:
        The exit code.

    Raises:
        TrainingError: sharding was asked for where there is no GPU, or its file is missing.
    """
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or count) // count)))
    os.environ[WORLD] = str(count)
    command = ["-m", "techsum", *arguments]
    if sharding:
        check_sharding(sharding)
        starter = ["accelerate.commands.launch", "--config_file", str(sharding)]
        # this process becomes the starter, so that a signal reaches it, and it waits for checkpoints
        os.execv(  # noqa: S606 - our own command
            sys.executable, [sys.executable, "-m", *starter, "--num_processes", str(count), *command]
        )
    return _torchrun(count, command, report)


def _torchrun(count: int, command: Sequence[str], report: Callable[[str], None]) -> int:
    """Start the processes from this one, which passes signals on to them and waits for their checkpoints."""
    from torch.distributed import run
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    logging.getLogger("torch.distributed.elastic").setLevel(logging.CRITICAL)  # it tells failures its own way
    with tempfile.TemporaryDirectory(prefix="techsum-") as error_folder:
        os.environ[ERRORS] = error_folder
        try:
            run.run(run.parse_args(["--standalone", "--nproc_per_node", str(count), *command]))
        except SignalException:
            return _INTERRUPTED
        except ChildFailedError as error:
            rank, failure = error.get_first_failure()
            lines = [file.read_text("utf-8") for file in sorted(Path(error_folder).iterdir())]
            report(lines[0] if lines else text("train_worker", rank=rank, code=failure.exitcode))
            return int(failure.exitcode) if failure.exitcode > 0 else 1
    return 0


def hand_over_error(line: str) -> bool:
    """Hand the line of an error to the launcher, which prints it once for all processes.

    Returns:
        False where no launcher started this process, which must print it itself.
    """
    folder = os.environ.get(ERRORS)
    if not folder or not launched():
        return False
    Path(folder, os.environ["RANK"]).write_text(line, "utf-8")
    return True


def leave_group() -> None:
    """Leave the process group that a finished run has joined, where it has joined one.

    Without it a process aborts at times on its way out: Gloo's threads hold tensors while Python ends
    (https://github.com/pytorch/pytorch/pull/179291). Not after an error, where leaving waits for the others.
    """
    import torch.distributed as dist

    if dist.is_available() and dist.is_initialized():
        dist.destroy_process_group()


def check_sharding(file: Path) -> None:
    """See that a configuration can be used here.

    Raises:
        TrainingError: it cannot.
    """
    import torch

    if not file.is_file():
        raise TrainingError("train_accelerate_missing", path=file)
    if not torch.cuda.is_available():
        raise TrainingError("train_accelerate_cpu")


def sharded() -> bool:
    """Whether the processes hold one model together (FSDP)."""
    from accelerate.utils import parse_flag_from_env

    return bool(parse_flag_from_env("ACCELERATE_USE_FSDP"))
