"""Every error that a user can meet: one tree, each a single line that says what to do next."""

from typing import Any

from techsum.messages import text


class TechsumError(Exception):
    """Base of all errors of TechSum that are not bugs.

    `str(error)` is one line in the user's language: what is wrong and what to do.

    Args:
        key: the message in `techsum.messages`.
        values: what the message names.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(key)

    def __str__(self) -> str:
        line = " ".join(text(self.key, **self.values).split())
        # a server's words may stand in it; they must not steer the terminal
        return "".join(c for c in line if c.isprintable())

    def as_dict(self) -> dict[str, Any]:
        """The error as plain values, to cross to another process; `from_dict` makes it an error again."""
        values = {k: v if isinstance(v, int | float) else str(v) for k, v in self.values.items()}
        return {"error": type(self).__name__, "key": self.key, "values": values}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> "TechsumError":
        """The error that `as_dict` gave."""
        kinds = [TechsumError]
        for kind in kinds:
            kinds += kind.__subclasses__()
        kind = next((k for k in kinds if k.__name__ == data["error"]), TechsumError)
        return kind(data["key"], **data["values"])


class UsageError(TechsumError):
    """The request itself is wrong: an unknown option value, an unknown model name."""


class ReadingError(TechsumError):
    """A source could not be turned into an article."""


class FetchError(ReadingError):
    """A link could not be fetched."""


class BlockedAddressError(FetchError):
    """A link, or a redirect of it, points to an address that TechSum never opens."""


class ModelError(TechsumError):
    """A generator could not be made or could not write."""


class AnalyserError(TechsumError):
    """The Korean analyser failed over a text."""


class ServerError(ModelError):
    """An OpenAI-compatible server failed, refused or was not there."""


class EvaluationError(TechsumError):
    """Evaluation data cannot be used, or a report cannot be made."""


class TrainingError(TechsumError):
    """A recipe, its data, its base or its run folder cannot be used."""


class StorageError(TechsumError):
    """Something could not be kept: a full disk, a folder without write permission."""


class CancelledError(TechsumError):
    """The user stopped the work."""

    def __init__(self) -> None:
        super().__init__("cancelled")
