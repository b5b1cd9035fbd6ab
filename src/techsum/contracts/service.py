"""What a server answers beside summaries: its state, its models, feeds and the briefing."""

from dataclasses import dataclass
from typing import Literal

from techsum.contracts.entry import ListedEntry, Status
from techsum.contracts.serialization import CONTRACT


@dataclass(frozen=True)
class Health:
    """That the server answers."""

    __pydantic_config__ = CONTRACT

    status: str
    version: str


@dataclass(frozen=True)
class Readiness:
    """Whether the server takes work."""

    __pydantic_config__ = CONTRACT

    ready: bool


@dataclass(frozen=True)
class ModelPull:
    """How far the download of a model is."""

    __pydantic_config__ = CONTRACT

    name: str
    state: Literal["absent", "running", "here", "failed"]
    bytes: int = 0
    total: int = 0
    error: str = ""
    """Why it failed."""


@dataclass(frozen=True)
class ModelOffer:
    """A model that fits the server's machine, to be downloaded."""

    __pydantic_config__ = CONTRACT

    pull: ModelPull
    about: str
    """Name, size and licence."""
    memory: int
    """Gigabytes that the machine should have."""
    fits: bool
    """Whether it has them."""
    skills: tuple[str, ...]
    """What it can do: `summary`, `title`, `chat`, `difficulty`, `korean` (about other languages)."""
    seconds: float | None
    """How long a summary of a 1,000-character article should take there; null: nothing was measured yet."""
    may_pull: bool
    """Whether readers of this server may download it."""


@dataclass(frozen=True)
class Models:
    """The models that can be named."""

    __pydantic_config__ = CONTRACT

    auto: str
    """What `auto` means here."""
    models: tuple[str, ...]
    recommended: ModelOffer | None = None
    """The model for this machine that follows instructions; null where none fits."""


@dataclass(frozen=True)
class Begun:
    """A summary that is being made, or was found."""

    __pydantic_config__ = CONTRACT

    id: str
    status: Status


@dataclass(frozen=True)
class Imported:
    """How many entries an import had."""

    __pydantic_config__ = CONTRACT

    imported: int


@dataclass(frozen=True)
class ShareLink:
    """A link under which anyone can read a summary."""

    __pydantic_config__ = CONTRACT

    token: str
    url: str


@dataclass(frozen=True)
class FollowedFeed:
    """A feed that the reader follows."""

    __pydantic_config__ = CONTRACT

    id: int
    url: str
    checked: float | None
    """When it was read last, in seconds since 1970; null: not yet."""
    error: str
    """Why it could not be read; empty where it could."""


@dataclass(frozen=True)
class BriefingDay:
    """A day on which articles came."""

    __pydantic_config__ = CONTRACT

    day: str
    """`2026-11-27`."""
    count: int
    unread: int


@dataclass(frozen=True, kw_only=True)
class BriefingArticle(ListedEntry):
    """An article of a day."""

    read: bool
    """Whether its reader has opened it."""


@dataclass(frozen=True)
class Briefing:
    """The articles of a day, and the days that there are."""

    __pydantic_config__ = CONTRACT

    day: str
    days: tuple[BriefingDay, ...]
    articles: tuple[BriefingArticle, ...]
