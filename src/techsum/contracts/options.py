"""What a reader can ask of a summary: length, style, register, difficulty, language, model."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_type_hints

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from techsum.contracts.serialization import CONTRACT, Line
from techsum.errors import UsageError

Style = Literal["문단", "개조식"]
Register = Literal["해요체", "합니다체", "한다체"]
Difficulty = Literal["쉽게", "보통", "전문가"]
Target = Literal["ko", "source"]
STYLES: tuple[Style, ...] = get_args(Style)
REGISTERS: tuple[Register, ...] = get_args(Register)
DIFFICULTIES: tuple[Difficulty, ...] = get_args(Difficulty)
TARGETS: tuple[Target, ...] = get_args(Target)

LENGTHS = {"line": 80, "short": 120, "medium": 220, "long": 450}
"""Characters. A Korean news sentence has 50 to 60: one, two, four and eight sentences."""

_SHORTEST, _LONGEST = 60, 2000


@dataclass(frozen=True)
class SummaryOptions:
    """How a summary should look and who writes it; the defaults of every surface.

    Raises:
        UsageError: a value that is not one of those offered.
    """

    __pydantic_config__ = CONTRACT

    length: Annotated[Line, Field(description="line, short, medium, long, or characters from 60 to 2000")] = (
        "medium"
    )
    style: Style = "문단"
    register: Register = "한다체"
    model: Annotated[Line, Field(description="a name that `GET /api/models` lists")] = "auto"
    seed: Annotated[int, Field(ge=0, lt=2**32, exclude_if=lambda seed: seed == 0)] = 0
    strict: Annotated[bool, Field(exclude_if=lambda strict: not strict)] = False
    """Whether a sentence that carries a notice gives way to the article's nearest."""
    check: Annotated[Literal["rules", "model"] | None, Field(exclude_if=lambda check: check is None)] = None
    """Whether a model judges what was written beside the rules; None: as the settings say."""
    difficulty: Annotated[
        Difficulty,
        Field(
            exclude_if=lambda difficulty: difficulty == "보통",
            description="for whom a model writes; models that cannot say so",
        ),
    ] = "보통"
    to: Annotated[
        Target | None,
        Field(
            exclude_if=lambda to: to is None,
            description="the language of the summary: ko, or source for the article's own; by default ko for "
            "who reads Korean",
        ),
    ] = None

    def __post_init__(self) -> None:
        parse_length(self.length)
        for name, value, choices in _choices(self):
            if value not in choices:
                raise UsageError("choice_invalid", name=name, value=value, choices=", ".join(choices))

    @property
    def characters(self) -> int:
        """What it aims at, not a hard limit."""
        return parse_length(self.length)

    @property
    def one_sentence(self) -> bool:
        """Whether the sentence that says what was found is the whole summary."""
        return self.length.strip().lower() == "line"

    @property
    def bullets(self) -> bool:
        """Whether each sentence is a line of its own, in note style."""
        return self.style == "개조식"

    @property
    def separator(self) -> str:
        """What stands between two sentences."""
        return "\n" if self.bullets else " "

    @classmethod
    def kept(cls, data: dict[str, Any]) -> "SummaryOptions":
        """Options that were kept: what is missing, or is no option any more, is the default."""
        options = cls()
        for name, validate in _fields().items():
            if name in data:
                with suppress(UsageError, ValidationError):
                    options = replace(options, **{name: validate.validate_python(data[name], strict=True)})
        return options


@cache
def _fields() -> dict[str, TypeAdapter[Any]]:
    """What checks each option by itself."""
    hints = get_type_hints(SummaryOptions, include_extras=True)
    return {field.name: TypeAdapter(hints[field.name]) for field in fields(SummaryOptions)}


def _choices(options: SummaryOptions) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    yield "style", options.style, STYLES
    yield "register", options.register, REGISTERS
    yield "difficulty", options.difficulty, DIFFICULTIES
    if options.check is not None:
        yield "check", options.check, ("rules", "model")
    if options.to is not None:
        yield "to", options.to, TARGETS


def parse_length(length: str | int) -> int:
    """Characters for `line`, `short`, `medium`, `long` or a number.

    Raises:
        UsageError: anything else, or a number outside 60 to 2000.
    """
    text = str(length).strip().lower()
    if text in LENGTHS:
        return LENGTHS[text]
    if text.isascii() and text.isdigit() and _SHORTEST <= int(text) <= _LONGEST:
        return int(text)
    raise UsageError("length_invalid", length=length)


DEFAULTS = SummaryOptions()
"""How a summary looks if nothing else is asked."""


def _kept(options: object) -> object:
    return SummaryOptions.kept(options) if isinstance(options, dict) else options


KeptOptions = Annotated[SummaryOptions, BeforeValidator(_kept)]
"""Options in what was kept, or comes from another version: what does not fit is the default."""
