"""`techsum check ARTICLE SUMMARY`."""

import json
from typing import Annotated

import typer
from rich.text import Text

from techsum.checking import check, judge_for
from techsum.cli import options
from techsum.cli.terminal import make_console, print_sentence, reading
from techsum.contracts.serialization import dump
from techsum.errors import UsageError
from techsum.messages import text
from techsum.reading import read, read_summary

MARKED = 3
"""Exit code when a sentence carries a notice."""


def command(
    article: options.Source,
    summary: Annotated[str, typer.Argument(help=text("help_check_summary"))],
    judge: Annotated[
        str | None,
        typer.Option("--check", help=text("help_check_judge")),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Hold any summary against its article."""
    if article == summary == "-":
        raise UsageError("two_standard_inputs")
    console = make_console()
    with reading(console, quiet=as_json):
        checked = check(read(article), read_summary(summary), judge_for(judge))
    if as_json:
        print(json.dumps(dump(checked), ensure_ascii=False))  # noqa: T201
    else:
        for sentence in checked.sentences:
            print_sentence(console, sentence, evidence=True)
        marked = sum(bool(s.notices) for s in checked.sentences)
        key = "check_marked" if marked else "check_clear"
        for one in checked.notices:
            console.print(Text(one.message, style="dim"))
        console.print(Text(text(key, count=marked, total=len(checked.sentences)), style="bold"))
    if checked.marked:
        raise typer.Exit(MARKED)
