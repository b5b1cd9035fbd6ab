"""`techsum summarize SOURCE`."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from techsum.cli import options
from techsum.cli.terminal import make_console, reading, view
from techsum.contracts.article import Article
from techsum.contracts.events import Done
from techsum.contracts.serialization import dump
from techsum.contracts.summary import Summary, SummaryResult
from techsum.generators import check, resolve
from techsum.messages import text
from techsum.reading import mode_of, read
from techsum.summarizers import SummaryOptions, events, summary_of


def command(  # noqa: PLR0917 - typer calls it by name
    source: options.Source,
    model: options.Model = "auto",
    length: options.Length = "medium",
    style: options.Style = "문단",
    register: options.Register = "한다체",
    difficulty: options.Difficulty = "보통",
    to: options.To = None,
    evidence: Annotated[
        bool,
        typer.Option("--evidence", help=text("help_summarize_evidence")),
    ] = False,
    strict: options.Strict = False,
    judge: Annotated[
        Literal["rules", "model"] | None,
        typer.Option("--check", help=text("help_summarize_check")),
    ] = None,
    seed: options.Seed = 0,
    as_json: options.AsJson = False,
    stream: Annotated[bool, typer.Option(help=text("help_summarize_stream"))] = True,
    save: Annotated[bool, typer.Option("--save", help=text("help_summarize_save"))] = False,
    guide: Annotated[bool, typer.Option(help=text("help_summarize_guide"))] = False,
) -> None:
    """Summarise a source."""
    options = SummaryOptions(length, style, register, resolve(model), seed, strict, judge, difficulty, to)
    check(options.model)
    console = make_console()
    with reading(console, quiet=as_json):
        article = read(source)
    if as_json:
        summary = summary_of(article, options)
        if save:
            keep(source, article, summary, options)
        print(json.dumps(dump(SummaryResult.of(article, summary)), ensure_ascii=False))  # noqa: T201
        return
    separator = options.separator
    with view(console, article, stream=stream, evidence=evidence, separator=separator) as shown:
        for event in events(article, options):
            shown.show(event)
    assert isinstance(event, Done)  # noqa: S101 - `events` ends with it
    if save:
        console.print(text("library_kept", id=keep(source, article, event.summary, options)), style="dim")
    if guide:
        print_guide(console)


def keep(source: str, article: Article, summary: Summary, options: SummaryOptions) -> str:
    """Put a summary into the command line's library. Returns its id."""
    from techsum.cli.library import READER, opened
    from techsum.library import Request

    mode = mode_of(source)
    named = {"link": article.url or source, "file": Path(source).name, "text": article.text[:80]}
    with opened() as library:
        return library.keep(READER, Request(mode, named[mode], options), article, summary).id


def print_guide(console: Console) -> None:
    """What to type next."""
    console.print()
    console.print(Text(text("next_header"), style="bold"))
    for key, typed in (
        ("next_own", "make run SOURCE=https://…  |  .venv/bin/techsum summarize FILE"),
        ("next_models", ".venv/bin/techsum models pull gemma-3-1b-it"),
        ("next_doctor", ".venv/bin/techsum doctor"),
    ):
        console.print(Text.assemble("  ", (typed, "green"), ("   " + text(key), "dim")), soft_wrap=True)
