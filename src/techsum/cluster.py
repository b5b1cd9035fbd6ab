"""A Ray cluster to work on: the one that `RAY_ADDRESS` names, or one of this machine's own processes."""

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from techsum.errors import TechsumError, UsageError

_HANDED_ON = ("LANG", "THREADS", "CONTEXT", "FETCH_SECONDS", "SERVER_TIMEOUT")
"""Settings that travel to a cluster's machines. Keys do not: Ray writes what travels into its logs."""
_OWN = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # by this Ray listens on 127.0.0.1 alone, as it does on a desktop's system
    **({} if os.environ.get("RAY_ADDRESS") else {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}),
}


@contextmanager
def ray_session(cores: int) -> Iterator[None]:
    """Be on the cluster; one that was started for this ends with it.

    Args:
        cores: how many a cluster of this machine has at least.

    Raises:
        UsageError: Ray is not installed.
        TechsumError: Ray failed in a way that is no error of ours.
    """
    for name, value in _OWN.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError:
        raise UsageError("extra_missing", feature="Ray", extra="batch") from None
    with _quiet():
        _connect(cores)
        try:
            yield
        except ray.exceptions.RayError as error:
            reason = str(error).strip().splitlines()[-1][:300]
            raise TechsumError("cluster_failed", reason=reason) from None
        finally:
            ray.shutdown()


def _connect(cores: int) -> None:
    import ray

    if os.environ.get("RAY_ADDRESS"):
        names = [f"TECHSUM_{name}" for name in _HANDED_ON]
        runtime = {"env_vars": {name: os.environ[name] for name in names if name in os.environ}}
        ray.init(runtime_env=runtime, log_to_driver=False, logging_level=logging.ERROR)
        return
    ray.init(
        address="local",
        num_cpus=max(cores, os.cpu_count() or 1),
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Ray's C++ side writes to standard error whatever its logging is told; its own log files have it all."""
    original, sys.stderr = sys.stderr, os.fdopen(os.dup(2), "w", buffering=1)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    os.close(silence)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"ray\.")
            yield
    finally:
        os.dup2(sys.stderr.fileno(), 2)
        sys.stderr.close()
        sys.stderr = original
