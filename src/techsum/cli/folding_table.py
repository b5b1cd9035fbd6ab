"""Tables whose cells fold. It stands alone, for every command's help needs it."""

from typing import Any

from rich.table import Table


class FoldingTable(Table):
    """A table without lines whose cells fold: Rich's own crop a Korean line that a space makes too wide."""

    def __init__(self, *headers: str, **more: Any) -> None:
        super().__init__(**{"box": None, "pad_edge": False, "header_style": "dim", **more})
        for header in headers:
            self.add_column(header)

    def add_column(self, *header: Any, **more: Any) -> None:
        """Add a column that folds."""
        super().add_column(*header, **{"overflow": "fold", **more})

    def add_row(self, *cells: Any, **more: Any) -> None:
        """Add a row; columns that it makes by itself fold too."""
        super().add_row(*cells, **more)
        for column in self.columns:
            column.overflow = "fold"
