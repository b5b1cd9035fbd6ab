"""Several processes on one machine, started with torchrun, or by accelerate where they share one model."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from techsum.errors import TrainingError

WORLD = "TECHSUM_PROCESSES"
"""Environment variable in which the launcher tells each process how many there must be."""


def launched() -> bool:
    """Whether this process is one of several that were started together."""
    return "RANK" in os.environ


def launch(count: int, arguments: Sequence[str], sharding: Path | None = None) -> int:
    """Run `techsum` with these arguments in `count` processes and wait.

    `accelerate launch --cpu --num_processes 2` was seen to run one process and say nothing; torchrun
    starts them, and each asserts that there are `count`.

    Args:
        count: how many.
        arguments: of the command line, as the user gave them.
        sharding: an accelerate configuration (FSDP). On a CPU accelerate passes over it in silence,
            so that there it is an error.

    Returns:
        The exit code.

    Raises:
        TrainingError: sharding was asked for where there is no GPU, or its file is missing.
    """
    starter = ["torch.distributed.run", "--standalone", "--nproc_per_node", str(count)]
    if sharding:
        check_sharding(sharding)
        starter = [
            "accelerate.commands.launch",
            *("--config_file", str(sharding), "--num_processes", str(count)),
        ]
    command = [sys.executable, "-m", *starter, "-m", "techsum", *arguments]
    threads = str(max(1, (os.cpu_count() or count) // count))
    environment = {"OMP_NUM_THREADS": threads, **os.environ, WORLD: str(count)}
    if os.name == "posix":
        # this process becomes the starter, so that a signal reaches it, and it waits for checkpoints
        os.execve(command[0], command, environment)  # noqa: S606 - our own command
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - the same


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
