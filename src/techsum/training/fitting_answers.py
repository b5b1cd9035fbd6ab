"""Fitting the ranker of answers: two linear models, from questions whose answers people wrote.

Sentences: listwise cross entropy (after Cao et al., "Learning to Rank", 2007) against the share of the
answer's morphemes that each sentence holds. Refusal: logistic regression on questions with and without an
answer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from techsum import korean
from techsum.chat.features import SENTENCE_NAMES, Features, Floats, Indexed, content
from techsum.chat.follow_ups import FEWEST_WORDS
from techsum.chat.ranker import CHOICE_NAMES, choice_features
from techsum.contracts.article import Article
from techsum.files import atomic_write_text

_SHARPNESS = 6.0
"""How much a sentence with the whole answer is preferred to one with none: e^6. At 12 nothing changes on
dev."""
_LEARNABLE = 0.3
"""A question is left out where no sentence holds this share of its answer."""
_RIDGE_SENTENCE, _RIDGE_REFUSAL = 0.01, 0.02
_STEPS, _RATE = 400, 0.05


@dataclass(frozen=True)
class Question:
    """One question beside its article."""

    features: Features
    recall: Floats | None
    """Share of the answer's morphemes that each sentence holds; None where the article has no answer."""


def questions(
    rows: Iterable[Mapping[str, Any]], dialogues: Iterable[Mapping[str, Any]] = ()
) -> Iterator[Question]:
    """The questions of articles, and those of dialogues about them as readers type them.

    Args:
        rows: `id`, `text`, `title` and `questions` (`question`, `answer`; null: the article does not say).
        dialogues: `article` (an id) and `turns` (`question`, `standalone`, `answer`). A turn counts in both
            wordings, unless its own leans on what was asked before.
    """
    turns: dict[Any, list[Mapping[str, Any]]] = {}
    for dialogue in dialogues:
        turns.setdefault(dialogue["article"], []).extend(dialogue["turns"])
    for row in rows:
        article = Article(str(row["text"]), row.get("title") or None)
        indexed = Indexed(article.sentences, article.title or "")
        typed = [one for turn in turns.get(row.get("id"), ()) for one in _wordings(turn)]
        for question_row in (*(row.get("questions") or ()), *typed):
            words = set(korean.content(question_row["answer"] or ""))
            recall = [len(words & own.keys()) / len(words) for own in indexed.words] if words else None
            yield Question(
                indexed.features(question_row["question"]), np.array(recall) if recall is not None else None
            )


def _wordings(turn: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for question in dict.fromkeys((turn["standalone"], turn["question"])):
        if question == turn["standalone"] or len(content(question)) >= FEWEST_WORDS:
            yield {"question": question, "answer": turn["answer"]}


def fit(found: Sequence[Question]) -> dict[str, Any]:
    """The coefficients as `ranker.json` holds them."""
    sentence = _fit_sentences([q for q in found if q.recall is not None])
    refusal, intercept = _fit_refusal(found, sentence)
    return {
        "questions": len(found),
        "sentence": _named(SENTENCE_NAMES, sentence),
        "refusal": {"intercept": round(intercept, 5), "weights": _named(CHOICE_NAMES, refusal)},
    }


def write(path: Path, fitted: dict[str, Any]) -> None:
    """Write the coefficients."""
    import json

    atomic_write_text(path, json.dumps(fitted, ensure_ascii=False, indent=1) + "\n")


def _named(names: Sequence[str], weights: Floats) -> dict[str, float]:
    return {name: round(float(weight), 5) for name, weight in zip(names, weights, strict=True)}


def _fit_sentences(answered: Sequence[Question]) -> Floats:
    rows = np.concatenate([q.features.sentences for q in answered])
    mean, spread = rows.mean(0), np.where(rows.std(0) == 0, 1, rows.std(0))
    lists = [
        (((q.features.sentences - mean) / spread), _softmax(_SHARPNESS * q.recall))
        for q in answered
        if q.recall is not None and q.recall.max() >= _LEARNABLE
    ]

    def gradient(weights: Floats) -> Floats:
        total = sum((_softmax(x @ weights) - target) @ x for x, target in lists)
        return np.asarray(total / len(lists) + _RIDGE_SENTENCE * weights)

    return np.asarray(_descend(gradient, len(SENTENCE_NAMES)) / spread)


def _fit_refusal(found: Sequence[Question], sentence: Floats) -> tuple[Floats, float]:
    rows = []
    for question in found:
        scores = question.features.sentences @ sentence
        order = [int(p) for p in np.argsort(-scores, kind="stable")]
        rows.append(choice_features(question.features, scores, order))
    matrix = np.array(rows)
    unanswerable = np.array([q.recall is None for q in found], float)
    mean, spread = matrix.mean(0), np.where(matrix.std(0) == 0, 1, matrix.std(0))
    scaled = np.column_stack([(matrix - mean) / spread, np.ones(len(matrix))])

    def gradient(weights: Floats) -> Floats:
        error = 1 / (1 + np.exp(-scaled @ weights)) - unanswerable
        ridge = np.append(weights[:-1], 0.0)
        return np.asarray(error @ scaled / len(scaled) + _RIDGE_REFUSAL * ridge)

    weights = _descend(gradient, scaled.shape[1])
    plain = weights[:-1] / spread
    return plain, float(weights[-1] - mean @ plain)


def _softmax(values: Floats) -> Floats:
    powers = np.exp(values - values.max())
    return np.asarray(powers / powers.sum())


def _descend(gradient: Callable[[Floats], Floats], size: int) -> Floats:
    """Adam from zero: both losses are convex, so that every start ends at the same place."""
    weights, first, second = np.zeros(size), np.zeros(size), np.zeros(size)
    for step in range(1, _STEPS + 1):
        slope = gradient(weights)
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        weights -= _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights
