"""Sentences with what supports them and what to doubt."""

from collections.abc import Iterable

import flet as ft

from techsum.contracts.summary import SummarySentence
from techsum.desktop import look
from techsum.desktop.state import Shell


def sentences(shell: Shell, items: Iterable[SummarySentence], *, evidence: bool = True) -> list[ft.Control]:
    """Each sentence; below it the article's words and the notices."""
    return [_sentence(shell, s, evidence=evidence) for s in items]


def being_written(words: str) -> list[ft.Control]:
    """The sentence that is being written, if one is."""
    return [look.words(words, 16, color=ft.Colors.ON_SURFACE_VARIANT)] if words.strip() else []


def _sentence(shell: Shell, sentence: SummarySentence, *, evidence: bool) -> ft.Control:
    below: list[ft.Control] = [
        _note(shell.text_of("desktop_doubt", text=n.message), ft.Colors.ERROR, ft.Icons.ERROR_OUTLINE)
        for n in sentence.notices
    ]
    if evidence:
        below += [
            _note(
                shell.text_of("desktop_evidence", text=e.text),
                ft.Colors.ON_SURFACE_VARIANT,
                ft.Icons.FORMAT_QUOTE,
            )
            for e in sentence.evidence
            if e.text != sentence.text
        ]
    words = look.words(
        sentence.text,
        16,
        style=ft.TextStyle(
            height=1.5,
            decoration=ft.TextDecoration.UNDERLINE if sentence.notices else None,
            decoration_style=ft.TextDecorationStyle.WAVY,
            decoration_color=ft.Colors.ERROR,
        ),
    )
    return ft.Column([words, *below], spacing=4)


def _note(words: str, color: ft.Colors, icon: ft.IconData) -> ft.Control:
    return ft.Row(
        [ft.Icon(icon, size=15, color=color), ft.Container(look.words(words, 13, color=color), expand=True)],
        vertical_alignment=ft.CrossAxisAlignment.START,
        spacing=6,
    )
