"""What happens between two steps: log, progress, evaluation, stopping on a signal, whole checkpoints."""

import signal
import threading
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import TrainerCallback

from techsum.training.adapters import save_trained
from techsum.training.evaluating import generated_rouge, keep_if_best, without_gain
from techsum.training.prepared import Prepared
from techsum.training.processes import sharded
from techsum.training.recipe import Recipe
from techsum.training.run_folder import (
    Estimate,
    ProgressCallback,
    RunFolder,
    TrainingProgress,
    mark_complete,
)

_MEASURED_STEPS = 20


def callbacks(recipe: Recipe, run: RunFolder, prepared: Prepared, on_progress: ProgressCallback) -> list[Any]:
    """Everything that a run needs beside the trainer.

    Args:
        recipe: with the number of steps.
        run: its folder.
        prepared: its data.
        on_progress: called as it goes on.
    """
    return [Watch(recipe, run, prepared, on_progress), Stop()]


class Watch(TrainerCallback):  # type: ignore[misc]  # transformers is not read by the type checker
    """Log, progress, evaluation; only the main process writes."""

    def __init__(
        self, recipe: Recipe, run: RunFolder, prepared: Prepared, on_progress: ProgressCallback
    ) -> None:
        self._recipe, self._run, self._on_progress = recipe, run, on_progress
        self._dev = prepared.dev
        self._ends = _cumulated(prepared.drawn.lengths, recipe)
        self._since = (0, time.perf_counter())
        self._begun: tuple[int, float] | None = None
        self._stepped, self._evaluating = 0.0, 0.0

    def on_train_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Start the clock where a resumed run goes on."""
        self._since = (state.global_step, time.perf_counter())

    def on_step_end(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """After twenty measured steps say what the run will come to; the first one is no measure."""
        self._stepped = now = time.perf_counter()
        if self._begun is None:
            self._begun = (state.global_step, now)
        elif state.global_step == self._begun[0] + _MEASURED_STEPS and state.is_world_process_zero:
            seconds = (now - self._begun[1] - self._evaluating) / _MEASURED_STEPS
            estimate = Estimate(seconds, state.max_steps, self._recipe.training.cost_per_hour)
            self._run.tell(estimate=estimate.as_dict())
            self._on_progress(TrainingProgress(state.global_step, state.max_steps, estimate=estimate))

    def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
        """A line in the log and a moment for the user."""
        if not state.is_world_process_zero or not logs or "loss" not in logs:
            return
        step, now = state.global_step, time.perf_counter()
        before, then = self._since
        rate = (self._ends[step] - self._ends[before]) / max(now - then, 1e-6)
        self._since = (step, now)
        line = {
            "step": step,
            "loss": logs["loss"],
            "lr": logs.get("learning_rate"),
            "tokens_per_second": rate,
            "grad_norm": logs.get("grad_norm"),
            "gpu_memory_gb": _gpu_memory(),
        }
        self._run.log({**line, "time": time.time()})
        self._on_progress(TrainingProgress(step, state.max_steps, logs["loss"], line["lr"], rate))

    def on_evaluate(self, _args: Any, state: Any, control: Any, metrics: Any = None, **more: Any) -> None:
        """Loss and written summaries on the dev rows; keep the best adapter, end a run without gain."""
        if without_gain(state.log_history, self._recipe):
            control.should_save = control.should_training_stop = True
        if not state.is_world_process_zero or not metrics:
            return
        model, loss = more["model"], float(metrics["eval_loss"])
        if not sharded():
            rouge = generated_rouge(model, more["processing_class"], self._recipe, self._dev)
            keep_if_best(
                self._run,
                state.global_step,
                loss,
                lambda folder: save_trained(
                    model, folder, self._recipe, more["processing_class"], self._run.initial
                ),
            )
        else:
            rouge = None  # a sharded model cannot write by itself in one process
        self._run.log(
            {"step": state.global_step, "dev_loss": loss, "dev_rouge_l": rouge, "time": time.time()}
        )
        self._on_progress(
            TrainingProgress(state.global_step, state.max_steps, dev_loss=loss, dev_rouge=rouge)
        )
        now = time.perf_counter()
        self._evaluating += now - self._stepped
        self._since = (state.global_step, now)

    def on_save(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Say that the checkpoint is whole."""
        if state.is_world_process_zero:
            mark_complete(self._run.checkpoints / f"checkpoint-{state.global_step}", state.global_step)


class Stop(TrainerCallback):  # type: ignore[misc]  # transformers is not read by the type checker
    """SIGINT or SIGTERM: finish the step, write a checkpoint, end. A second Ctrl-C ends at once."""

    def __init__(self) -> None:
        self._stopping = False
        self._before: dict[int, Any] = {}

    def on_train_begin(self, *_args: Any, **_: Any) -> None:
        """Take the signals."""
        if threading.current_thread() is not threading.main_thread():
            return  # Ray's processes are told to end by Ray
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._ask)

    def on_train_end(self, *_args: Any, **_: Any) -> None:
        """Give them back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, _frame: Any) -> None:
        self._stopping = True
        if number == signal.SIGINT:  # torchrun follows Ctrl-C with a SIGTERM, which is no second request
            signal.signal(number, self._before[number])

    def on_step_end(self, args: Any, _state: Any, control: Any, **_: Any) -> None:
        """Stop where any process was asked to: all must leave after the same step."""
        stopping = self._stopping
        if args.world_size > 1:
            import torch

            flag = torch.tensor([int(stopping)], device=args.device)
            torch.distributed.all_reduce(flag, torch.distributed.ReduceOp.MAX)
            stopping = bool(flag.item())
        if stopping:
            control.should_save = control.should_training_stop = True


def _gpu_memory() -> float | None:
    """The most memory that this process had on its GPU so far, in GB; None without one."""
    import torch

    return round(torch.cuda.max_memory_allocated() / 1e9, 2) if torch.cuda.is_available() else None


def _cumulated(lengths: NDArray[np.int64], recipe: Recipe) -> list[int]:
    """Tokens seen after each step, over all processes."""
    each = len(lengths) // recipe.training.steps
    return [0, *np.cumsum(lengths[: each * recipe.training.steps].reshape(-1, each).sum(1)).tolist()]
