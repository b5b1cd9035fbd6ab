"""The same fit on a Ray cluster: Ray Train starts the processes, the recipe decides everything else."""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from techsum.cluster import ray_session
from techsum.errors import TechsumError, TrainingError
from techsum.training.fit import Fitted, fit
from techsum.training.processes import WORLD
from techsum.training.recipe_file import load_recipe
from techsum.training.run_folder import ProgressCallback, TrainingProgress

_LOOK_SECONDS = 0.5


def fit_on_ray(
    recipe: Path,
    changes: list[str],
    folder: Path,
    processes: int,
    *,
    resume: bool,
    on_progress: ProgressCallback,
) -> Fitted:
    """`fit` in processes that Ray Train starts, one a GPU where the cluster has GPUs.

    Args:
        recipe: its file, under the same path on each machine, as are its data.
        changes: what the command line sets.
        folder: the run's folder, on a disk that all machines share.
        processes: how many.
        resume: go on from the newest whole checkpoint.
        on_progress: called as the run goes on.

    Raises:
        UsageError: Ray is not installed.
        TrainingError: what `fit` raises, or a process that died.
    """
    with ray_session(processes):
        import ray
        from ray.train import RunConfig, ScalingConfig
        from ray.train.torch import TorchTrainer
        from ray.util.queue import Queue

        logging.getLogger("ray.train").setLevel(logging.CRITICAL)
        beside = folder.resolve().with_name(
            f".{folder.name}.ray"
        )  # Ray's own notes; the run is in its folder
        messages, listener = Queue(actor_options={"num_cpus": 0}), _Listener(on_progress)
        trainer = TorchTrainer(
            _one_process,
            train_loop_config={
                "recipe": str(recipe.resolve()),
                "changes": changes,
                "folder": str(folder.resolve()),
                "processes": processes,
                "resume": resume,
                "messages": messages,
            },
            scaling_config=ScalingConfig(
                num_workers=processes, use_gpu=ray.cluster_resources().get("GPU", 0) >= processes
            ),
            run_config=RunConfig(name="run", storage_path=str(beside)),
        )
        with listener.listening(messages):
            failure = None
            try:
                trainer.fit()
            except ray.train.TrainingFailedError as error:
                failure = error
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        if listener.error:
            raise listener.error
        if failure or listener.fitted is None:
            raise TrainingError("train_peer") from None
        return listener.fitted


class _Listener:
    """Events of the processes, passed on in this one."""

    def __init__(self, on_progress: ProgressCallback) -> None:
        self._on_progress = on_progress
        self.error: TechsumError | None = None
        self.fitted: Fitted | None = None

    @contextmanager
    def listening(self, messages: Any) -> Iterator[None]:
        """Receive events in a thread meanwhile."""
        ended = threading.Event()
        thread = threading.Thread(target=self._listen, args=(messages, ended), name="ray train", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self._receive(messages)

    def _listen(self, messages: Any, ended: threading.Event) -> None:
        while not ended.wait(_LOOK_SECONDS):
            self._receive(messages)

    def _receive(self, messages: Any) -> None:
        for kind, values in messages.get_nowait_batch(messages.size()):
            if kind == "moment":
                self._on_progress(TrainingProgress(**values))
            elif kind == "fitted":
                self.fitted = Fitted(**values)
            else:
                self.error = self.error or TechsumError.from_dict(values)


def _one_process(given: dict[str, Any]) -> None:
    """What Ray Train runs in each process, after it has joined them with torch."""
    os.environ[WORLD] = str(given["processes"])
    send: Callable[[str, dict[str, Any]], None] = lambda kind, values: given["messages"].put((kind, values))  # noqa: E731
    try:
        fitted = fit(
            load_recipe(Path(given["recipe"]), given["changes"]),
            Path(given["folder"]),
            resume=given["resume"],
            on_progress=lambda progress: send("moment", asdict(progress)),
        )
    except TechsumError as error:
        send("error", error.as_dict())
        raise RuntimeError(error.key) from None  # one that crosses to the driver whole
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        send("error", TechsumError("internal", reason=reason).as_dict())
        raise
    if fitted.main:
        send("fitted", asdict(fitted))
    with suppress(RuntimeError):  # a process that ends while another still writes would end both
        import torch

        torch.distributed.barrier()
