"""The summary that is open: shown while it is made, kept, shared, corrected, asked about."""

import asyncio
from dataclasses import replace

import flet as ft

from techsum.contracts.events import Done
from techsum.desktop.actions.session import Session
from techsum.desktop.values import Entry, Reading, Turn, after
from techsum.errors import TechsumError
from techsum.files import file_name

_SHOWN_SECONDS = 0.08
"""Twelve updates a second: text that is written looks fluent, and the client keeps up."""


class ReadingActions:
    """What the buttons of an open summary do.

    Args:
        session: the window's.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._page, self._chat = session.state.page, session.state.chat
        self._following: asyncio.Task[None] | None = None

    async def open(self, entry_id: str) -> None:
        """Show a summary, and follow it while it is made."""
        self.leave()

        async def work() -> None:
            self._show(await self._session.client.get(entry_id))
            self._chat.turns = await self._session.client.questions(entry_id)
            self._page.link = await self._session.client.share_link(entry_id)
            if self._page.reading.open:
                self._following = asyncio.create_task(self._follow(entry_id))

        await self._session.attempt(work, self._page)

    def leave(self) -> None:
        """Show none; one that is being made goes on."""
        self.stop_following()
        self._show(Reading())

    def stop_following(self) -> None:
        """Listen to its events no more."""
        if self._following:
            self._following.cancel()
            self._following = None

    def _show(self, reading: Reading) -> None:
        page, chat = self._page, self._chat
        page.reading, page.stopping, page.problem = reading, False, ""
        page.correcting, page.link = False, ""
        self._session.state.source.folded = reading.entry is not None
        chat.turns, chat.problem, chat.busy = (), "", False
        chat.show("", asking=False)

    async def _follow(self, entry_id: str) -> None:
        """Show a summary while it is written, twelve times a second at most."""
        page = self._page
        now = page.reading

        async def draw() -> None:
            while True:
                await asyncio.sleep(_SHOWN_SECONDS)
                if page.reading is not now:
                    page.reading = now

        drawing = asyncio.create_task(draw())
        try:
            async for number, event in self._session.client.events(entry_id, now.seen):
                if not isinstance(event, Done):
                    now = after(now, number, event)
            # drawn once, with what events do not tell: drawn twice, what is typed between would be lost
            page.reading = await self._session.client.get(entry_id)
        except TechsumError as error:
            now = replace(now, problem=self._session.message(error))
            page.reading = now
        finally:
            drawing.cancel()
            page.stopping = False

    async def stop(self) -> None:
        """Stop the model."""
        entry = self._page.reading.entry
        if entry and self._page.reading.open:
            self._page.stopping = True
            await self._session.attempt(lambda: self._session.client.remove(entry.id), self._page)

    async def save(self) -> None:
        """Keep the summary in the library, or take it out."""
        entry = self._page.reading.entry
        if not entry:
            return

        async def work() -> None:
            await self._session.client.save(entry.id, saved=not entry.saved)
            self._change(replace(entry, saved=not entry.saved))

        await self._session.attempt(work, self._page)

    def _change(self, entry: Entry) -> bool:
        """Show what became of an entry, if its reader has not opened another one meanwhile."""
        page = self._page
        if page.reading.entry is None or page.reading.entry.id != entry.id:
            return False
        page.reading = replace(page.reading, entry=entry)
        return True

    async def copy(self) -> None:
        """Put the summary on the clipboard, also while it is written."""
        reading = self._page.reading
        await ft.Clipboard().set(reading.text or reading.written)

    async def share(self) -> None:
        """Show a link under which anyone can read the summary, and put it on the clipboard."""
        entry = self._page.reading.entry
        if not entry:
            return

        async def work() -> None:
            link = await self._session.client.share(entry.id)
            if self._change(replace(entry, saved=True)):
                self._page.link = link
            await ft.Clipboard().set(link)

        await self._session.attempt(work, self._page)

    async def unshare(self) -> None:
        """Let nobody read it by its link any more."""
        entry = self._page.reading.entry

        async def work() -> None:
            if entry:
                await self._session.client.unshare(entry.id)
            self._page.link = ""

        await self._session.attempt(work, self._page)

    async def export(self) -> None:
        """Keep the summary as a Markdown file."""
        entry = self._page.reading.entry
        if not entry:
            return

        async def work() -> None:
            content = await self._session.client.markdown(entry.id)
            await self._session.files.save(f"{file_name(self._page.reading.title)}.md", content)

        await self._session.attempt(work, self._page)

    def begin_correcting(self) -> None:
        """Let the reader give it another title or wording."""
        self._page.correcting = True

    def end_correcting(self) -> None:
        """Leave it as it is."""
        self._page.correcting = False

    async def correct(self, title: str, tags: str, correction: str) -> None:
        """Keep the reader's own title, tags and wording."""
        page = self._page
        entry, reading = page.reading.entry, page.reading
        if not entry:
            return

        async def work() -> None:
            same = correction.split() == reading.text.split()
            await self._session.client.change(
                entry.id,
                title=" ".join(title.split()) or reading.title,
                tags=[tag.strip() for tag in tags.split(",") if tag.strip()],
                correction=reading.correction if same else correction.strip(),
            )
            corrected = await self._session.client.get(entry.id)
            if page.reading.entry and page.reading.entry.id == entry.id:
                page.reading, page.correcting = corrected, False

        await self._session.attempt(work, page)

    async def ask(self, question: str) -> None:
        """Ask the article."""
        chat, entry = self._chat, self._page.reading.entry
        if not entry or chat.busy or not question.strip():
            return
        turn = Turn(question.strip())
        before = chat.turns
        chat.busy = True

        async def work() -> None:
            nonlocal turn
            shown = 0.0
            chat.turns = (*before, turn)
            async for event in self._session.client.ask(entry.id, turn.question):
                turn = turn.after(event)
                if (now := asyncio.get_running_loop().time()) - shown >= _SHOWN_SECONDS:
                    chat.turns, shown = (*before, turn), now
            chat.turns = (*before, turn)

        chat.show("", asking=True)
        try:
            if not await self._session.attempt(work, chat):
                chat.turns = before
                chat.show(turn.question, asking=True)
        finally:
            chat.busy = False
