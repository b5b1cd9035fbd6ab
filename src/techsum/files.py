"""Files that are never half there, and that one process holds at a time."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NOT_IN_NAMES, _LONGEST_NAME = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+'), 60


def file_name(title: str) -> str:
    """A title as a file's name, without what file systems refuse; `techsum` where nothing is left."""
    return " ".join(_NOT_IN_NAMES.sub(" ", title).split())[:_LONGEST_NAME].strip(" .") or "techsum"


def make_private(path: Path, *, anew: bool = False) -> None:
    """Make an empty file, if there is none, that only this user can read.

    Args:
        path: where.
        anew: in place of what is there, be it a file, or a link that leads elsewhere.
    """
    if anew:
        path.unlink(missing_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def atomic_write_text(path: Path, content: str) -> None:
    """Write a small file so that it is never half there."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


@contextmanager
def exclusive_lock(path: Path) -> Iterator[bool]:
    """Hold a file, made if need be, as its only process; the system lets go of it when the process dies.

    Returns:
        Whether it is held: False where another process holds it. On Windows nobody is noticed.
    """
    with path.open("a+", encoding="utf-8") as file:
        try:
            import fcntl
        except ImportError:
            yield True
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
