"""Which sentences of an article answer a question, and whether any does: learned from questions with answers.

`ranker.json` holds two linear models (`techsum fit-ranker --target answer`): one scores the sentences,
trained to give the highest score to what holds most of the answer; the other tells how likely the article
has no answer.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from techsum.chat.features import ARTICLE_NAMES, SENTENCE_NAMES, Features, Floats

COEFFICIENTS = Path(__file__).with_name("ranker.json")

CHOICE_NAMES = (
    *ARTICLE_NAMES,
    *(f"first_{name}" for name in SENTENCE_NAMES),
    *(f"second_{name}" for name in SENTENCE_NAMES),
    "above_mean", "above_second", "share", "share_of_two", "score",
)  # fmt: skip
"""What the refusal is decided by: the question, the two best sentences, and by how much they stand out."""


@dataclass(frozen=True)
class Ranked:
    """An article's sentences for one question."""

    places: list[int]
    """All of them, the likeliest answer first."""
    scores: Floats
    """One a sentence, in the article's order."""
    unanswered: float
    """How likely the article has no answer, 0 to 1, by words alone."""


def choice_features(features: Features, scores: Floats, order: Sequence[int]) -> Floats:
    """The numbers of `CHOICE_NAMES`."""
    first, second = order[0], order[min(1, len(order) - 1)]
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    standing = [
        scores[first] - scores.mean(),
        scores[first] - scores[second],
        shares[first],
        shares[first] + shares[second],
        scores[first],
    ]
    return np.concatenate(
        [features.article, features.sentences[first], features.sentences[second], np.array(standing)]
    )


def rank(features: Features) -> Ranked:
    """The sentences in the order in which they are likely to answer."""
    models = _models()
    scores = features.sentences @ models.sentence
    order = [int(p) for p in np.argsort(-scores, kind="stable")]
    log_odds = float(choice_features(features, scores, order) @ models.refusal) + models.intercept
    return Ranked(order, scores, float(1 / (1 + np.exp(-log_odds))))


@dataclass(frozen=True)
class _Models:
    sentence: Floats
    refusal: Floats
    intercept: float


@cache
def _models() -> _Models:
    kept = json.loads(COEFFICIENTS.read_text("utf-8"))
    return _Models(
        np.array([kept["sentence"][name] for name in SENTENCE_NAMES]),
        np.array([kept["refusal"]["weights"][name] for name in CHOICE_NAMES]),
        kept["refusal"]["intercept"],
    )
