"""Chunks: some rows of a source as samples, in an Arrow file in the cache folder.

A chunk depends on its own rows alone. So chunks are made in any order and by several processes, a stopped
preparation goes on where it was, and a longer run takes up what a shorter one made.
"""

import hashlib
import json
import os
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from techsum.cached import cached_property
from techsum.errors import StorageError
from techsum.files import atomic_file
from techsum.settings import settings
from techsum.training.recipe import Recipe, Source
from techsum.training.row_store import RowStore, code_hash
from techsum.training.rows import expanded
from techsum.training.samples import Sample, Tokenizer, sample

_SMALLEST, _LARGEST = 64, 1_024
"""Rows; each chunk has twice those before it: a short run makes few rows, a long one few files."""

ORDER = 2
"""Raised where the same recipe gives other samples or another order: a run only goes on with its own."""

_ROWS = "rows.npy"


@dataclass(frozen=True)
class Chunk:
    """Which rows, and where their samples are."""

    recipe: Recipe
    source: int
    """Number of the source in the recipe."""
    store: Path
    """The source's rows: see `RowStore`."""
    folder: Path
    """Where chunks of this source are kept, and which of its rows may be taken."""
    epoch: int
    """Which time the source is gone through, from 0."""
    number: int
    """From 0 in each epoch."""

    @property
    def path(self) -> Path:
        """Its file."""
        return self.folder / f"{self.epoch}-{self.number}.arrow"

    def as_dict(self) -> dict[str, Any]:
        """The same for another process."""
        return {
            "recipe": self.recipe.model_dump(mode="json", by_alias=True),
            "source": self.source,
            "store": str(self.store),
            "folder": str(self.folder),
            "epoch": self.epoch,
            "number": self.number,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Chunk":
        """What `as_dict` gave."""
        paths = {name: Path(values[name]) for name in ("store", "folder")}
        return cls(**{**values, **paths, "recipe": Recipe.model_validate(values["recipe"])})

    def make(self, tokenizer: Tokenizer) -> None:
        """Write its file.

        Raises:
            StorageError: the cache folder cannot be written.
        """
        source, seed = self.recipe.data[self.source], self.recipe.training.seed
        rows, order = (
            _store(self.store),
            _order(self.folder, f"{seed} {source.name} {source.task} {self.epoch}"),
        )
        start, end = chunk_bounds(len(order))[self.number]
        samples: list[Sample] = []
        skipped: Counter[str] = Counter()
        for number in order[start:end].tolist():
            for part, row in enumerate(expanded([rows[number]], source)):
                rng = random.Random(f"{seed} {source.name} {self.epoch} {number} {part}")  # noqa: S311 - no secret
                made = sample(row, source, self.recipe, tokenizer, rng)  # type: ignore[arg-type]
                if isinstance(made, str):
                    skipped[made] += 1
                else:
                    samples.append(made)
        # rows that give several samples must not give them one after the other
        random.Random(f"{seed} {source.name} {self.epoch} {start}").shuffle(samples)  # noqa: S311 - no secret
        try:
            _write(self.path, samples, skipped)
        except OSError as error:
            raise StorageError("cache_unwritable", path=self.folder, reason=error.strerror) from None


class MadeChunk:
    """A chunk's samples, by memory mapping.

    Args:
        path: its file.

    Raises:
        pyarrow.ArrowInvalid: the file was not written to its end.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        file = pa.ipc.open_file(pa.memory_map(str(path)))
        self._columns = file.get_batch(0)
        about = json.loads(file.schema.metadata[b"skipped"])
        self.skipped: Counter[str] = Counter(about)
        """Catalogue key -> rows that gave no sample for this reason."""

    def __len__(self) -> int:
        return int(self._columns.num_rows)

    def __getitem__(self, number: int) -> Sample:
        prompt, target, shortened, rejected = (
            self._columns[name][number].as_py() for name in ("prompt", "answer", "shortened", "rejected")
        )
        return Sample(tuple(prompt), tuple(target), shortened, tuple(rejected))

    @cached_property
    def lengths(self) -> NDArray[np.int32]:
        """Tokens of each sample."""
        if not len(self):
            return np.empty(0, np.int32)
        prompt, target, rejected = (
            np.diff(self._columns[name].offsets.to_numpy()) for name in ("prompt", "answer", "rejected")
        )
        lengths: NDArray[np.int32] = prompt + target + np.where(rejected > 0, prompt + rejected, 0)
        return lengths


def _write(path: Path, samples: Sequence[Sample], skipped: Counter[str]) -> None:
    import pyarrow as pa

    ids = pa.list_(pa.int32())
    schema = pa.schema(
        [("prompt", ids), ("answer", ids), ("shortened", pa.bool_()), ("rejected", ids)],
        metadata={"skipped": json.dumps(skipped)},
    )
    columns = [[getattr(one, name) for one in samples] for name in schema.names]
    arrays = [pa.array(column, known.type) for column, known in zip(columns, schema, strict=True)]
    with atomic_file(path) as part, part.open("wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))


@lru_cache(maxsize=64)
def chunk_bounds(rows: int) -> list[tuple[int, int]]:
    """First row and end of each chunk of an epoch."""
    bounds, start, size = [], 0, _SMALLEST
    while start < rows:
        bounds.append((start, min(start + size, rows)))
        start, size = start + size, min(2 * size, _LARGEST)
    return bounds


@lru_cache(maxsize=64)
def _store(path: Path) -> RowStore:
    return RowStore(path)


@lru_cache(maxsize=64)
def _order(folder: Path, seed: str) -> NDArray[np.int64]:
    """The rows that may be taken, as an epoch takes them."""
    numbers = list(hashlib.sha256(seed.encode("utf-8", "replace")).digest())
    return np.random.default_rng(numbers).permutation(np.load(folder / _ROWS))


_CODE = (
    *(
        "prompts/families.py",
        "prompts/wording.py",
        "korean.py",
        "checking/evidence.py",
        "summarizers/register.py",
    ),
    *(f"training/{name}.py" for name in ("samples", "gap_sentences", "alignment", "preferences")),
    *(f"training/{name}.py" for name in ("rows", "chunks")),
)
"""What decides how a row becomes a sample."""


def chunk_folder(
    recipe: Recipe, source: Source, store: RowStore, rows: NDArray[np.int64], tokenizer: str
) -> Path:
    """The folder of a source's chunks, with the numbers of the rows that may be taken.

    Args:
        recipe: the prompt format, the longest sample, the seed.
        source: what is made of a row.
        store: its rows.
        rows: the numbers of those that may be taken.
        tokenizer: what the tokenizer is known by.

    Raises:
        StorageError: the cache folder cannot be written.
    """
    made = source.model_dump(mode="json", exclude={"weight", "licence", "credit"})
    about = (
        *(ORDER, made, store.path.name, hashlib.sha256(rows.tobytes()).hexdigest(), tokenizer),
        *(recipe.base.format, recipe.training.max_tokens, recipe.training.seed, code_hash(_CODE)),
        recipe.training.preference is not None,
    )
    name = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:24]
    folder = settings().cache_dir / "samples" / name
    if not (folder / _ROWS).exists():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            part = folder / f"{os.getpid()}.part.npy"
            np.save(part, rows)
            part.replace(folder / _ROWS)
        except OSError as error:
            raise StorageError("cache_unwritable", path=folder, reason=error.strerror) from None
    return folder
