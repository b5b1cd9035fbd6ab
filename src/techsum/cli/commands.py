"""The commands by name; a command's module is imported when the command is called.

All of them together take a second of imports, which `techsum --version` does not need.
"""

from importlib import import_module
from typing import Any, NamedTuple

import typer

from techsum.cli.language import Command, Group
from techsum.messages import text


class _Entry(NamedTuple):
    """Where a command is, and what `techsum --help` says of it."""

    place: str
    """A module of this package, and the function or the Typer application in it."""
    help: str
    """A key of the catalogue."""


COMMANDS = {
    "summarize": _Entry("summarize:command", "help_summarize"),
    "batch": _Entry("batch:command", "help_batch"),
    "chat": _Entry("chat:command", "help_chat"),
    "ask": _Entry("ask:command", "help_ask"),
    "check": _Entry("check:command", "help_check"),
    "eval": _Entry("evaluate:command", "help_eval"),
    "compare": _Entry("compare:command", "help_compare"),
    "watch": _Entry("watch:command", "help_watch"),
    "train": _Entry("train:command", "help_train"),
    "recipe": _Entry("recipe:app", "help_recipe"),
    "fit-ranker": _Entry("fit_ranker:command", "help_fit_ranker"),
    "export": _Entry("export:export", "help_export"),
    "parity": _Entry("export:parity", "help_parity"),
    "models": _Entry("models:app", "help_models"),
    "library": _Entry("library:app", "help_library"),
    "doctor": _Entry("doctor:command", "help_doctor"),
    "serve": _Entry("serve:command", "help_serve"),
    "mcp": _Entry("mcp:command", "help_mcp"),
    "desktop": _Entry("desktop:command", "help_desktop"),
}


def load_command(name: str) -> Any:
    """The command of this name, imported."""
    module, _, attribute = COMMANDS[name].place.partition(":")
    found = getattr(import_module(f"techsum.cli.{module}"), attribute)
    if not isinstance(found, typer.Typer):
        function, found = found, typer.Typer(add_completion=False)
        found.command(name, help=text(COMMANDS[name].help), cls=Command)(function)
    loaded = typer.main.get_command(found)
    loaded.name = name
    return loaded


class Commands(Group):
    """The group of all commands, of which a help page needs names and first lines alone."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - click's signature
        """What a help page shows of a command; None where there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        return Command(cmd_name, help=text(COMMANDS[cmd_name].help))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called: name, command, and its own arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, load_command(str(command.name)) if command else None, rest
