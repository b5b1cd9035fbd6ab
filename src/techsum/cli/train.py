"""`techsum train`: a recipe becomes an adapter; `--check` looks at its data first."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from techsum.cli.terminal import make_console
from techsum.errors import UsageError
from techsum.messages import text

if TYPE_CHECKING:  # these load numpy, which --help has no need of
    from techsum.training.fit import Fitted
    from techsum.training.recipe import Recipe
    from techsum.training.run_folder import Estimate, ProgressCallback, TrainingProgress

INTERRUPTED = 130
UNSOUND = 1


def command(
    recipe: Annotated[Path, typer.Argument(help=text("help_train_recipe"))],
    change: Annotated[
        list[str] | None, typer.Option("--set", help=text("help_train_set"), metavar="FIELD=VALUE")
    ] = None,
    out: Annotated[Path | None, typer.Option(help=text("help_train_out"))] = None,
    *,
    resume: Annotated[bool, typer.Option("--resume", help=text("help_train_resume"))] = False,
    check: Annotated[bool, typer.Option("--check", help=text("help_train_check"))] = False,
    prepare: Annotated[bool, typer.Option("--prepare", help=text("help_train_prepare"))] = False,
    processes: Annotated[int, typer.Option(min=1, help=text("help_train_processes"))] = 1,
    ray: Annotated[bool, typer.Option("--ray", help=text("help_train_ray"))] = False,
    accelerate: Annotated[
        Path | None, typer.Option(help=text("help_train_accelerate"), metavar="YAML")
    ] = None,
) -> None:
    """Train a model by a recipe."""
    from techsum.training.recipe_file import load_recipe

    loaded = load_recipe(recipe, change or [])
    folder = out or Path("runs") / loaded.name
    if check:
        from techsum.cli.train_check import show

        raise typer.Exit(0 if show(make_console(), loaded, folder) else UNSOUND)
    if prepare:
        from techsum.cli import train_prepare

        train_prepare.show(make_console(), loaded, processes)
        return
    from techsum.training.processes import launch, launched

    if ray and accelerate:
        raise UsageError("train_ray_accelerate")
    if (processes > 1 or accelerate) and not ray and not launched():
        raise typer.Exit(launch(processes, sys.argv[1:], partial(typer.echo, err=True), accelerate))
    errors = Console(stderr=True)
    with _progress(errors, loaded) as on_progress:
        if ray:
            from techsum.training.on_ray import fit_on_ray

            ended = fit_on_ray(
                recipe, change or [], folder, processes, resume=resume, on_progress=on_progress
            )
        else:
            ended = _fit_here(errors, loaded, folder, on_progress, resume=resume)
    if not ended.main:
        return
    from techsum.training.run_folder import RunFolder

    console = make_console()
    if not ended.finished:
        console.print(text("train_stopped", step=ended.step, folder=folder), soft_wrap=True)
        raise typer.Exit(INTERRUPTED)
    console.print(text("train_finished", folder=RunFolder(folder).trained), soft_wrap=True)


def _fit_here(
    errors: Console, recipe: "Recipe", folder: Path, on_progress: "ProgressCallback", *, resume: bool
) -> "Fitted":
    """Train in this process."""
    from techsum.cli.train_check import bad_rows
    from techsum.training.fit import fit
    from techsum.training.processes import leave_group

    ended = fit(recipe, folder, resume=resume, on_progress=on_progress, on_samples=partial(bad_rows, errors))
    leave_group()
    return ended


def estimated(estimate: "Estimate") -> str:
    """The line about time and cost."""
    line = text("train_estimate", seconds=f"{estimate.seconds_per_step:.3g}", hours=f"{estimate.hours:.2g}")
    cost = estimate.cost
    return line if cost is None else f"{line} {text('train_cost', cost=f'{cost:.2f}')}"


@contextmanager
def _progress(errors: Console, recipe: "Recipe") -> Iterator["ProgressCallback"]:
    """A bar in a terminal, lines elsewhere."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[status]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as bar:
        task = bar.add_task(recipe.name, total=recipe.training.steps or None, status="")

        def on_progress(progress: "TrainingProgress") -> None:
            if progress.dev_loss is not None:
                rouge = "-" if progress.dev_rouge is None else f"{progress.dev_rouge * 100:.1f}"
                errors.print(
                    text("train_dev", step=progress.step, loss=f"{progress.dev_loss:.3f}", rouge=rouge)
                )
                return
            if progress.estimate:
                errors.print(estimated(progress.estimate), soft_wrap=True)
                return
            status = text(
                "train_moment",
                loss=f"{progress.loss or 0:.3f}",
                rate=f"{progress.rate or 0:.1e}",
                speed=f"{progress.tokens_per_second or 0:.0f}",
            )
            bar.update(task, total=progress.steps, completed=progress.step, status=status)
            if not errors.is_terminal:
                errors.print(f"{progress.step}/{progress.steps} {status}", highlight=False, soft_wrap=True)

        yield on_progress
