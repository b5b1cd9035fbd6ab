"""How the app looks: one typeface, quiet colours, the same meaning in light and dark."""

import re
from typing import Any

import flet as ft

FAMILY = "Pretendard"
FONTS = {FAMILY: "fonts/Pretendard-Regular.woff2"}
BLUE, LIGHT_BLUE, DARK_BLUE = "#0b57d0", "#9ec1ff", "#0a2450"
"""The accent of the web pages (techsum.css): on paper, in the dark, and what is written on it there."""
NARROW = 720
"""Width in pixels below which things stand under each other."""
WIDTH = 820
"""A line of Korean text is no longer than the eye follows."""

WORD_JOINER = "\u2060"
_SYLLABLES = re.compile(r"(?<=\S)(?=[가-힣])|(?<=[가-힣])(?=\S)")
"""Between a syllable and what touches it."""

MODES = {"light": ft.ThemeMode.LIGHT, "dark": ft.ThemeMode.DARK}


def themed(page: ft.Page) -> None:
    """Dress the window."""
    page.fonts = FONTS
    light, dark = (
        ft.ColorScheme(primary=BLUE, on_primary="#ffffff"),
        ft.ColorScheme(primary=LIGHT_BLUE, on_primary=DARK_BLUE),
    )
    page.theme = ft.Theme(font_family=FAMILY, color_scheme_seed=BLUE, color_scheme=light)
    page.dark_theme = ft.Theme(font_family=FAMILY, color_scheme_seed=BLUE, color_scheme=dark)
    page.padding = 0
    # also what the page says of its language to screen readers, and the words of Flutter's own menus
    page.locale_configuration = ft.LocaleConfiguration(
        supported_locales=[ft.Locale("ko"), ft.Locale("en")], current_locale=ft.Locale("ko")
    )


def whole_words(text: str) -> str:
    """Korean that is broken between words: Flutter breaks between any two syllables that are not joined."""
    return _SYLLABLES.sub(WORD_JOINER, text)


def words(text: str, size: int = 15, **style: Any) -> ft.Control:
    """Text that is broken between words, and that screen readers read.

    It cannot be selected: what joins its syllables would be copied along, and a search would find nothing.
    """
    shown = ft.Text(whole_words(text), size=size, **style)
    return ft.Semantics(label=text, exclude_semantics=True, container=True, content=shown)


def heading(text: str, level: int = 2) -> ft.Control:
    """A heading, also for those who listen."""
    size = {1: 22, 2: 17}[level]
    return ft.Semantics(
        heading_level=level,
        label=text,
        exclude_semantics=True,
        content=ft.Text(whole_words(text), size=size, weight=ft.FontWeight.BOLD),
    )


def selectable(text: str, size: int = 14) -> ft.Control:
    """Text to take away as it is: a link. Flutter shows it to screen readers as an empty field."""
    shown = ft.Text(text, size=size, selectable=True)
    return ft.Semantics(label=text, exclude_semantics=True, container=True, content=shown)


def soft(text: str, size: int = 13) -> ft.Text:
    """A side remark."""
    shown = whole_words(text)
    return ft.Text(shown, semantics_label=text, size=size, color=ft.Colors.ON_SURFACE_VARIANT)


def problem(text: str) -> ft.Control:
    """What went wrong, said aloud when it appears; nothing where nothing did."""
    return ft.Semantics(
        live_region=True,
        visible=bool(text),
        label=text,
        exclude_semantics=True,
        content=ft.Text(whole_words(text), color=ft.Colors.ERROR, size=14),
    )


def card(*controls: ft.Control) -> ft.Control:
    """Things that belong together."""
    return ft.Container(
        ft.Column(list(controls), spacing=10, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        padding=16,
        border_radius=12,
        border=ft.Border.all(1, ft.Colors.OUTLINE_VARIANT),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
    )


def badge(text: str) -> ft.Control:
    """A small mark."""
    return ft.Container(
        soft(text, 12),
        padding=ft.Padding.symmetric(horizontal=8, vertical=1),
        border_radius=99,
        border=ft.Border.all(1, ft.Colors.OUTLINE_VARIANT),
    )


def column(*controls: ft.Control) -> ft.Control:
    """A screen: one column in the middle that scrolls."""
    return ft.Container(
        ft.Column(
            [
                ft.Container(
                    ft.Column(list(controls), spacing=14, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
                    padding=16,
                    width=WIDTH,
                )
            ],
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            expand=True,
        ),
        alignment=ft.Alignment.TOP_CENTER,
        expand=True,
    )
