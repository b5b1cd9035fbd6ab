"""The settings tab: how to summarise, how the app looks, and which server it asks."""

from collections.abc import Awaitable, Callable

import flet as ft

from techsum.desktop import look
from techsum.desktop.actions import Actions
from techsum.desktop.state import CHOICES, Choices, Shell


@ft.component
def Settings(actions: Actions, shell: Shell, choices: Choices) -> ft.Control:  # noqa: N802 - components are named like classes
    """Every choice, each kept at once."""
    chosen = choices.chosen()

    def option(name: str) -> Callable[[str], Awaitable[None]]:
        return lambda value: actions.settings.choose(name, value)

    labels = {m: shell.text_of("model_extract") if m == "extract" else m for m in choices.models}
    models = {"auto": shell.text_of("model_auto", name=labels.get(choices.auto, choices.auto))} | labels
    lengths = {n: shell.text_of(f"length_{n}") for n in CHOICES["length"]}
    styles = dict(
        zip(CHOICES["style"], (shell.text_of("style_prose"), shell.text_of("style_notes")), strict=True)
    )
    registers = {r: r for r in CHOICES["register"]}
    difficulties = {
        d: shell.text_of(f"difficulty_{n}")
        for d, n in zip(CHOICES["difficulty"], ("easy", "usual", "expert"), strict=True)
    }
    return look.column(
        look.card(
            _choice(shell.text_of("home_length"), lengths, chosen["length"], option("length")),
            _choice(shell.text_of("home_style"), styles, chosen["style"], option("style")),
            _choice(shell.text_of("home_register"), registers, chosen["register"], option("register")),
            _choice(
                shell.text_of("home_difficulty"), difficulties, chosen["difficulty"], option("difficulty")
            ),
            _choice(shell.text_of("home_model"), models, chosen["model"], option("model")),
            *_offer(actions, shell, choices),
        ),
        look.card(
            _choice(
                shell.text_of("desktop_language"),
                {"ko": "한국어", "en": "English"},
                shell.language,
                actions.settings.choose_language,
            ),
            _choice(
                shell.text_of("desktop_theme"),
                {t: shell.text_of(f"desktop_theme_{t}") for t in ("system", "light", "dark")},
                shell.theme,
                actions.settings.choose_theme,
            ),
        ),
        _server(actions, shell, choices),
    )


def _offer(actions: Actions, shell: Shell, choices: Choices) -> list[ft.Control]:
    """A model that the server's machine could hold."""
    if not choices.offer:
        return []
    offer = choices.offer
    better = "offer_better_abroad" if "korean" in offer.skills else "offer_better"
    pull = ft.OutlinedButton(
        shell.text_of("offer_pull"), icon=ft.Icons.DOWNLOAD, on_click=actions.settings.pull_model
    )
    if offer.pull.state == "running":
        share = offer.pull.bytes / offer.pull.total if offer.pull.total else None
        label = shell.text_of("offer_pulling")
        pulling: list[ft.Control] = [look.soft(label), ft.ProgressBar(value=share, semantics_label=label)]
    else:
        pulling = [ft.Row([pull])]
    return [look.soft(shell.text_of(better)), look.soft(f"{offer.pull.name} ({offer.about})"), *pulling]


def _choice(
    name: str, values: dict[str, str], chosen: str, choose: Callable[[str], Awaitable[None]]
) -> ft.Control:
    async def changed(event: ft.Event[ft.RadioGroup]) -> None:
        await choose(event.control.value or "")

    radios = ft.Column([ft.Radio(value=v, label=label) for v, label in values.items()], spacing=0)
    return ft.Column([look.heading(name), ft.RadioGroup(radios, value=chosen, on_change=changed)], spacing=4)


def _server(actions: Actions, shell: Shell, choices: Choices) -> ft.Control:
    """Which server is asked; an app that a server brought asks that one."""
    if actions.fixed:
        return look.problem(choices.problem)
    typed = ft.use_ref("")

    def note(event: ft.Event[ft.TextField]) -> None:
        typed.current = event.control.value or ""

    field = ft.TextField(
        key=f"server{choices.server}",
        value=choices.server,
        label=shell.text_of("desktop_server"),
        keyboard_type=ft.KeyboardType.URL,
        autocorrect=False,
        on_change=note,
    )

    async def use() -> None:
        await actions.settings.use_server(typed.current or choices.server)

    connected = "" if choices.problem else shell.text_of("desktop_server_now", server=choices.server)
    return look.card(
        look.heading(shell.text_of("desktop_server")),
        field,
        look.problem(choices.problem),
        # anew where it changes, and said aloud: Flutter tells nobody of a text that was empty before
        ft.Semantics(key=connected, live_region=True, content=look.soft(connected)),
        ft.Row([ft.OutlinedButton(shell.text_of("desktop_server_go"), on_click=use)]),
    )
