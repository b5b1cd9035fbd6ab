"""The reader's own title, tags and wording of the summary that is open."""

import flet as ft

from techsum.desktop import look
from techsum.desktop.actions import Actions
from techsum.desktop.state import Page, Shell


@ft.component
def Correcting(actions: Actions, shell: Shell, page: Page) -> ft.Control:  # noqa: N802 - components are named like classes
    """Three fields and their buttons."""
    entry, reading = page.reading.entry, page.reading
    drafts = ft.use_ref(
        {
            "title": reading.title,
            "tags": ", ".join(entry.tags) if entry else "",
            "correction": reading.text,
        }
    )
    # what is typed is kept here, and drawn by the field itself
    written: dict[str, str] = drafts.current or {}

    def field(name: str, label: str, lines: int = 1) -> ft.Control:
        def typed(event: ft.Event[ft.TextField]) -> None:
            written[name] = event.control.value or ""

        return ft.TextField(
            value=written[name],
            label=shell.text_of(label),
            multiline=lines > 1,
            min_lines=lines,
            max_lines=4 * lines,
            on_change=typed,
        )

    async def keep() -> None:
        await actions.reading.correct(**written)

    return look.card(
        look.heading(shell.text_of("summary_edit")),
        field("title", "summary_title"),
        field("tags", "summary_tags"),
        field("correction", "summary_correction", 4),
        ft.Row(
            [
                ft.FilledButton(shell.text_of("summary_edit_go"), on_click=keep),
                ft.TextButton(shell.text_of("desktop_keep"), on_click=actions.reading.end_correcting),
            ]
        ),
    )
