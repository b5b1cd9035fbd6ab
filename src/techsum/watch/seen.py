"""What `watch` did already: one line an article in `seen.jsonl`, the only thing it remembers."""

import json
import os
from collections import Counter, defaultdict
from pathlib import Path

from techsum.errors import StorageError

_ATTEMPTS = 3
"""Runs in which an article is tried before it is given up: its page may be away today."""


class Seen:
    """The articles of one folder.

    Args:
        folder: where `seen.jsonl` is; made if it is not there.

    Raises:
        StorageError: it cannot be read or made.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "seen.jsonl"
        self._done: set[str] = set()
        self._failed: Counter[str] = Counter()
        self._days: defaultdict[str, list[str]] = defaultdict(list)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            data = self._path.read_bytes() if self._path.exists() else b""
            # a kill or a full disk may have left half a line: it never was
            kept = data[: data.rfind(b"\n") + 1]
            if kept != data:
                os.truncate(self._path, len(kept))
        except OSError as error:
            raise StorageError("cache_unwritable", path=self._path, reason=error.strerror) from None
        for line in kept.decode("utf-8", "replace").split("\n")[:-1]:  # a link may hold U+2028
            self._note(json.loads(line))

    def _note(self, record: dict[str, str]) -> None:
        if "entry" in record:
            self._done.add(record["link"])
            self._days[record["day"]].append(record["entry"])
        else:
            self._failed[record["link"]] += 1

    def is_settled(self, link: str) -> bool:
        """Whether the article was summarised, or given up."""
        return link in self._done or self._failed[link] >= _ATTEMPTS

    def add(self, link: str, day: str, *, entry: str = "", error: str = "") -> None:
        """Remember an article: the id of its summary, or why there is none.

        Raises:
            StorageError: it cannot be written.
        """
        record = {"link": link, "day": day, **({"entry": entry} if entry else {"error": error})}
        try:
            with self._path.open("ab") as file:
                file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            raise StorageError("cache_unwritable", path=self._path, reason=problem.strerror) from None
        self._note(record)

    def days(self) -> list[tuple[str, list[str]]]:
        """Each day with its summaries' ids, oldest first."""
        return sorted(self._days.items())
