"""What a run needs of its recipe's data, made once and kept on the disk: a second run tokenizes nothing."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import techsum
from techsum.errors import StorageError
from techsum.settings import settings
from techsum.training.evaluating import dev_samples
from techsum.training.recipe import Recipe
from techsum.training.rows import BadRow
from techsum.training.samples import Drawn, Sample, Tokenizer, draw


@dataclass(frozen=True)
class Prepared:
    """The samples of a run."""

    drawn: Drawn
    """What it is trained on."""
    dev: list[Sample]
    """What its loss is measured on."""


def prepare(recipe: Recipe, tokenizer: Tokenizer, count: int, identity: str) -> Prepared:
    """A run's samples, from the disk where they were made before from the same content.

    What comes from the hub without a revision has no content that could be told beforehand: it is not kept.

    Args:
        recipe: the recipe.
        tokenizer: the base model's.
        count: sequences wanted.
        identity: what the tokenizer is known by.

    Raises:
        TrainingError: a source is missing or gives no sample.
        StorageError: the cache folder cannot be written.
    """
    if any(source.hub and not source.revision for source in recipe.data):
        return Prepared(draw(recipe, tokenizer, count), dev_samples(recipe, tokenizer))
    path = settings().cache_dir / "samples" / f"{recipe.name}.{_content(recipe, count, identity)}.npz"
    if path.exists():
        try:
            return _unpack(path)
        except (OSError, ValueError, KeyError):
            path.unlink(missing_ok=True)
    prepared = Prepared(draw(recipe, tokenizer, count), dev_samples(recipe, tokenizer))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npz")
        _pack(prepared, part)
        part.replace(path)
    except OSError as error:
        raise StorageError("cache_unwritable", path=path.parent, reason=error.strerror) from None
    return prepared


def data_hashes(recipe: Recipe) -> dict[str, str]:
    """The sha256 of each file that a recipe reads, dev rows too; an empty one where it is missing."""
    places = [p for s in recipe.data for p in (s.path, s.articles) if p]
    places += [p for p in (recipe.dev.path, recipe.dev.articles) if p]
    found = {}
    for place in dict.fromkeys(places):
        file = recipe.folder(place)
        found[place] = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
    return found


_TRAINING = ("samples", "gap_sentences", "alignment", "rows", "verdicts", "evaluating", "prepared")
_CODE = (
    *("prompts.py", "korean.py", "checking/evidence.py", "evaluation/corruptions.py"),
    *(f"training/{name}.py" for name in _TRAINING),
)
"""What decides how a row becomes a sample."""


def _content(recipe: Recipe, count: int, tokenizer: str) -> str:
    root = Path(techsum.__file__).parent
    code = [hashlib.sha256((root / name).read_bytes()).hexdigest() for name in _CODE]
    about = [count, tokenizer, recipe.fingerprint, data_hashes(recipe), code]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:24]


def _pack(prepared: Prepared, path: Path) -> None:
    drawn = prepared.drawn
    every = [*drawn.samples, *prepared.dev]
    about: dict[str, Any] = {
        "bad": [[b.source, b.place, b.reason] for b in drawn.bad],
        "skipped": drawn.skipped,
        "taken": drawn.taken,
        "packs": drawn.packs,
        "dev": len(prepared.dev),
    }
    np.savez_compressed(
        path,
        ids=np.array([i for s in every for i in (*s.prompt, *s.answer)], np.int32),
        prompts=np.array([len(s.prompt) for s in every], np.int32),
        answers=np.array([len(s.answer) for s in every], np.int32),
        shortened=np.array([s.shortened for s in every], np.bool_),
        about=np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8),
    )


def _unpack(path: Path) -> Prepared:
    with np.load(path, allow_pickle=False) as kept:
        about = json.loads(kept["about"].tobytes())
        ids, place, samples = kept["ids"].tolist(), 0, []
        for prompt, target, shortened in zip(
            kept["prompts"].tolist(), kept["answers"].tolist(), kept["shortened"].tolist(), strict=True
        ):
            middle, end = place + prompt, place + prompt + target
            samples.append(Sample(tuple(ids[place:middle]), tuple(ids[middle:end]), shortened))
            place = end
    trained = len(samples) - about["dev"]
    drawn = Drawn(
        samples[:trained],
        [BadRow(*row) for row in about["bad"]],
        Counter(about["skipped"]),
        Counter(about["taken"]),
        about["packs"],
    )
    return Prepared(drawn, samples[trained:])
