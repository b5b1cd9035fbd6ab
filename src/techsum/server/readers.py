"""Who is asking: a signed cookie for each browser, and no request from another site's page."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from fastapi import Request
from itsdangerous import BadSignature, Signer

from techsum.desktop.origin import from_another_origin
from techsum.errors import StorageError
from techsum.messages import Language

COOKIE, LANGUAGE_COOKIE = "techsum_reader", "techsum_language"
YEAR = 365 * 24 * 3600
_KEY_BYTES = 32
ACCOUNT = "account-"
"""What the name of a reader who signed in begins with."""
SIGN_IN, SIGNED_OUT = "/signin", "/signedout"
"""Where signing in begins, and where signing out ends."""
SESSION = "session-"
"""What the cookie of such a reader holds: the token of a session, which signing out ends."""


def new_key() -> bytes:
    """A key that nobody has."""
    return secrets.token_bytes(_KEY_BYTES)


def signing_key(data_dir: Path) -> bytes:
    """The key that signs cookies: made once, readable by this user alone.

    Raises:
        StorageError: the data folder cannot be written.
    """
    path = data_dir / "cookie.key"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            part = data_dir / f".cookie.key.{os.getpid()}"
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(new_key())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(part, path)  # whole or not there, and never over another's
            part.unlink()
        key = path.read_bytes()
    except OSError as error:
        raise StorageError("cache_unwritable", path=path, reason=error.strerror) from None
    if len(key) < _KEY_BYTES:  # an empty key would let anybody sign
        raise StorageError("cookie_key_short", path=path)
    return key


class Readers:
    """Knows readers again by their cookies.

    Args:
        key: signs them.
    """

    def __init__(self, key: bytes) -> None:
        self._signer = Signer(key, salt="techsum.reader")

    def known(self, cookies: Mapping[str, str]) -> str | None:
        """What was signed into the cookie: a reader's name, or `SESSION` and a token; or None."""
        try:
            return self._signer.unsign(cookies.get(COOKIE, "")).decode()
        except BadSignature:
            return None

    def new(self) -> str:
        """A name for a reader who was never here."""
        return secrets.token_hex(16)

    def cookie(self, name: str) -> str:
        """The cookie's value for a reader's name or a session."""
        return self._signer.sign(name).decode()


def language_of(request: Request) -> Language:
    """Korean, unless the reader chose English or the browser asks for it before Korean."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("ko", "en"):
        return "en" if chosen == "en" else "ko"
    for part in request.headers.get("accept-language", "").lower().split(","):
        if part.strip().startswith("ko"):
            return "ko"
        if part.strip().startswith("en"):
            return "en"
    return "ko"


def from_elsewhere(request: Request) -> bool:
    """Whether a page of another site sent this request that changes something."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return False
    site = request.headers.get("sec-fetch-site")
    if site:
        return site not in ("same-origin", "none")
    return from_another_origin(request.headers)
