"""What a terminal shows: every word, at every width."""

import io
import re

import pytest
from rich.console import Console
from typer.testing import CliRunner

from support.texts import PARAGRAPHS, TITLE
from techsum.cli import app
from techsum.cli.models import print_models
from techsum.cli.terminal import print_body
from techsum.contracts.article import Article
from techsum.summarizers import summarize


@pytest.fixture
def terminal():
    """A terminal of a width, and what it shows without its white space."""

    def open_terminal(width):
        screen = io.StringIO()
        console = Console(file=screen, force_terminal=True, width=width, no_color=True, highlight=False)
        return console, lambda: "".join(screen.getvalue().split())

    return open_terminal


@pytest.fixture(scope="module")
def summary():
    return summarize(Article("\n\n".join(PARAGRAPHS), TITLE), model="extract", length="long")


@pytest.mark.parametrize("width", range(40, 101))
def test_no_word_is_lost_at_a_lines_end(terminal, summary, width):
    console, shown = terminal(width)
    print_body(console, summary, evidence=True)
    for sentence in summary.sentences:
        assert "".join(sentence.text.split()) in shown()


@pytest.mark.parametrize("width", [60, 72, 100])
def test_the_models_are_named_in_full(terminal, width):
    console, shown = terminal(width)
    print_models(console)
    assert "…" not in shown()
    assert "gemma-3-270m-ko" in shown()


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("command", ["summarize", "library", "batch", "serve", "watch", "recipe"])
def test_help_loses_no_word_at_a_lines_end(command, width, monkeypatch):
    def shown(columns):
        monkeypatch.setenv("COLUMNS", str(columns))
        page = CliRunner().invoke(app, [command, "--help"]).stdout
        return sorted(re.findall("[가-힣]", page))

    assert shown(width) == shown(250)
