"""`techsum train`: a recipe becomes an adapter; `--check` looks at its data first."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from techsum.cli.terminal import make_console
from techsum.errors import UsageError
from techsum.messages import text

INTERRUPTED = 130
UNSOUND = 1


def command(
    recipe: Annotated[Path, typer.Argument(help="레시피 YAML / a recipe")],
    change: Annotated[
        list[str] | None, typer.Option("--set", help="training.lr=1e-4 …", metavar="FIELD=VALUE")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="실행 폴더 / the run's folder (runs/NAME)")] = None,
    *,
    resume: Annotated[
        bool, typer.Option("--resume", help="멈춘 데서 이어서 / go on where it stopped")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="자료만 살펴보기 / look at the data only")] = False,
    processes: Annotated[int, typer.Option(min=1, help="프로세스 수 / processes (torchrun)")] = 1,
    ray: Annotated[
        bool, typer.Option("--ray", help="Ray 클러스터에서 (RAY_ADDRESS) / on a Ray cluster")
    ] = False,
    accelerate: Annotated[
        Path | None, typer.Option(help="accelerate 설정 (FSDP) / an accelerate configuration", metavar="YAML")
    ] = None,
) -> None:
    """레시피대로 모델을 학습합니다. / Train a model by a recipe."""
    from techsum.training.recipe import load_recipe

    wanted = load_recipe(recipe, change or [])
    folder = out or Path("runs") / wanted.name
    if check:
        from techsum.cli.train_check import show

        raise typer.Exit(0 if show(make_console(), wanted, folder) else UNSOUND)
    from techsum.training.processes import launch, launched

    if ray and accelerate:
        raise UsageError("train_ray_accelerate")
    if (processes > 1 or accelerate) and not ray and not launched():
        raise typer.Exit(launch(processes, sys.argv[1:], partial(typer.echo, err=True), accelerate))
    from techsum.cli.train_check import bad_rows
    from techsum.training.fit import fit
    from techsum.training.run_folder import Moment

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
    )
    errors = Console(stderr=True)
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as bar:
        task = bar.add_task(wanted.name, total=wanted.training.steps, said="")

        def told(moment: Moment) -> None:
            if moment.dev_loss is not None:
                rouge = "-" if moment.dev_rouge is None else f"{moment.dev_rouge * 100:.1f}"
                errors.print(text("train_dev", step=moment.step, loss=f"{moment.dev_loss:.3f}", rouge=rouge))
                return
            said = text(
                "train_moment",
                loss=f"{moment.loss or 0:.3f}",
                rate=f"{moment.rate or 0:.1e}",
                speed=f"{moment.tokens_per_second or 0:.0f}",
            )
            bar.update(task, completed=moment.step, said=said)
            if not errors.is_terminal:
                errors.print(f"{moment.step}/{moment.steps} {said}", highlight=False, soft_wrap=True)

        if ray:
            from techsum.training.on_ray import fit_on_ray

            ended = fit_on_ray(recipe, change or [], folder, processes, resume=resume, told=told)
        else:
            ended = fit(
                wanted,
                folder,
                resume=resume,
                told=told,
                seen=lambda drawn: bad_rows(errors, drawn.bad, drawn.skipped),
            )
    if not ended.main:
        return
    console = make_console()
    if not ended.finished:
        console.print(text("train_stopped", step=ended.step, folder=folder), soft_wrap=True)
        raise typer.Exit(INTERRUPTED)
    console.print(text("train_finished", folder=folder / "adapter"), soft_wrap=True)
