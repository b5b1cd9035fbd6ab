"""How much the library holds, in all and of each reader, and where it ends.

A size is what was written for a summary, in characters of JSON: an article that is read again counts twice.
"""

from sqlalchemy import func, select

from techsum.errors import StorageError
from techsum.library.library import Library
from techsum.library.tables import sizes
from techsum.settings import settings

_MEGABYTE = 1_000_000


def check_quota(library: Library, reader: str) -> None:
    """Refuse more of a reader who has enough, or of anybody where the library is full.

    Raises:
        StorageError: it is so.
    """
    limits = settings()
    with library.reading() as connection:
        own = connection.execute(select(func.sum(sizes.c.bytes)).where(sizes.c.reader == reader)).scalar()
        every = connection.execute(select(func.sum(sizes.c.bytes))).scalar()
    if (own or 0) > limits.reader_megabytes * _MEGABYTE:
        raise StorageError("library_quota", limit=f"{limits.reader_megabytes:,} MB")
    if (every or 0) > limits.library_megabytes * _MEGABYTE:
        raise StorageError("library_full")
