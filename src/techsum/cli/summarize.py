"""`techsum summarize SOURCE`."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from techsum.article import Article
from techsum.cli import options
from techsum.cli.terminal import make_console, reading, view
from techsum.generators import check, resolve
from techsum.messages import text
from techsum.reading import read
from techsum.settings import settings
from techsum.summarizers import events, make_options
from techsum.summarizers.events import Done
from techsum.summarizers.result import result
from techsum.summary import Summary


def command(  # noqa: PLR0917 - typer calls it by name
    source: options.Source,
    model: options.Model = "auto",
    length: options.Length = "medium",
    style: options.Style = "문단",
    register: options.Register = "한다체",
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
    options = replace(
        make_options(length, style, register, seed, strict=strict), check=judge or settings().check
    )
    name = resolve(model)
    check(name)
    console = make_console()
    with reading(console, quiet=as_json):
        article = read(source)
    if as_json:
        *_, last = events(article, name, options)
        assert isinstance(last, Done)  # noqa: S101 - `events` ends with it
        if save:
            keep(source, article, last.summary)
        print(json.dumps(result(article, last.summary), ensure_ascii=False))  # noqa: T201
        return
    with view(console, article, stream=stream, evidence=evidence) as shown:
        for event in events(article, name, options):
            shown.show(event)
    assert isinstance(event, Done)  # noqa: S101 - `events` ends with it
    if save:
        console.print(text("library_kept", id=keep(source, article, event.summary)), style="dim")
    if guide:
        print_guide(console)


def keep(source: str, article: Article, summary: Summary) -> str:
    """Put a summary into the command line's library. Returns its id."""
    from techsum.cli.library import READER, opened
    from techsum.library import Request

    if article.url:
        request = Request("link", article.url)
    elif "\n" not in source and Path(source).suffix:
        request = Request("file", Path(source).name)
    else:
        request = Request("text", article.text[:80])
    with opened() as library:
        entry = library.begin(READER, request, article)
        library.finish(entry.id, summary.as_dict())
        library.save(READER, entry.id)
    return entry.id


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
