"""`techsum summarize SOURCE`."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from techsum.article import Article
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
    source: Annotated[
        str,
        typer.Argument(
            help="링크, 파일, 글, 또는 표준 입력을 뜻하는 - / link, file, text, or - for standard input"
        ),
    ],
    model: Annotated[str, typer.Option(help="auto, extract, 이름, FILE.gguf, hf:ID, URL#NAME")] = "auto",
    length: Annotated[
        str, typer.Option(help="line, short, medium, long 또는 글자 수 / or characters")
    ] = "medium",
    style: Annotated[str, typer.Option(help="문단, 개조식 (paragraph or notes)")] = "문단",
    register: Annotated[str, typer.Option(help="해요체, 합니다체, 한다체 (sentence endings)")] = "한다체",
    evidence: Annotated[
        bool,
        typer.Option("--evidence", help="문장마다 본문의 근거 보기 / show the source under each sentence"),
    ] = False,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="의심스러운 문장은 본문 문장으로 / the article's words for doubtful ones"
        ),
    ] = False,
    judge: Annotated[
        Literal["rules", "model"] | None,
        typer.Option(
            "--check", help="쓴 문장을 모델도 판정하게 / whether a model judges what was written, too"
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="다시 쓸 때의 씨앗값 / seed of a second attempt")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON 하나로 출력 / print one JSON object")] = False,
    stream: Annotated[
        bool, typer.Option(help="쓰는 동안 보여 주기 / show the text while it is written")
    ] = True,
    save: Annotated[bool, typer.Option("--save", help="보관함에 넣기 / keep it in the library")] = False,
    guide: Annotated[bool, typer.Option(help="다음에 해 볼 것을 보여 주기 / show what to type next")] = False,
) -> None:
    """글을 요약합니다. / Summarise a source."""
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
