"""Notices: what a reader must know of an article, a summary or a sentence."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from techsum.contracts.serialization import CONTRACT, Line, Offset, Text
from techsum.messages import text

_Values = Annotated[tuple[tuple[str, Any], ...], BeforeValidator(lambda _: ()), Field(exclude=True)]


@dataclass(frozen=True)
class Notice:
    """Something that the reader must know. Make one with `notice`."""

    __pydantic_config__ = CONTRACT

    kind: Line
    """Stable, for programs."""
    message: Text
    """For people, in their language."""
    span: Annotated[tuple[Offset, Offset] | None, Field(exclude_if=lambda span: span is None)] = None
    """Where it stands in its sentence, by character offsets; None for a notice on the whole."""
    values: Annotated[tuple[tuple[str, Any], ...], BeforeValidator(lambda _: ()), Field(exclude=True)] = (
        field(default=(), compare=False)
    )
    """What the message names; not in the JSON."""


def notice(kind: str, /, span: tuple[int, int] | None = None, **values: object) -> Notice:
    """A notice of this kind in the user's language; a `reason` is itself a key of the catalogue.

    Raises:
        KeyError: there is no such kind, or it needs other values.
    """
    shown = {k: text(v) if isinstance(v, str) and k == "reason" else v for k, v in values.items()}
    return Notice(kind, text(f"notice_{kind}", **shown), span, tuple(values.items()))
