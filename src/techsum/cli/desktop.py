"""`techsum desktop`: the Flet app."""

from typing import Annotated

import typer

from techsum.cli.terminal import make_console
from techsum.errors import UsageError
from techsum.messages import text


def command(
    browser: Annotated[bool, typer.Option("--browser", help=text("help_desktop_browser"))] = False,
    port: Annotated[int, typer.Option(help=text("help_desktop_port"), min=0, max=65535)] = 0,
) -> None:
    """Open TechSum as an app."""
    try:
        from techsum.desktop.main import run
    except ImportError:
        raise UsageError("extra_missing", feature="techsum desktop", extra="desktop") from None
    run(browser=browser, port=port, announce=lambda line: make_console().print(line, soft_wrap=True))
