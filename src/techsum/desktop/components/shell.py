"""The frame: name, tabs, and the screen of the chosen tab."""

from typing import TYPE_CHECKING

import flet as ft

from techsum.desktop import look
from techsum.desktop.actions import Actions
from techsum.desktop.components.app import App
from techsum.desktop.components.guide import Guide
from techsum.desktop.components.saved import Saved
from techsum.desktop.components.settings import Settings
from techsum.desktop.state import SCREENS, Shell

if TYPE_CHECKING:
    from collections.abc import Callable

_ICONS = {
    "app": ft.Icons.NOTES,
    "saved": ft.Icons.BOOKMARKS_OUTLINED,
    "guide": ft.Icons.HELP_OUTLINE,
    "settings": ft.Icons.TUNE,
}


@ft.component
def Frame(actions: Actions, shell: Shell) -> ft.Control:  # noqa: N802 - components are named like classes
    """The whole window."""
    screens: dict[str, Callable[[], ft.Control]] = {
        "app": lambda: App(actions, shell, actions.state.source),
        "saved": lambda: Saved(actions, shell, actions.state.shelf),
        "guide": lambda: Guide(shell),
        "settings": lambda: Settings(actions, shell, actions.state.choices),
    }
    tabs = ft.TabBar(
        tabs=[
            ft.Tab(label=shell.text_of(f"desktop_{name}"), icon=_ICONS[name] if shell.wide else None)
            for name in SCREENS
        ],
        scrollable=False,
    )

    async def chosen(event: ft.Event[ft.Tabs]) -> None:
        await actions.go(SCREENS[event.control.selected_index])

    return ft.SafeArea(
        ft.Tabs(
            length=len(SCREENS),
            selected_index=SCREENS.index(shell.screen),
            on_change=chosen,
            expand=True,
            content=ft.Column(
                [
                    ft.Container(
                        ft.Row(
                            [
                                ft.Icon(ft.Icons.SHORT_TEXT, color=ft.Colors.PRIMARY),
                                look.heading("TechSum", 1),
                            ]
                        ),
                        padding=ft.Padding.only(left=16, right=16, top=10),
                    ),
                    tabs,
                    ft.Container(screens[shell.screen](), expand=True, key=shell.screen),
                ],
                expand=True,
                spacing=0,
            ),
        ),
        expand=True,
    )
