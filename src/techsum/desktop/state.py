"""What the screens show: small observable values; a screen is drawn anew when its own value changes."""

from dataclasses import dataclass, field

import flet as ft

from techsum.contracts.service import ModelOffer
from techsum.desktop.values import Entry, Reading, Turn
from techsum.messages import Language, text

SCREENS = ("app", "saved", "guide", "settings")
CHOICES = {
    "length": ("line", "short", "medium", "long"),
    "style": ("문단", "개조식"),
    "register": ("해요체", "합니다체", "한다체"),
    "difficulty": ("쉽게", "보통", "전문가"),
}
"""What a server takes. Written again here, for a phone has no summarizers; a test compares the two."""
OPTIONS = {
    "length": "medium", "style": "문단", "register": "한다체", "difficulty": "보통", "model": "auto",
}  # fmt: skip


@ft.observable
@dataclass
class Shell:
    """What every screen knows."""

    language: Language = "ko"
    theme: str = "system"
    screen: str = "app"
    wide: bool = True

    def text_of(self, key: str, **values: object) -> str:
        """A text of the catalogue in the reader's language."""
        return text(key, self.language, **values)


@ft.observable
@dataclass
class Source:
    """What is typed, and what is wrong with it."""

    mode: str = "link"
    count: int = 0
    problem: str = ""
    busy: bool = False
    folded: bool = False
    """Whether a summary is open: on a phone it would be below the fields, out of sight."""
    drawn: int = 0
    """Counts up where the fields must show other text than what was typed into them."""
    _texts: dict[str, str] = field(default_factory=dict)

    @property
    def typed(self) -> str:
        """What stands in the field of this mode."""
        return self._texts.get(self.mode, "")

    def type(self, typed: str) -> None:
        """Keep what was typed; a field that is being typed into is not drawn again for it."""
        self._texts[self.mode] = typed
        self._count()

    @property
    def texts(self) -> dict[str, str]:
        """What stands in the field of each mode."""
        return dict(self._texts)

    def fill(self, texts: dict[str, str]) -> None:
        """Show these texts in the fields."""
        self._texts = dict(texts)
        self._count()
        self.drawn += 1

    def _count(self) -> None:
        self.count = len(self._texts.get("text", "").strip())


@ft.observable
@dataclass
class Page:
    """The summary that is open."""

    reading: Reading = field(default_factory=Reading)
    stopping: bool = False
    problem: str = ""
    """What could not be done with it."""
    correcting: bool = False
    """Whether its reader is giving it another title or wording."""
    link: str = ""
    """Under which anyone can read it, once it was shared."""


@ft.observable
@dataclass
class Chat:
    """The questions about it."""

    turns: tuple[Turn, ...] = ()
    busy: bool = False
    problem: str = ""
    drawn: int = 0
    """Counts up where the field must show other text than what was typed into it."""
    asking: bool = False
    """Whether the reader is asking, so that the field should have the focus when it is drawn."""
    _texts: dict[str, str] = field(default_factory=dict)

    @property
    def typed(self) -> str:
        """What stands in the field."""
        return self._texts.get("question", "")

    def type(self, typed: str) -> None:
        """Keep what was typed: here and not in the component, which may be drawn anew with the summary."""
        self._texts["question"] = typed

    def show(self, draft: str, *, asking: bool) -> None:
        """Draw the field with this in it."""
        self._texts = {"question": draft}
        self.asking = asking
        self.drawn += 1


@ft.observable
@dataclass
class Shelf:
    """A page of the library."""

    entries: tuple[Entry, ...] = ()
    query: str = ""
    page: int = 0
    more: bool = False
    problem: str = ""
    discarded: Entry | None = None
    """The entry that was deleted last: it can be put back."""


@ft.observable
@dataclass
class Choices:
    """How to summarise, and where."""

    options: tuple[tuple[str, str], ...] = tuple(OPTIONS.items())
    models: tuple[str, ...] = ()
    auto: str = ""
    offer: ModelOffer | None = None
    """A model that fits the server's machine and is not there."""
    server: str = ""
    problem: str = ""

    def chosen(self) -> dict[str, str]:
        """The options by name."""
        return dict(self.options)


@dataclass(frozen=True)
class State:
    """All of it."""

    shell: Shell = field(default_factory=Shell)
    source: Source = field(default_factory=Source)
    page: Page = field(default_factory=Page)
    chat: Chat = field(default_factory=Chat)
    shelf: Shelf = field(default_factory=Shelf)
    choices: Choices = field(default_factory=Choices)
