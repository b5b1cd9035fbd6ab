"""`techsum recipe`: recipes of other trainers become ours, and ours theirs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from techsum.cli.language import Command, Group
from techsum.errors import UsageError
from techsum.files import atomic_write_text
from techsum.messages import text

if TYPE_CHECKING:
    from techsum.training.conversion import Converted, Trainer

app = typer.Typer(add_completion=False, no_args_is_help=True, help=text("help_recipe"), cls=Group)
_Out = Annotated[Path | None, typer.Option("--out", "-o", help=text("help_recipe_out"))]


@app.command("import", help=text("help_recipe_import"), cls=Command)
def import_(
    file: Annotated[Path, typer.Argument(help=text("help_recipe_file"))],
    trainer: Annotated[str, typer.Option("--from", help=text("help_recipe_trainer"))] = "auto",
    out: _Out = None,
) -> None:
    """Write another trainer's file as a recipe."""
    from techsum.training.conversion import import_recipe

    _write(import_recipe(file, None if trainer == "auto" else _known(trainer)), out)


@app.command(help=text("help_recipe_export"), cls=Command)
def export(
    recipe: Annotated[Path, typer.Argument(help=text("help_train_recipe"))],
    trainer: Annotated[str, typer.Option("--to", help=text("help_recipe_trainer"))],
    out: _Out = None,
) -> None:
    """Write a recipe as another trainer's file."""
    from techsum.training.conversion import export_recipe
    from techsum.training.recipe_file import load_recipe

    _write(export_recipe(load_recipe(recipe), _known(trainer)), out)


def _known(name: str) -> "Trainer":
    from techsum.training.conversion import TRAINERS

    for trainer in TRAINERS:
        if trainer == name:
            return trainer
    raise UsageError("recipe_trainer", name=name, known=", ".join(TRAINERS))


def _write(converted: "Converted", out: Path | None) -> None:
    """The file to a path or to standard output, what it cannot say to standard error."""
    if out:
        try:
            atomic_write_text(out, converted.text)
        except OSError as error:
            raise UsageError("recipe_unwritable", path=out, reason=error.strerror) from None
    else:
        typer.echo(converted.text, nl=False)
    for line in converted.left_out:
        typer.echo(text("recipe_left_out", field=line), err=True)
