"""Several processes on one machine, started with torchrun."""

import os
import subprocess
import sys
from collections.abc import Sequence

from techsum.training.fit import WORLD


def launched() -> bool:
    """Whether this process is one of several that were started together."""
    return "RANK" in os.environ


def launch(count: int, arguments: Sequence[str]) -> int:
    """Run `techsum` with these arguments in `count` processes and wait.

    `accelerate launch --cpu --num_processes 2` was seen to run one process and say nothing; torchrun
    starts them, and each asserts that there are `count`.

    Returns:
        The exit code.
    """
    command = [
        sys.executable,
        *("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(count)),
        *("-m", "techsum", *arguments),
    ]
    threads = str(max(1, (os.cpu_count() or count) // count))
    environment = {"OMP_NUM_THREADS": threads, **os.environ, WORLD: str(count)}
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - our own command
