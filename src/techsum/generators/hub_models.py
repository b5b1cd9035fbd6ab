"""The instruct models that can be pulled by a short name: what each takes, and what it can do."""

import os
from dataclasses import dataclass
from typing import Literal

Skill = Literal["summary", "title", "chat", "difficulty", "korean"]
INSTRUCT_SKILLS: tuple[Skill, ...] = ("summary", "title", "chat", "difficulty", "korean")
"""What a model that follows instructions can do; `korean`: Korean summaries of other languages."""


@dataclass(frozen=True)
class HubModel:
    """A GGUF file on a hub that is known by a short name."""

    repository: str
    file: str
    label: str
    licence: str
    gigabytes: float
    """Of the file, 1e9 bytes each."""
    memory: int
    """Gigabytes that the machine should have, an estimate: the file, 8,192 tokens, a desktop beside it."""
    speed: tuple[float, float]
    """Tokens read and written a second, as shares of the embedded model's on the same machine
    (`benchmarks/shapes.py`; Gemma 4 by its effective parameters)."""
    multilingual: bool = True
    """Whether its publisher names Korean among its languages: then it can also write Korean about English."""

    @property
    def about(self) -> str:
        """Name, size and licence in one line."""
        return f"{self.label}, {self.gigabytes} GB, {self.licence}"

    @property
    def skills(self) -> tuple[Skill, ...]:
        """What it can do."""
        return INSTRUCT_SKILLS if self.multilingual else INSTRUCT_SKILLS[:-1]


_APACHE, _GEMMA = "Apache-2.0", "Gemma Terms"
_GOOGLE, _GGML = "google", "ggml-org"

HUB_MODELS = {
    # `auto` takes the first that is here: newest and largest first, by their publishers' figures, for none of
    # them could be run here
    "gemma-4-e4b-it": HubModel(
        f"{_GOOGLE}/gemma-4-E4B-it-qat-q4_0-gguf", "gemma-4-E4B_q4_0-it.gguf", "Gemma 4 E4B",
        _APACHE, 5.2, 12, (0.058, 0.17)
    ),
    "gemma-4-e2b-it": HubModel(
        f"{_GOOGLE}/gemma-4-E2B-it-qat-q4_0-gguf", "gemma-4-E2B_q4_0-it.gguf", "Gemma 4 E2B",
        _APACHE, 3.4, 8, (0.09, 0.24)
    ),
    "gemma-3-4b-it": HubModel(
        f"{_GGML}/gemma-3-4b-it-GGUF", "gemma-3-4b-it-Q4_K_M.gguf", "Gemma 3 4B",
        _GEMMA, 2.5, 8, (0.066, 0.2)
    ),
    "gemma-2-2b-it": HubModel(
        "bartowski/gemma-2-2b-it-GGUF", "gemma-2-2b-it-Q4_K_M.gguf", "Gemma 2 2B",
        _GEMMA, 1.7, 6, (0.1, 0.26),
        multilingual=False,
    ),
    "gemma-3-1b-it": HubModel(
        f"{_GGML}/gemma-3-1b-it-GGUF", "gemma-3-1b-it-Q4_K_M.gguf", "Gemma 3 1B",
        _GEMMA, 0.8, 4, (0.26, 0.56),
        multilingual=False,
    ),
}  # fmt: skip


def full_name(name: str) -> str:
    """The name in the table: `gemma-4-e2b` is `gemma-4-e2b-it`, for the base models are not in it."""
    return f"{name}-it" if f"{name}-it" in HUB_MODELS else name


def recommended(memory: float) -> str | None:
    """The first instruct model that a machine with so many gigabytes holds; None: not even the smallest."""
    return next((name for name, model in HUB_MODELS.items() if model.memory <= memory), None)


def machine_memory() -> float | None:
    """The machine's memory in gigabytes; None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return None
