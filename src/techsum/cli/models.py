"""`techsum models`: what is here, `pull` one, `use` one."""

from pathlib import Path
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
from rich.table import Table

from techsum.cli.terminal import make_console
from techsum.generators import check, resolve
from techsum.generators.models import EMBEDDED, EXTRACT, HUB_MODELS, TUNED, embedded_installed, names, pulled
from techsum.messages import text
from techsum.settings import default_model, set_default_model

app = typer.Typer(help="모델 보기, 받기, 고르기 / list, pull and choose models", invoke_without_command=True)


@app.callback()
def show(context: typer.Context) -> None:
    """쓸 수 있는 모델을 보여 줍니다. / List the models."""
    if context.invoked_subcommand is None:
        print_models(make_console())


@app.command()
def pull(name: Annotated[str, typer.Argument(help="이름 또는 owner/repository:file.gguf")]) -> None:
    """모델을 허브에서 받습니다. 끊기면 이어서 받습니다. / Download a model; resumes where it stopped."""
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


@app.command()
def use(name: Annotated[str, typer.Argument(help="기본으로 쓸 모델 / the model to use by default")]) -> None:
    """기본 모델을 고릅니다. / Choose the default model."""
    if name == "auto":
        set_default_model("")
        name = resolve("auto")
    else:
        check(name)
        # a file is kept by its full path: `auto` is asked for in other folders too
        set_default_model(str(Path(name).resolve()) if name.endswith(".gguf") else name)
    make_console().print(text("models_used", name=name))


def print_models(console: Console) -> None:
    """The table of models and what `auto` means now."""
    table = Table(
        title=text("models_title"), title_justify="left", box=None, pad_edge=False, header_style="dim"
    )
    for column in ("name", "state", "about"):
        table.add_column(text(f"models_column_{column}"), no_wrap=column == "name")
    for name in names():
        table.add_row(name, _state(name), _about(name))
    console.print(table)
    console.print()
    console.print(text("models_auto", model=resolve("auto")))


def _state(name: str) -> str:
    if name in (EMBEDDED, TUNED) and not embedded_installed():
        return text("models_install")
    if name in (EXTRACT, EMBEDDED, TUNED) or name in pulled():
        return text("models_default" if default_model() == name else "models_here")
    return text("models_pull", name=name)


def _about(name: str) -> str:
    if name in HUB_MODELS:
        return HUB_MODELS[name].about
    keys = {EXTRACT: "models_about_extract", EMBEDDED: "models_about_embedded", TUNED: "models_about_tuned"}
    return text(keys.get(name, "models_about_pulled"))
