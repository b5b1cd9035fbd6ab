"""`techsum chat`: questions about one article."""

import json
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from techsum.chat import QUOTING, ask, prepare
from techsum.cli import options
from techsum.cli.terminal import make_console, reading
from techsum.contracts.answer import Answer
from techsum.contracts.events import Answered, Event, Progress, SentenceDone, TextPiece, Withdrawn
from techsum.contracts.serialization import dump
from techsum.errors import UsageError
from techsum.generators import resolve
from techsum.messages import text
from techsum.reading import read


def command(
    source: options.Source,
    question: Annotated[
        str | None,
        typer.Argument(help=text("help_chat_question")),
    ] = None,
    model: options.Model = "auto",
    as_json: Annotated[bool, typer.Option("--json", help=text("help_chat_json"))] = False,
) -> None:
    """Ask about an article."""
    console = make_console()
    with reading(console, quiet=as_json):
        article = read(source)
    lines: Iterable[str] = [question] if question is not None else _typed()
    if question is None and resolve(model) in QUOTING:
        threading.Thread(target=prepare, args=(article,), daemon=True).start()  # while the first is typed
    before: list[tuple[str, str]] = []
    for line in lines:
        try:
            answer = _shown(console, ask(article, line, model, before=before), live=not as_json)
        except UsageError as error:
            if question is not None:
                raise
            console.print(Text(str(error), style="yellow"))  # the next question may be a better one
            continue
        before.append((answer.question, answer.text))
        if as_json:
            print(json.dumps(dump(answer), ensure_ascii=False))  # noqa: T201
            continue
        console.print(answer.text, soft_wrap=True)
        for sentence in answer.sentences:
            for evidence in sentence.evidence[:1]:
                if evidence.text != sentence.text:
                    console.print(f"  > {evidence.text}", style="dim", soft_wrap=True)


def _shown(console: Console, events: Iterator[Event | Answered], *, live: bool) -> Answer:
    """The answer, in a terminal shown while it is written."""
    if not (live and console.is_terminal):
        *_, last = events
        assert isinstance(last, Answered)  # noqa: S101 - `ask` ends with it
        return last.answer
    settled: list[str] = []
    growing = ""
    with Live(console=console, refresh_per_second=12, transient=True) as screen:
        for event in events:
            if isinstance(event, Answered):
                return event.answer
            if isinstance(event, Progress):
                screen.update(Text(f"… {event.message}", style="italic dim"))
                continue
            if isinstance(event, TextPiece):
                growing += event.text
            elif isinstance(event, SentenceDone):
                settled.append(event.sentence.text)
                growing = ""
            elif isinstance(event, Withdrawn):
                settled, growing = ([] if event.everything else settled), ""
            screen.update(Text(" ".join([*settled, growing])))
    raise AssertionError


def _typed() -> Iterator[str]:
    """Lines as they are typed, until the end of the input."""
    while True:
        if sys.stdin.isatty():
            print(text("chat_prompt"), end="", flush=True)  # noqa: T201
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield line
