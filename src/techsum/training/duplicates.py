"""Documents that come again, wholly or nearly: MinHash signatures compared in bands, after Broder 1997."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from techsum.evaluation.data import HASH_FACTOR
from techsum.training.recipe import JUDGED, Source
from techsum.training.row_store import MINHASHES, RowStore

NEAR = 0.5
"""Estimated share of two documents' 20-character runs that are the same from which the later one is a
near-duplicate; a word changed in every second sentence leaves about half."""

_BAND = 4
"""Numbers of a signature that must all be the same before two documents are compared. One of eight bands
is in 40 of 100 pairs of likeness 0.5, in 89 of likeness 0.7, in all of likeness 0.9."""


@dataclass(frozen=True)
class Repeated:
    """Which rows of a source have a document that came before: arrays of bool, a place a row."""

    exact: NDArray[np.bool_]
    near: NDArray[np.bool_]

    @property
    def any(self) -> NDArray[np.bool_]:
        """Either."""
        return self.exact | self.near


def find_repeated(sources: Sequence[Source], stores: Sequence[RowStore]) -> list[Repeated]:
    """What comes again in each source, in itself or in an earlier source of the same task and output column.

    Sources of claims and questions repeat their texts on purpose: nothing in them counts.
    """
    found = [_none(len(store)) for store in stores]
    groups: dict[object, list[int]] = {}
    for number, source in enumerate(sources):
        if source.task not in JUDGED:
            groups.setdefault((source.task, source.columns.output), []).append(number)
    for members in groups.values():
        sizes = [len(stores[n]) for n in members]
        documents = np.concatenate([stores[n].documents for n in members])
        exact = _again(documents["hash"])
        near = _near(documents["minhash"]) & ~exact
        ends = np.cumsum(sizes)[:-1]
        for number, one, other in zip(members, np.split(exact, ends), np.split(near, ends), strict=True):
            found[number] = Repeated(one, other)
    return found


def _none(length: int) -> Repeated:
    return Repeated(np.zeros(length, np.bool_), np.zeros(length, np.bool_))


def _again(keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of these were there before."""
    again = np.ones(len(keys), np.bool_)
    again[np.unique(keys, return_index=True)[1]] = False
    return again


def _near(signatures: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which of these documents are like an earlier one.

    Args:
        signatures: MinHash signatures, [documents, MINHASHES].
    """
    near = np.zeros(len(signatures), np.bool_)
    for start in range(0, MINHASHES, _BAND):
        band = np.ascontiguousarray(signatures[:, start : start + _BAND]).view(np.uint64)
        _, first, group = np.unique(
            band[:, 0] * HASH_FACTOR ^ band[:, 1], return_index=True, return_inverse=True
        )
        earliest = first[group]
        rows = np.flatnonzero(earliest != np.arange(len(band)))
        for some in np.array_split(rows, len(rows) // 100_000 + 1):
            likeness = (signatures[some] == signatures[earliest[some]]).mean(1)
            near[some] |= likeness >= NEAR
    return near
