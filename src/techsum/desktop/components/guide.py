"""The guide tab."""

import flet as ft

from techsum.contracts.formats import LABELS
from techsum.desktop import look
from techsum.desktop.state import Shell

_PARTS = ("read", "check", "ask", "keep", "private")


@ft.component
def Guide(shell: Shell) -> ft.Control:  # noqa: N802 - components are named like classes
    """How to use the app, in the words of the web app's guide."""
    parts = [(f"guide_{name}", f"guide_{name}_text") for name in _PARTS]
    return look.column(
        look.heading(shell.text_of("guide_title"), 1),
        *(
            look.card(look.heading(shell.text_of(title)), look.words(shell.text_of(words, formats=LABELS)))
            for title, words in (*parts, ("desktop_settings", "desktop_guide_settings"))
        ),
    )
