"""What stays on the device: choices and what was typed. Nothing secret: a browser keeps it in the clear."""

import json
from typing import Any, Protocol

import flet as ft

_NAME = "techsum"


class PreferenceStore(Protocol):
    """A place where texts stay."""

    async def get(self, key: str) -> Any:
        """What was put there, or None."""

    async def set(self, key: str, value: str) -> Any:
        """Put it there."""


class Preferences:
    """The device's memory of this app, read once and written through.

    Args:
        place: the device's own.
    """

    def __init__(self, place: PreferenceStore | None = None) -> None:
        self._place: PreferenceStore = place or ft.SharedPreferences()
        self._values: dict[str, str] = {}

    async def load(self) -> None:
        """Read it; what another program left there is passed over."""
        try:
            data = json.loads(await self._place.get(_NAME) or "{}")
        except ValueError:
            data = {}
        if isinstance(data, dict):
            self._values = {str(k): v for k, v in data.items() if isinstance(v, str)}

    def get(self, key: str, allowed: tuple[str, ...] | None = None) -> str | None:
        """What is kept, if it is among the `allowed`."""
        value = self._values.get(key)
        return value if allowed is None or value in allowed else None

    async def put(self, **values: str) -> None:
        """Keep these."""
        self._values |= values
        await self._place.set(_NAME, json.dumps(self._values, ensure_ascii=False))
