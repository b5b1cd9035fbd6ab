"""The library: what was saved, to find, open and delete."""

from collections.abc import Callable
from typing import Any

import flet as ft

from techsum.desktop import look
from techsum.desktop.actions import Actions
from techsum.desktop.state import Shelf, Shell
from techsum.desktop.values import Entry


@ft.component
def Saved(actions: Actions, shell: Shell, shelf: Shelf) -> ft.Control:  # noqa: N802 - components are named like classes
    """A search field and the list."""
    empty = shell.text_of("library_none" if shelf.query else "library_empty")
    return look.column(
        _search(actions, shell, shelf),
        look.problem(shelf.problem),
        *([_undo(actions, shell, shelf.discarded)] if shelf.discarded else []),
        *(_row(actions, shell, entry) for entry in shelf.entries),
        *([] if shelf.entries or shelf.problem else [look.soft(empty, 15)]),
        _pages(actions, shell, shelf),
    )


def _search(actions: Actions, shell: Shell, shelf: Shelf) -> ft.Control:
    async def search(event: ft.Event[ft.TextField]) -> None:
        await actions.library.search(event.control.value or "")

    async def everything() -> None:
        await actions.library.search("")

    return ft.TextField(
        key=f"search{shelf.query}",
        value=shelf.query,
        label=shell.text_of("library_search"),
        hint_text=shell.text_of("library_placeholder"),
        prefix_icon=ft.Icons.SEARCH,
        suffix=_named(ft.Icons.CLOSE, shell.text_of("desktop_clear"), everything) if shelf.query else None,
        on_submit=search,
    )


def _row(actions: Actions, shell: Shell, entry: Entry) -> ft.Control:
    async def read() -> None:
        await actions.library.read(entry)

    async def delete() -> None:
        await actions.library.delete(entry)

    tags = " ".join(f"#{t}" for t in entry.tags)
    states = [] if entry.status == "done" else [shell.text_of(f"status_{entry.status}")]
    return ft.Row(
        [
            ft.Column(
                [
                    ft.TextButton(
                        ft.Text(
                            look.whole_words(entry.title),
                            semantics_label=entry.title,
                            size=16,
                            weight=ft.FontWeight.BOLD,
                        ),
                        on_click=read,
                        style=ft.ButtonStyle(padding=4, alignment=ft.Alignment.CENTER_LEFT),
                    ),
                    *([look.soft(entry.line)] if entry.line not in ("", entry.title) else []),
                    ft.Row(
                        [
                            look.badge(shell.text_of(f"mode_{entry.mode}")),
                            *map(look.badge, states),
                            *([look.soft(entry.place)] if entry.place else []),
                            look.soft(entry.day),
                            look.soft(tags),
                        ],
                        wrap=True,
                    ),
                ],
                expand=True,
                spacing=2,
            ),
            _named(
                ft.Icons.DELETE_OUTLINE,
                shell.text_of("desktop_delete_named", title=entry.title),
                delete,
            ),
        ],
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )


def _named(icon: ft.IconData, name: str, act: Callable[[], Any]) -> ft.Control:
    """A button of a picture alone, with a name for those who do not see it: Flet gives it none by itself."""
    return ft.IconButton(ft.Icon(icon, semantics_label=name), tooltip=name, on_click=act)


def _pages(actions: Actions, shell: Shell, shelf: Shelf) -> ft.Control:
    def turn(by: int) -> Callable[[], Any]:
        async def turned() -> None:
            await actions.library.search(shelf.query, shelf.page + by)

        return turned

    buttons: list[ft.Control] = []
    if shelf.page:
        buttons.append(ft.TextButton(shell.text_of("library_before"), on_click=turn(-1)))
    if shelf.more:
        buttons.append(ft.TextButton(shell.text_of("library_next"), on_click=turn(1)))
    return ft.Row(buttons, alignment=ft.MainAxisAlignment.SPACE_BETWEEN)


def _undo(actions: Actions, shell: Shell, entry: Entry) -> ft.Control:
    return ft.Row(
        [
            ft.Container(look.words(shell.text_of("entry_deleted", title=entry.title), 14), expand=True),
            ft.TextButton(shell.text_of("entry_restore"), on_click=actions.library.undo_delete),
        ]
    )
