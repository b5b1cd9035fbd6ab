"""`techsum train --prepare`: a recipe's samples are made ahead, by every core, and what stopped goes on."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from techsum.cli.folding_table import FoldingTable
from techsum.cli.train_check import bad_rows
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.messages import text
from techsum.settings import settings
from techsum.training import bases
from techsum.training.prepared import prepare
from techsum.training.recipe import Recipe
from techsum.training.rows import pinned


def show(console: Console, recipe: Recipe, processes: int) -> None:
    """Make the samples of a run and say what they are.

    Args:
        console: where the table goes.
        recipe: the recipe.
        processes: how many will train: each takes sequences of its own.
    """
    bases.quiet()
    errors = Console(stderr=True)
    each = recipe.sequences_of_step(processes)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as bar:
        task = bar.add_task(text("prepare_reading"), total=None)

        def on_share(share: float) -> None:
            bar.update(task, total=1, completed=share, description=text("prepare_making"))

        tokenizer = HubTokenizer(bases.load_tokenizer(recipe.base))
        drawn = prepare(pinned(recipe, {}), tokenizer, recipe.training.steps * each or None, on_share).drawn
    table = FoldingTable()
    table.add_column(text("check_column_source"))
    for key in ("prepare_column_samples", "prepare_column_epochs"):
        table.add_column(text(key), justify="right")
    for label, epochs in drawn.epochs.items():
        table.add_row(label, f"{drawn.taken[label]:,}", f"{epochs:.2f}")
    console.print(table)
    bad_rows(console, drawn)
    known = recipe.with_steps(len(drawn) // each)
    console.print(
        text(
            "prepare_done",
            steps=f"{known.training.steps:,}",
            samples=f"{len(drawn.samples):,}",
            tokens=f"{int(drawn.lengths.sum()):,}",
            folder=settings().cache_dir,
        ),
        soft_wrap=True,
    )
