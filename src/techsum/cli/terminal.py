"""How a summary looks in a terminal, and in a pipe."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from techsum.cli.folding_table import FoldingTable
from techsum.contracts.article import Article
from techsum.contracts.events import Done, Event, KeySentences, Progress, SentenceDone, TextPiece, Withdrawn
from techsum.contracts.summary import Summary, SummarySentence, joined
from techsum.generators.model_ref import EXTRACT
from techsum.messages import coverage_text, text
from techsum.reading.parsed import clean_line

_WIDEST = 100
"""Columns: Korean lines longer than fifty syllables are hard to read."""


_CLEAR, _MARK = "·", "⚠"
"""Before a sentence that the article bears out, and before one to doubt."""


class View(Protocol):
    """Shows events as they come."""

    def show(self, event: Event) -> None:
        """Show one event."""


def make_console() -> Console:
    """A console for standard output, of a width that reads well."""
    console = Console(highlight=False, markup=False)
    console.width = min(console.width, _WIDEST)
    return console


def reading(console: Console, *, quiet: bool) -> Any:
    """A spinner on standard error while a source is read, in a terminal only."""
    status = Console(stderr=True, quiet=quiet or not console.is_terminal)
    return status.status(text("progress_reading"))


@contextmanager
def view(
    console: Console, article: Article, *, stream: bool, evidence: bool = False, separator: str = " "
) -> Iterator[View]:
    """The view for this console: live in a terminal, plain lines in a pipe; `separator` is the options'."""
    if not (console.is_terminal and stream):
        yield _Plain(console, article, evidence)
        return
    with _Live(console, article, evidence, separator) as live:
        yield live


class _Plain:
    """Whole lines, each printed once it cannot change any more."""

    def __init__(self, console: Console, article: Article, evidence: bool) -> None:
        self._console, self._article, self._evidence = console, article, evidence

    def show(self, event: Event) -> None:
        if isinstance(event, KeySentences):
            print_heading(self._console, self._article, event.summary)
            print_body(self._console, event.summary, evidence=self._evidence)
        elif isinstance(event, Done):
            if event.summary.model != EXTRACT:
                print_summary_heading(self._console, event.summary.model)
                print_body(self._console, event.summary, evidence=self._evidence)
            print_end(self._console, event.summary)


class _Live(_Plain):
    """The sentence being written is shown while it grows; what was withdrawn disappears."""

    def __init__(self, console: Console, article: Article, evidence: bool, separator: str) -> None:
        super().__init__(console, article, evidence)
        self._live = Live(console=console, refresh_per_second=12, vertical_overflow="visible", transient=True)
        self._settled: list[str] = []
        self._open = ""
        self._status = ""
        self._model = ""
        self._separator = separator

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(self, *stopped: object) -> None:
        self._live.__exit__(None, None, None)

    def show(self, event: Event) -> None:
        if isinstance(event, (KeySentences, Done)):
            self._live.update(Text(""), refresh=True)
            super().show(event)
            return
        if isinstance(event, Progress):
            self._model = str(dict(event.values).get("model", self._model))
            self._status = event.message
        elif isinstance(event, TextPiece):
            self._status = ""
            self._open = clean_line(self._open + event.text) + (" " if event.text.endswith(" ") else "")
        elif isinstance(event, SentenceDone):
            self._settled.append(event.sentence.text)
            self._open = ""
        elif isinstance(event, Withdrawn):
            self._open = ""
            if event.everything:
                self._settled.clear()
                self._status = text("progress_retry", reason=event.reason)
        self._live.update(self._frame())

    def _frame(self) -> Group:
        written = Text(joined([*self._settled, *([self._open] if self._open else [])], self._separator))
        if self._open:
            written.stylize("dim", len(written) - len(self._open))
        status = Text(f"… {self._status}", style="italic dim") if self._status else Text("")
        heading = _heading(text("heading_summary"), text("summary_by", model=self._model))
        return Group(Rule(heading, align="left", style="dim"), Padding(written, (0, 0, 0, 2)), status)


def print_heading(console: Console, article: Article, keys: Summary) -> None:
    """The article's title and byline, and the heading of the key sentences."""
    console.print(Text(keys.title, style="bold"))
    byline = " · ".join(p for p in (article.author, article.published, article.url) if p)
    if byline:
        console.print(Text(byline, style="dim"), soft_wrap=True)
    console.print()
    _section(console, text("heading_key_sentences"), text("key_sentences_how"))


def print_summary_heading(console: Console, model: str) -> None:
    """The heading of a model's summary: a reader always knows who wrote what."""
    _section(console, text("heading_summary"), text("summary_by", model=model))


def _section(console: Console, heading: str, about: str) -> None:
    line = _heading(heading, about)
    console.print(Rule(line, align="left", style="dim") if console.is_terminal else line)


def _heading(heading: str, about: str) -> Text:
    return Text.assemble((heading, "bold cyan"), ("  " + about, "dim"))


def print_body(console: Console, summary: Summary, *, evidence: bool) -> None:
    """The sentences of a summary: as one text where all is well, else one by one with what to doubt."""
    if evidence or any(s.notices for s in summary.sentences):
        for sentence in summary.sentences:
            print_sentence(console, sentence, evidence=evidence)
        return
    for line in summary.text.split("\n"):
        _paragraph(console, line)
    console.print()


def print_sentence(console: Console, sentence: SummarySentence, *, evidence: bool) -> None:
    """One sentence with its notices, what they doubt underlined, and with `evidence` where it comes from."""
    line = Text(f"{_MARK if sentence.notices else _CLEAR} {sentence.text}")
    for notice in sentence.notices:
        start, end = notice.span or (0, 0)
        line.stylize("yellow underline", start + 2, end + 2)
    _indented(console, line, 0)
    for notice in sentence.notices:
        _indented(console, Text(f"! {notice.message}", style="yellow"), 2)
    if evidence:
        for one in sentence.evidence:
            _indented(console, Text(f"↳ {one.text}  [{one.start}–{one.end}]", style="dim"), 2)
    console.print()


def _indented(console: Console, line: Text, columns: int) -> None:
    """With its first sign hanging in a terminal, one line as it is in a pipe."""
    if not console.is_terminal:
        console.print(Text(" " * columns) + line, soft_wrap=True)
        return
    _print_hanging(console, " " * (columns + 2) + line.plain[:2], line[2:])


def _paragraph(console: Console, line: str) -> None:
    """Indented and wrapped in a terminal, one line as it is in a pipe."""
    if not console.is_terminal:
        console.print(Text(line), soft_wrap=True)
        return
    if not line:  # between two paragraphs
        console.print()
        return
    mark = line[:2] if line.startswith(("- ", "! ")) else ""
    _print_hanging(console, f"  {mark}", Text(line.removeprefix(mark)))


def _print_hanging(console: Console, mark: str, line: Text) -> None:
    """A line that is wrapped beside its mark, not below it."""
    table = FoldingTable("", "", show_header=False, padding=0)
    table.add_row(mark, line)
    console.print(table)


def print_end(console: Console, summary: Summary) -> None:
    """The figures, the notices, and which model it was, how long it took."""
    if summary.figures:
        found = " · ".join(f"{f.of} {f.number}{f.unit}" for f in summary.figures)
        line = Text.assemble((text("heading_figures"), "bold cyan"), "  ", found)
        console.print(line, soft_wrap=not console.is_terminal)
        console.print()
    if summary.notices:
        console.print(Text(text("heading_notices"), style="bold yellow"))
        for notice in summary.notices:
            _paragraph(console, f"! {notice.message}")
        console.print()
    values = {
        "model": summary.model,
        "seconds": f"{summary.seconds:.1f}",
        "coverage": coverage_text(summary.coverage),
        "seed": summary.seed,
    }
    key = "footer_extract" if summary.model == EXTRACT else "footer"
    console.print(Text(text(key, **values), style="dim"), soft_wrap=True)
