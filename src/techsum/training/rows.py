"""Rows of training data, from JSONL, CSV and Parquet files and from the hub: bad ones told, none lost."""

import csv
import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from techsum.errors import TrainingError
from techsum.messages import text
from techsum.settings import hub_token
from techsum.training.recipe import Columns, Recipe, Source

_SHUFFLED_AT_ONCE = 10_000
"""Rows of a streamed set that are shuffled among each other."""

_LONGEST_FIELD = 10_000_000
"""Characters of one CSV field: the module's own limit of 131,072 is shorter than a long document."""


@dataclass(frozen=True)
class Row:
    """One good row."""

    place: int
    """Line (JSONL, CSV) or row number (Parquet, hub) in its source, from 1."""
    instruction: str
    input: str
    output: str
    title: str


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be trained on."""

    source: str
    place: int
    reason: str
    """A catalogue key."""


def read_rows(recipe: Recipe, source: Source) -> Iterator[Row | BadRow]:
    """The rows of a source in its own order, bad ones as such.

    Raises:
        TrainingError: the source itself is missing or cannot be read.
    """
    found = _hub_rows(source, None) if source.hub else file_rows(recipe.folder(source.path or ""))
    needed = source.task != "gap-sentences"
    for place, said in found:
        yield judged(source.name, place, said, source.columns, output_needed=needed)


def draw_rows(recipe: Recipe, source: Source, seed: int) -> Iterator[Row | BadRow]:
    """The rows of a source in a random order that the seed decides, again and again without end.

    A hub set that is streamed is shuffled in a window of 10,000 rows; everything else wholly.
    """
    needed = source.task != "gap-sentences"
    if source.hub and source.streamed:
        epoch = 0
        while True:
            for place, said in _hub_rows(source, seed + epoch):
                yield judged(source.name, place, said, source.columns, output_needed=needed)
            epoch += 1
    rows = list(read_rows(recipe, source))
    bad = [row.reason for row in rows if isinstance(row, BadRow)]
    if len(bad) == len(rows):
        reason = text(bad[0] if bad else "bad_row_none")
        raise TrainingError("train_no_rows", source=source.name, reason=reason)
    order = random.Random(f"{seed} {source.name} {source.task}")  # noqa: S311 - an order, not a secret
    while True:
        order.shuffle(rows)
        yield from rows


def judged(
    source: str, place: int, said: Any, columns: Columns, *, output_needed: bool = True
) -> Row | BadRow:
    """The row in these columns, or what is wrong with it."""
    if not isinstance(said, dict):
        return BadRow(source, place, "bad_row_json")
    document, output = said.get(columns.input), said.get(columns.output)
    if not isinstance(document, str) or not document.strip():
        return BadRow(source, place, "bad_row_input")
    if output_needed and (not isinstance(output, str) or not output.strip()):
        return BadRow(source, place, "bad_row_output")
    if output_needed and str(output).strip() == document.strip():
        return BadRow(source, place, "bad_row_copied")
    if "\ufffd" in document or (output_needed and "\ufffd" in str(output)):
        return BadRow(source, place, "bad_row_encoding")
    other = [said.get(name) for name in (columns.instruction, columns.title)]
    instruction, title = (value.strip() if isinstance(value, str) else "" for value in other)
    answer = output.strip() if isinstance(output, str) else ""
    return Row(place, instruction, document.strip(), answer, title)


def file_rows(path: Path) -> Iterator[tuple[int, Any]]:
    """Line number and content of each row of a JSONL, CSV (also `.gz`) or Parquet file.

    Content that is not JSON comes as None: the line is bad, not the file.

    Raises:
        TrainingError: the file is missing, of another kind or broken as a whole.
    """
    kind = "".join(path.suffixes[-2:]).removesuffix(".gz")[-8:].rpartition(".")[2]
    try:
        if kind == "parquet":
            yield from _parquet_rows(path)
        elif kind == "csv":
            csv.field_size_limit(_LONGEST_FIELD)
            with _open(path) as file:
                reader = csv.DictReader(file)
                for row in reader:
                    yield reader.line_num, row
        elif kind in ("jsonl", "json", "ndjson"):
            with _open(path) as file:
                for place, line in enumerate(file, 1):
                    if line.strip():
                        yield place, _parsed(line)
        else:
            raise TrainingError("train_data_kind", path=path)
    except FileNotFoundError:
        raise TrainingError("train_data_missing", path=path, folder=path.parent) from None
    except (OSError, EOFError, csv.Error, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise TrainingError("train_data_broken", path=path, reason=reason) from None


def _open(path: Path) -> Any:
    # a byte that is no UTF-8 spoils its row, not the file: the row is found by the mark that stands for it
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="")
    return path.open(encoding="utf-8-sig", errors="replace", newline="")


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _parquet_rows(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise TrainingError("extra_missing", feature=path.name, extra="train") from None
    if not path.exists():
        raise FileNotFoundError(path)
    place = 0
    try:
        for batch in parquet.ParquetFile(path).iter_batches(1000):
            for row in batch.to_pylist():
                place += 1
                yield place, row
    except pa.ArrowException as error:
        raise TrainingError("train_data_broken", path=path, reason=str(error).splitlines()[0]) from None


def _hub_rows(source: Source, seed: int | None) -> Iterator[tuple[int, Any]]:
    try:
        import datasets
    except ImportError:
        raise TrainingError("extra_missing", feature=source.name, extra="train") from None
    try:
        rows = datasets.load_dataset(
            source.hub,
            source.subset,
            revision=source.revision,
            split=source.split,
            streaming=source.streamed,
            token=hub_token(),
        )
        if seed is not None:
            rows = rows.shuffle(seed=seed, buffer_size=_SHUFFLED_AT_ONCE)
        yield from enumerate(rows, 1)
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise TrainingError("train_hub", source=source.name, reason=reason) from None
