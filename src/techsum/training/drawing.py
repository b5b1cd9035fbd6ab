"""Which samples a run takes, in which order: always the same ones, whatever makes them.

Sources take turns by their weights. Within one, each epoch takes all rows in an order that the seed decides.
"""

import heapq
import itertools
import random
from array import array
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from techsum.errors import TrainingError
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.messages import text
from techsum.settings import settings
from techsum.training.chunks import Chunk, MadeChunk, chunk_bounds, chunk_folder
from techsum.training.duplicates import Repeated, find_repeated
from techsum.training.recipe import Recipe, Source
from techsum.training.row_store import RowStore, open_rows, rows_folder
from techsum.training.rows import BadRow
from techsum.training.samples import Sample
from techsum.training.workers import Workers

_WINDOW = 16
"""Batches that are sorted by length together; more would order the whole run by length."""

_BARREN = 1_000
"""Rows in a row that give no sample before the source counts as one that gives none."""

_OPEN = 128
"""Chunks that are mapped at a time: the newest of each source, and some to spare."""

OnShare = Callable[[float], None]
"""Called with the share of the work that is done, 0 to 1."""


@dataclass(frozen=True)
class SourceRows:
    """A source's rows, and which of them may be taken."""

    source: Source
    store: RowStore
    repeated: Repeated
    held_out: NDArray[np.int64]
    """Numbers of the rows that are measured on, those of one document after the other."""
    taken: NDArray[np.int64]
    """Numbers of the rows that are trained on."""


def open_sources(recipe: Recipe, workers: Workers | None = None) -> list[SourceRows]:
    """The rows of every source of a recipe; those that were never read are read to their end first.

    Args:
        recipe: with a commit for each set of the hub.
        workers: what reads them; without any this process does.

    Raises:
        TrainingError: a source is missing, cannot be read, or has no good row.
        StorageError: the cache folder cannot be written.
    """
    if workers:
        known = recipe.model_dump(mode="json", by_alias=True)
        folder = str(rows_folder())
        for each in [
            workers.submit("rows", recipe=known, source=n, folder=folder) for n in range(len(recipe.data))
        ]:
            each.result()
    stores = [open_rows(recipe, source, rows_folder()) for source in recipe.data]
    found = []
    for source, store, repeated in zip(recipe.data, stores, find_repeated(recipe.data, stores), strict=True):
        held_out = store.documents["hash"] < recipe.dev.holdout * 2.0**64
        dropped = source.duplicates == "drop" and not recipe.training.preference
        left_out = repeated.any if dropped else np.zeros(len(store), np.bool_)
        taken = np.flatnonzero(~held_out & ~left_out)
        if not len(taken):
            reason = store.bad[0].reason if store.bad else "bad_row_none"
            raise TrainingError("train_no_rows", source=source.name, reason=text(reason))
        # a held-out document that is like an earlier one may be like one that is trained on
        measured = np.flatnonzero(held_out & ~repeated.any)
        order = np.argsort(store.documents["hash"][measured], kind="stable")
        found.append(SourceRows(source, store, repeated, measured[order], taken))
    return found


class Samples(Sequence[Sample]):
    """The samples of a run in their order, read from their chunks when they are asked for."""

    def __init__(self) -> None:
        self._paths: list[Path] = []
        self._numbers: dict[Path, int] = {}
        self._open: OrderedDict[int, MadeChunk] = OrderedDict()
        self._chunks, self._places, self._lengths = array("i"), array("i"), array("i")

    def append(self, path: Path, place: int, length: int) -> None:
        """Take a sample: the file of its chunk, its place there, its tokens."""
        if path not in self._numbers:
            self._numbers[path] = len(self._paths)
            self._paths.append(path)
        self._chunks.append(self._numbers[path])
        self._places.append(place)
        self._lengths.append(length)

    def reorder(self, order: Sequence[int]) -> None:
        """Take the same samples in another order, given by their numbers in this one."""
        self._chunks, self._places, self._lengths = (
            array("i", [old[n] for n in order]) for old in (self._chunks, self._places, self._lengths)
        )

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Tokens of each."""
        return np.array(self._lengths, np.int32)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, number: int) -> Sample: ...
    @overload
    def __getitem__(self, number: slice) -> list[Sample]: ...
    def __getitem__(self, number: int | slice) -> Sample | list[Sample]:
        if isinstance(number, slice):
            return [self[n] for n in range(*number.indices(len(self)))]
        return self._chunk(self._chunks[number])[self._places[number]]

    def _chunk(self, number: int) -> MadeChunk:
        """A chunk, mapped anew where too many others were used since."""
        if number not in self._open:
            self._open[number] = MadeChunk(self._paths[number])
            if len(self._open) > _OPEN:
                self._open.popitem(last=False)
        self._open.move_to_end(number)
        return self._open[number]


@dataclass(frozen=True)
class Drawn:
    """The sequences of a run in their order, and what was met on the way.

    A sequence is a sample, or with `packing` as many as fit one after the other.
    """

    samples: Samples
    ends: NDArray[np.int64]
    """Where each sequence ends: how many samples there are up to its last one."""
    taken: Counter[str]
    """Samples by source."""
    epochs: dict[str, float]
    """How often each source is gone through."""
    skipped: Counter[str]
    """Catalogue key -> rows that gave no sample for this reason, of the chunks that were used."""
    bad: list[BadRow]
    """The first bad rows of each source."""
    bad_rows: int

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, number: int) -> list[Sample]:
        start = self.ends[number - 1] if number else 0
        return [self.samples[n] for n in range(start, self.ends[number])]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each sequence."""
        return np.add.reduceat(self.samples.lengths.astype(np.int64), np.concatenate(([0], self.ends[:-1])))


def draw(
    recipe: Recipe,
    tokenizer: HubTokenizer,
    count: int | None = None,
    *,
    sources: Sequence[SourceRows] | None = None,
    workers: Workers | None = None,
    on_share: OnShare = lambda _share: None,
) -> Drawn:
    """The first sequences of a recipe: always the same ones in the same order.

    Args:
        recipe: with a commit for each set of the hub.
        tokenizer: the base model's.
        count: how many; None: the recipe's `epochs`.
        sources: the recipe's, where they are open.
        workers: what reads rows and makes samples; without any this process does.
        on_share: called with the share of samples made, 0 to 1.

    Raises:
        TrainingError: a source is missing or gives no sample.
        StorageError: the cache folder cannot be written.
    """
    packing = recipe.training.packing
    sources = sources or open_sources(recipe, workers)
    make = _maker(tokenizer, workers)
    ahead = -(-2 * workers.count // len(sources)) if workers else 0
    streams = [
        _Stream(partial(_chunks, recipe, n, one, tokenizer), len(one.taken), make, ahead)
        for n, one in enumerate(sources)
    ]
    for stream in streams if workers else ():
        stream.request(1)
    enough = None if count is not None else _samples_of_epochs(recipe, streams, on_share)
    samples, taken, ends = Samples(), Counter[str](), array("q")
    room = 0  # tokens that the last sequence still takes
    turns = [(0.0, number) for number in range(len(sources))]
    places = [iter(stream) for stream in streams]
    while enough is None or len(samples) < enough:
        if len(ends) == count and not packing:
            break
        turn, number = turns[0]
        path, place, length = next(places[number])
        if length > room:
            if len(ends) == count:
                break
            ends.append(0)
            room = recipe.training.max_tokens if packing else length
            if count:
                on_share(len(ends) / count)
        room -= length
        heapq.heapreplace(turns, (turn + 1 / sources[number].source.weight, number))
        samples.append(path, place, length)
        ends[-1] = len(samples)
        taken[sources[number].source.label] += 1
    if recipe.training.group_by_length:
        samples.reorder(_grouped(samples.lengths.tolist(), recipe.training.batch, recipe.training.seed))
    return Drawn(
        samples,
        np.array(ends, np.int64),
        taken,
        {one.source.label: stream.epochs for one, stream in zip(sources, streams, strict=True)},
        sum((stream.skipped for stream in streams), Counter[str]()),
        [row for one in sources for row in one.store.bad],
        sum(one.store.bad_rows for one in sources),
    )


def _grouped(lengths: Sequence[int], batch: int, seed: int) -> list[int]:
    """The samples' numbers in batches of like length, the batches in random order within each window."""
    order = random.Random(f"{seed} batches")  # noqa: S311 - an order, not a secret
    grouped: list[int] = []
    size = batch * _WINDOW
    for start in range(0, len(lengths), size):
        window = sorted(range(start, min(start + size, len(lengths))), key=lengths.__getitem__)
        batches = [window[n : n + batch] for n in range(0, len(window), batch)]
        order.shuffle(batches)
        grouped += [one for each in batches for one in each]
    return grouped


def _chunks(recipe: Recipe, number: int, rows: SourceRows, tokenizer: HubTokenizer) -> Iterator[Chunk]:
    """All chunks of a source, epoch after epoch, without end."""
    folder = chunk_folder(recipe, rows.source, rows.store, rows.taken, tokenizer.identity)
    for epoch in itertools.count():
        for each in range(len(chunk_bounds(len(rows.taken)))):
            yield Chunk(recipe, number, rows.store.path, folder, epoch, each)


def _maker(
    tokenizer: HubTokenizer, workers: Workers | None
) -> Callable[[Chunk], Future[dict[str, Any]] | None]:
    """What has a chunk made where that was not done before; it returns what to wait for."""
    import pyarrow as pa

    file = str(tokenizer.save(settings().cache_dir / "tokenizers")) if workers else ""

    def make(chunk: Chunk) -> Future[dict[str, Any]] | None:
        try:
            MadeChunk(chunk.path)
        except (OSError, pa.ArrowInvalid):
            if workers:
                return workers.submit("chunk", chunk=chunk.as_dict(), tokenizer=file)
            chunk.make(tokenizer)
        return None

    return make


class _Stream:
    """The samples of one source in the order in which it gives them.

    Args:
        chunks: gives its chunks, epoch after epoch, from the first one.
        rows: how many rows it has.
        make: has a chunk made.
        ahead: how many chunks are made before they are needed, once half of a chunk is taken.
    """

    def __init__(
        self,
        chunks: Callable[[], Iterator[Chunk]],
        rows: int,
        make: Callable[[Chunk], Future[dict[str, Any]] | None],
        ahead: int,
    ) -> None:
        self._chunks, self._rows, self._make, self._ahead = chunks, rows, make, ahead
        self._coming = chunks()
        self._waiting: deque[tuple[Chunk, Future[dict[str, Any]] | None]] = deque()
        self.skipped: Counter[str] = Counter()
        """Catalogue key -> rows that gave no sample for this reason, of the chunks that were used."""
        self.epochs = 0.0
        """How often the source was gone through, up to the last sample."""

    def first_epoch(self) -> list[tuple[Chunk, Future[dict[str, Any]] | None]]:
        """The chunks of the first epoch, each with what to wait for."""
        chunks = itertools.takewhile(lambda chunk: chunk.epoch == 0, self._chunks())
        return [(chunk, self._make(chunk)) for chunk in chunks]

    def __iter__(self) -> Iterator[tuple[Path, int, int]]:
        """Each sample's chunk, its place there, its tokens.

        Raises:
            TrainingError: a thousand rows in a row gave no sample.
        """
        barren = 0
        for chunk, made in self._made():
            start, end = chunk_bounds(self._rows)[chunk.number]
            barren = 0 if len(made) else barren + end - start
            if barren >= _BARREN:
                reason = self.skipped.most_common(1)[0][0] if self.skipped else "bad_row_none"
                source = chunk.recipe.data[chunk.source]
                raise TrainingError("train_no_rows", source=source.name, reason=text(reason))
            for place, length in enumerate(made.lengths.tolist()):
                if place == len(made) // 2:
                    self.request(self._ahead)
                self.epochs = chunk.epoch + (start + (end - start) * (place + 1) / len(made)) / self._rows
                yield chunk.path, place, length

    def request(self, chunks: int) -> None:
        """Have so many chunks made, or waited for, beside what is taken."""
        while len(self._waiting) < chunks:
            latest = next(self._coming)
            self._waiting.append((latest, self._make(latest)))

    def _made(self) -> Iterator[tuple[Chunk, MadeChunk]]:
        while True:
            self.request(1)
            chunk, future = self._waiting.popleft()
            if future:
                future.result()
            made = MadeChunk(chunk.path)
            self.skipped.update(made.skipped)
            yield chunk, made


def _samples_of_epochs(recipe: Recipe, streams: Sequence[_Stream], on_share: OnShare) -> int:
    """How many samples the recipe's `epochs` come to; every chunk of the first one is made for it.

    Raises:
        TrainingError: no row gives a sample.
    """
    every = [one for stream in streams for one in stream.first_epoch()]
    total, skipped = 0, Counter[str]()
    for number, (chunk, future) in enumerate(every, 1):
        if future:
            future.result()
        made = MadeChunk(chunk.path)
        total += len(made)
        skipped.update(made.skipped)
        on_share(number / len(every))
    if not total:
        reason = skipped.most_common(1)[0][0] if skipped else "bad_row_none"
        raise TrainingError("train_no_rows", source=recipe.data[0].name, reason=text(reason))
    return max(1, round(total * (recipe.training.epochs or 0)))
