"""Many documents: on this machine's processes, or on a Ray cluster."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from techsum.batch.items import Left, items
from techsum.batch.outputs import opened
from techsum.batch.rows import Made, Wish
from techsum.generators import check, resolve

__all__ = ["ENGINES", "Moment", "Wish", "batch"]

Engine = Literal["local", "ray"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
Rows = Generator[Made, None, None]

_SERVER_SLOTS = 16
"""Requests that a worker keeps at a model server: the server batches them."""


@dataclass(frozen=True)
class Moment:
    """How far a batch is."""

    done: int
    """Rows in the output, those of earlier runs among them."""
    made: int
    """Rows of this run."""
    errors: int
    """Those of them that carry an error."""
    share: float
    """How much of the input has been read, 0 to 1."""


def batch(
    source: Path,
    out: Path,
    wish: Wish,
    *,
    engine: Engine = "local",
    workers: int = 1,
    slots: int | None = None,
) -> Iterator[Moment]:
    """Summarise everything in `source` into `out`, a step at a time.

    The same call goes on where an earlier one ended or was killed: nothing is repeated, nothing left out.

    Args:
        source: see `techsum.batch.items`.
        out: see `techsum.batch.outputs`.
        wish: how to summarise.
        engine: `local` or `ray`.
        workers: processes.
        slots: items that each of them works on at the same time; by default what suits the model.

    Returns:
        A moment after each row; the first stands for what was there before.

    Raises:
        UsageError: an input or output of another kind, or a model that does not exist.
        ReadingError: the input is missing or broken.
        ModelError: the model is away; what was made is kept.
        StorageError: the output cannot be written.
    """
    wish = Wish(**(vars(wish) | {"model": resolve(wish.model)}))
    check(wish.model)
    next(items(source), None)  # an input that cannot be read begins no output
    with opened(out, source, wish) as output:
        done, made, errors = output.done, 0, 0
        yield Moment(done, 0, 0, 0.0)
        left = Left(source, done, output.last_id)
        slots = slots or (_SERVER_SLOTS if "://" in wish.model else 1)
        with closing(_rows(engine, left, wish, workers, slots)) as rows:
            for item, row in rows:
                output.write(row)
                made += 1
                errors += row["error"] is not None
                yield Moment(done + made, made, errors, item.share)


def _rows(engine: Engine, left: Left, wish: Wish, workers: int, slots: int) -> Rows:
    if engine == "ray":
        from techsum.batch.on_ray import ray_rows

        return ray_rows(left, wish, workers, slots)
    from techsum.batch.local import local_rows

    return local_rows(left, wish, workers, slots)
