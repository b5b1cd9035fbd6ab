"""`techsum train --check`: the data of a recipe, shown."""

import os
from pathlib import Path

from rich.console import Console
from rich.text import Text

from techsum.cli.folding_table import FoldingTable
from techsum.messages import text
from techsum.training import bases
from techsum.training.drawing import Drawn
from techsum.training.inspecting import Report, count, histogram, inspect, plot
from techsum.training.recipe import Recipe
from techsum.training.workers import Workers

_SHOWN_BAD = 10
_BAR = 40
_EXAMPLE = 160
"""Characters of the document that are shown at either end of an example."""


def show(console: Console, recipe: Recipe, folder: Path) -> bool:
    """Print the report and keep the histogram.

    Returns:
        Whether a run may start: nothing of the test or dev data stands in the training data.
    """
    with console.status(text("check_looking")), Workers(os.cpu_count() or 1) as workers:
        report = inspect(recipe, workers)
    _sources(console, report)
    bad_rows(console, report.drawn)
    _lengths(console, report, folder)
    _example(console, report)
    _cost(console, report)
    for name, found in report.leaks.items():
        line = text("check_leak", name=name, count=found) if found else text("check_no_leak", name=name)
        console.print(Text(line, "red" if found else ""), soft_wrap=True)
    return report.sound


def _sources(console: Console, report: Report) -> None:
    table = FoldingTable()
    for key in ("source", "task", "rows", "bad", "duplicates", "near", "copied", "licence"):
        table.add_column(
            text(f"check_column_{key}"), justify="left" if key in ("source", "task", "licence") else "right"
        )
    for one in report.sources:
        counts = (one.rows, one.bad_rows, one.duplicates, one.near_duplicates, one.copied)
        table.add_row(one.source.name, one.source.task, *(f"{n:,}" for n in counts), one.source.licence)
    console.print(table)


def bad_rows(console: Console, drawn: Drawn) -> None:
    """The first rows that gave no sample, by file and line, and how many more; and what else was left out."""
    for row in drawn.bad[:_SHOWN_BAD]:
        console.print(
            text("check_bad", source=row.source, line=row.place, reason=text(row.reason)), soft_wrap=True
        )
    if drawn.bad_rows > _SHOWN_BAD:
        console.print(text("check_more_bad", count=f"{drawn.bad_rows - _SHOWN_BAD:,}"))
    for reason, number in drawn.skipped.items():
        if reason.startswith("skipped_"):
            console.print(text("check_skipped", count=number, reason=text(reason)), soft_wrap=True)


def _lengths(console: Console, report: Report, folder: Path) -> None:
    limit = report.recipe.training.max_tokens
    console.print(
        text("check_lengths", samples=len(report.lengths), limit=limit, share=f"{report.shortened:.0%}"),
        soft_wrap=True,
    )
    bins = histogram(report.lengths, limit)
    highest = max(number for _, _, number in bins)
    for start, end, number in bins:
        bar = "█" * round(_BAR * number / highest)
        console.print(f"{start:>6}-{end:<6} {bar} {number}", highlight=False)
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.parent / f"{report.recipe.name}-lengths.png"
    plot(report, path)
    console.print(text("check_plot", path=path), soft_wrap=True)


def _example(console: Console, report: Report) -> None:
    """One sample with what carries loss in colour."""
    tokenizer = bases.load_tokenizer(report.recipe.base)
    sample = report.drawn.samples[0]
    prompt, answer = tokenizer.decode(sample.prompt), tokenizer.decode(sample.answer)
    if len(prompt) > 2 * _EXAMPLE:
        prompt = f"{prompt[:_EXAMPLE]} … {prompt[-_EXAMPLE:]}"
    console.print(text("check_example", prompt=len(sample.prompt), answer=len(sample.answer)))
    console.print(Text(prompt, "dim") + Text(answer, "bold green"), soft_wrap=True)


def _cost(console: Console, report: Report) -> None:
    training = report.recipe.training
    console.print(
        text(
            "check_cost",
            parameters=f"{report.parameters / 1e6:,.0f}",
            trainable=f"{report.trainable / 1e6:,.2f}",
            samples=f"{count(report.recipe):,}",
            steps=f"{training.steps:,}",
            memory=f"{report.memory_gb:.1f}",
            work=f"{report.petaflop:,.1f}",
            hours_cpu=f"{report.petaflop * 1e15 / _CPU / 3600:,.1f}",
            hours_gpu=f"{report.petaflop * 1e15 / _GPU / 3600:,.2f}",
        ),
        soft_wrap=True,
    )


_CPU = 1.0e11
"""Operations a second on two cores (AVX512, bf16), measured with the 270M."""
_GPU = 3.3e13
"""Operations a second that litgpt's published QLoRA run of gemma-2-2b on an A10G comes to."""
