"""What all actions of one window share: its state, the server it asks, and the line for what goes wrong."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

import flet as ft

from techsum.desktop.client import Client
from techsum.desktop.files import Files
from techsum.desktop.preferences import Preferences
from techsum.desktop.state import State
from techsum.errors import ServerError, TechsumError

Connect = Callable[[str, str], Client]
"""Makes a client of the server at an address, speaking a language."""


class HasProblem(Protocol):
    """A part of the state that shows what went wrong there."""

    problem: str


class Session:
    """One window's connection to a server and to its device.

    Args:
        state: what its screens show.
        device: the window itself.
        preferences: the device's memory.
        connect: makes a client.
        server: the address to begin with.
        fixed: the server may not be changed: the app is mounted in it.
        files: the reader's.
    """

    def __init__(
        self,
        state: State,
        device: ft.Page,
        preferences: Preferences,
        connect: Connect,
        server: str,
        *,
        fixed: bool,
        files: Files,
    ) -> None:
        self.state, self.device, self.preferences, self.files = state, device, preferences, files
        self.server, self.fixed = server, fixed
        self.client = connect(server, "ko")
        self._connect = connect

    async def connect(self, server: str) -> None:
        """Ask this server from now on, in the reader's language."""
        await self.client.close()
        self.client = self._connect(server, self.state.shell.language)
        self.state.choices.server, self.server = server, server

    async def attempt(self, work: Callable[[], Awaitable[None]], place: HasProblem) -> bool:
        """Do it; what goes wrong is one line at its place.

        Returns:
            Whether it was done.
        """
        place.problem = ""
        try:
            await work()
        except TechsumError as error:
            place.problem = self.message(error)
            return False
        return True

    def message(self, error: TechsumError) -> str:
        """What an error says, in the reader's language."""
        return self.state.shell.text_of(error.key, **error.values)

    async def close(self) -> None:
        """Leave the server."""
        with contextlib.suppress(ServerError):
            await self.client.close()
