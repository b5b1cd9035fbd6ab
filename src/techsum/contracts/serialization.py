"""Contracts as plain JSON values, and back."""

from dataclasses import Field as DataclassField
from dataclasses import fields
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, get_type_hints

from pydantic import ConfigDict, Field, PlainSerializer, TypeAdapter
from pydantic.fields import FieldInfo

T = TypeVar("T")

CONTRACT = ConfigDict(
    extra="forbid",
    allow_inf_nan=False,
    validate_by_alias=True,
    validate_by_name=True,
    serialize_by_alias=True,
)
"""Of every contract: an unknown field is an error."""

LENIENT = {"lenient": True}
"""Context of what this or another version kept: what cannot be shown is left out instead of refused."""

MOST_CHARACTERS = 2_000_000
"""Of a text."""

Text = Annotated[str, Field(max_length=MOST_CHARACTERS)]
Line = Annotated[str, Field(max_length=2_000)]
Offset = Annotated[int, Field(ge=0)]
"""In characters, from the article's or the sentence's beginning."""
Share = Annotated[float, Field(ge=0, le=1), PlainSerializer(lambda share: round(share, 4))]
Seconds = Annotated[float, Field(ge=0, le=1e9), PlainSerializer(lambda seconds: round(seconds, 3))]
Timestamp = Annotated[float, Field(ge=0, le=4_102_444_800)]
"""Seconds since 1970, UTC, before the year 2100: a page writes it as a date."""


def adapter(contract: type[T]) -> TypeAdapter[T]:
    """What reads and writes this contract."""
    made: TypeAdapter[T] = _adapter(contract)  # type: ignore[arg-type] # classes are hashable
    return made


@cache
def _adapter(contract: Any) -> TypeAdapter[Any]:
    return TypeAdapter(contract)  # some milliseconds


def dump(value: object) -> dict[str, Any]:
    """A contract's value as plain JSON values."""
    data: dict[str, Any] = adapter(type(value)).dump_python(value, mode="json")
    return data


def load(contract: type[T], data: Any) -> T:
    """The value that `dump` gave, of this version or another one: fields that are unknown here are left out.

    Raises:
        pydantic.ValidationError: it is no such value.
    """
    return adapter(contract).validate_python(data, extra="ignore", context=LENIENT)


def load_strictly(contract: type[T], line: str | bytes) -> T:
    """A value from a stranger's JSON: no unknown field, no type that only almost fits, nothing too long.

    Raises:
        pydantic.ValidationError: it is no such value.
    """
    return adapter(contract).validate_json(line, strict=True, by_alias=True, by_name=False)


class WireField(NamedTuple):
    """A field as the JSON has it."""

    name: str
    hint: Any
    field: DataclassField[Any]


def wire_fields(contract: type[Any]) -> list[WireField]:
    """The fields of a contract's JSON, in order, with their types as they are annotated."""
    hints, found = get_type_hints(contract, include_extras=True), []
    for field in fields(contract):
        hint = hints[field.name]
        about = [one for one in getattr(hint, "__metadata__", ()) if isinstance(one, FieldInfo)]
        if not any(one.exclude for one in about):
            found.append(WireField(next((one.alias for one in about if one.alias), field.name), hint, field))
    return found
