"""The one catalogue of texts that a user reads: Korean first, English second.

One file a room. Every entry is a pair `(Korean, English)` of `str.format` templates. Code asks for a text by
key, so a text that is missing in one language cannot exist.
"""

import locale
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

from techsum.korean import fit_particles
from techsum.messages import batch, commands, desktop, errors, evaluation, notices, terminal, training, web

Language = Literal["ko", "en"]

TEXTS: dict[str, tuple[str, str]] = {
    **errors.TEXTS,
    **notices.TEXTS,
    **terminal.TEXTS,
    **commands.TEXTS,
    **evaluation.TEXTS,
    **training.TEXTS,
    **web.TEXTS,
    **desktop.TEXTS,
    **batch.TEXTS,
}


_chosen: ContextVar[Language | None] = ContextVar("language", default=None)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak this language in here, whatever the process speaks: a server has readers of both."""
    before = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(before)


def user_language() -> Language:
    """The language to speak: that of `speaking`, `TECHSUM_LANG` if set, else Korean unless the locale is English."""
    if chosen := _chosen.get():
        return chosen
    configured = os.environ.get("TECHSUM_LANG", "").lower()
    if configured[:2] in ("ko", "en"):
        return "ko" if configured.startswith("ko") else "en"
    found = next((os.environ[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(k)), "")
    if not found and sys.platform == "win32":  # elsewhere no locale means C, which Python calls en_US
        found = locale.getlocale()[0] or ""
    return "en" if found.lower().startswith("en") else "ko"


def text(key: str, language: Language | None = None, /, **values: object) -> str:
    """The catalogue's text for `key` with `values` filled in.

    Raises:
        KeyError: the key is not in the catalogue, or a value that it names is missing.
    """
    korean, english = TEXTS[key]
    if (language or user_language()) == "en":
        return english.format(**values)
    return fit_particles(korean.format(**values))


def coverage_text(share: float, language: Language | None = None) -> str:
    """How much of an article was read, in words."""
    percent = round(share * 100)
    key = "coverage_whole" if percent == 100 else "coverage_part"  # noqa: PLR2004
    return text(key, language, percent=percent)
