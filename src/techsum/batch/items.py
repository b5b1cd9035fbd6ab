"""What a batch is made of: the rows of a file, the files of a folder, or the links of a list."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from techsum.contracts.article import Article
from techsum.contracts.serialization import dump, load
from techsum.errors import ReadingError, UsageError
from techsum.reading import link_in
from techsum.reading.rows import KINDS, file_rows, kind

_LISTS = ("txt", "links")


@dataclass(frozen=True)
class Item:
    """One thing to summarise. At most one of `link`, `file`, `text`, `article` and `problem` is given."""

    number: int
    """Its place in the input, from 1, without a gap."""
    id: str | int
    """What the input calls it: its `id`, or its place, its link, its path in the folder."""
    share: float
    """How much of the input has been read with it, 0 to 1."""
    link: str = ""
    file: str = ""
    text: str = ""
    title: str = ""
    """Of `text`, where the row says it."""
    article: Article | None = None
    """What a link gave."""
    problem: tuple[str, dict[str, str]] | None = None
    """Why it cannot be summarised: a key of the catalogue and its values."""
    reading_seconds: float = 0.0

    def as_json(self) -> str:
        """Everything as JSON, to cross to another process; `from_json` makes it an item again."""
        whole = vars(self) | {"article": self.article and dump(self.article)}
        return json.dumps(whole, ensure_ascii=False, default=str)

    @staticmethod
    def from_json(line: str | bytes) -> "Item":
        """The item that `as_json` gave."""
        values = json.loads(line)
        if values["article"]:
            values["article"] = load(Article, values["article"])
        problem = values["problem"]
        return Item(**(values | {"problem": problem and (problem[0], problem[1])}))


@dataclass(frozen=True)
class RemainingItems:
    """What of an input is not in the output yet."""

    source: Path
    done: int
    """Items that are."""
    last_id: str | None
    """What the last of them was called."""

    def items(self) -> Iterator[Item]:
        """The items from number `done + 1` upwards.

        Raises:
            ReadingError: the input is missing or broken as a whole.
            UsageError: it is no input, or not the one that the output was begun with.
        """
        number = 0
        for item in items(self.source):
            number = item.number
            if number == self.done and str(item.id) != self.last_id:
                raise UsageError("batch_changed", path=self.source, number=number, id=self.last_id)
            if number > self.done:
                yield item
        if number < self.done:
            raise UsageError("batch_changed", path=self.source, number=self.done, id=self.last_id)


def items(path: Path) -> Iterator[Item]:
    """Everything in the input, in its order, read as it is asked for.

    Args:
        path: a JSON lines, CSV (also `.gz`) or Parquet file with a column `text` or `source`, and where it
            has one, `id` and `title`; a folder; or a text file with one link a line.

    Raises:
        ReadingError: the input is missing or broken as a whole.
        UsageError: it is none of these.
    """
    if path.is_dir():
        yield from _folder(path)
    elif kind(path) in KINDS:
        for number, row in enumerate(file_rows(path), 1):
            yield _row(path, number, row.content, row.share)
    elif kind(path) in _LISTS or path.suffix == "":
        yield from _links(path)
    else:
        raise UsageError("batch_input", path=path)


def _row(path: Path, number: int, fields: Any, share: float) -> Item:
    if not isinstance(fields, Mapping):
        return Item(number, number, share, problem=("batch_row", {}))
    own = fields.get("id")
    known = own if isinstance(own, int) and not isinstance(own, bool) else str(own) if own else number
    text, source, title = (fields.get(k) for k in ("text", "source", "title"))
    if isinstance(text, str) and text.strip():
        return Item(number, known, share, text=text, title=title if isinstance(title, str) else "")
    if not isinstance(source, str) or not source.strip():
        return Item(number, known, share, problem=("batch_row", {}))
    if link := link_in(source):
        return Item(number, known, share, link=link)
    # a row may have come from anywhere: it may name the files beside it and no others of this machine
    file = (path.parent / source.strip()).resolve()
    if not file.is_relative_to(path.parent.resolve()):
        return Item(number, known, share, problem=("batch_outside", {"source": source.strip()}))
    return Item(number, known, share, file=str(file))


def _folder(path: Path) -> Iterator[Item]:
    """The files of a folder and of the folders in it, by path; hidden ones and links are passed over."""
    names: list[str] = []
    for folder, folders, files in os.walk(path):
        folders[:] = [f for f in folders if not f.startswith(".")]
        whole = (Path(folder, f) for f in files if not f.startswith("."))
        names += [f.relative_to(path).as_posix() for f in whole if not f.is_symlink()]
    names.sort()
    for number, name in enumerate(names, 1):
        yield Item(number, name, number / len(names), file=str(path / name))


def _links(path: Path) -> Iterator[Item]:
    try:
        size = max(path.stat().st_size, 1)
        number = 0
        with path.open("rb") as file:
            for raw in file:
                link = raw.decode("utf-8-sig", "replace").strip()
                if not link or link.startswith("#"):
                    continue
                number += 1
                share = min(file.tell() / size, 1.0)
                if address := link_in(link):
                    yield Item(number, address, share, link=address)
                else:
                    yield Item(number, link[:200], share, problem=("batch_no_link", {"line": link[:80]}))
    except FileNotFoundError:
        raise ReadingError("rows_missing", path=path) from None
    except OSError as error:
        raise ReadingError("rows_broken", path=path, reason=error.strerror) from None
