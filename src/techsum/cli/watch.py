"""`techsum watch FEED...`: what is new in feeds, as summaries and as one page a day."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from techsum.cli.library import READER, opened
from techsum.cli.terminal import make_console
from techsum.messages import text
from techsum.settings import settings

_COULD_NOT = 1


def command(  # noqa: PLR0917 - typer calls it by name
    feeds: Annotated[
        list[str],
        typer.Argument(
            metavar="FEED...", help="RSS, Atom, 사이트맵, 기사 목록 쪽의 주소 / feed, sitemap or list page"
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="하루 한 쪽을 쓸 폴더 / folder of the daily pages (data_dir/digest)")
    ] = None,
    model: Annotated[str, typer.Option(help="auto, extract, 이름, FILE.gguf, hf:ID, URL#NAME")] = "auto",
    length: Annotated[
        str, typer.Option(help="line, short, medium, long 또는 글자 수 / or characters")
    ] = "short",
    style: Annotated[str, typer.Option(help="문단, 개조식 (paragraph or notes)")] = "문단",
    register: Annotated[str, typer.Option(help="해요체, 합니다체, 한다체 (sentence endings)")] = "한다체",
    most: Annotated[int, typer.Option(min=1, help="피드마다 한 번에 / articles of a feed in one run")] = 20,
) -> None:
    """피드의 새 기사를 요약해 보관함과 하루 한 쪽에 모읍니다. / Summarise what is new in feeds."""
    folder = out or settings().data_dir / "digest"
    options = {"model": model, "length": length, "style": style, "register": register}
    console, new, failed = make_console(), 0, 0
    with opened() as library:
        from techsum.watch import watch

        for told in watch(feeds, library, READER, folder, options=options, most=most):
            failed += bool(told.error)
            new += not told.error
            sign, said = ("✗", told.error) if told.error else ("·", told.title)
            console.print(Text(f"{sign} {said}", style="red" if told.error else ""), soft_wrap=True)
    console.print(text("watch_done", new=new, failed=failed, folder=folder), soft_wrap=True)
    if failed and not new:
        raise typer.Exit(_COULD_NOT)
