"""What a run needs of its recipe's data, kept on the disk: what was made before is not made again."""

import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.training.drawing import Drawn, OnShare, draw, open_sources
from techsum.training.evaluating import DevRow, dev_rows, dev_samples
from techsum.training.recipe import Recipe
from techsum.training.row_store import file_hash
from techsum.training.samples import Sample
from techsum.training.workers import Workers

_MANY = 2_000
"""Sequences from which processes of their own pay for their start of some seconds."""


@dataclass(frozen=True)
class Prepared:
    """The data of a run."""

    drawn: Drawn
    """What it is trained on."""
    dev: list[DevRow]
    """What is looked at meanwhile."""
    dev_samples: list[Sample]
    """The same as samples; those whose output does not fit are left out."""


def prepare(
    recipe: Recipe, tokenizer: HubTokenizer, count: int | None, on_share: OnShare = lambda _share: None
) -> Prepared:
    """A run's data: by every core where there is much to do.

    Args:
        recipe: with a commit for each set of the hub.
        tokenizer: the base model's.
        count: sequences; None: the recipe's `epochs`.
        on_share: called with the share of samples made, 0 to 1.

    Raises:
        TrainingError: a source is missing or gives no sample.
        StorageError: the cache folder cannot be written.
    """
    many = count is None or count > _MANY
    workers: AbstractContextManager[Workers | None] = Workers(os.cpu_count() or 1) if many else nullcontext()
    with workers as working:
        sources = open_sources(recipe, working)
        drawn = draw(recipe, tokenizer, count, sources=sources, workers=working, on_share=on_share)
    rows = dev_rows(recipe, sources)
    return Prepared(drawn, rows, dev_samples(recipe, rows, tokenizer))


def data_hashes(recipe: Recipe) -> dict[str, str]:
    """The sha256 of each file that a recipe reads, dev rows too; an empty one where it is missing."""
    places = [p for s in recipe.data for p in (s.path, s.articles) if p]
    places += [p for p in (recipe.dev.path, recipe.dev.articles) if p]
    return {place: file_hash(recipe.folder(place)) for place in dict.fromkeys(places)}
