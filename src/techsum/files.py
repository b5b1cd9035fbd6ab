"""Files that are never half there, and that one process holds at a time."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

_NOT_IN_NAMES, _LONGEST_NAME = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+'), 60


def file_name(title: str) -> str:
    """A title as a file's name, without what file systems refuse; `techsum` where nothing is left."""
    return " ".join(_NOT_IN_NAMES.sub(" ", title).split())[:_LONGEST_NAME].strip(" .") or "techsum"


def make_private(path: Path) -> None:
    """Make an empty file, if there is none, that only this user can read."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def atomic_file(path: Path, *, private: bool = False) -> Iterator[Path]:
    """A file beside `path` that becomes it, safe on the disk, when the block ends well; else it is gone.

    Args:
        path: where; its folder is there.
        private: whether only this user can read it.
    """
    # its own: several processes may write the same
    part = path.with_name(f".{path.name[:40]}.{token_hex(6)}.part")
    try:
        if private:
            make_private(part)
        yield part
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def atomic_write_text(path: Path, content: str, *, private: bool = False) -> None:
    """Write a small file so that it is never half there."""
    with atomic_file(path, private=private) as part:
        part.write_text(content, "utf-8")


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
