"""`techsum mcp`: TechSum's tools for an assistant, over standard input and output."""

from pathlib import Path
from typing import Annotated

import typer

from techsum.errors import UsageError
from techsum.messages import text


def command(
    folder: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help=text("help_mcp_folder"))
    ] = None,
) -> None:
    """Offer TechSum's tools to an assistant that speaks MCP."""
    try:
        from techsum.mcp_tools import LocalTools, make_mcp
    except ImportError:
        raise UsageError("extra_missing", feature="techsum mcp", extra="server") from None
    tools = LocalTools(folder)
    make_mcp(lambda _context: tools).run("stdio")
