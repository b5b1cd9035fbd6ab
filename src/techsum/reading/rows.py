"""Rows of data files: JSON lines and CSV (also gzipped), Parquet. A bad line is a bad row, not a bad file."""

import csv
import gzip
import io
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from techsum.errors import ReadingError

KINDS = ("jsonl", "ndjson", "json", "csv", "parquet")
"""How the names of row files end, before `.gz`."""

_LONGEST_FIELD = 10_000_000
"""Characters of one CSV field: the module's own limit of 131,072 is shorter than a long document."""


_BLOCK = 1 << 16
_BETWEEN = re.compile(r"[\s,]*+")


class FileRow(NamedTuple):
    """A row, and where it stands."""

    place: int
    """Line (JSON lines, CSV) or row number (Parquet), from 1."""
    content: Any
    """The row as a dict; None where a line is no JSON."""
    share: float
    """How much of the file has been read with it, 0 to 1."""


def kind(path: Path) -> str:
    """What a row file is by its name: one of `KINDS`, or something else."""
    return path.name.removesuffix(".gz").rpartition(".")[2].lower()


def file_rows(path: Path, *, strict: bool = False) -> Iterator[FileRow]:
    """The rows of a file, one after the other.

    Args:
        path: the file.
        strict: a byte that is no UTF-8 breaks the file, not its row.

    Raises:
        ReadingError: the file is missing, of another kind or broken as a whole.
    """
    known = kind(path)
    try:
        if known == "parquet":
            yield from _parquet(path)
        elif known in KINDS:
            size = max(path.stat().st_size, 1)
            reader = _csv if known == "csv" else _json
            with path.open("rb") as raw, _decoded(raw, path, "strict" if strict else "replace") as file:
                for place, content in reader(file):
                    yield FileRow(place, content, min(raw.tell() / size, 1.0))
        else:
            raise ReadingError("rows_kind", path=path)
    except FileNotFoundError:
        raise ReadingError("rows_missing", path=path) from None
    except (OSError, EOFError, csv.Error, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise ReadingError("rows_broken", path=path, reason=reason) from None


def _decoded(raw: BinaryIO, path: Path, errors: str) -> io.TextIOWrapper:
    # "replace": a byte that is no UTF-8 spoils its row alone, which is found by the mark that stands for it
    plain: Any = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
    return io.TextIOWrapper(plain, encoding="utf-8-sig", errors=errors, newline="")


def _json(file: io.TextIOWrapper) -> Iterator[tuple[int, Any]]:
    first = file.readline()
    if first.lstrip().startswith("[") and not _is_row(first):
        # one array, as Alpaca's own file and LLaMA-Factory's
        yield from enumerate(_array(first, file), 1)
        return
    for place, line in enumerate(itertools.chain([first], file), 1):
        if line.strip():
            try:
                yield place, json.loads(line)
            except (ValueError, RecursionError):
                yield place, None


def _is_row(line: str) -> bool:
    """Whether a line that begins an array is a bad row of its own: a list, but not of rows."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return not found or not all(isinstance(one, dict) for one in found)


def _array(begun: str, file: io.TextIOWrapper) -> Iterator[Any]:
    """The elements of a JSON array, one at a time; None where the rest is no JSON."""
    decoder, text, place = json.JSONDecoder(), begun, begun.index("[") + 1
    while True:
        found = _BETWEEN.match(text, place)
        place = found.end() if found else place
        try:
            element, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            if text[place : place + 1] == "]":
                return
            # twice as much each time: an element is looked at again as often as its length doubles
            more = file.read(max(_BLOCK, len(text) - place))
            if not more:
                yield None
                return
            text, place = text[place:] + more, 0
            continue
        yield element
        place = end


def _csv(file: io.TextIOWrapper) -> Iterator[tuple[int, Any]]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.DictReader(file)
    for row in reader:
        yield reader.line_num, row


def _parquet(path: Path) -> Iterator[FileRow]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise ReadingError("extra_missing", feature=path.name, extra="batch") from None
    if not path.exists():
        raise FileNotFoundError(path)
    place = 0
    try:
        file = parquet.ParquetFile(path)
        total = max(file.metadata.num_rows, 1)
        for batch in file.iter_batches(1000):
            for row in batch.to_pylist():
                place += 1
                yield FileRow(place, row, place / total)
    except pa.ArrowException as error:
        raise ReadingError("rows_broken", path=path, reason=str(error).splitlines()[0]) from None
