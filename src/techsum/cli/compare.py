"""`techsum compare A B`: blind side-by-side reading in the terminal."""

from pathlib import Path
from typing import Annotated

import typer
from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from techsum.cli import options
from techsum.cli.evaluate import parse_columns, run_shown
from techsum.cli.terminal import make_console
from techsum.errors import UsageError
from techsum.evaluation.comparison import Choice, Comparison, Pair
from techsum.evaluation.data import load
from techsum.messages import text
from techsum.summarizers import SummaryOptions

_CHOICES: dict[str, Choice] = {"1": "left", "2": "right", "0": "tie"}


def command(  # noqa: PLR0917 - typer calls it by name
    first: Annotated[str, typer.Argument(metavar="A", help=text("help_compare_first"))],
    second: Annotated[str, typer.Argument(metavar="B", help=text("help_compare_second"))],
    data: Annotated[Path, typer.Option(help=text("help_rows_file"))],
    columns: options.Columns = "",
    length: options.Length = "medium",
    limit: Annotated[int, typer.Option(help=text("help_compare_limit"))] = 20,
    out: Annotated[Path, typer.Option(help=text("help_compare_out"))] = Path("preferences.jsonl"),
) -> None:
    """Blind reading of two systems side by side."""
    if first == second:
        raise UsageError("compare_same")
    console = make_console()
    examples = load(data, parse_columns(columns), limit)
    a, b = run_shown([first, second], examples, SummaryOptions(length))
    comparison = Comparison((a, b), examples, out)
    for pair in comparison.open():
        show(console, pair)
        answer = console.input(text("compare_ask") + " ").strip()
        while answer not in (*_CHOICES, "q"):
            answer = console.input(text("compare_again") + " ").strip()
        if answer == "q":
            break
        comparison.prefer(pair, _CHOICES[answer])
    found = comparison.preferences
    share, low, high = found.rate
    values = {"first": first, "second": second, "share": f"{share * 100:.0f}", "low": f"{low * 100:.0f}"}
    values |= {"high": f"{high * 100:.0f}", "wins": str(found.wins), "losses": str(found.losses)}
    console.print(text("compare_result", **values, ties=found.ties, path=out), soft_wrap=True)


def show(console: Console, pair: Pair) -> None:
    """The article, then both summaries."""
    console.print(Rule(Text(pair.example.title or text("untitled"), style="bold")))
    console.print(Text(pair.example.text), soft_wrap=not console.is_terminal)
    console.print()
    panels = [
        Panel(Text(summary, overflow="fold"), title=n) for n, summary in (("1", pair.left), ("2", pair.right))
    ]
    console.print(Columns(panels, expand=True, equal=True))
