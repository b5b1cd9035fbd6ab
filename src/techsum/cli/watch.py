"""`techsum watch FEED...`: what is new in feeds, as summaries and as one page a day."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from techsum.cli import options
from techsum.cli.library import READER, opened
from techsum.cli.terminal import make_console
from techsum.contracts.options import SummaryOptions
from techsum.messages import text
from techsum.settings import settings

_COULD_NOT = 1


def command(  # noqa: PLR0917 - typer calls it by name
    feeds: Annotated[
        list[str],
        typer.Argument(metavar="FEED...", help=text("help_watch_feeds")),
    ],
    out: Annotated[Path | None, typer.Option(help=text("help_watch_out"))] = None,
    model: options.Model = "auto",
    length: options.Length = "short",
    style: options.Style = "문단",
    register: options.Register = "한다체",
    difficulty: options.Difficulty = "보통",
    to: options.To = None,
    most: Annotated[int, typer.Option(min=1, help=text("help_watch_most"))] = 20,
) -> None:
    """Summarise what is new in feeds."""
    folder = out or settings().data_dir / "digest"
    options = SummaryOptions(length, style, register, model, difficulty=difficulty, to=to)
    console, new, failed = make_console(), 0, 0
    with opened() as library:
        from techsum.watch import watch

        for result in watch(feeds, library, READER, folder, options=options, most=most):
            failed += bool(result.error)
            new += not result.error
            sign, line = ("✗", result.error) if result.error else ("·", result.title)
            console.print(Text(f"{sign} {line}", style="red" if result.error else ""), soft_wrap=True)
    console.print(text("watch_done", new=new, failed=failed, folder=folder), soft_wrap=True)
    if failed and not new:
        raise typer.Exit(_COULD_NOT)
