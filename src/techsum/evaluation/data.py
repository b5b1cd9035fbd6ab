"""Articles with reference summaries to evaluate on, and whether a system may have been trained on them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from techsum.cached import cached_property
from techsum.contracts.article import MINIMUM_CHARACTERS, Article
from techsum.errors import EvaluationError
from techsum.reading.rows import file_rows

_SHINGLE = 20
"""Characters, without white space, that stand together by chance only in fixed phrases."""
HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""2**64 divided by the golden ratio, odd: spreads the characters' bits over the whole hash."""
_LEAKED = 0.3
"""Share of a test article's shingles in the training data from which it counts as known."""


@dataclass(frozen=True)
class Example:
    """One row: an article and the summary that a human wrote of it."""

    place: int
    """Line (JSON lines, CSV) or row number (Parquet) in the file, from 1."""
    title: str
    text: str
    reference: str

    @cached_property
    def article(self) -> Article:
        """The article, its sentences analysed once."""
        return Article(self.text, self.title or None)

    @property
    def key(self) -> str:
        """The article's content as a hash: what outputs are cached by."""
        return sha256(f"{self.title}\n{self.text}".encode()).hexdigest()[:32]


def load(path: Path, columns: Mapping[str, str] | None = None, limit: int | None = None) -> list[Example]:
    """The rows of a JSON-lines or CSV file, also gzipped, or of a Parquet file.

    Args:
        path: the file.
        columns: names in the file for `input`, `output` and `title`.
        limit: rows to take, from the beginning.

    Raises:
        ReadingError: the file cannot be read.
        EvaluationError: a row lacks something; the line is named.
    """
    names = {"input": "input", "output": "output", "title": "title"} | dict(columns or {})
    found: list[Example] = []
    for place, row in _rows(path):
        if limit is not None and len(found) >= limit:
            break
        text, reference = (row.get(names[k]) for k in ("input", "output"))
        if not isinstance(text, str) or not isinstance(reference, str) or not reference.strip():
            columns_needed = f"{names['input']}, {names['output']}"
            raise EvaluationError("data_row", path=path, line=place, columns=columns_needed)
        paragraphs = "\n\n".join(p.strip() for p in text.split("\n") if p.strip())
        if len(paragraphs) < MINIMUM_CHARACTERS:
            raise EvaluationError("data_short", path=path, line=place, minimum=MINIMUM_CHARACTERS)
        found.append(Example(place, str(row.get(names["title"]) or ""), paragraphs, reference.strip()))
    if not found:
        raise EvaluationError("data_empty", path=path)
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a file; no other may stand in it than good ones."""
    for row in file_rows(path, strict=True):
        if not isinstance(row.content, dict):
            raise EvaluationError("data_json", path=path, line=row.place)
        yield row.place, row.content


def leaks(examples: Iterable[Example], training: Iterable[Path]) -> dict[int, float]:
    """Rows that the training files hold too, also when a few words were changed: see `known_from`.

    Raises:
        ReadingError: a training file cannot be read.
        EvaluationError: a line of it is no JSON object.
    """
    rows = (row for path in training for _, row in _rows(path))
    return known_from(examples, ("\n".join(v for v in row.values() if isinstance(v, str)) for row in rows))


def known_from(examples: Iterable[Example], texts: Iterable[str]) -> dict[int, float]:
    """Rows that these texts hold too, also when a few words were changed.

    Returns:
        Row number -> share of the article's shingles (20 characters) or of its reference's that stand in one
        text, where it is at least 0.3.
    """
    parts = [
        ((example.place, name), shingles(text))
        for example in examples
        for name, text in (("input", example.text), ("output", example.reference))
    ]
    sizes = {part: len(found) for part, found in parts}
    parts_with: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for part, found in parts:
        for one in found.tolist():
            parts_with[one].append(part)
    known = np.array(sorted(parts_with), np.uint64)
    worst: dict[int, float] = {}
    if not parts:
        return worst
    for text in texts:
        shared: Counter[tuple[int, str]] = Counter()
        found = shingles(text)
        near = np.minimum(np.searchsorted(known, found), len(known) - 1)
        for one in found[known[near] == found].tolist():
            shared.update(parts_with[one])
        for (place, name), count in shared.items():
            share = count / sizes[place, name]
            if share >= _LEAKED:
                worst[place] = max(worst.get(place, 0.0), share)
    return worst


def shingles(text: str) -> NDArray[np.uint64]:
    """Hashes of every run of 20 characters of `text` without its white space, each once, ascending."""
    codes = np.frombuffer("".join(text.split()).encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    width = min(_SHINGLE, len(codes))
    hashes = np.zeros(max(1, len(codes) - _SHINGLE + 1), np.uint64)
    for start in range(width):  # a polynomial modulo 2**64, for all runs at once
        hashes = hashes * HASH_FACTOR + codes[start : start + len(hashes)]
    hashes ^= hashes >> np.uint64(32)
    return np.unique(hashes * HASH_FACTOR)
