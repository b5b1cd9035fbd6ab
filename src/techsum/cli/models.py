"""`techsum models`: what is here, `pull` one, `use` one."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from techsum.cli.folding_table import FoldingTable
from techsum.cli.language import Command, Group
from techsum.cli.terminal import make_console
from techsum.generators import check, resolve
from techsum.generators.hub_models import HUB_MODELS
from techsum.generators.model_ref import EXTRACT, ModelRef
from techsum.generators.models import EMBEDDED, TUNED, embedded_installed, names, pulled, skills
from techsum.generators.speeds import Speed, speed_of
from techsum.messages import text
from techsum.settings import default_model, set_default_model

app = typer.Typer(add_completion=False, help=text("help_models"), cls=Group, invoke_without_command=True)


@app.callback(help=text("help_models"), cls=Group)
def show(context: typer.Context) -> None:
    """List the models."""
    if context.invoked_subcommand is None:
        print_models(make_console())


@app.command(help=text("help_models_pull"), cls=Command)
def pull(name: Annotated[str, typer.Argument(help=text("help_models_name"))]) -> None:
    """Download a model; resumes where it stopped."""
    from techsum.generators import hub
    from techsum.generators.models import model_file

    console = make_console()
    if name == EXTRACT:
        console.print(text("models_extract_here"))
        return
    if name in (EMBEDDED, TUNED):
        path = model_file(name, lambda: console.print(text("progress_assembling")))
    else:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(text("models_pulling", name=name), total=None)
            path = hub.pull(name, lambda here, total: bar.update(task, completed=here, total=total))
    console.print(text("models_pulled", name=name, path=path), soft_wrap=True)


@app.command(help=text("help_models_use"), cls=Command)
def use(name: Annotated[str, typer.Argument(help=text("help_models_name"))]) -> None:
    """Choose the default model."""
    if name == "auto":
        set_default_model("")
        name = resolve("auto")
    else:
        check(name)
        # a file is kept by its full path: `auto` is asked for in other folders too
        set_default_model(ModelRef.parse(name).absolute)
    make_console().print(text("models_used", name=name))


def print_models(console: Console) -> None:
    """The table of models and what `auto` means now."""
    table = FoldingTable(title=text("models_title"), title_justify="left")
    for column in ("name", "state", "about"):
        table.add_column(text(f"models_column_{column}"), no_wrap=column == "name")
    speeds = {name: speed_of(name) for name in names()}
    for name, speed in speeds.items():
        can = text("models_can", skills=", ".join(text(f"skill_{skill}") for skill in skills(name)))
        table.add_row(name, _state(name), "\n".join(filter(None, (_about(name), can, _shown(speed)))))
    console.print(table)
    console.print()
    console.print(text("models_get"))
    if not any(speeds.values()):
        console.print(text("models_speed_unknown"))
    console.print(text("models_auto", model=resolve("auto")))


def _shown(speed: Speed | None) -> str:
    if speed is None:
        return ""
    key = "models_speed_estimated" if speed.estimated else "models_speed"
    return text(key, read=f"{speed.read:.0f}", written=f"{speed.written:.0f}")


def _state(name: str) -> str:
    if name in (EMBEDDED, TUNED) and not embedded_installed():
        return text("models_install")
    if name in (EXTRACT, EMBEDDED, TUNED) or name in pulled():
        return text("models_default" if default_model() == name else "models_here")
    return text("models_absent")


def _about(name: str) -> str:
    if name in HUB_MODELS:
        return text("models_about_memory", about=HUB_MODELS[name].about, memory=HUB_MODELS[name].memory)
    keys = {EXTRACT: "models_about_extract", EMBEDDED: "models_about_embedded", TUNED: "models_about_tuned"}
    return text(keys.get(name, "models_about_pulled"))
