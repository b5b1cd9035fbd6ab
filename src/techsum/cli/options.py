"""Options that several commands have."""

from typing import Annotated

import typer

from techsum.contracts import options
from techsum.messages import text

Source = Annotated[str, typer.Argument(help=text("help_source"))]
Model = Annotated[str, typer.Option(help=text("help_model"))]
Length = Annotated[str, typer.Option(help=text("help_length"))]
Style = Annotated[options.Style, typer.Option(help=text("help_style"))]
Register = Annotated[options.Register, typer.Option(help=text("help_register"))]
Difficulty = Annotated[options.Difficulty, typer.Option(help=text("help_difficulty"))]
To = Annotated[options.Target | None, typer.Option(help=text("help_to"))]
Strict = Annotated[bool, typer.Option("--strict", help=text("help_strict"))]
Seed = Annotated[int, typer.Option(help=text("help_seed"))]
AsJson = Annotated[bool, typer.Option("--json", help=text("help_json"))]
Columns = Annotated[str, typer.Option(help=text("help_columns"))]
