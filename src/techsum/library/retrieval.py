"""Which saved summaries a question may be answered from."""

import math
from collections.abc import Iterable
from itertools import islice

from sqlalchemy import ColumnElement, select
from sqlalchemy.sql.selectable import NamedFromClause

from techsum.contracts.entry import Entry
from techsum.library import search, versions
from techsum.library.conditions import owner_word
from techsum.library.library import Library
from techsum.library.rows import entry_of
from techsum.library.tables import summaries
from techsum.library.words import indexed_word

_MOST_TERMS, _MOST_SCORED = 12, 500
"""Of a question: its words that are looked for, and the newest summaries with a word that are scored."""
_LEAST_SHARE, _BEHIND_BEST = 0.4, 0.9
"""Of a question's words, by weight, that a summary must have to be asked, and against the one with most."""


def retrieve(library: Library, reader: str, content_words: Iterable[str], most: int) -> list[Entry]:
    """The saved summaries, with their articles, that have the most telling of these words.

    Args:
        library: the library.
        reader: whose.
        content_words: words, most telling where few summaries have them; not all need to be found.
        most: how many summaries, the best first. Versions of one source count once.
    """
    dialect, scores, possible = library.engine.dialect.name, dict[int, float](), 0.0
    terms = list(islice(filter(None, dict.fromkeys(map(indexed_word, content_words))), _MOST_TERMS))

    def listed(table: NamedFromClause) -> list[ColumnElement[bool]]:
        kept = [table.c.reader == reader, table.c.discarded.is_(None), table.c.saved.is_not(None)]
        return [*kept, table.c.status == "done"]

    count = library.count(reader)
    with library.reading() as connection:
        for term in terms:
            statement = select(summaries.c.number).where(*listed(summaries), versions.is_newest(listed))
            narrowed, order = search.narrowed(statement, dialect, [owner_word(reader)], [term])
            numbers = connection.execute(narrowed.order_by(order.desc()).limit(_MOST_SCORED)).scalars().all()
            weight = math.log(1 + count / (len(numbers) + 0.5))
            possible += weight
            for number in numbers:
                scores[number] = scores.get(number, 0.0) + weight
        least = max(_LEAST_SHARE * possible, _BEHIND_BEST * max(scores.values(), default=0.0))
        best = sorted((n for n in scores if scores[n] >= least), key=lambda n: (-scores[n], -n))
        rows = connection.execute(select(summaries).where(summaries.c.number.in_(best[:most])))
        by_number = {row.number: entry_of(row) for row in rows}
    return [by_number[number] for number in best[:most]]
