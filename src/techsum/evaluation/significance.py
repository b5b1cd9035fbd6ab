"""How far a mean may lie from the true one, and whether two systems differ: the bootstrap.

After Efron and Tibshirani, "An Introduction to the Bootstrap" (1993); paired as in Koehn, "Statistical
Significance Tests for Machine Translation Evaluation" (2004).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SAMPLES = 2000
_SEED = 0


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean."""
    means = _means(np.asarray(values, dtype=float))
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def p_value(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How likely a difference of means as large as this arises by chance, two-sided, 0 to 1.

    Args:
        ours: a score for each article.
        theirs: the other system's scores for the same articles, in the same order.
    """
    differences = np.asarray(ours, dtype=float) - np.asarray(theirs, dtype=float)
    if not differences.any():
        return 1.0
    means = _means(differences)
    one_sided = min((means <= 0).mean(), (means >= 0).mean())
    return float(min(1.0, 2 * (one_sided * _SAMPLES + 1) / (_SAMPLES + 1)))


def win_rate(wins: int, losses: int, ties: int) -> tuple[float, float, float]:
    """Share of readings that the first side won, a tie being half, with its 95 % interval.

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (1927).
    """
    count = wins + losses + ties
    if not count:
        return 0.5, 0.0, 1.0
    z = 1.96
    share = (wins + ties / 2) / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5
    return share, max(0.0, middle - half), min(1.0, middle + half)


def _means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    rng = np.random.default_rng(_SEED)
    picks = rng.integers(0, len(values), size=(_SAMPLES, len(values)))
    return np.asarray(values[picks].mean(axis=1))
