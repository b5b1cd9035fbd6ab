"""`techsum ask`: one question to everything that was saved."""

import json
from typing import Annotated

import typer
from rich.text import Text

from techsum.cli import options
from techsum.cli.library import READER, opened
from techsum.cli.terminal import make_console
from techsum.contracts.answer import LibraryAnswers
from techsum.contracts.serialization import dump
from techsum.messages import text


def command(
    question: Annotated[str, typer.Argument(help=text("help_ask_question"))],
    model: options.Model = "auto",
    as_json: options.AsJson = False,
    reader: Annotated[str, typer.Option(help=text("help_library_reader"))] = READER,
) -> None:
    """Ask the saved articles."""
    console, found = make_console(), []
    with opened() as library:
        from techsum.library.questions import ask_library

        for entry, answer in ask_library(library, reader, question, model=model):
            found.append(answer)
            if not as_json:
                console.print(Text.assemble((entry.title, "bold"), "  ", (entry.id, "dim")), soft_wrap=True)
                for sentence in answer.sentences:
                    console.print(Text(f"  {sentence.text}"), soft_wrap=True)
    if as_json:
        print(json.dumps(dump(LibraryAnswers(question, tuple(found))), ensure_ascii=False))  # noqa: T201
    elif not found:
        console.print(text("library_answer_none"))
