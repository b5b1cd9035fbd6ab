"""`techsum chat`: questions about one article."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from techsum.chat import Answered, ask
from techsum.cli.terminal import make_console, reading
from techsum.messages import text
from techsum.reading import read


def command(
    source: Annotated[str, typer.Argument(help="링크, 파일, 글 / link, file, text")],
    question: Annotated[
        str | None,
        typer.Argument(help="질문. 없으면 한 줄에 하나씩 읽습니다 / without one, a line each is read"),
    ] = None,
    model: Annotated[str, typer.Option(help="auto, extract, 이름, FILE.gguf, hf:ID, URL#NAME")] = "auto",
    as_json: Annotated[
        bool, typer.Option("--json", help="대답마다 JSON 하나 / one JSON object an answer")
    ] = False,
) -> None:
    """글에 대해 묻습니다. 본문에 없으면 없다고 답합니다. / Ask about an article."""
    console = make_console()
    with reading(console, quiet=as_json):
        article = read(source)
    lines: Iterable[str] = [question] if question is not None else _typed()
    for line in lines:
        *_, last = ask(article, line, model)
        assert isinstance(last, Answered)  # noqa: S101 - `ask` ends with it
        if as_json:
            print(json.dumps(last.answer.as_dict(), ensure_ascii=False))  # noqa: T201
            continue
        console.print(last.answer.text, soft_wrap=True)
        for sentence in last.answer.sentences:
            for evidence in sentence.evidence[:1]:
                if evidence.text != sentence.text:
                    console.print(f"  > {evidence.text}", style="dim", soft_wrap=True)


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
