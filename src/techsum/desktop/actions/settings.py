"""How to summarise, how the app looks, which server it asks and which model that has."""

import asyncio
import contextlib
import re
from dataclasses import replace

from techsum.desktop.actions.session import Session
from techsum.desktop.state import CHOICES, OPTIONS
from techsum.errors import ServerError, UsageError
from techsum.messages import Language

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_THEMES = ("system", "light", "dark")


class SettingsActions:
    """What the settings' screen does; each choice is kept on the device at once.

    Args:
        session: the window's.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._choices, self._shell = session.state.choices, session.state.shell

    def restore(self) -> None:
        """Take up the choices that the device kept."""
        kept = self._session.preferences
        self._shell.language = _language(kept.get("language", ("ko", "en")) or self._shell.language)
        self._shell.theme = kept.get("theme", _THEMES) or "system"
        self._choices.options = tuple((k, kept.get(k, CHOICES.get(k)) or v) for k, v in OPTIONS.items())

    async def choose(self, name: str, value: str) -> None:
        """One option of the summary."""
        self._choices.options = tuple({**self._choices.chosen(), name: value}.items())
        await self._session.preferences.put(**{name: value})

    async def choose_language(self, language: str) -> None:
        """Korean or English."""
        self._shell.language = _language(language)
        self._session.client.speak(language)
        await self._session.preferences.put(language=language)

    async def choose_theme(self, theme: str) -> None:
        """Light, dark, or as the device is."""
        self._shell.theme = theme
        await self._session.preferences.put(theme=theme)

    async def use_server(self, address: str) -> None:
        """Another server, from now on."""

        async def work() -> None:
            if not _LINK.fullmatch(address.strip()):
                raise UsageError("desktop_server_invalid")

        if not self._session.fixed and await self._session.attempt(work, self._choices):
            await self._session.preferences.put(server=address.strip())
            await self.connect(address.strip())

    async def connect(self, server: str) -> None:
        """Ask this server, and which models it has."""
        await self._session.connect(server)
        await self._session.attempt(self._load_models, self._choices)

    async def _load_models(self) -> None:
        choices = self._choices
        known = await self._session.client.models()
        choices.auto, choices.models = known.auto, known.models
        offer = known.recommended
        is_useful = offer and offer.may_pull and offer.pull.state != "here" and known.auto == "extract"
        choices.offer = offer if is_useful else None
        if choices.chosen()["model"] not in {"auto", *known.models}:  # another server has others
            choices.options = tuple({**choices.chosen(), "model": "auto"}.items())

    async def pull_model(self) -> None:
        """Download the model that is offered, and show how far it is."""
        choices = self._choices
        offer = choices.offer
        if offer is None:
            return

        async def work() -> None:
            pull = await self._session.client.pull(offer.pull.name)
            while pull.state == "running":
                choices.offer = replace(offer, pull=pull)
                await asyncio.sleep(1)
                with contextlib.suppress(ServerError):  # away for a moment: the download is the server's
                    pull = await self._session.client.pull_state(pull.name)
            choices.problem = pull.error
            await self._load_models()

        await self._session.attempt(work, choices)


def _language(name: str) -> Language:
    return "en" if name == "en" else "ko"
