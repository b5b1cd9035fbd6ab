"""What is to be summarised: the fields, a file, and the button that begins."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from techsum.desktop.actions.reading import ReadingActions
from techsum.desktop.actions.session import Session
from techsum.errors import UsageError

_TYPING_SECONDS = 0.4
"""What is typed is kept after a pause of this length."""
_LEAST_CHARACTERS = 100
_SHARED_LINK = re.compile(r"(?:https?://|www\.)\S", re.IGNORECASE)
"""In what a phone shares a headline stands beside the link; the server takes them apart."""


class SourceActions:
    """What the first screen's fields and buttons do.

    Args:
        session: the window's.
        reading: opens what was begun.
    """

    def __init__(self, session: Session, reading: ReadingActions) -> None:
        self._session, self._reading = session, reading
        self._source = session.state.source
        self._typing: asyncio.Task[None] | None = None

    def choose_mode(self, mode: str) -> None:
        """Link or text; what was typed in the other stays."""
        self._source.mode, self._source.problem = mode, ""
        self._source.drawn += 1
        self._keep_soon()

    def typed(self, value: str) -> None:
        """Something was typed."""
        self._source.type(value)
        self._keep_soon()

    def _keep_soon(self) -> None:
        if self._typing:
            self._typing.cancel()
        self._typing = asyncio.create_task(self._keep_typed())

    async def _keep_typed(self) -> None:
        await asyncio.sleep(_TYPING_SECONDS)
        typed = {f"typed_{mode}": value for mode, value in self._source.texts.items()}
        await self._session.preferences.put(mode=self._source.mode, **typed)

    async def reset(self) -> None:
        """Back to an empty screen; a summary that is being made goes on and can be found in the library."""
        self._source.fill({"link": "", "text": ""})
        self._source.problem, self._source.busy = "", False
        self._reading.leave()
        self._keep_soon()
        await self._session.device.push_route("/")

    async def summarise(self) -> None:
        """Begin with what is typed."""
        source = self._source
        typed = source.typed.strip()

        async def work() -> str:
            has_link = bool(_SHARED_LINK.search(typed))
            if source.mode == "link" and not has_link:
                raise UsageError("desktop_link_missing")
            if source.mode == "text" and len(typed) < _LEAST_CHARACTERS and not has_link:
                raise UsageError("desktop_text_short", count=len(typed))
            return await self._session.client.begin(typed, self._session.state.choices.chosen())

        await self._begin(work)

    async def again(self) -> None:
        """Make the summary that is open once more."""
        if entry := self._session.state.page.reading.entry:
            await self._begin(lambda: self._session.client.again(entry.id))

    async def choose_file(self) -> None:
        """Let the reader choose a file, and begin with it."""

        async def work() -> str:
            if not (chosen := await self._session.files.choose()):
                return ""
            name, content = chosen
            return await self._session.client.begin_file(name, content, self._session.state.choices.chosen())

        await self._begin(work)

    async def _begin(self, work: Callable[[], Awaitable[str]]) -> None:
        """Begin a summary, one at a time, and open it; `work` gives its id, or nothing."""
        source = self._source
        if source.busy:
            return

        async def begun() -> None:
            if entry_id := await work():
                await self._reading.open(entry_id)
                await self._session.device.push_route(f"/s/{entry_id}")

        source.busy = True
        try:
            await self._session.attempt(begun, source)
        finally:
            source.busy = False
