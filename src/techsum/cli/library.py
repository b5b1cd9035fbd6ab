"""`techsum library`: what was saved, from the command line."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from techsum.cli.terminal import make_console
from techsum.errors import StorageError, UsageError
from techsum.messages import text
from techsum.settings import database_url

if TYPE_CHECKING:
    from techsum.library import Library

READER = "local"
"""Whose summaries the command line keeps; those of the web belong to their browsers."""

app = typer.Typer(
    no_args_is_help=True, help="보관한 요약을 보고 찾고 옮깁니다. / See, find and move what was saved."
)
_Reader = Annotated[str, typer.Option(help="누구의 보관함 / whose library")]


@contextmanager
def opened() -> Iterator["Library"]:
    """The library, closed afterwards."""
    try:
        from techsum.library import open_library
    except ImportError:
        raise UsageError("extra_missing", feature="techsum library", extra="server") from None
    library = open_library(database_url())
    try:
        yield library
    finally:
        library.close()


@app.command("list")
def show(
    query: Annotated[str, typer.Argument(help="낱말 또는 초성 / words or initials")] = "",
    tag: Annotated[str | None, typer.Option(help="태그 / a tag")] = None,
    page: Annotated[int, typer.Option(min=1, help="쪽 / page")] = 1,
    oldest_first: Annotated[bool, typer.Option("--oldest-first", help="옛것부터")] = False,
    reader: _Reader = READER,
) -> None:
    """보관한 요약을 나열하거나 찾습니다. / List or search."""
    console = make_console()
    with opened() as library:
        found = library.find(reader, query, tag=tag, page=page - 1, oldest_first=oldest_first)
    for entry in found.entries:
        tags = " ".join(f"#{t}" for t in entry.tags)
        console.print(
            Text.assemble((entry.id, "dim"), "  ", (entry.title, "bold"), "  ", (tags, "cyan")),
            soft_wrap=True,
        )
    if not found.entries:
        console.print(text("library_none" if query or tag else "library_empty"))


@app.command("show")
def one(entry_id: Annotated[str, typer.Argument(metavar="ID")], reader: _Reader = READER) -> None:
    """요약 하나를 Markdown으로 봅니다. / Print one summary as Markdown."""
    from techsum.library.markdown import markdown

    with opened() as library:
        entry = library.get(reader, entry_id)
    if not entry:
        raise UsageError("summary_none")
    print(markdown(entry), end="")  # noqa: T201


@app.command("delete")
def delete(entry_id: Annotated[str, typer.Argument(metavar="ID")], reader: _Reader = READER) -> None:
    """요약 하나를 지웁니다. / Delete one summary."""
    with opened() as library:
        if not library.delete(reader, entry_id):
            raise UsageError("summary_none")


@app.command("export")
def export(
    to: Annotated[Path, typer.Argument(help="파일 / a file")],
    training: Annotated[
        bool, typer.Option("--training", help="고쳐 쓴 요약을 학습 자료로 / corrections as training rows")
    ] = False,
    markdown_: Annotated[bool, typer.Option("--markdown", help="Markdown으로 / as Markdown")] = False,
    reader: Annotated[str | None, typer.Option(help="누구의 보관함 / whose library")] = None,
) -> None:
    """보관함을 파일로 내보냅니다. / Write the library to a file.

    `--training`은 모든 독자의 고쳐 쓴 요약을 담습니다. / takes every reader's corrections.
    """
    from techsum.library.files import exported, training_rows
    from techsum.library.markdown import markdown

    with opened() as library:
        lines = exported(library, reader or READER)
        if training:
            readers = library.readers() if reader is None else [reader]
            rows = training_rows(entry for name in readers for entry in library.everything(name))
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        elif markdown_:
            lines = (markdown(entry, whole=True) + "\n" for entry in library.everything(reader or READER))
        part = to.with_name(f".{to.name}.part")
        try:
            with part.open("w", encoding="utf-8") as file:
                count = sum(1 for line in lines if file.write(line))
            part.replace(to)
        except OSError as error:
            raise StorageError("cache_unwritable", path=to, reason=error.strerror) from None
    make_console().print(text("library_exported", count=count, path=to), soft_wrap=True)


@app.command("import")
def put_in(
    file: Annotated[Path, typer.Argument(help="JSONL, Markdown, local_storage.json")],
    reader: _Reader = READER,
) -> None:
    """내보낸 것이나 예전 앱의 목록을 가져옵니다. / Put in an export or the earlier app's list."""
    from techsum.library.files import imported

    try:
        said = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8?"
        raise UsageError("source_unreadable", source=file, reason=reason) from None
    with opened() as library:
        count = imported(library, reader, said)
    make_console().print(text("library_imported", count=count))


@app.command("backup")
def backup(to: Annotated[Path, typer.Argument(help="사본 파일 / the copy")]) -> None:
    """쓰는 중에도 온전한 사본을 만듭니다. / Copy the library while it is used."""
    from techsum.library.files import backup as copy

    with opened() as library:
        copy(library, to)
    make_console().print(text("library_backed_up", path=to), soft_wrap=True)


@app.command("integrity")
def integrity() -> None:
    """보관함 파일을 점검합니다. / Check the library's file."""
    from techsum.library.files import integrity as check

    with opened() as library:
        wrong = check(library)
    console = make_console()
    for line in wrong:
        console.print(line, soft_wrap=True)
    if wrong:
        raise typer.Exit(1)
    console.print(text("library_sound"))
