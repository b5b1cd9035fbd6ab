"""The questions about a summary, with their answers."""

import time

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from techsum.contracts.answer import Answer
from techsum.contracts.entry import Question
from techsum.contracts.serialization import dump, load
from techsum.library.conditions import own_entry
from techsum.library.library import Library
from techsum.library.tables import questions, summaries


class Conversations:
    """The questions of a library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def add(self, reader: str, entry_id: str, answer: Answer) -> bool:
        """Keep an answer with its question."""
        if not self._library.get(reader, entry_id):
            return False
        values = {
            "summary": entry_id,
            "created": time.time(),
            "question": answer.question,
            "answer": dump(answer),
        }
        try:
            with self._library.writing() as connection:
                connection.execute(insert(questions).values(values))
        except IntegrityError:  # deleted while the answer was written
            return False
        return True

    def of(self, reader: str, entry_id: str) -> list[Question]:
        """The questions about it, in order."""
        with self._library.reading() as connection:
            rows = connection.execute(
                select(questions)
                .join(summaries, summaries.c.id == questions.c.summary)
                .where(*own_entry(reader, entry_id))
                .order_by(questions.c.number)
            )
            return [Question(r.number, r.created, r.question, load(Answer, r.answer)) for r in rows]
