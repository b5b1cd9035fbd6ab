"""What every generator is: messages in, text pieces out."""

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from techsum.prompts import Format, Message


@dataclass(frozen=True)
class Options:
    """How to write.

    `temperature` 0 is greedy and needs no seed; with the same seed, model and machine the text repeats.
    """

    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()


class Generator(Protocol):
    """A language model. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """What to call it: `gemma-3-270m`, a file's stem, a server's model."""

    @property
    def format(self) -> Format:
        """How prompts for it are worded."""

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may have together."""

    @property
    def parallel(self) -> int:
        """Answers to ask for at the same time: each is written about as fast as one alone."""

    def count(self, text: str) -> int:
        """Tokens of `text` as plain text (an estimate where a server does not tell)."""

    def stream(
        self, messages: Sequence[Message], options: Options, cancel: threading.Event | None = None
    ) -> Iterator[str]:
        """The answer, piece by piece.

        Setting `cancel`, or closing the iterator, stops the model within one token (while a prompt is
        still being read: within one batch).

        Raises:
            ModelError: the prompt is too long, or the model failed.
        """

    def close(self) -> None:
        """Free the model."""


@runtime_checkable
class Judge(Protocol):
    """A generator that also tells how likely it is to begin its answer with a word."""

    @property
    def name(self) -> str:
        """What to call it."""

    @property
    def format(self) -> Format:
        """How prompts for it are worded."""

    def odds(self, messages: Sequence[Message], words: Sequence[str]) -> list[float]:
        """How likely the answer begins with each of these words, among them: shares that sum to 1.

        Raises:
            ModelError: the prompt is too long, the model failed, or its server tells no probabilities.
        """


def log_odds(share: float, least: float) -> float:
    """Natural log-odds of a share, which is not trusted beyond `least` and 1 - `least`."""
    bounded = min(max(share, least), 1 - least)
    return math.log(bounded / (1 - bounded))


def shares(logs: Sequence[float]) -> list[float]:
    """Natural log-probabilities as shares of their sum; all equal where none is known (-inf)."""
    highest = max(logs)
    if highest == -math.inf:
        return [1 / len(logs)] * len(logs)
    weights = [math.exp(log - highest) for log in logs]
    return [w / sum(weights) for w in weights]
