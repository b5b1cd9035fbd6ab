"""A batch on a Ray cluster: Ray Data streams the items to a pool of actors, each with a worker of its own.

One task reads the input and fetches its links, as on one machine, so that a host is asked politely however
large the cluster is. Rows come back in order and the driver writes them: what is written decides where a
batch goes on.
"""

import json
import logging
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from itertools import takewhile
from typing import Any

from techsum.batch.items import Item, RemainingItems
from techsum.batch.local import Pool
from techsum.batch.rows import Made, WorkerConfig
from techsum.cluster import ray_session
from techsum.contracts.options import SummaryOptions
from techsum.errors import TechsumError
from techsum.generators import EXTRACT
from techsum.generators.model_ref import ModelRef
from techsum.reading.polite import Polite
from techsum.settings import settings

_BLOCKS = {True: 256, False: 16}
"""Items that travel together, and are done again where an actor dies, without a model and with one. Ray keeps
4 KB of each block for as long as it runs."""

_ROW_BYTES = 4096
"""About a row's size on its way."""


def ray_rows(
    remaining: RemainingItems, options: SummaryOptions, config: WorkerConfig
) -> Generator[Made, None, None]:
    """Each item that is left with its row, in the input's order.

    `RAY_ADDRESS` names the cluster; without it one is started on this machine and ended again.

    Args:
        remaining: what to work on; each machine of the cluster must find its files under the same path.
        options: how to summarise.
        config: who does it, an actor a worker.

    Raises:
        UsageError: Ray is not installed.
        ModelError: the model cannot be loaded or is away, so that no row could be made.
    """
    # one core more, for the task that reads, which mostly waits
    with ray_session(config.workers * config.threads + 1):
        yield from _rows(remaining, options, config)


def _rows(remaining: RemainingItems, options: SummaryOptions, config: WorkerConfig) -> Iterator[Made]:
    import ray
    from ray.data import ActorPoolStrategy, DataContext

    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.execution_options.preserve_order = True
    together = _BLOCKS[options.model == EXTRACT]
    # by default rows are gathered into blocks of 128 MB: one task for one actor, and nothing until it ends;
    # a block for each row costs 10 ms each
    context.target_max_block_size = together * _ROW_BYTES
    context.target_min_block_size = 1
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    read = ray.data.read_datasource(_source(remaining, together), override_num_blocks=1, num_cpus=0.1)
    if ModelRef.parse(options.model).kind == "transformers" and ray.cluster_resources().get("GPU"):
        from techsum.batch.on_vllm import answered

        made = answered(read, options, config)
    else:
        made = read.map_batches(
            _Summarizer,
            fn_constructor_args=(vars(options), vars(config) | {"workers": 1}),
            batch_size=None,
            compute=ActorPoolStrategy(size=config.workers),
            num_cpus=config.threads,
        )
    for row in made.iter_rows():
        if row["stop"]:
            raise TechsumError.from_dict(json.loads(row["stop"]))
        yield Made(Item.from_json(row["item"]), row["line"], row["failed"])


def _source(remaining: RemainingItems, together: int) -> Any:
    """A source of blocks that are read as they are wanted."""
    from ray.data import Datasource, ReadTask
    from ray.data.block import BlockMetadata

    class _Items(Datasource):  # type: ignore[misc] # ray publishes no types
        def estimate_inmemory_data_size(self) -> int | None:
            return None

        def get_read_tasks(self, parallelism: int, *_: Any, **__: Any) -> list[Any]:
            assert parallelism  # noqa: S101 - one task in any case: it alone knows whom it asked when
            about = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
            return [ReadTask(lambda: _blocks(remaining, together), about)]

    return _Items()


def _blocks(remaining: RemainingItems, together: int) -> Iterator[Any]:
    """The items as tables of JSON; an error of the input is the last row."""
    import pyarrow as pa

    from techsum.batch.fetching import fetched

    def table(items: list[str], stop: str = "") -> Any:
        return pa.table({"item": items, "stop": [stop] * len(items)})

    block: list[str] = []
    stop = ""
    try:
        with closing(fetched(remaining.items(), Polite(settings().cache_dir / "pages"))) as items:
            for item in _ordered(items, remaining.done + 1):
                block.append(item.as_json())
                if len(block) == together:
                    yield table(block)
                    block.clear()
    except TechsumError as error:
        stop = json.dumps(error.as_dict())
    if block:
        yield table(block)
    if stop:
        yield table([""], stop)


def _ordered(items: Iterable[Item], first: int) -> Iterator[Item]:
    ready: dict[int, Item] = {}
    for item in items:
        ready[item.number] = item
        while first in ready:
            yield ready.pop(first)
            first += 1


class _Summarizer:
    """One actor."""

    def __init__(self, options: dict[str, Any], config: dict[str, int]) -> None:
        self._pool = Pool(SummaryOptions(**options), WorkerConfig(**config))

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        stops = [stop for stop in batch["stop"] if stop]
        items = [Item.from_json(one) for one in batch["item"] if one]
        rows: dict[int, Made] = {}
        try:
            for made in self._pool.all(items):
                rows[made.item.number] = made
        except TechsumError as error:
            stops = [json.dumps(error.as_dict())]
        complete = [rows[i.number] for i in takewhile(lambda item: item.number in rows, items)]
        bare = [Item(m.item.number, m.item.id, m.item.share) for m in complete]  # the text has done its work
        return {
            "item": [item.as_json() for item in bare] + ["" for _ in stops],
            "line": [m.line for m in complete] + [b"" for _ in stops],
            "failed": [m.failed for m in complete] + [False for _ in stops],
            "stop": ["" for _ in complete] + stops,
        }
