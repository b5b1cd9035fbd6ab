"""The summary that is open: while it is made, and when it is done."""

from collections.abc import Sequence

import flet as ft

from techsum.contracts.summary import GlossaryTerm, SummarySentence
from techsum.contracts.summary import Summary as FinishedSummary
from techsum.desktop import look
from techsum.desktop.actions import Actions
from techsum.desktop.components.chat import Questions
from techsum.desktop.components.correcting import Correcting
from techsum.desktop.components.sentences import being_written, sentences
from techsum.desktop.state import Page, Shell
from techsum.desktop.values import Reading
from techsum.messages import coverage_text


@ft.component
def Summary(actions: Actions, shell: Shell, page: Page) -> ft.Control:  # noqa: N802 - components are named like classes
    """Title, summary, key sentences and questions."""
    reading = page.reading
    if reading.entry is None:
        return ft.Column([look.problem(page.problem)])
    parts = [
        look.card(
            ft.Row(
                [look.badge(shell.text_of(f"mode_{reading.entry.mode}")), look.soft(reading.byline)],
                wrap=True,
            ),
            look.heading(reading.title, 1),
            *_body(shell, reading),
            *_progress(shell, reading),
            look.problem(page.problem or reading.problem or _stopped(shell, reading)),
            *(_card(shell, reading.summary) if reading.summary else ()),
            *(_shared(actions, shell, page.link) if page.link else []),
            _buttons(actions, shell, page),
        ),
        *([Correcting(actions, shell, page)] if page.correcting else []),
        *_keys(shell, reading),
    ]
    if not reading.open and (reading.sentences or reading.keys):
        parts.append(
            Questions(
                actions, shell, actions.state.chat, reading.summary.suggestions if reading.summary else ()
            )
        )
    return ft.Column(parts, spacing=14, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _body(shell: Shell, reading: Reading) -> list[ft.Control]:
    if reading.correction:
        return [look.words(reading.correction, 16), look.soft(shell.text_of("summary_corrected"))]
    return [*sentences(shell, reading.sentences), *being_written(reading.written)]


def _stopped(shell: Shell, reading: Reading) -> str:
    cancelled = reading.entry and reading.entry.status == "cancelled"
    return shell.text_of("job_cancelled") if cancelled and not reading.sentences else ""


def _progress(shell: Shell, reading: Reading) -> list[ft.Control]:
    if not reading.open:
        return []
    waiting = shell.text_of("desktop_queue", position=reading.queue) if reading.queue else ""
    words = waiting or reading.progress or shell.text_of("summary_working")
    return [ft.ProgressBar(), ft.Semantics(live_region=True, content=look.soft(words))]


def _card(shell: Shell, summary: FinishedSummary) -> list[ft.Control]:
    """What stands below a summary that is done."""
    figures = " · ".join(f"{f.of} {f.number}{f.unit}" for f in summary.figures)
    model = shell.text_of("model_extract") if summary.model == "extract" else summary.model
    coverage = coverage_text(summary.coverage, shell.language)
    return [
        *(look.soft(n.message) for n in summary.notices),
        *([look.words(f"{shell.text_of('heading_figures')}  {figures}", 14)] if figures else []),
        look.soft(shell.text_of("desktop_facts", coverage=coverage, model=model, seconds=summary.seconds)),
        *_aside(shell, "heading_limits", summary.limits),
        *_aside(shell, "heading_next_steps", summary.next_steps),
        *_glossary(shell, summary.glossary_beside),
    ]


def _aside(shell: Shell, heading: str, aside: Sequence[SummarySentence]) -> list[ft.Control]:
    return [look.heading(shell.text_of(heading)), *sentences(shell, aside)] if aside else []


def _glossary(shell: Shell, terms: Sequence[GlossaryTerm]) -> list[ft.Control]:
    """What the article says of its own terms."""
    if not terms:
        return []
    lines = [
        ft.Column(
            [look.words(one.term, weight=ft.FontWeight.BOLD), look.soft(one.explanation.text)], spacing=2
        )
        for one in terms
    ]
    return [look.heading(shell.text_of("heading_glossary")), *lines]


def _keys(shell: Shell, reading: Reading) -> list[ft.Control]:
    """The article's own sentences, at once: until the summary is there, and where it never came."""
    if not reading.keys or (reading.sentences and not reading.open):
        return []
    shown = sentences(shell, reading.keys, evidence=False)
    return [look.card(look.heading(shell.text_of("summary_keys")), *shown)]


def _shared(actions: Actions, shell: Shell, link: str) -> list[ft.Control]:
    """The link under which anyone can read it, and its end."""
    stop = ft.TextButton(shell.text_of("summary_unshare"), on_click=actions.reading.unshare)
    return [look.selectable(link), ft.Row([stop])]


def _buttons(actions: Actions, shell: Shell, page: Page) -> ft.Control:
    entry, buttons = page.reading.entry, list[ft.Control]()
    if page.reading.open:
        words = "desktop_stopping" if page.stopping else "summary_stop"
        buttons.append(
            ft.OutlinedButton(
                shell.text_of(words),
                icon=ft.Icons.STOP,
                on_click=actions.reading.stop,
                disabled=page.stopping,
            )
        )
    elif entry and page.reading.summary:
        words = "summary_unsave" if entry.saved else "summary_save"
        icon = ft.Icons.BOOKMARK if entry.saved else ft.Icons.BOOKMARK_BORDER
        buttons.append(ft.FilledTonalButton(shell.text_of(words), icon=icon, on_click=actions.reading.save))
    if page.reading.text or page.reading.written:
        buttons.append(
            ft.OutlinedButton(
                shell.text_of("summary_copy"), icon=ft.Icons.COPY, on_click=actions.reading.copy
            )
        )
    if not page.reading.open and entry and page.reading.summary:
        buttons += [
            ft.OutlinedButton(
                shell.text_of("summary_share"), icon=ft.Icons.LINK, on_click=actions.reading.share
            ),
            ft.OutlinedButton(
                shell.text_of("summary_markdown"), icon=ft.Icons.DOWNLOAD, on_click=actions.reading.export
            ),
            ft.OutlinedButton(
                shell.text_of("desktop_correct"),
                icon=ft.Icons.EDIT_OUTLINED,
                on_click=actions.reading.begin_correcting,
            ),
        ]
    if not page.reading.open and entry and entry.mode == "link":
        buttons.append(ft.TextButton(shell.text_of("summary_again_go"), on_click=actions.source.again))
    return ft.Row(buttons, wrap=True)
