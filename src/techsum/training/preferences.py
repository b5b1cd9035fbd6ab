"""Learning from preferences: DPO (Rafailov et al. 2023) on pairs of a chosen and a rejected answer."""

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from techsum import korean
from techsum.evaluation.corruptions import Corruptor

_ALWAYS = "negation flipped"
"""The corruption that nearly every sentence allows; taken only where there is no other."""


def corrupted(output: str, document: str, rng: random.Random) -> str | None:
    """The output with one thing in one sentence made wrong (a number, unit, name or word), or None."""
    sentences = list(korean.sentences(output))
    rng.shuffle(sentences)
    corruptor = Corruptor(document, (), (), rng)
    made = [(s, c) for s in sentences for c in corruptor.all(s.text)]
    rarer = [pair for pair in made if pair[1].variant != _ALWAYS] or made
    if not rarer:
        return None
    sentence, wrong = rng.choice(rarer)
    return f"{output[: sentence.start]}{wrong.text}{output[sentence.end :]}"


def reference_scores(
    model: Any,
    rows: Iterable[dict[str, Any]],
    collate: Callable[[list[dict[str, Any]]], dict[str, Any]],
    keep: Path | None = None,
) -> list[tuple[float, float]]:
    """What the model that the run begins with gives each pair; computed once, so no second model is held.

    Args:
        model: it, with its adapter as it begins.
        rows: the pairs.
        collate: makes a batch of them.
        keep: a `.npy` file that a resumed run reads.
    """
    import torch

    from techsum.training.losses import answer_scores

    if keep and keep.exists():
        return [tuple(pair) for pair in np.load(keep).tolist()]
    found = []
    training = model.training
    model.eval()
    with torch.inference_mode():
        for row in rows:
            batch = {name: value.to(model.device) for name, value in collate([row]).items()}
            found.append(tuple(answer_scores(model, batch).tolist()))
    model.train(training)
    if keep:
        keep.parent.mkdir(parents=True, exist_ok=True)
        part = keep.with_name(f".{keep.name}")
        np.save(part, np.array(found, np.float32))
        part.replace(keep)
    return found
