"""Fitting the ranker: ridge regression on what sentences of annotated articles hold of their summaries."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from techsum import korean
from techsum.evaluation.data import Example
from techsum.files import atomic_write_text
from techsum.summarizers.features import NAMES, Floats, sentence_features
from techsum.summarizers.ranker import DocumentKind, Target

_RIDGE = 10.0
"""Penalty on standardised weights; between 1 and 1,000 the figures on dev do not move."""
_SHORTEST = 25
"""Characters that a shorter sentence counts as: a three-word sentence is not rich, it is short."""
_PAIRS = 2
"""A morpheme pair that is shared with the summary counts as two morphemes."""
_SCALE = 10.0
"""Brings a morpheme in ten characters to about one, the unit in which repetition is taken off."""


def density(sentence: str, reference: str) -> float:
    """The morphemes and pairs of a summary that a sentence holds, a character."""
    return _SCALE * _shared(sentence, reference) / max(len(sentence), _SHORTEST)


def likeness(sentence: str, reference: str) -> float:
    """The same over the length of both: whether the sentence says what the line says, and no more."""
    return _SCALE * _shared(sentence, reference) / (len(sentence) + len(reference))


_MEASURES: dict[Target, Callable[[str, str], float]] = {"line": likeness, "summary": density}


def _shared(sentence: str, reference: str) -> int:
    tokens, expected = korean.morphemes(sentence), korean.morphemes(reference)
    pairs = Counter(pairwise(tokens)) & Counter(pairwise(expected))
    return (Counter(tokens) & Counter(expected)).total() + _PAIRS * pairs.total()


def fit(examples: Iterable[Example], target: Target) -> dict[str, Any]:
    """Intercept and weights by feature, as `ranker.json` holds them.

    Args:
        examples: articles with a line, or a summary.
        target: which of the two.
    """
    rows: list[Floats] = []
    targets: list[float] = []
    for example in examples:
        sentences = example.article.sentences
        rows.append(sentence_features(sentences, example.title))
        targets += [_MEASURES[target](s.text, example.reference) for s in sentences]
    matrix, expected = np.concatenate(rows), np.asarray(targets)
    mean, spread = matrix.mean(0), matrix.std(0)
    spread[spread == 0] = 1.0  # a feature that never changes gets no weight
    scaled = (matrix - mean) / spread
    weights = np.linalg.solve(
        scaled.T @ scaled + _RIDGE * np.eye(len(NAMES)), scaled.T @ (expected - expected.mean())
    )
    weights /= spread
    return {
        "articles": len(rows),
        "intercept": round(float(expected.mean() - mean @ weights), 5),
        "weights": {name: round(float(w), 5) for name, w in zip(NAMES, weights, strict=True)},
    }


def write(path: Path, kind: DocumentKind, target: Target, fitted: dict[str, Any]) -> None:
    """Replace one model's coefficients; the others stay."""
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
    kept.setdefault(kind, {})[target] = fitted
    atomic_write_text(path, json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
