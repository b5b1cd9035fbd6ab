"""What the buttons do: the one place where screens, server and device meet."""

from techsum.desktop.actions.library import LibraryActions
from techsum.desktop.actions.reading import ReadingActions
from techsum.desktop.actions.session import Session
from techsum.desktop.actions.settings import SettingsActions
from techsum.desktop.actions.source import SourceActions
from techsum.desktop.state import SCREENS


class Actions:
    """One window's, by screen, and the ways from one screen to another.

    Args:
        session: its state, server and device.
    """

    def __init__(self, session: Session) -> None:
        self._session, self.state, self.fixed = session, session.state, session.fixed
        self.reading = ReadingActions(session)
        self.source = SourceActions(session, self.reading)
        self.library = LibraryActions(session, self.reading)
        self.settings = SettingsActions(session)

    async def restore(self) -> None:
        """Take up what the device kept, before anything is shown: later it would undo a quick choice."""
        kept, source = self._session.preferences, self.state.source
        await kept.load()
        self.settings.restore()
        source.mode = kept.get("mode", ("link", "text")) or "link"
        source.fill({mode: kept.get(f"typed_{mode}") or "" for mode in ("link", "text")})
        if not self.fixed and (server := kept.get("server")):
            self._session.server = server

    async def begin(self) -> None:
        """Connect to the server, and show what the address names."""
        await self.settings.connect(self._session.server)
        await self.show(self._session.device.route)

    async def show(self, route: str) -> None:
        """The screen of an address: what a link, a reload or the back button asks for."""
        parts = [p for p in route.partition("?")[0].split("/") if p]
        if parts and parts[-1] in SCREENS:
            self.state.shell.screen = parts[-1]
            if parts[-1] == "saved":
                await self.library.search(self.state.shelf.query)
        elif len(parts) > 1 and parts[-2] == "s":
            self.state.shell.screen = "app"
            shown = self.state.page.reading.entry
            if shown is None or shown.id != parts[-1]:
                await self.reading.open(parts[-1])
        else:
            self.state.shell.screen = "app"

    async def go(self, screen: str) -> None:
        """Change to another screen."""
        entry = self.state.page.reading.entry
        here = "/" if screen == "app" else f"/{screen}"
        await self._session.device.push_route(f"/s/{entry.id}" if screen == "app" and entry else here)

    async def close(self) -> None:
        """The window was closed."""
        self.reading.stop_following()
        await self._session.close()
