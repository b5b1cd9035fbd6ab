"""Sessions of readers who signed in: a cookie that somebody copied ends when its owner signs out."""

import secrets
import time
from hashlib import sha256

from sqlalchemy import delete, insert, select

from techsum.library.library import Library
from techsum.library.tables import sessions
from techsum.settings import settings

_DAY = 24 * 3600


class Sessions:
    """The sessions in a library. Only hashes of the tokens are kept."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def begin(self, account: str) -> str:
        """Begin a session of this account; the token is for its cookie alone.

        Raises:
            StorageError: it cannot be kept.
        """
        token, now = secrets.token_hex(16), time.time()
        with self._library.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.began < now - _longest()))
            connection.execute(insert(sessions).values(token=_hash(token), account=account, began=now))
        return token

    def account(self, token: str) -> str | None:
        """The account of an open session, or None.

        Raises:
            StorageError: the database does not answer.
        """
        statement = select(sessions.c.account).where(
            sessions.c.token == _hash(token), sessions.c.began >= time.time() - _longest()
        )
        with self._library.reading() as connection:
            found: str | None = connection.execute(statement).scalar_one_or_none()
        return found

    def end_all(self, account: str | None = None) -> int:
        """End all sessions of an account, or of everybody. Returns how many.

        Raises:
            StorageError: they cannot be ended.
        """
        statement = delete(sessions).where(sessions.c.account == account) if account else delete(sessions)
        with self._library.writing() as connection:
            return connection.execute(statement).rowcount

    def end(self, token: str) -> None:
        """End a session; its cookie says nothing from now on.

        Raises:
            StorageError: it cannot be ended.
        """
        with self._library.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.token == _hash(token)))


def _longest() -> float:
    """Seconds after which a session has to be begun anew."""
    return settings().session_days * _DAY


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
