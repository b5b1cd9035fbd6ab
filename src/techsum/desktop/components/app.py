"""The app tab: a link, a text or a file goes in, a summary comes out."""

import flet as ft

from techsum.desktop import look
from techsum.desktop.actions import Actions
from techsum.desktop.components.reading import Summary
from techsum.desktop.state import Shell, Source


@ft.component
def App(actions: Actions, shell: Shell, source: Source) -> ft.Control:  # noqa: N802 - components are named like classes
    """What to summarise, and the summary below it; on a phone the summary alone."""
    if source.folded and not shell.wide:
        new = ft.OutlinedButton(shell.text_of("page_new"), icon=ft.Icons.ADD, on_click=actions.source.reset)
        return look.column(ft.Row([new]), Summary(actions, shell, actions.state.page))
    return look.column(
        look.heading(shell.text_of("home_title"), 1),
        look.card(
            _modes(actions, shell, source),
            _field(actions, shell, source),
            look.problem(source.problem),
            _buttons(actions, shell, source),
        ),
        Summary(actions, shell, actions.state.page),
    )


def _modes(actions: Actions, shell: Shell, source: Source) -> ft.Control:
    def chosen(event: ft.Event[ft.RadioGroup]) -> None:
        actions.source.choose_mode(event.control.value or "link")

    return ft.RadioGroup(
        ft.Row([ft.Radio(value=m, label=shell.text_of(f"mode_{m}")) for m in ("link", "text")]),
        value=source.mode,
        on_change=chosen,
    )


def _field(actions: Actions, shell: Shell, source: Source) -> ft.Control:
    # a new key is a new field: only then does it show other text than what was typed into it
    key = f"{source.mode}{source.drawn}"

    def typed(event: ft.Event[ft.TextField]) -> None:
        actions.source.typed(event.control.value or "")

    if source.mode == "link":
        return ft.TextField(
            key=key,
            value=source.typed,
            label=shell.text_of("desktop_link_label"),
            hint_text=shell.text_of("desktop_link_hint"),
            keyboard_type=ft.KeyboardType.URL,
            autocorrect=False,
            on_change=typed,
            on_submit=actions.source.summarise,
        )
    return ft.TextField(
        key=key,
        value=source.typed,
        label=shell.text_of("desktop_text_label"),
        hint_text=shell.text_of("desktop_text_hint"),
        helper=shell.text_of("desktop_count", count=f"{source.count:,}"),
        multiline=True,
        min_lines=6,
        max_lines=12,
        on_change=typed,
    )


def _buttons(actions: Actions, shell: Shell, source: Source) -> ft.Control:
    go = shell.text_of("home_sending" if source.busy else "home_go")
    return ft.Row(
        [
            ft.FilledButton(go, on_click=actions.source.summarise, disabled=source.busy),
            ft.OutlinedButton(
                shell.text_of("desktop_file"),
                icon=ft.Icons.UPLOAD_FILE,
                on_click=actions.source.choose_file,
                disabled=source.busy,
            ),
            ft.TextButton(shell.text_of("home_reset"), on_click=actions.source.reset),
        ],
        wrap=True,
    )
