"""Every command and every piece of code in the documentation is one that TechSum takes."""

import json
import re
import shlex
from contextlib import suppress
from pathlib import Path

import pytest
import typer
from typer._click.exceptions import MissingParameter, NoArgsIsHelpError

from techsum.cli import app
from techsum.settings import Settings

PROJECT = Path(__file__).parents[1]
PAGES = sorted(
    page
    for folder in (PROJECT, PROJECT / "docs", PROJECT / "data" / "techsum-ko", PROJECT / "deploy")
    for page in (folder.rglob("*.md") if folder.name == "docs" else folder.glob("*.md"))
    if page.name != "decisions.md"  # what was true on its day
)


def blocks(page, *languages):
    return re.findall(rf"```(?:{'|'.join(languages)})\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def lines(page):
    """The shell lines of a page, in its blocks and in its sentences."""
    for block in blocks(page, "sh", "bash"):
        yield from block.replace("\\\n", " ").splitlines()
    for block in blocks(page, "console"):
        yield from (line[2:] for line in block.splitlines() if line.startswith("$ "))
    sentences = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    yield from re.findall(r"`((?:[A-Z_]+=\S+ )*techsum [^`\n]+)`", sentences)


def commands(page):
    """The `techsum` commands of a page as lists of words, their placeholders filled in."""
    for line in lines(page):
        written = re.search(r"(?:^|[ \"]|bin/)techsum ((?:[^#|>&;,\n]|[|,](?=\w))*)", line)
        if written and not line.startswith(("pip ", "docker ", "kubectl ")):
            words = shlex.split(re.sub(r"\|\w+|[\[\]]", "", written[1]))
            yield [PLACEHOLDERS.get(word, word) for word in words]


PLACEHOLDERS = {"N": "1", "K": "1", "PAPERS": "docs"}
FOUND = [(page, command) for page in PAGES for command in commands(page)]


@pytest.mark.parametrize(
    ("page", "command"), FOUND, ids=[f"{page.name}: {' '.join(command)}" for page, command in FOUND]
)
def test_commands_are_ones_that_the_cli_takes(page, command):
    found = typer.main.get_command(app)
    while hasattr(found, "resolve_command") and command and not command[0].startswith("-"):
        with found.make_context("techsum", list(command)) as context:
            _, found, command = found.resolve_command(context, list(command))
    # `--help`, and sentences that leave out what the command is about
    with suppress(typer.Exit, NoArgsIsHelpError, MissingParameter):
        found.make_context("techsum", list(command)).close()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_settings_that_pages_name_exist(page):
    settings = {f"TECHSUM_{name.upper()}" for name in Settings.model_fields}
    known = settings | {"TECHSUM_LANG", "TECHSUM_DEBUG"}  # needed before settings can be read
    assert set(re.findall(r"\bTECHSUM_[A-Z_]+[A-Z]\b", page.read_text("utf-8"))) <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_json_and_python_of_a_page_can_be_read(page):
    for block in blocks(page, "json"):
        json.loads(block)
    for block in blocks(page, "python"):
        compile(block, str(page), "exec")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_files_of_the_project_in_commands_exist(page):
    for line in lines(page):
        for path in re.findall(
            r"(?<![\w/.~-])(?:recipes|deploy|samples|benchmarks|data/techsum-ko)/[\w./-]*\w", line
        ):
            assert (PROJECT / path).exists() or path == "recipes/mine.yaml", path
