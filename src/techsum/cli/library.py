"""`techsum library`: what was saved, from the command line."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from techsum.cli.language import Command, Group
from techsum.cli.terminal import make_console
from techsum.contracts.entry import Entry
from techsum.errors import StorageError, UsageError
from techsum.files import atomic_file
from techsum.messages import text
from techsum.settings import database_url

if TYPE_CHECKING:
    from techsum.library import Library

READER = "local"
"""Whose summaries the command line keeps; those of the web belong to their browsers."""

app = typer.Typer(add_completion=False, no_args_is_help=True, help=text("help_library"), cls=Group)
_Reader = Annotated[str, typer.Option(help=text("help_library_reader"))]


@contextmanager
def _importing() -> Iterator[None]:
    """Say in one line what a library needs that is not installed."""
    try:
        yield
    except ImportError:
        raise UsageError("extra_missing", feature="techsum library", extra="server") from None


@contextmanager
def opened() -> Iterator["Library"]:
    """The library, closed afterwards."""
    with _importing():
        from techsum.library import open_library
    library = open_library(database_url())
    try:
        yield library
    finally:
        library.close()


@app.command("list", help=text("help_library_list"), cls=Command)
def show(
    query: Annotated[str, typer.Argument(help=text("help_library_query"))] = "",
    tag: Annotated[str | None, typer.Option(help=text("help_library_tag"))] = None,
    page: Annotated[int, typer.Option(min=1, help=text("help_library_page"))] = 1,
    oldest_first: Annotated[
        bool, typer.Option("--oldest-first", help=text("help_library_oldest_first"))
    ] = False,
    reader: _Reader = READER,
) -> None:
    """List or search."""
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


@app.command("show", help=text("help_library_show"), cls=Command)
def one(entry_id: Annotated[str, typer.Argument(metavar="ID")], reader: _Reader = READER) -> None:
    """Print one summary as Markdown."""
    with opened() as library:
        from techsum.library.markdown import markdown

        entry = library.get(reader, entry_id)
    if not entry:
        raise UsageError("summary_none")
    print(markdown(entry), end="")  # noqa: T201


@app.command("delete", help=text("help_library_delete"), cls=Command)
def delete(entry_id: Annotated[str, typer.Argument(metavar="ID")], reader: _Reader = READER) -> None:
    """Delete one entry of the list, with its versions."""
    with opened() as library:
        if not library.delete(reader, entry_id, every_version=True):
            raise UsageError("summary_none")


@app.command("export", help=text("help_library_export"), cls=Command)
def export(
    to: Annotated[Path, typer.Argument(help=text("help_library_to"))],
    training: Annotated[bool, typer.Option("--training", help=text("help_library_training"))] = False,
    markdown_: Annotated[bool, typer.Option("--markdown", help=text("help_library_markdown"))] = False,
    vault: Annotated[bool, typer.Option("--vault", help=text("help_library_vault"))] = False,
    reader: Annotated[str | None, typer.Option(help=text("help_library_reader"))] = None,
) -> None:
    """Write the library to a file; `--training` takes every reader's corrections."""
    with opened() as library:
        from techsum.library.files import exported, training_rows
        from techsum.library.markdown import markdown
        from techsum.library.transfer import Transfer

        everything = Transfer(library).everything
        if vault:
            _export_vault(everything(reader or READER), to)
            return
        lines = exported(library, reader or READER)
        if training:
            readers = library.readers() if reader is None else [reader]
            rows = training_rows(entry for name in readers for entry in everything(name))
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        elif markdown_:
            lines = (markdown(entry, whole=True) + "\n" for entry in everything(reader or READER))
        try:
            # what people read is theirs alone
            with atomic_file(to, private=True) as part, part.open("w", encoding="utf-8") as file:
                count = sum(1 for line in lines if file.write(line))
        except OSError as error:
            raise StorageError("cache_unwritable", path=to, reason=error.strerror) from None
    make_console().print(text("library_exported", count=count, path=to), soft_wrap=True)


def _export_vault(entries: Iterable[Entry], folder: Path) -> None:
    from techsum.library.vault import write_vault

    try:
        count = write_vault(entries, folder)
    except OSError as error:
        raise StorageError("cache_unwritable", path=folder, reason=error.strerror) from None
    make_console().print(text("library_exported", count=count, path=folder), soft_wrap=True)


@app.command("import", help=text("help_library_import"), cls=Command)
def put_in(
    file: Annotated[Path, typer.Argument(help="JSONL, Markdown, local_storage.json")],
    reader: _Reader = READER,
) -> None:
    """Put in an export or the earlier app's list."""
    try:
        data = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8?"
        raise UsageError("source_unreadable", source=file, reason=reason) from None
    with opened() as library:
        from techsum.library.files import imported
        from techsum.library.transfer import Transfer

        count = imported(library, reader, data)
        while Transfer(library).index_articles():
            pass
    make_console().print(text("library_imported", count=count))


@app.command("backup", help=text("help_library_backup"), cls=Command)
def backup(to: Annotated[Path, typer.Argument(help=text("help_library_copy"))]) -> None:
    """Copy the library while it is used."""
    with opened() as library:
        from techsum.library.backup import backup as copy

        copy(library, to)
    make_console().print(text("library_backed_up", path=to), soft_wrap=True)


@app.command("restore", help=text("help_library_restore"), cls=Command)
def restore(copy: Annotated[Path, typer.Argument(help=text("help_library_of_backup"))]) -> None:
    """Make the library what a copy of it is."""
    with _importing():
        from techsum.library.backup import restore as put_back
    before = put_back(database_url(), copy)
    make_console().print(text("library_restored", path=copy, before=before), soft_wrap=True)


@app.command("migrate", help=text("help_library_migrate"), cls=Command)
def migrate(
    to: Annotated[str, typer.Option(metavar="REVISION", help=text("help_library_migrate_to"))] = "",
) -> None:
    """Upgrade the library's tables, or bring them back to what an older TechSum knows."""
    with _importing():
        from sqlalchemy.exc import DBAPIError

        from techsum.library.database import make_engine, migrate_to, newest_form, reason
    engine = make_engine(database_url())
    try:
        migrate_to(engine, to or newest_form())
    except DBAPIError as error:
        raise StorageError("library_closed", reason=reason(error)) from None
    finally:
        engine.dispose()
    make_console().print(text("library_migrated", revision=to or newest_form()))


@app.command("readers", help=text("help_library_readers"), cls=Command)
def readers(as_json: Annotated[bool, typer.Option("--json", help=text("help_json"))] = False) -> None:
    """Who keeps how much."""
    with opened() as library:
        from techsum.library.administration import reader_usage

        found = reader_usage(library)
    if as_json:
        print(json.dumps([asdict(one) for one in found]))  # noqa: T201
        return
    console = make_console()
    for one in found:
        line = text(
            "library_reader",
            reader=one.reader,
            count=one.summaries,
            saved=one.saved,
            megabytes=f"{one.bytes / 1e6:,.1f}",
            day=time.strftime("%Y-%m-%d", time.localtime(one.last)),
        )
        console.print(line, soft_wrap=True)
    if not found:
        console.print(text("library_no_readers"))


@app.command("delete-reader", help=text("help_library_delete_reader"), cls=Command)
def remove_reader(
    reader: Annotated[str, typer.Argument(help=text("help_library_reader"))],
    yes: Annotated[bool, typer.Option("--yes", help=text("help_library_yes"))] = False,
) -> None:
    """Remove all that is known of one reader."""
    with opened() as library:
        from techsum.library.administration import delete_reader, reader_usage

        known = next((one for one in reader_usage(library) if one.reader == reader), None)
        if known is None:
            raise UsageError("library_no_reader", reader=reader)
        if not yes:
            typer.confirm(text("library_delete_reader_sure", count=known.summaries), abort=True)
        count = delete_reader(library, reader)
    make_console().print(text("library_reader_deleted", reader=reader, count=count), soft_wrap=True)


@app.command("end-sessions", help=text("help_library_end_sessions"), cls=Command)
def end_sessions(
    reader: Annotated[str, typer.Argument(help=text("help_library_end_sessions_of"))] = "",
) -> None:
    """Sign readers out everywhere."""
    with opened() as library:
        from techsum.library.sessions import Sessions

        count = Sessions(library).end_all(reader or None)
    make_console().print(text("library_sessions_ended", count=count))


@app.command("integrity", help=text("help_library_integrity"), cls=Command)
def integrity() -> None:
    """Check the library's file."""
    with opened() as library:
        from techsum.library.backup import integrity as check

        wrong = check(library)
    console = make_console()
    for line in wrong:
        console.print(line, soft_wrap=True)
    if wrong:
        raise typer.Exit(1)
    console.print(text("library_sound"))
