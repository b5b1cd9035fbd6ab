"""`techsum desktop`: the Flet app."""

from typing import Annotated

import typer

from techsum.cli.terminal import make_console
from techsum.errors import UsageError


def command(
    browser: Annotated[
        bool, typer.Option("--browser", help="창 대신 브라우저에서 / in a browser instead of a window")
    ] = False,
    port: Annotated[
        int, typer.Option(help="브라우저가 여는 포트 / port that the browser opens", min=0, max=65535)
    ] = 0,
) -> None:
    """TechSum을 앱으로 엽니다. / Open TechSum as an app."""
    try:
        from techsum.desktop.main import run
    except ImportError:
        raise UsageError("extra_missing", feature="techsum desktop", extra="desktop") from None
    run(browser=browser, port=port, told=lambda line: make_console().print(line, soft_wrap=True))
