"""How much the library holds, in all and of each reader, and where it ends.

A size is what was written for a summary, in bytes of JSON: an article that is read again counts twice.
"""

import time
from weakref import WeakKeyDictionary

from sqlalchemy import func, select

from techsum.errors import StorageError
from techsum.library.library import Library
from techsum.library.tables import sizes
from techsum.settings import settings

_MEGABYTE = 1_000_000
_COUNTED_SECONDS = 10.0
"""In which a library grows by some megabytes at most: what is let in is limited, too."""


def check_quota(library: Library, reader: str) -> None:
    """Refuse more of a reader who has enough, or of anybody where the library is full.

    Raises:
        StorageError: it is so.
    """
    limits = settings()
    with library.reading() as connection:
        own = connection.execute(select(func.sum(sizes.c.bytes)).where(sizes.c.reader == reader)).scalar()
    if (own or 0) > limits.reader_megabytes * _MEGABYTE:
        raise StorageError("library_quota", limit=f"{limits.reader_megabytes:,} MB")
    if _total_bytes(library) > limits.library_megabytes * _MEGABYTE:
        raise StorageError("library_full")


_counted: WeakKeyDictionary[Library, tuple[float, int]] = WeakKeyDictionary()


def _total_bytes(library: Library) -> int:
    """The size of the whole library, counted again after some seconds: it means a look at every row."""
    now = time.monotonic()
    counted, size = _counted.get(library, (-_COUNTED_SECONDS, 0))
    if now - counted >= _COUNTED_SECONDS:
        with library.reading() as connection:
            size = connection.execute(select(func.sum(sizes.c.bytes))).scalar() or 0
        _counted[library] = now, size
    return size
