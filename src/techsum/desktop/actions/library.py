"""The library: found, opened, deleted, put back."""

from techsum.desktop.actions.reading import ReadingActions
from techsum.desktop.actions.session import Session
from techsum.desktop.values import Entry


class LibraryActions:
    """What the library's screen does.

    Args:
        session: the window's.
        reading: closes what is deleted while it is open.
    """

    def __init__(self, session: Session, reading: ReadingActions) -> None:
        self._session, self._reading = session, reading
        self._shelf = session.state.shelf

    async def search(self, query: str, page: int = 0) -> None:
        """A page of what was saved."""
        shelf = self._shelf

        async def work() -> None:
            entries, shelf.more = await self._session.client.find(query, page)
            shelf.entries, shelf.query, shelf.page = tuple(entries), query, page

        await self._session.attempt(work, shelf)

    async def read(self, entry: Entry) -> None:
        """Open a saved summary."""
        await self._session.device.push_route(f"/s/{entry.id}")

    async def delete(self, entry: Entry) -> None:
        """Take one out of the library; it can be put back."""
        shelf = self._shelf

        async def work() -> None:
            await self._session.client.discard(entry.id)
            shelf.discarded = entry
            shown = self._session.state.page.reading.entry
            if shown and shown.id == entry.id:
                self._reading.leave()
            await self.search(shelf.query, shelf.page)

        await self._session.attempt(work, shelf)

    async def undo_delete(self) -> None:
        """Put back what was taken out last."""
        shelf = self._shelf
        entry, shelf.discarded = shelf.discarded, None

        async def work() -> None:
            if entry:
                await self._session.client.restore(entry.id)
            await self.search(shelf.query, shelf.page)

        await self._session.attempt(work, shelf)
