"""Whole libraries: read out entry by entry, put in a few at a time, given to an account."""

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import delete, insert, select, update

from techsum import korean
from techsum.contracts.entry import OPEN, Entry
from techsum.library import search
from techsum.library.conditions import of_reader
from techsum.library.indexing import index_words, line_of, searched_text, words_of_article
from techsum.library.library import PAGE, Library, begin_size, index_entry
from techsum.library.rows import entry_of, entry_row
from techsum.library.tables import feeds, sizes, summaries

_PUT_IN = 5
"""Entries of an import that are written at a time: some 20 ms in which nobody else writes."""


class Transfer:
    """What moves between libraries and readers."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def index_articles(self) -> bool:
        """Find the words of some articles that came from elsewhere, or before articles were searched.

        Returns:
            Whether there was any.
        """
        with self._library.reading() as connection:
            missing = (summaries.c.article_words.is_(None), summaries.c.article.is_not(None))
            statement = select(summaries).where(*missing).limit(_PUT_IN)
            some = [entry_of(row) for row in connection.execute(statement)]
        found = [(entry.id, words_of_article(entry.article)) for entry in some]
        with self._library.writing() as connection:
            for entry_id, article_words in found:
                own = summaries.c.id == entry_id
                connection.execute(update(summaries).where(own).values(article_words=article_words))
                index_entry(connection, entry_id)
        return bool(found)

    def everything(self, reader: str) -> Iterator[Entry]:
        """All of a reader's saved summaries, the oldest first."""
        last = 0
        while True:
            # after the last one, not by page: what is deleted meanwhile moves nothing
            statement = (
                select(summaries)
                .where(*of_reader(reader), summaries.c.saved.is_not(None), summaries.c.status.not_in(OPEN))
                .where(summaries.c.number > last)
                .order_by(summaries.c.number)
                .limit(PAGE)
            )
            with self._library.reading() as connection:
                rows = connection.execute(statement).all()
            if not rows:
                return
            last = rows[-1].number
            yield from map(entry_of, rows)

    def add(self, entries: Iterable[Entry]) -> list[str]:
        """Put in summaries that come from elsewhere; those that are here stay. `index_articles` is next.

        They are put in a few at a time: nobody else can write meanwhile, so what takes long is done before.

        Returns:
            The ids of those that were put in.
        """
        added, rest = [], iter(entries)
        while batch := list(islice(rest, _PUT_IN)):
            korean.prepare([searched_text(entry) for entry in batch])
            some = [(entry, index_words(entry, None)) for entry in batch]
            with self._library.writing() as connection:
                for entry, found_by in some:
                    known = select(summaries.c.id).where(summaries.c.id == entry.id)
                    if not connection.execute(known).first():
                        row = entry_row(entry) | {"line": line_of(entry.best_summary)}
                        kept = insert(summaries).values(row).returning(summaries.c.number)
                        number = connection.execute(kept).scalar_one()
                        search.index(connection, number, found_by)
                        begin_size(connection, row)
                        added.append(entry.id)
        return added

    def adopt(self, visitor: str, account: str) -> int:
        """Give an account what its reader made before signing in. Returns how many summaries."""
        with self._library.writing() as connection:
            statement = select(summaries.c.id).where(summaries.c.reader == visitor)
            ids = connection.execute(statement).scalars().all()
            connection.execute(update(summaries).where(summaries.c.reader == visitor).values(reader=account))
            followed = select(feeds.c.url).where(feeds.c.reader == account).scalar_subquery()
            connection.execute(delete(feeds).where(feeds.c.reader == visitor, feeds.c.url.in_(followed)))
            for table in (sizes, feeds):
                owned = update(table).where(table.c.reader == visitor)
                connection.execute(owned.values(reader=account))
            for entry_id in ids:
                index_entry(connection, entry_id)
        return len(ids)
