"""Articles with reference summaries to evaluate on, and whether a system may have been trained on them."""

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b, sha256
from pathlib import Path
from typing import IO, Any

from techsum.article import MINIMUM_CHARACTERS, Article
from techsum.errors import EvaluationError

_SHINGLE = 20
"""Characters, without white space, that stand together by chance only in fixed phrases."""
_LEAKED = 0.3
"""Share of a test article's shingles in the training data from which it counts as known."""


@dataclass(frozen=True)
class Example:
    """One row: an article and the summary that a human wrote of it."""

    place: int
    """Row number in the file, from 1."""
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
    """The rows of a JSON-lines or CSV file, also gzipped.

    Args:
        path: the file.
        columns: names in the file for `input`, `output` and `title`.
        limit: rows to take, from the beginning.

    Raises:
        EvaluationError: the file cannot be read, or a row lacks something; the line is named.
    """
    names = {"input": "input", "output": "output", "title": "title"} | dict(columns or {})
    found: list[Example] = []
    for place, row in _rows(path):
        if limit is not None and len(found) >= limit:
            break
        text, reference = (row.get(names[k]) for k in ("input", "output"))
        if not isinstance(text, str) or not isinstance(reference, str) or not reference.strip():
            wanted = f"{names['input']}, {names['output']}"
            raise EvaluationError("data_row", path=path, line=place, columns=wanted)
        paragraphs = "\n\n".join(p.strip() for p in text.split("\n") if p.strip())
        if len(paragraphs) < MINIMUM_CHARACTERS:
            raise EvaluationError("data_short", path=path, line=place, minimum=MINIMUM_CHARACTERS)
        found.append(Example(place, str(row.get(names["title"]) or ""), paragraphs, reference.strip()))
    if not found:
        raise EvaluationError("data_empty", path=path)
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with _open(path) as file:
            if path.name.removesuffix(".gz").endswith(".csv"):
                yield from enumerate(csv.DictReader(file), 2)
                return
            for place, line in enumerate(file, 1):
                if line.strip():
                    yield place, _object(path, place, line)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise EvaluationError("data_unreadable", path=path, reason=reason) from None


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _object(path: Path, place: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise EvaluationError("data_json", path=path, line=place)
    return row


def leaks(examples: Iterable[Example], training: Iterable[Path]) -> dict[int, float]:
    """Rows that the training files hold too, also when a few words were changed: see `known_from`.

    Raises:
        EvaluationError: a training file cannot be read.
    """
    rows = (row for path in training for _, row in _rows(path))
    return known_from(examples, ("\n".join(v for v in row.values() if isinstance(v, str)) for row in rows))


def known_from(examples: Iterable[Example], texts: Iterable[str]) -> dict[int, float]:
    """Rows that these texts hold too, also when a few words were changed.

    Returns:
        Row number -> share of the article's shingles (20 characters) or of its reference's that stand in one
        text, where it is at least 0.3.
    """
    wanted: dict[bytes, set[tuple[int, str]]] = defaultdict(set)
    sizes: Counter[tuple[int, str]] = Counter()
    for example in examples:
        for part, text in (("input", example.text), ("output", example.reference)):
            found = set(shingles(text))
            sizes[example.place, part] = len(found)
            for one in found:
                wanted[one].add((example.place, part))
    worst: dict[int, float] = {}
    for text in texts:
        held: Counter[tuple[int, str]] = Counter()
        for one in set(shingles(text)):
            held.update(wanted.get(one, ()))
        for (place, part), count in held.items():
            share = count / sizes[place, part]
            if share >= _LEAKED:
                worst[place] = max(worst.get(place, 0.0), share)
    return worst


def shingles(text: str) -> Iterator[bytes]:
    """Hashes of every run of 20 characters of `text` without its white space."""
    squeezed = "".join(text.split())
    for start in range(max(1, len(squeezed) - _SHINGLE + 1)):
        yield blake2b(squeezed[start : start + _SHINGLE].encode("utf-8", "replace"), digest_size=8).digest()
