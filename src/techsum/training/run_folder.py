"""A run's folder: what it was made with, its log, its checkpoints and its adapter.

run.json           the recipe, its fingerprint, versions and figures
log.jsonl          a line each few steps
checkpoints/       the two newest, safetensors and JSON
best/              what had the lowest loss on the dev rows so far
initial/           an adapter's first factors, where they are not zero; pairs' scores by the first model
adapter/, model/   what the finished run gives: an adapter, or a whole model
"""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import techsum
from techsum.errors import TrainingError
from techsum.files import atomic_write_text
from techsum.training.recipe import Recipe

_COMPLETE = "complete.json"
_PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "bitsandbytes")


@dataclass(frozen=True)
class Estimate:
    """What a run will come to, by its first steps; without the time of its evaluations."""

    seconds_per_step: float
    steps: int
    cost_per_hour: float | None = None

    @property
    def hours(self) -> float:
        """Of all steps."""
        return self.seconds_per_step * self.steps / 3600

    @property
    def cost(self) -> float | None:
        """Of all steps, where the recipe says what an hour costs."""
        return self.cost_per_hour * self.hours if self.cost_per_hour else None

    def as_dict(self) -> dict[str, Any]:
        """For `run.json`."""
        return {"seconds_per_step": self.seconds_per_step, "hours": self.hours, "cost": self.cost}


@dataclass(frozen=True)
class TrainingProgress:
    """How far a run is."""

    step: int
    steps: int
    loss: float | None = None
    rate: float | None = None
    """Learning rate."""
    tokens_per_second: float | None = None
    dev_loss: float | None = None
    dev_rouge: float | None = None
    """Morpheme ROUGE-L of the generated dev summaries, 0 to 1."""
    estimate: Estimate | None = None


ProgressCallback = Callable[[TrainingProgress], None]


class RunFolder:
    """One run's folder.

    Args:
        path: where it is or shall be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checkpoints = path / "checkpoints"
        self.best = path / "best"
        self.initial = path / "initial"
        self.adapter = path / "adapter"
        self.model = path / "model"
        self._about = path / "run.json"

    def begin(
        self, recipe: Recipe, *, resume: bool, processes: int = 1, resolved: dict[str, Any] | None = None
    ) -> None:
        """Claim the folder for a run of this recipe.

        Args:
            recipe: the recipe.
            resume: whether to go on with the run that is there.
            processes: how many take part.
            resolved: what decides the result beside the recipe (an `auto`'s choice, the files' hashes).

        Raises:
            TrainingError: it holds another recipe's run, one of another number of processes (which would
                see other samples in its steps), of other data or another machine's choices, one that was
                not asked to go on, or no run.
        """
        known = self.about() if self._about.exists() else None
        if known and known["fingerprint"] != recipe.fingerprint:
            raise TrainingError("run_other_recipe", path=self.path, name=known["recipe"].get("name", "?"))
        if known and not resume and (self.last_checkpoint() or self.trained.exists()):
            raise TrainingError("run_exists", path=self.path)
        if known:
            if (before := known.get("processes", 1)) != processes:
                raise TrainingError("run_other_processes", path=self.path, count=before)
            _compare(self.path, known.get("resolved", {}), resolved or {})
            return
        if resume:
            raise TrainingError("run_none", path=self.path)
        if self.path.exists() and any(self.path.iterdir()):
            raise TrainingError("run_not_empty", path=self.path)
        with self.writing():
            self.path.mkdir(parents=True, exist_ok=True)
            self.tell(
                recipe=recipe.model_dump(mode="json", by_alias=True),
                fingerprint=recipe.fingerprint,
                processes=processes,
                resolved=resolved or {},
                machine=_machine(),
                techsum=techsum.__version__,
                versions=dict(_versions()),
            )

    def about(self) -> dict[str, Any]:
        """What `run.json` says.

        Raises:
            TrainingError: this is no run's folder.
        """
        try:
            data = json.loads(self._about.read_text("utf-8"))
            _renew(data["recipe"])
            Recipe.model_validate(data["recipe"])
        except (OSError, ValueError, KeyError, TypeError):
            raise TrainingError("run_none", path=self.path) from None
        return dict(data)

    def commits(self) -> dict[str, str]:
        """The commit of each hub data set that the run reads, as it found them; none before it began."""
        known = self.about() if self._about.exists() else {}
        return dict(known.get("resolved", {}).get("commits", {}))

    @property
    def recipe(self) -> Recipe:
        """The recipe that made this run.

        Raises:
            TrainingError: this is no run's folder.
        """
        return Recipe.model_validate(self.about()["recipe"])

    @property
    def trained(self) -> Path:
        """What the finished run gives: the whole model's folder where it trained one, else the adapter's."""
        return self.model if self.model.exists() else self.adapter

    def tell(self, **more: Any) -> None:
        """Add to `run.json`; the file is whole at every moment."""
        known = json.loads(self._about.read_text("utf-8")) if self._about.exists() else {}
        atomic_write_text(self._about, json.dumps(known | more, ensure_ascii=False, indent=2))

    def log(self, line: dict[str, Any]) -> None:
        """Append one line to the log."""
        with (self.path / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def last_checkpoint(self) -> Path | None:
        """The newest checkpoint that was written to its end."""
        found = [p for p in self.checkpoints.glob("checkpoint-*") if (p / _COMPLETE).exists()]
        return max(found, key=lambda p: int(p.name.rpartition("-")[2]), default=None)

    def drop_torn(self) -> None:
        """Remove checkpoints that were not written to their end."""
        for path in self.checkpoints.glob("checkpoint-*"):
            if not (path / _COMPLETE).exists():
                shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Turn a full disk into its line; a torn checkpoint goes, the last good one stays."""
        from safetensors import SafetensorError

        try:
            yield
        except (OSError, SafetensorError) as error:
            self.drop_torn()
            last = self.last_checkpoint()
            name = last.name.rpartition("-")[2] if last else "0"
            raise TrainingError(
                "train_disk", path=self.path, reason=getattr(error, "strerror", None) or error, step=name
            ) from None


def mark_complete(checkpoint: Path, step: int) -> None:
    """Say that a checkpoint is whole: the last file written into it."""
    for file in checkpoint.iterdir():
        with file.open("rb") as written:
            os.fsync(written.fileno())
    atomic_write_text(checkpoint / _COMPLETE, json.dumps({"step": step}))


def _renew(recipe: dict[str, Any]) -> None:
    """Word a recipe of an earlier version as today's."""
    if recipe["training"].pop("tensorboard", False):
        recipe["training"]["trackers"] = ["tensorboard"]
    for source in recipe["data"]:
        source.pop("streamed", None)


def _compare(path: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    # runs that were begun before an order was kept have the first one
    for name, value in {"order": 1, **before}.items():
        if name == "data":
            changed = [file for file, known in value.items() if now["data"].get(file, known) != known]
            if changed:
                raise TrainingError("run_other_data", path=path, file=changed[0])
        elif now.get(name, value) != value:
            raise TrainingError("run_other_choice", path=path, name=name, before=value, now=now[name])


def _machine() -> dict[str, Any]:
    """Where a run was made: informative, for comparing figures."""
    import torch

    found: dict[str, Any] = {"python": platform.python_version(), "system": platform.platform()}
    if torch.cuda.is_available():
        found |= {"gpu": torch.cuda.get_device_name(), "gpus": torch.cuda.device_count()}
        found["cuda"] = torch.version.cuda
    commit = (
        subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607 - whichever git is installed
            cwd=Path(techsum.__file__).parent,
            capture_output=True,
            text=True,
            check=False,
        )
        if shutil.which("git")
        else None
    )
    if commit and commit.returncode == 0:
        found["commit"] = commit.stdout.strip()
    return found


def _versions() -> Iterator[tuple[str, str]]:
    for name in _PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
