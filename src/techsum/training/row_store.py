"""A source's rows on the disk: read once, opened by memory mapping, however many there are.

Three files in the cache folder: the rows (Arrow), what each document is known by (hash and MinHash), and what
was counted on the way.
"""

import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import techsum
from techsum.errors import StorageError
from techsum.evaluation.data import shingles
from techsum.files import atomic_file, atomic_write_text
from techsum.settings import settings
from techsum.training.recipe import JUDGED, Recipe, Source
from techsum.training.rows import BadRow, Row, read_rows

_BATCH = 1_000
"""Rows that are written, and mapped, together."""

_BAD_KEPT = 1_000
"""Bad rows that are kept with their places; the others are only counted."""

MINHASHES = 32
"""Numbers of a document's MinHash signature: its estimate of likeness has a standard error of up to 0.09."""

DOCUMENT = np.dtype([("hash", "<u8"), ("minhash", "<u4", (MINHASHES,))])
"""What a document is known by: a hash of its characters without white space, and its MinHash signature."""

_VERSION = 1
"""Raised where the same source gives other files."""


class RowStore:
    """The good rows of a source, in its own order.

    Args:
        path: the Arrow file; the two others stand beside it.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        about = json.loads(path.with_suffix(".json").read_text("utf-8"))
        self.path = path
        self.bad = [BadRow(*row) for row in about["bad"]]
        """The first bad rows."""
        self.bad_rows = int(about["bad_rows"])
        self.copied = int(about["copied"])
        """Rows whose whole output stands in the document word for word."""
        self._length = int(about["rows"])
        self._file = pa.ipc.open_file(pa.memory_map(str(path)))

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, number: int) -> Row:
        batch, place = divmod(number, _BATCH)
        (row,) = self._file.get_batch(batch).slice(place, 1).to_pylist()
        return _row(row)

    def __iter__(self) -> Iterator[Row]:
        for number in range(self._file.num_record_batches):
            for row in self._file.get_batch(number).to_pylist():
                yield _row(row)

    @property
    def documents(self) -> NDArray[np.void]:
        """What each row's document is known by: an array of `DOCUMENT`."""
        if not self._length:
            return np.empty(0, DOCUMENT)
        return np.memmap(self.path.with_suffix(".documents"), DOCUMENT, "r")


def rows_folder() -> Path:
    """Where the rows of every source are kept."""
    return settings().cache_dir / "rows"


def _row(values: dict[str, Any]) -> Row:
    turns = tuple((question, answer) for question, answer in values.pop("turns"))
    return Row(**values, turns=turns)


def open_rows(recipe: Recipe, source: Source, folder: Path) -> RowStore:
    """The rows of a source; where that was not done before, it is read to its end first.

    Args:
        recipe: its data folder.
        source: what to read; a set of the hub at its commit.
        folder: `rows_folder()`, or where another process has it.

    Raises:
        TrainingError: the source is missing or cannot be read.
        StorageError: the cache folder cannot be written.
    """
    path = folder / f"{_key(recipe, source)}.arrow"
    if not path.with_suffix(".json").exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, itertools.islice(read_rows(recipe, source), source.rows))
        except OSError as error:
            raise StorageError("cache_unwritable", path=path.parent, reason=error.strerror) from None
    return RowStore(path)


def _write(path: Path, rows: Iterator[Row | BadRow]) -> None:
    """Write the three files; the one that counts comes last, when the others are whole."""
    import pyarrow as pa

    turns = pa.list_(pa.list_(pa.string()))
    texts = [(name, pa.large_string()) for name in ("instruction", "input", "output", "title", "rejected")]
    schema = pa.schema([("place", pa.int64()), *texts, ("turns", turns)])
    found = _Found()
    documents = path.with_suffix(".documents")
    with (
        atomic_file(documents) as documents_part,
        atomic_file(path) as part,
        documents_part.open("wb") as known,
        part.open("wb") as sink,
        pa.ipc.new_file(sink, schema) as writer,
    ):
        for batch in found.good(rows):
            columns = [[getattr(row, name) for row in batch] for name in schema.names]
            arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            known.write(_known(batch).tobytes())
    atomic_write_text(path.with_suffix(".json"), json.dumps(asdict(found), ensure_ascii=False))


@dataclass
class _Found:
    """What was counted on the way through a source."""

    rows: int = 0
    copied: int = 0
    bad_rows: int = 0
    bad: list[tuple[str, int, str]] = field(default_factory=list)

    def good(self, rows: Iterator[Row | BadRow]) -> Iterator[list[Row]]:
        """The good rows, `_BATCH` at a time, so that a row's number says in which batch it stands."""
        batch: list[Row] = []
        for row in rows:
            if isinstance(row, BadRow):
                self.bad_rows += 1
                if len(self.bad) < _BAD_KEPT:
                    self.bad.append((row.source, row.place, row.reason))
                continue
            self.rows += 1
            self.copied += bool(row.output) and _squeezed(row.output) in _squeezed(row.input)
            batch.append(row)
            if len(batch) == _BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _known(rows: Sequence[Row]) -> NDArray[np.void]:
    """What the documents of these rows are known by: an array of `DOCUMENT`."""
    import rensa

    every = [shingles(row.input) for row in rows]
    ends = np.cumsum([0, *map(len, every)], dtype=np.uint64)
    signatures = rensa.RMinHash.digest_matrix_from_flat_token_hashes(
        np.concatenate(every), ends, MINHASHES, _VERSION
    )
    known = np.empty(len(rows), DOCUMENT)
    known["minhash"] = signatures.to_rows()
    known["hash"] = [
        int.from_bytes(
            hashlib.blake2b(_squeezed(row.input).encode("utf-8", "replace"), digest_size=8).digest()
        )
        for row in rows
    ]
    return known


_CODE = (
    *(
        "korean.py",
        "prompts/families.py",
        "prompts/wording.py",
        "checking/evidence.py",
        "evaluation/corruptions.py",
    ),
    *("reading/rows.py", "training/rows.py", "training/verdicts.py"),
)
"""What decides what a source's rows are."""


def _key(recipe: Recipe, source: Source) -> str:
    """What decides a source's rows, as a hash: its content, its columns, and what is made of a line."""
    made = source.task if source.task in (*JUDGED, "gap-sentences") else ""
    places = [(place, file_hash(recipe.folder(place))) for place in (source.path, source.articles) if place]
    about = (
        *(_VERSION, places, source.hub, source.subset, source.revision, source.split, source.rows),
        *(made, source.columns.model_dump(), code_hash(_CODE)),
    )
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:24]


def file_hash(path: Path) -> str:
    """The sha256 of a file's content; empty where it is missing."""
    if not path.is_file():
        return ""
    about = path.stat()
    return _hash_of(path, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=1_000)
def _hash_of(path: Path, _size: int, _modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=10)
def code_hash(names: Sequence[str]) -> str:
    """The sha256 of these files of techsum."""
    root = Path(techsum.__file__).parent
    return hashlib.sha256(b"".join((root / name).read_bytes() for name in names)).hexdigest()
