"""What the reader can ask of a summary: length, style, register."""

from dataclasses import dataclass
from typing import Literal, get_args

from techsum.errors import UsageError

Style = Literal["문단", "개조식"]
Register = Literal["해요체", "합니다체", "한다체"]
STYLES: tuple[Style, ...] = get_args(Style)
REGISTERS: tuple[Register, ...] = get_args(Register)

LENGTHS = {"line": 80, "short": 120, "medium": 220, "long": 450}
"""Characters. A Korean news sentence has 50 to 60: one, two, four and eight sentences."""

_SHORTEST, _LONGEST = 60, 2000


@dataclass(frozen=True)
class SummaryOptions:
    """How a summary should look; `characters` is what it aims at, not a hard limit."""

    characters: int = LENGTHS["medium"]
    style: Style = "문단"
    register: Register = "한다체"
    seed: int = 0
    strict: bool = False
    """Whether a sentence that carries a notice gives way to the article's nearest."""

    one_sentence: bool = False
    """Whether the sentence that says what was found is the whole summary (`line`)."""

    check: Literal["auto", "model", "rules"] = "auto"
    """Whether a model judges what was written beside the rules; with `auto` it does not."""

    @property
    def bullets(self) -> bool:
        """Whether each sentence is a line of its own, in note style."""
        return self.style == "개조식"

    @property
    def separator(self) -> str:
        """What stands between two sentences."""
        return "\n" if self.bullets else " "


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
