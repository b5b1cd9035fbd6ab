"""`techsum batch IN --out OUT`: many documents, resumable."""

import time
from pathlib import Path
from typing import Annotated, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from techsum.batch import ENGINES, BatchProgress, batch
from techsum.cli import options
from techsum.cli.terminal import make_console
from techsum.contracts.options import SummaryOptions
from techsum.errors import UsageError
from techsum.messages import text

_COULD_NOT = 1
_EVERY_SECONDS = 30
"""Between two lines where there is no terminal."""


def command(  # noqa: PLR0917 - typer calls it by name
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN",
            help=text("help_batch_source"),
        ),
    ],
    out: Annotated[Path, typer.Option(help=text("help_batch_out"))],
    model: options.Model = "auto",
    engine: Annotated[str, typer.Option(help=" | ".join(ENGINES))] = "local",
    workers: Annotated[int | None, typer.Option(min=1, help=text("help_batch_workers"))] = None,
    slots: Annotated[int | None, typer.Option(min=1, help=text("help_batch_slots"))] = None,
    length: options.Length = "medium",
    style: options.Style = "문단",
    register: options.Register = "한다체",
    difficulty: options.Difficulty = "보통",
    to: options.To = None,
    strict: options.Strict = False,
    seed: options.Seed = 0,
) -> None:
    """Summarise many documents, resumable."""
    known = next((e for e in ENGINES if e == engine), None)
    if known is None:
        raise UsageError("choice_invalid", name="engine", value=engine, choices=", ".join(ENGINES))
    summary_options = SummaryOptions(
        length, style, register, model, seed, strict, difficulty=difficulty, to=to
    )
    began, last = time.monotonic(), None
    with _Shown() as shown:
        for last in batch(source, out, summary_options, engine=known, workers=workers, slots=slots):
            shown.show(last)
    assert last is not None  # noqa: S101 - the first moment comes before any row
    seconds = time.monotonic() - began
    make_console().print(
        text(
            "batch_done",
            done=f"{last.done:,}",
            made=f"{last.made:,}",
            errors=f"{last.errors:,}",
            rate=f"{last.made / seconds:.1f}",
            path=out,
        ),
        soft_wrap=True,
    )
    if last.made and last.errors == last.made:
        raise typer.Exit(_COULD_NOT)


class _Shown:
    """Rate and remaining time on standard error: a bar in a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bar = Progress(
            BarColumn(), TextColumn("{task.description}"), console=console, disable=not console.is_terminal
        )
        self._task: TaskID = self._bar.add_task(text("batch_starting"), total=1.0)
        self._console = console
        self._began = self._last_shown = time.monotonic()
        self._first = 0.0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, state: BatchProgress) -> None:
        """Show this moment, unless another was shown just before."""
        now = time.monotonic()
        if state.made == 1:
            self._first = state.share
        pause = 0.2 if self._console.is_terminal else _EVERY_SECONDS
        if not state.made or now - self._last_shown < pause:
            return
        self._last_shown = now
        line = self._line(state, now - self._began)
        self._bar.update(self._task, completed=state.share, description=line)
        if not self._console.is_terminal:
            self._console.print(line, highlight=False, soft_wrap=True)

    def _line(self, state: BatchProgress, seconds: float) -> str:
        gone = state.share - self._first
        left = (1 - state.share) / gone * seconds if gone > 0 else None
        return text(
            "batch_moment",
            done=f"{state.done:,}",
            rate=f"{state.made / seconds:.1f}",
            left=_span(left) if left is not None else "?",
            errors=f"{state.errors:,}",
        )


def _span(seconds: float) -> str:
    """`2:05:09` or `5:09`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
