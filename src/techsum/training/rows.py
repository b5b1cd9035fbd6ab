"""Rows of training data, from files and from the hub: bad ones are reported, none is lost."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from techsum.errors import TrainingError
from techsum.reading.rows import file_rows
from techsum.settings import hub_reason, hub_token
from techsum.training.alignment import compressions, headlines
from techsum.training.conversations import conversation_rows, instruction_rows
from techsum.training.recipe import Columns, Recipe, Source
from techsum.training.verdicts import corruption_rows, dialogue_rows, question_rows, verdict_rows

_BROKEN = re.compile("[\ud800-\udfff\ufffd]")
"""What stands for lost bytes, and halves of surrogate pairs, as a cut emoji in JSON leaves one."""

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
    rejected: str = ""
    """An answer that is worse than the output, where the row has one."""
    turns: tuple[tuple[str, str], ...] = ()
    """`dialogue`: earlier questions with their answers."""


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
    found = _hub_rows(source) if source.hub else data_rows(recipe.folder(source.path or ""))
    yield from _judgements(recipe, source, found)


def _judgements(recipe: Recipe, source: Source, found: Iterable[tuple[int, Any]]) -> Iterator[Row | BadRow]:
    columns = source.columns
    if source.task == "verdict":
        articles = data_rows(recipe.folder(source.articles)) if source.articles else None
        found, columns = verdict_rows(found, columns, articles), Columns()
    elif source.task == "answerable":
        found, columns = question_rows(found, columns), Columns()
    elif source.task == "corruptions":
        found, columns = corruption_rows(found, columns), Columns()
    elif source.task == "dialogue":
        articles = data_rows(recipe.folder(source.articles)) if source.articles else None
        found, columns = dialogue_rows(found, columns, articles), Columns()
    elif source.task == "instruction":
        found = instruction_rows(found, columns)
    elif source.task == "chat":
        found, columns = conversation_rows(found), Columns()
    for place, fields in found:
        yield judged(source.name, place, fields, columns, output_needed=source.task != "gap-sentences")


def expanded(rows: Iterable[Row | BadRow], source: Source) -> Iterator[Row | BadRow]:
    """Rows as the source's task takes them: for short samples, each output sentence with what carries it."""
    for row in rows:
        if source.task in _ALIGNED and isinstance(row, Row):
            for document, output in _ALIGNED[source.task](row.input, row.output, row.title):
                yield replace(row, input=document, output=output)
        else:
            yield row


def judged(
    source: str, place: int, fields: Any, columns: Columns, *, output_needed: bool = True
) -> Row | BadRow:
    """The row in these columns, or what is wrong with it."""
    if not isinstance(fields, dict):
        return BadRow(source, place, "bad_row_json")
    document, output = fields.get(columns.input), fields.get(columns.output)
    if not isinstance(document, str) or not document.strip():
        return BadRow(source, place, "bad_row_input")
    if output_needed and (not isinstance(output, str) or not output.strip()):
        return BadRow(source, place, "bad_row_output")
    if output_needed and str(output).strip() == document.strip():
        return BadRow(source, place, "bad_row_copied")
    texts = (str(fields.get(name) or "") for name in (*vars(columns).values(), "turns"))
    if any(map(_BROKEN.search, texts)):
        return BadRow(source, place, "bad_row_encoding")
    other = [fields.get(name) for name in (columns.instruction, columns.title, columns.rejected)]
    instruction, title, rejected = (value.strip() if isinstance(value, str) else "" for value in other)
    answer = output.strip() if isinstance(output, str) else ""
    turns = fields.get("turns") or ()
    return Row(place, instruction, document.strip(), answer, title, rejected, turns)


def pinned(recipe: Recipe, known: Mapping[str, str]) -> Recipe:
    """The recipe with a commit for each hub set: the known one, or what its revision, or the newest, is now.

    Args:
        recipe: the recipe.
        known: commits by hub id, as an earlier start of the run found them.

    Raises:
        TrainingError: the hub cannot be reached, or has no such set.
    """
    data = [
        s.model_copy(update={"revision": known.get(s.hub) or _commit(s.hub, s.revision)})
        if s.hub and not _COMMIT.fullmatch(s.revision or "")
        else s
        for s in recipe.data
    ]
    return recipe.model_copy(update={"data": tuple(data)})


_COMMIT = re.compile("[0-9a-f]{40}")


def _commit(hub: str, revision: str | None) -> str:
    import huggingface_hub

    try:
        return str(huggingface_hub.HfApi(token=hub_token()).dataset_info(hub, revision=revision).sha)
    except (OSError, ValueError) as error:
        raise TrainingError("train_hub", source=hub, reason=hub_reason(error)) from None


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


def _hub_rows(source: Source) -> Iterator[tuple[int, Any]]:
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
            streaming=True,  # the row store keeps what comes: the hub's own copy would be a second one
            token=hub_token(),
        )
        yield from enumerate(rows, 1)
    except (OSError, ValueError, RuntimeError) as error:
        raise TrainingError("train_hub", source=source.name, reason=hub_reason(error)) from None
