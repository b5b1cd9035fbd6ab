"""Rows of training data, from files and from the hub: bad ones told, none lost."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from techsum.errors import TrainingError
from techsum.messages import text
from techsum.reading.rows import file_rows
from techsum.settings import hub_token
from techsum.training.alignment import compressions, headlines
from techsum.training.recipe import Columns, Recipe, Source
from techsum.training.verdicts import corruption_rows, question_rows, verdict_rows

_SHUFFLED_AT_ONCE = 10_000
"""Rows of a streamed set that are shuffled among each other."""


_ALIGNED = {"compression": compressions, "headline": headlines}
"""Tasks whose samples hold the sentences that carry the output, not the whole document."""


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
    found = _hub_rows(source, None) if source.hub else data_rows(recipe.folder(source.path or ""))
    yield from _judgements(recipe, source, found)


def draw_rows(recipe: Recipe, source: Source, seed: int) -> Iterator[Row | BadRow]:
    """The rows of a source in a random order that the seed decides, again and again without end.

    A hub set that is streamed is shuffled in a window of 10,000 rows; everything else wholly.
    """
    if source.hub and source.streamed:
        epoch, given = 0, 0
        while True:
            for row in expanded(_judgements(recipe, source, _hub_rows(source, seed + epoch)), source):
                given += 1
                yield row
            if not given:
                raise TrainingError("train_no_rows", source=source.name, reason=text("bad_row_none"))
            epoch += 1
    rows = list(expanded(read_rows(recipe, source), source))
    bad = [row.reason for row in rows if isinstance(row, BadRow)]
    if len(bad) == len(rows):
        reason = text(bad[0] if bad else "bad_row_none")
        raise TrainingError("train_no_rows", source=source.name, reason=reason)
    order = random.Random(f"{seed} {source.name} {source.task}")  # noqa: S311 - an order, not a secret
    while True:
        order.shuffle(rows)
        yield from rows


def _judgements(recipe: Recipe, source: Source, found: Iterable[tuple[int, Any]]) -> Iterator[Row | BadRow]:
    columns = source.columns
    if source.task == "verdict":
        articles = data_rows(recipe.folder(source.articles)) if source.articles else None
        found, columns = verdict_rows(found, columns, articles), Columns()
    elif source.task == "answerable":
        found, columns = question_rows(found, columns), Columns()
    elif source.task == "corruptions":
        found, columns = corruption_rows(found, columns), Columns()
    for place, said in found:
        yield judged(source.name, place, said, columns, output_needed=source.task != "gap-sentences")


def expanded(rows: Iterable[Row | BadRow], source: Source) -> Iterator[Row | BadRow]:
    """Rows as the source's task takes them: for short samples, each output sentence with what carries it."""
    for row in rows:
        if source.task in _ALIGNED and isinstance(row, Row):
            for document, output in _ALIGNED[source.task](row.input, row.output, row.title):
                yield replace(row, input=document, output=output)
        else:
            yield row


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


def pinned(recipe: Recipe, known: Mapping[str, str]) -> Recipe:
    """The recipe with a commit for each hub set: the recipe's own, the known one, or the newest.

    Args:
        recipe: the recipe.
        known: commits by hub id, as an earlier start of the run found them.

    Raises:
        TrainingError: the hub cannot be reached, or has no such set.
    """
    data = [
        s.model_copy(update={"revision": known.get(s.hub) or _newest(s.hub)})
        if s.hub and not s.revision
        else s
        for s in recipe.data
    ]
    return recipe.model_copy(update={"data": tuple(data)})


def _newest(hub: str) -> str:
    import huggingface_hub

    try:
        return str(huggingface_hub.HfApi(token=hub_token()).dataset_info(hub).sha)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise TrainingError("train_hub", source=hub, reason=reason) from None


def data_rows(path: Path) -> Iterator[tuple[int, Any]]:
    """Place and content of each row of a file: see `techsum.reading.rows`.

    Raises:
        TrainingError: the file is missing.
        ReadingError: it is of another kind or broken as a whole.
    """
    if not path.exists():
        raise TrainingError("train_data_missing", path=path, folder=path.parent)
    for row in file_rows(path):
        yield row.place, row.content


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
