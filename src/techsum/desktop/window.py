"""One window: the state, the actions and the screens put together."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import flet as ft

from techsum.desktop import look
from techsum.desktop.actions import Actions
from techsum.desktop.actions.session import Connect, Session
from techsum.desktop.components.shell import Frame
from techsum.desktop.files import Files
from techsum.desktop.preferences import Preferences
from techsum.desktop.state import State

ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Place:
    """Where a window runs: whom it asks, and where its files come from."""

    server: str
    connect: Connect
    fixed: bool = False
    """The server may not be changed: it brought the app."""
    uploads: Path | None = None
    """Where a browser's files arrive."""


def session_handler(place: Callable[[], Place]) -> Callable[[ft.Page], object]:
    """What Flet calls for each window.

    Args:
        place: where that window runs, asked when it opens.
    """

    async def main(page: ft.Page) -> None:
        here, state = place(), State()
        files = Files(page, here.uploads)
        session = Session(
            state, page, Preferences(), here.connect, here.server, fixed=here.fixed, files=files
        )
        actions = Actions(session)
        page.title = "TechSum"
        look.themed(page)
        _fit(state, page)

        async def moved(event: ft.RouteChangeEvent) -> None:
            await actions.show(event.route)

        def on_brightness_change(_sender: object, field: str | None) -> None:
            if field == "theme":
                page.theme_mode = look.MODES.get(state.shell.theme, ft.ThemeMode.SYSTEM)
                page.update()

        page.on_route_change = moved
        page.on_resize = lambda: _fit(state, page)
        page.on_close = actions.close
        state.shell.subscribe(on_brightness_change)  # type: ignore[attr-defined]
        page.data = on_brightness_change  # a listener lives as long as somebody holds it
        await actions.restore()
        page.render(Frame, actions, state.shell)
        await actions.begin()

    return main


def _fit(state: State, page: ft.Page) -> None:
    state.shell.wide = (page.width or look.WIDTH) >= look.NARROW
