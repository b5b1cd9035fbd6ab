"""What a model string means: the one place where it is taken apart."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EXTRACT = "extract"

Kind = Literal["extract", "named", "file", "transformers", "server"]


@dataclass(frozen=True)
class ModelRef:
    """A model as a user names it. Get one from `ModelRef.parse`."""

    kind: Kind
    """`extract`, a known name, a GGUF file, a hub id or folder (`hf:…`), or a server (`URL#NAME`)."""
    text: str
    """As it was given."""
    location: str
    """The name, the path, the hub id or folder, or the address."""
    served_name: str | None = None
    """What the server calls it; None: its only model."""

    @classmethod
    def parse(cls, text: str) -> "ModelRef":
        """Take a model string apart; whether there is such a model is not looked for."""
        if text == EXTRACT:
            return cls("extract", text, text)
        if text.startswith("hf:"):
            return cls("transformers", text, text.removeprefix("hf:"))
        if re.match("https?://", text):
            url, _, name = text.partition("#")
            return cls("server", text, url, name or None)
        return cls("file" if text.endswith(".gguf") else "named", text, text)

    @property
    def path(self) -> Path:
        """Of a file or folder."""
        return Path(self.location)

    @property
    def shown(self) -> str:
        """Its name for readers: neither the operator's paths nor addresses."""
        if self.kind == "server":
            return (self.served_name or self.location).rpartition("/")[2]
        if self.kind == "transformers":
            return self.path.name if self.path.is_absolute() else self.text
        return self.path.name if self.kind == "file" else self.text

    @property
    def absolute(self) -> str:
        """The same, whatever folder a command is run in."""
        return str(self.path.resolve()) if self.kind == "file" else self.text
