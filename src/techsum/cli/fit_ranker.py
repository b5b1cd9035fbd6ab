"""`techsum fit-ranker`: learn from articles with summaries which sentences to choose."""

from pathlib import Path
from typing import Annotated

import typer

from techsum.chat import ranker as chat_ranker
from techsum.cli import options
from techsum.cli.evaluate import parse_columns
from techsum.cli.terminal import make_console
from techsum.errors import UsageError
from techsum.messages import text
from techsum.summarizers.ranker import COEFFICIENTS, DOCUMENT_KINDS, TARGETS

ANSWER = "answer"


def command(  # noqa: PLR0917 - options
    data: Annotated[Path, typer.Argument(help=text("help_rows_file"))],
    kind: Annotated[str, typer.Option(help=text("help_fit_ranker_kind"))] = "news",
    target: Annotated[
        str,
        typer.Option(help=text("help_fit_ranker_target")),
    ] = "summary",
    dialogues: Annotated[Path | None, typer.Option(help=text("help_fit_ranker_dialogues"))] = None,
    columns: options.Columns = "",
    out: Annotated[Path | None, typer.Option(help=text("help_fit_ranker_out"))] = None,
) -> None:
    """Fit the ranker of key sentences."""
    from techsum.evaluation.data import load
    from techsum.training import fitting_answers, fitting_ranker
    from techsum.training.rows import data_rows

    if target == ANSWER:
        talks = (row for _, row in data_rows(dialogues)) if dialogues else ()
        answers = fitting_answers.fit(list(fitting_answers.questions((r for _, r in data_rows(data)), talks)))
        out = out or chat_ranker.COEFFICIENTS
        fitting_answers.write(out, answers)
        make_console().print(text("ranker_fitted", count=answers["questions"], path=out), soft_wrap=True)
        return
    out = out or COEFFICIENTS
    known_kind = next((k for k in DOCUMENT_KINDS if k == kind), None)
    known_target = next((t for t in TARGETS if t == target), None)
    if known_kind is None:
        raise UsageError("choice_invalid", name="kind", value=kind, choices=", ".join(DOCUMENT_KINDS))
    if known_target is None:
        raise UsageError("choice_invalid", name="target", value=target, choices=", ".join((*TARGETS, ANSWER)))
    fitted = fitting_ranker.fit(load(data, parse_columns(columns)), known_target)
    fitting_ranker.write(out, known_kind, known_target, fitted)
    make_console().print(text("ranker_fitted", count=fitted["articles"], path=out), soft_wrap=True)
