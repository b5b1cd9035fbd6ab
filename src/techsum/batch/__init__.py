"""Many documents: on this machine's processes, or on a Ray cluster."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from techsum.batch.items import RemainingItems, items
from techsum.batch.outputs import opened
from techsum.batch.rows import Made, WorkerConfig
from techsum.contracts.options import SummaryOptions
from techsum.generators import EXTRACT, check, resolve
from techsum.settings import settings, usable_cores

__all__ = ["ENGINES", "BatchProgress", "batch"]

Engine = Literal["local", "ray"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
Rows = Generator[Made, None, None]

_SERVER_SLOTS = 16
"""Requests that a worker keeps at a model server: the server batches them."""


@dataclass(frozen=True)
class BatchProgress:
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
    options: SummaryOptions,
    *,
    engine: Engine = "local",
    workers: int | None = None,
    slots: int | None = None,
) -> Iterator[BatchProgress]:
    """Summarise everything in `source` into `out`, a step at a time.

    The same call goes on where an earlier one ended or was killed: nothing is repeated, nothing left out.

    Args:
        source: see `techsum.batch.items`.
        out: see `techsum.batch.outputs`.
        options: how to summarise.
        engine: `local` or `ray`.
        workers: processes; by default one a core without a model, and one for all cores with one.
        slots: items that each of them works on at the same time; by default what suits the model.

    Returns:
        A moment after each row; the first stands for what was there before.

    Raises:
        UsageError: an input or output of another kind, or a model that does not exist.
        ReadingError: the input is missing or broken.
        ModelError: the model is away; what was made is kept.
        StorageError: the output cannot be written.
    """
    options = replace(options, model=resolve(options.model))
    check(options.model)
    next(items(source), None)  # an input that cannot be read begins no output
    with opened(out, source, options) as output:
        done, made, errors = output.done, 0, 0
        yield BatchProgress(done, 0, 0, 0.0)
        remaining = RemainingItems(source, done, output.last_id)
        config = _config(options.model, workers, slots)
        with closing(_rows(engine, remaining, options, config)) as rows:
            for item, line, failed in rows:
                output.write(line)
                made += 1
                errors += failed
                yield BatchProgress(done + made, made, errors, item.share)


def _config(model: str, workers: int | None, slots: int | None) -> WorkerConfig:
    """What was asked for, and for what was not, what suits the model and the machine."""
    cores = usable_cores()
    workers = workers or (cores if model == EXTRACT else 1)
    given = "threads" in settings().model_fields_set
    threads = settings().threads if given else max(1, cores // workers)
    return WorkerConfig(
        workers, slots or (_SERVER_SLOTS if "://" in model else 1), 1 if model == EXTRACT else threads
    )


def _rows(engine: Engine, remaining: RemainingItems, options: SummaryOptions, config: WorkerConfig) -> Rows:
    if engine == "ray":
        from techsum.batch.on_ray import ray_rows

        return ray_rows(remaining, options, config)
    from techsum.batch.local import local_rows

    return local_rows(remaining, options, config)
