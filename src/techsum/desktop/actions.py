"""What the buttons do: the one place where screens, server and device meet."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import flet as ft

from techsum.contracts.events import Done
from techsum.desktop.client import Client
from techsum.desktop.files import Files
from techsum.desktop.preferences import Preferences
from techsum.desktop.state import CHOICES, OPTIONS, SCREENS, State
from techsum.desktop.values import Entry, Reading, Turn, after
from techsum.errors import ServerError, TechsumError, UsageError
from techsum.files import file_name
from techsum.messages import Language

_SHOWN_SECONDS = 0.08
"""Twelve updates a second: text that is written looks fluent, and the client keeps up."""
_TYPING_SECONDS = 0.4
"""What is typed is kept after a pause of this length."""
_LEAST_CHARACTERS = 100
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_SHARED_LINK = re.compile(r"(?:https?://|www\.)\S", re.IGNORECASE)
"""In what a phone shares a headline stands beside the link; the server takes them apart."""

Connect = Callable[[str, str], Client]
"""Makes a client of the server at an address, speaking a language."""


class Actions:
    """One window's.

    Args:
        state: what its screens show.
        device: the window itself.
        keeping: the device's memory.
        connect: makes a client.
        server: the address to begin with.
        fixed: the server may not be changed: the app is mounted in it.
        files: the reader's.
    """

    def __init__(
        self,
        state: State,
        device: ft.Page,
        keeping: Preferences,
        connect: Connect,
        server: str,
        *,
        fixed: bool,
        files: Files,
    ) -> None:
        self.state, self.fixed = state, fixed
        self._device, self._keeping, self._connect = device, keeping, connect
        self._files = files
        self._server = server
        self._client = connect(server, "ko")
        self._following: asyncio.Task[None] | None = None
        self._typing: asyncio.Task[None] | None = None

    # -- the window ------------------------------------------------------------------------------------------

    async def restore(self) -> None:
        """Take up what the device kept, before anything is shown: later it would undo a quick choice."""
        state, keeping = self.state, self._keeping
        await keeping.load()
        state.shell.language = _language(keeping.get("language", ("ko", "en")) or state.shell.language)
        state.shell.theme = keeping.get("theme", ("system", "light", "dark")) or "system"
        state.source.mode = keeping.get("mode", ("link", "text")) or "link"
        state.source.fill({mode: keeping.get(f"typed_{mode}") or "" for mode in ("link", "text")})
        state.choices.options = tuple((k, keeping.get(k, CHOICES.get(k)) or v) for k, v in OPTIONS.items())
        if not self.fixed and (kept := keeping.get("server")):
            self._server = kept

    async def begin(self) -> None:
        """Connect to the server, and show what the address names."""
        await self._use(self._server)
        await self.show(self._device.route)

    async def show(self, route: str) -> None:
        """The screen of an address: what a link, a reload or the back button asks for."""
        parts = [p for p in route.partition("?")[0].split("/") if p]
        if parts and parts[-1] in SCREENS:
            self.state.shell.screen = parts[-1]
            if parts[-1] == "saved":
                await self.search(self.state.shelf.query)
        elif len(parts) > 1 and parts[-2] == "s":
            self.state.shell.screen = "app"
            shown = self.state.page.reading.entry
            if shown is None or shown.id != parts[-1]:
                await self.open(parts[-1])
        else:
            self.state.shell.screen = "app"

    async def go(self, screen: str) -> None:
        """Change to another screen."""
        entry = self.state.page.reading.entry
        here = "/" if screen == "app" else f"/{screen}"
        await self._device.push_route(f"/s/{entry.id}" if screen == "app" and entry else here)

    async def _use(self, server: str) -> None:
        """Talk to this server."""
        await self._client.close()
        self._client = self._connect(server, self.state.shell.language)
        self.state.choices.server, self._server = server, server
        await self._doing(self._models, self.state.choices)

    async def _models(self) -> None:
        choices = self.state.choices
        known = await self._client.models()
        choices.auto, choices.models = known.auto, known.models
        offer = known.recommended
        wanted = offer and offer.may_pull and offer.pull.state != "here" and known.auto == "extract"
        choices.offer = offer if wanted else None
        if choices.chosen()["model"] not in {"auto", *known.models}:  # another server has others
            choices.options = tuple({**choices.chosen(), "model": "auto"}.items())

    async def pull_model(self) -> None:
        """Download the model that is offered, and show how far it is."""
        choices = self.state.choices
        offer = choices.offer
        if offer is None:
            return

        async def work() -> None:
            pull = await self._client.pull(offer.pull.name)
            while pull.state == "running":
                choices.offer = replace(offer, pull=pull)
                await asyncio.sleep(1)
                with contextlib.suppress(ServerError):  # away for a moment: the download is the server's
                    pull = await self._client.pull_state(pull.name)
            choices.problem = pull.error
            await self._models()

        await self._doing(work, choices)

    # -- what is summarised ----------------------------------------------------------------------------------

    def choose_mode(self, mode: str) -> None:
        """Link or text; what was typed in the other stays."""
        source = self.state.source
        source.mode, source.problem = mode, ""
        source.drawn += 1
        self._keep_soon()

    def typed(self, value: str) -> None:
        """Something was typed."""
        self.state.source.type(value)
        self._keep_soon()

    def _keep_soon(self) -> None:
        if self._typing:
            self._typing.cancel()
        self._typing = asyncio.create_task(self._keep_typed())

    async def _keep_typed(self) -> None:
        await asyncio.sleep(_TYPING_SECONDS)
        source = self.state.source
        typed = {f"typed_{mode}": value for mode, value in source.texts.items()}
        await self._keeping.put(mode=source.mode, **typed)

    async def reset(self) -> None:
        """Back to an empty screen; a summary that is being made goes on and can be found in the library."""
        self._stop_following()
        source = self.state.source
        source.fill({"link": "", "text": ""})
        source.problem, source.busy = "", False
        self._shown(Reading())
        self._keep_soon()
        await self._device.push_route("/")

    async def summarise(self) -> None:
        """Begin with what is typed."""
        source = self.state.source
        typed = source.typed.strip()

        async def work() -> None:
            has_link = bool(_SHARED_LINK.search(typed))
            if source.mode == "link" and not has_link:
                raise UsageError("desktop_link_missing")
            if source.mode == "text" and len(typed) < _LEAST_CHARACTERS and not has_link:
                raise UsageError("desktop_text_short", count=len(typed))
            await self._started(await self._client.begin(typed, self.state.choices.chosen()))

        await self._busy(work)

    async def again(self) -> None:
        """Make the summary that is open once more."""
        entry = self.state.page.reading.entry
        if not entry:
            return

        async def work() -> None:
            await self._started(await self._client.again(entry.id))

        await self._busy(work)

    async def choose_file(self) -> None:
        """Let the reader choose a file, and begin with it."""

        async def work() -> None:
            if chosen := await self._files.choose():
                name, content = chosen
                options = self.state.choices.chosen()
                await self._started(await self._client.begin_file(name, content, options))

        await self._busy(work)

    async def _busy(self, work: Callable[[], Awaitable[None]]) -> None:
        source = self.state.source
        if source.busy:
            return
        source.busy = True
        try:
            await self._doing(work, source)
        finally:
            source.busy = False

    async def _started(self, entry_id: str) -> None:
        await self.open(entry_id)
        await self._device.push_route(f"/s/{entry_id}")

    # -- the summary -----------------------------------------------------------------------------------------

    async def open(self, entry_id: str) -> None:
        """Show a summary, and follow it while it is made."""
        self._stop_following()
        self._shown(Reading())
        await self._doing(lambda: self._opened(entry_id), self.state.page)

    async def _opened(self, entry_id: str) -> None:
        self._shown(await self._client.get(entry_id))
        self.state.chat.turns = await self._client.questions(entry_id)
        self.state.page.link = await self._client.share_link(entry_id)
        if self.state.page.reading.open:
            self._following = asyncio.create_task(self._follow(entry_id))

    def _shown(self, reading: Reading) -> None:
        page, chat = self.state.page, self.state.chat
        page.reading, page.stopping, page.problem = reading, False, ""
        page.correcting, page.link = False, ""
        self.state.source.folded = reading.entry is not None
        chat.turns, chat.problem, chat.busy = (), "", False
        chat.show("", asking=False)

    async def _follow(self, entry_id: str) -> None:
        """Show a summary while it is written, twelve times a second at most."""
        page = self.state.page
        now = page.reading

        async def draw() -> None:
            while True:
                await asyncio.sleep(_SHOWN_SECONDS)
                if page.reading is not now:
                    page.reading = now

        drawing = asyncio.create_task(draw())
        try:
            async for number, event in self._client.events(entry_id, now.seen):
                if not isinstance(event, Done):
                    now = after(now, number, event)
            # drawn once, with what events do not tell: drawn twice, what is typed between would be lost
            page.reading = await self._client.get(entry_id)
        except TechsumError as error:
            now = replace(now, problem=self._line(error))
            page.reading = now
        finally:
            drawing.cancel()
            page.stopping = False

    def _stop_following(self) -> None:
        if self._following:
            self._following.cancel()
            self._following = None

    async def stop(self) -> None:
        """Stop the model."""
        page = self.state.page
        entry = page.reading.entry
        if entry and page.reading.open:
            page.stopping = True
            await self._doing(lambda: self._client.remove(entry.id), page)

    async def save(self) -> None:
        """Keep the summary in the library, or take it out."""
        page = self.state.page
        entry = page.reading.entry
        if not entry:
            return

        async def work() -> None:
            await self._client.save(entry.id, saved=not entry.saved)
            self._change(replace(entry, saved=not entry.saved))

        await self._doing(work, page)

    def _change(self, entry: Entry) -> bool:
        """Show what became of an entry, if its reader has not opened another one meanwhile."""
        page = self.state.page
        if page.reading.entry is None or page.reading.entry.id != entry.id:
            return False
        page.reading = replace(page.reading, entry=entry)
        return True

    async def copy(self) -> None:
        """Put the summary on the clipboard, also while it is written."""
        reading = self.state.page.reading
        await ft.Clipboard().set(reading.text or reading.written)

    async def share(self) -> None:
        """Show a link under which anyone can read the summary, and put it on the clipboard."""
        page = self.state.page
        entry = page.reading.entry
        if not entry:
            return

        async def work() -> None:
            link = await self._client.share(entry.id)
            if self._change(replace(entry, saved=True)):
                page.link = link
            await ft.Clipboard().set(link)

        await self._doing(work, page)

    async def unshare(self) -> None:
        """Let nobody read it by its link any more."""
        page = self.state.page
        entry = page.reading.entry

        async def work() -> None:
            if entry:
                await self._client.unshare(entry.id)
            page.link = ""

        await self._doing(work, page)

    async def export(self) -> None:
        """Keep the summary as a Markdown file."""
        page = self.state.page
        entry = page.reading.entry
        if not entry:
            return

        async def work() -> None:
            content = await self._client.markdown(entry.id)
            await self._files.save(f"{file_name(page.reading.title)}.md", content)

        await self._doing(work, page)

    def begin_correcting(self) -> None:
        """Let the reader give it another title or wording."""
        self.state.page.correcting = True

    def end_correcting(self) -> None:
        """Leave it as it is."""
        self.state.page.correcting = False

    async def correct(self, title: str, tags: str, correction: str) -> None:
        """Keep the reader's own title, tags and wording."""
        page = self.state.page
        entry, reading = page.reading.entry, page.reading
        if not entry:
            return

        async def work() -> None:
            same = correction.split() == reading.text.split()
            await self._client.change(
                entry.id,
                title=" ".join(title.split()) or reading.title,
                tags=[tag.strip() for tag in tags.split(",") if tag.strip()],
                correction=reading.correction if same else correction.strip(),
            )
            corrected = await self._client.get(entry.id)
            if page.reading.entry and page.reading.entry.id == entry.id:
                page.reading, page.correcting = corrected, False

        await self._doing(work, page)

    async def ask(self, question: str) -> None:
        """Ask the article."""
        chat, entry = self.state.chat, self.state.page.reading.entry
        if not entry or chat.busy or not question.strip():
            return
        turn = Turn(question.strip())
        before = chat.turns
        chat.busy = True

        async def work() -> None:
            nonlocal turn
            shown = 0.0
            chat.turns = (*before, turn)
            async for event in self._client.ask(entry.id, turn.question):
                turn = turn.after(event)
                if (now := asyncio.get_running_loop().time()) - shown >= _SHOWN_SECONDS:
                    chat.turns, shown = (*before, turn), now
            chat.turns = (*before, turn)

        chat.show("", asking=True)
        try:
            if not await self._doing(work, chat):
                chat.turns = before
                chat.show(turn.question, asking=True)
        finally:
            chat.busy = False

    # -- the library -----------------------------------------------------------------------------------------

    async def search(self, query: str, page: int = 0) -> None:
        """A page of what was saved."""
        shelf = self.state.shelf

        async def work() -> None:
            entries, shelf.more = await self._client.find(query, page)
            shelf.entries, shelf.query, shelf.page = tuple(entries), query, page

        await self._doing(work, shelf)

    async def read(self, entry: Entry) -> None:
        """Open a saved summary."""
        await self._device.push_route(f"/s/{entry.id}")

    async def delete(self, entry: Entry) -> None:
        """Take one out of the library; it can be put back."""
        shelf = self.state.shelf

        async def work() -> None:
            await self._client.discard(entry.id)
            shelf.discarded = entry
            shown = self.state.page.reading.entry
            if shown and shown.id == entry.id:
                self._stop_following()
                self._shown(Reading())
            await self.search(shelf.query, shelf.page)

        await self._doing(work, shelf)

    async def undo_delete(self) -> None:
        """Put back what was taken out last."""
        shelf = self.state.shelf
        entry, shelf.discarded = shelf.discarded, None

        async def work() -> None:
            if entry:
                await self._client.restore(entry.id)
            await self.search(shelf.query, shelf.page)

        await self._doing(work, shelf)

    # -- settings --------------------------------------------------------------------------------------------

    async def choose(self, name: str, value: str) -> None:
        """One option of the summary."""
        choices = self.state.choices
        choices.options = tuple({**choices.chosen(), name: value}.items())
        await self._keeping.put(**{name: value})

    async def speak(self, language: str) -> None:
        """Korean or English."""
        self.state.shell.language = _language(language)
        self._client.speak(language)
        await self._keeping.put(language=language)

    async def shine(self, theme: str) -> None:
        """Light, dark, or as the device is."""
        self.state.shell.theme = theme
        await self._keeping.put(theme=theme)

    async def use_server(self, address: str) -> None:
        """Another server, from now on."""

        async def work() -> None:
            if not _LINK.fullmatch(address.strip()):
                raise UsageError("desktop_server_invalid")

        if not self.fixed and await self._doing(work, self.state.choices):
            await self._keeping.put(server=address.strip())
            await self._use(address.strip())

    # -- errors ----------------------------------------------------------------------------------------------

    async def _doing(self, work: Callable[[], Awaitable[None]], place: object) -> bool:
        """Do it; what goes wrong is one line at its place.

        Returns:
            Whether it was done.
        """
        place.problem = ""  # type: ignore[attr-defined]
        try:
            await work()
        except TechsumError as error:
            place.problem = self._line(error)  # type: ignore[attr-defined]
            return False
        return True

    def _line(self, error: TechsumError) -> str:
        return self.state.shell.text_of(error.key, **error.values)

    async def close(self) -> None:
        """The window was closed."""
        self._stop_following()
        with contextlib.suppress(ServerError):
            await self._client.close()


def _language(name: str) -> Language:
    return "en" if name == "en" else "ko"
