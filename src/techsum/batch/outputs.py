"""Where the rows of a batch go, so that a batch that was killed goes on after its last whole row.

Rows are written in the input's order: as many rows as the output holds, so many of the input are done.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from techsum.batch.parquet_schema import parquet_schema
from techsum.contracts.batch import BatchRow
from techsum.contracts.options import SummaryOptions
from techsum.errors import StorageError, UsageError
from techsum.files import atomic_file, exclusive_lock

_PART_ROWS, _PART_SECONDS = 10_000, 60
"""A Parquet part ends after so many rows or seconds: so much work is lost at most."""
_SYNC_SECONDS = 5
"""What is lost at most when the power goes; a process that is killed loses nothing that was written."""


class Output(Protocol):
    """Takes rows; knows how many it had when it was opened, and what the last of them was called."""

    done: int
    last_id: str | None

    def write(self, line: bytes) -> None:
        """Take one row, as a line of JSON without its end."""

    def close(self) -> None:
        """Everything that was taken is kept."""


@contextmanager
def opened(path: Path, source: Path, options: SummaryOptions) -> Iterator[Output]:
    """The output, to be written on: JSON lines, or a folder of Parquet parts where it ends with `.parquet`.

    Raises:
        UsageError: another kind, an output of another input or in another way, or one that is being written.
        StorageError: it cannot be written.
    """
    if path.suffix not in (".jsonl", ".ndjson", ".parquet"):
        raise UsageError("batch_output", path=path)
    parts = path.suffix == ".parquet"
    about = path / "_batch.json" if parts else path.with_name(f"{path.name}.batch.json")
    if not about.exists() and (path.is_file() or (path.is_dir() and any(path.iterdir()))):
        raise UsageError("batch_exists", path=path)
    try:
        about.parent.mkdir(parents=True, exist_ok=True)
        with exclusive_lock(about) as alone:
            if not alone:
                raise UsageError("batch_taken", path=path)
            _same(about, path, {"input": str(source.resolve()), **asdict(options)})
            output: Output = Parts(path) if parts else Lines(path)
            try:
                yield output
            finally:
                output.close()
    except OSError as error:
        raise StorageError("batch_unwritable", path=path, reason=error.strerror) from None


def _same(about: Path, path: Path, data: dict[str, Any]) -> None:
    """Keep what this batch is, or compare it with what was kept."""
    kept = about.read_text("utf-8")
    if not kept:
        about.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        return
    try:
        before = json.loads(kept)
    except ValueError:
        before = {}
    other = [f"{k}={before.get(k)}" for k in data if before.get(k) != data[k]]
    if other:
        raise UsageError("batch_other", path=path, begun=", ".join(other))


class Lines:
    """Rows as JSON lines. A line that a kill left half written is cut off when the file is opened."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b" if path.exists() else "w+b")
        self.done, self.last_id = _count_whole(self._file)
        self._synced = time.monotonic()

    def write(self, line: bytes) -> None:
        """Take one row, as a line of JSON without its end."""
        self._file.write(line + b"\n")
        self._file.flush()
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def close(self) -> None:
        """Everything that was taken is kept."""
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())


def _count_whole(file: BinaryIO) -> tuple[int, str | None]:
    """Count the whole lines and cut off what stands behind them."""
    count, end, last = 0, 0, b""
    while line := file.readline():
        if not line.endswith(b"\n"):
            break
        count, end, last = count + 1, end + len(line), line
    file.seek(end)
    file.truncate()
    return count, str(json.loads(last)["id"]) if last else None


class Parts:
    """Rows as a folder of Parquet files, each whole or not there; `part-000123000.parquet` begins there."""

    def __init__(self, path: Path) -> None:
        from pyarrow import parquet

        self._folder = path
        for left in (*path.glob(".*.part"), *path.glob(".part-*.parquet")):  # the second of earlier versions
            left.unlink()
        self.done, self.last_id = 0, None
        for part in sorted(path.glob("part-*.parquet")):
            file = parquet.ParquetFile(part)
            self.done += file.metadata.num_rows
            self.last_id = str(file.read_row_group(file.num_row_groups - 1, ["id"])["id"][-1].as_py())
        self._rows: list[dict[str, Any]] = []
        self._began = time.monotonic()

    def write(self, line: bytes) -> None:
        """Take one row; with the last of a part the part is kept."""
        row = json.loads(line)
        self._rows.append(row | {"id": str(row["id"])})
        if len(self._rows) >= _PART_ROWS or time.monotonic() - self._began > _PART_SECONDS:
            self._end_part()

    def _end_part(self) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        if self._rows:
            name = f"part-{self.done:012}.parquet"
            table = pa.Table.from_pylist(self._rows, schema=parquet_schema(BatchRow))
            with atomic_file(self._folder / name) as part:
                parquet.write_table(table, part, compression="zstd")
            self.done += len(self._rows)
            self._rows.clear()
        self._began = time.monotonic()

    def close(self) -> None:
        """Everything that was taken is kept."""
        self._end_part()
