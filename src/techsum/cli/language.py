"""Help and usage errors in the reader's language alone; Typer's own are English."""

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from techsum.cli.folding_table import FoldingTable
from techsum.messages import text


def _joined(parts: Sequence[Text]) -> Text:
    """A help text and what follows it, as one text that folds."""
    return Text(" ").join(parts)


# Rich's own crop a Korean text that a space makes too wide
vars(rich_utils).update(Table=FoldingTable, Columns=_joined)
rich_utils.OPTIONS_PANEL_TITLE = text("help_options")
rich_utils.ARGUMENTS_PANEL_TITLE = text("help_arguments")
rich_utils.COMMANDS_PANEL_TITLE = text("help_commands")
rich_utils.DEFAULT_STRING = text("help_default", value="{}")
rich_utils.REQUIRED_LONG_STRING = text("help_required")


class _InOneLanguage:
    """What a command and a group of commands say of themselves."""

    def get_usage(self, ctx: Any) -> str:
        """The usage line."""
        return str(super().get_usage(ctx)).replace("Usage:", text("help_usage"), 1)  # type: ignore[misc]

    def get_help_option(self, ctx: Any) -> Any:
        """The option `--help`."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option:
            option.help = text("help_help")
        return option


class Command(_InOneLanguage, TyperCommand):
    """A command whose help is in one language."""


class Group(_InOneLanguage, TyperGroup):
    """A group of commands whose help is in one language."""


def usage_error(error: Any) -> Iterator[str]:
    """What is wrong with a command line, and where help is.

    Args:
        error: one of the usage errors of Typer's click, known by its name: the classes are not public.
    """
    context = getattr(error, "ctx", None)
    parameter = getattr(error, "param", None)
    name = str(getattr(error, "option_name", "") or (parameter.opts[-1] if parameter else ""))
    message = str(getattr(error, "message", error))
    if "No such command" in message:
        tried = message.partition("'")[2].partition("'")[0]
        yield text(
            "usage_no_command",
            name=tried,
            near=_near(tried, context.command.list_commands(context) if context else ()),
        )
    elif "unexpected extra argument" in message:
        yield text("usage_extra", name=message.partition("(")[2].rpartition("(")[2].rstrip(")."))
    elif "does not take a value" in message:
        yield text("usage_takes_no_value", name=name)
    elif type(error).__name__ in _BY_CLASS:
        near = _near(name, getattr(error, "possibilities", None) or ())
        yield text(_BY_CLASS[type(error).__name__], name=name, reason=_reason(message), near=near)
    else:
        yield text("usage_other", reason=message)
    if context:
        yield text("usage_help", command=context.command_path)


_BY_CLASS = {
    "NoSuchOption": "usage_no_option",
    "MissingParameter": "usage_missing",
    "BadOptionUsage": "usage_no_value",
    "BadParameter": "usage_value",
}


_REASONS = (
    (re.compile("valid integer"), "usage_integer"),
    (re.compile("valid number"), "usage_number"),
    (re.compile(r"greater than or equal to (?P<limit>[\d.]+)"), "usage_at_least"),
    (re.compile(r"is not one of (?P<choices>[^\n]{1,200}?)\.?$"), "usage_one_of"),
)


def _reason(message: str) -> str:
    """What is wrong with a value, as Pydantic and click say it, in the reader's language."""
    for pattern, key in _REASONS:
        if found := pattern.search(message):
            return text(key, **found.groupdict())
    return message


def _near(name: str, names: Any) -> str:
    found = difflib.get_close_matches(name, list(names), 1)
    return text("usage_near", name=found[0]) if found else ""
