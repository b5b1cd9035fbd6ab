"""Questions about the article."""

from collections.abc import Sequence
from functools import partial

import flet as ft

from techsum.desktop import look
from techsum.desktop.actions import Actions
from techsum.desktop.components.sentences import being_written, sentences
from techsum.desktop.state import Chat, Shell
from techsum.desktop.values import Turn


@ft.component
def Questions(  # noqa: N802 - components are named like classes
    actions: Actions, shell: Shell, chat: Chat, suggestions: Sequence[str]
) -> ft.Control:
    """What was asked and answered, a field for the next question, and some that the article answers."""

    def note(event: ft.Event[ft.TextField]) -> None:
        chat.type(event.control.value or "")

    async def ask() -> None:
        await actions.reading.ask(chat.typed)

    field = ft.TextField(
        key=f"question{chat.drawn}",
        value=chat.typed,
        autofocus=chat.asking,
        label=shell.text_of("chat_label"),
        hint_text=shell.text_of("chat_placeholder"),
        max_length=500,
        counter="",
        expand=True,
        on_change=note,
        on_submit=ask,
    )
    return look.card(
        look.heading(shell.text_of("chat_heading")),
        *(control for turn in chat.turns for control in _turn(shell, turn)),
        look.problem(chat.problem),
        ft.Row(
            [field, ft.FilledButton(shell.text_of("chat_go"), on_click=ask, disabled=chat.busy)],
            vertical_alignment=ft.CrossAxisAlignment.START,
        ),
        *_suggested(actions, shell, chat, suggestions),
    )


def _suggested(actions: Actions, shell: Shell, chat: Chat, suggestions: Sequence[str]) -> list[ft.Control]:
    asked_questions = {turn.question for turn in chat.turns}
    left = [question for question in suggestions if question not in asked_questions]
    if not left:
        return []
    buttons: list[ft.Control] = [
        ft.OutlinedButton(question, on_click=partial(actions.reading.ask, question), disabled=chat.busy)
        for question in left
    ]
    return [look.words(shell.text_of("chat_suggestions")), ft.Row(buttons, wrap=True)]


def _turn(shell: Shell, turn: Turn) -> list[ft.Control]:
    question = look.words(shell.text_of("desktop_question", text=turn.question), weight=ft.FontWeight.BOLD)
    if turn.not_found:
        return [question, look.words(turn.not_found, 16)]
    return [question, *sentences(shell, turn.sentences), *being_written(turn.written)]
