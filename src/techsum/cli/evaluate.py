"""`techsum eval`: systems and baselines on articles with reference summaries."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from techsum.cli import options
from techsum.cli.folding_table import FoldingTable
from techsum.cli.terminal import make_console
from techsum.errors import EvaluationError, UsageError
from techsum.evaluation import report
from techsum.evaluation.data import Example, leaks, load
from techsum.evaluation.results import MAIN, Results, measure
from techsum.evaluation.runs import Run, run
from techsum.evaluation.systems import BASELINES
from techsum.messages import text
from techsum.summarizers import SummaryOptions


def command(  # noqa: PLR0917 - typer calls it by name
    data: Annotated[Path, typer.Option(help=text("help_rows_file"))],
    models: Annotated[str, typer.Option(help=text("help_eval_models"))] = "extract",
    train: Annotated[list[Path] | None, typer.Option(help=text("help_eval_train"))] = None,
    columns: options.Columns = "",
    length: options.Length = "medium",
    limit: Annotated[int | None, typer.Option(help=text("help_eval_limit"))] = None,
    out: Annotated[Path, typer.Option(help=text("help_eval_out"))] = Path("evaluation"),
) -> None:
    """Compare models and baselines under one protocol."""
    console = make_console()
    options = SummaryOptions(length)
    examples, checked = without_leaks(data, load(data, parse_columns(columns), limit), train or [])
    for line in (text("eval_leaks_unchecked"),) if not train else (text("eval_leaks", **checked),):
        console.print(line, soft_wrap=True)
    named = [m.strip() for m in models.split(",") if m.strip()]
    runs = run_shown([*dict.fromkeys((*named, *BASELINES))], examples, options)
    results = measure(examples, runs, options, checked or {"training_files": 0}, data.name)
    report.write(results, out)
    print_table(console, results)
    console.print(text("eval_written", path=out / "report.html"), soft_wrap=True)


def without_leaks(
    data: Path, examples: list[Example], train: list[Path]
) -> tuple[list[Example], dict[str, object]]:
    """The examples that the training files do not hold, and what was found.

    Raises:
        EvaluationError: none is left.
    """
    if not train:
        return examples, {}
    known = leaks(examples, train)
    kept = [e for e in examples if e.place not in known]
    if not kept:
        raise EvaluationError("data_leaked", path=data)
    names = ", ".join(p.name for p in train)
    return kept, {"files": names, "found": len(known), "rows": sorted(known), "left": len(kept)}


def parse_columns(columns: str) -> dict[str, str]:
    """`input=document,output=abstract` as a mapping.

    Raises:
        UsageError: anything else.
    """
    pairs = [pair.split("=") for pair in columns.split(",") if pair.strip()]
    if any(len(p) != 2 or p[0].strip() not in ("input", "output", "title") for p in pairs):  # noqa: PLR2004
        raise UsageError("columns_invalid", columns=columns)
    return {key.strip(): value.strip() for key, value in pairs}


def run_shown(systems: list[str], examples: list[Example], options: SummaryOptions) -> list[Run]:
    """Run the systems with a progress bar for each, on standard error and in a terminal only."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks = {name: bar.add_task(name, total=len(examples)) for name in systems}
        return run(
            systems, examples, options, lambda name, done, _total: bar.update(tasks[name], completed=done)
        )


def print_table(console: Console, results: Results) -> None:
    """The figures that say most, best system first."""
    table = FoldingTable()
    shown = ("rouge1", "rouge2", "rouge_l", MAIN, "supported", "marked", "compression")
    table.add_column(text("eval_system"), no_wrap=True)
    for figure in shown:
        table.add_column(text(f"figure_{figure}"), justify="right")
    table.add_column(text("eval_seconds"), justify="right")
    for system in results.systems:
        values = [f"{system.means[f] * 100:.1f}" for f in shown]
        table.add_row(system.name, *values, f"{system.seconds:.3f}")
    console.print(table)
