"""Blind reading of two systems side by side: who wrote which summary is hidden until the end."""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from techsum.errors import StorageError
from techsum.evaluation.data import Example
from techsum.evaluation.runs import Run
from techsum.evaluation.significance import win_rate

Choice = Literal["left", "right", "tie"]


@dataclass(frozen=True)
class Pair:
    """Two summaries of one article, in an order that chance chose."""

    example: Example
    left: str
    right: str
    first_is_left: bool


@dataclass(frozen=True)
class Preferences:
    """What was preferred so far."""

    wins: int
    losses: int
    ties: int

    @property
    def rate(self) -> tuple[float, float, float]:
        """The first system's share of wins, a tie being half, with its 95 % interval."""
        return win_rate(self.wins, self.losses, self.ties)


class Comparison:
    """Two systems on the same examples, with the preferences kept in a JSON-lines file.

    Args:
        runs: the outputs of both systems, in the order of the examples.
        examples: the articles.
        file: where preferences are kept; what it holds for these two systems counts.
        seed: who stands left is drawn from it and the article, so a resumed reading shows the same order.
    """

    def __init__(self, runs: tuple[Run, Run], examples: Sequence[Example], file: Path, seed: int = 0) -> None:
        self._runs, self._examples, self._file, self._seed = runs, examples, file, seed
        self._names = [r.system for r in runs]
        self._preferred: dict[str, str] = {}
        if file.exists():
            for line in file.read_text("utf-8").split("\n"):  # not splitlines(): a text may hold U+2028
                self._take(line)

    def _take(self, line: str) -> None:
        try:
            row = json.loads(line)
            if sorted(row["systems"]) == sorted(self._names):
                self._preferred[row["article"]] = row["preferred"]
        except (ValueError, KeyError, TypeError):
            return  # a torn last line: that pair is shown again

    def open(self) -> Iterator[Pair]:
        """The pairs without a preference; where both wrote the same, it is a tie without reading."""
        order = list(range(len(self._examples)))
        rng = random.Random(self._seed)  # noqa: S311 - chance, not a secret
        rng.shuffle(order)
        for n in order:
            example = self._examples[n]
            first, second = (r.outputs[n].text for r in self._runs)
            if example.key in self._preferred:
                continue
            if first == second:
                self._preferred[example.key] = "tie"
                continue
            left = random.Random(f"{self._seed} {example.key}").random() < 0.5  # noqa: PLR2004, S311
            shown = (first, second) if left else (second, first)
            yield Pair(example, *shown, first_is_left=left)

    def prefer(self, pair: Pair, choice: Choice) -> None:
        """Keep a preference; it is on the disk when this returns.

        Raises:
            StorageError: the file cannot be written.
        """
        first = (choice == "left") == pair.first_is_left
        preferred = "tie" if choice == "tie" else self._names[0 if first else 1]
        row: dict[str, object] = {
            "article": pair.example.key,
            "systems": self._names,
            "preferred": preferred,
        }
        if choice != "tie":  # a pair that `training.preference` takes
            answers = (pair.left, pair.right) if choice == "left" else (pair.right, pair.left)
            row |= {"title": pair.example.title, "input": pair.example.text}
            row |= dict(zip(("output", "rejected"), answers, strict=True))
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StorageError("cache_unwritable", path=self._file.parent, reason=error.strerror) from None
        self._preferred[pair.example.key] = preferred

    @property
    def preferences(self) -> Preferences:
        """The count over all pairs that were read."""
        here = {e.key for e in self._examples}
        count = Counter(p for key, p in self._preferred.items() if key in here)
        return Preferences(count[self._names[0]], count[self._names[1]], count["tie"])
