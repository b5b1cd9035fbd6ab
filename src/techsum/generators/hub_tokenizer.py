"""Tokenizers that keep text apart from control tokens: training and serving use the same."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from techsum.cached import cached_property
from techsum.errors import ModelError
from techsum.files import atomic_write_text
from techsum.prompts import FAMILIES, Format, Message, Piece, render, render_by_template


class HubTokenizer:
    """Pieces of a prompt in, token ids out.

    Args:
        tokenizer: a fast tokenizer of transformers.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.raw = tokenizer

    @cached_property
    def identity(self) -> str:
        """What decides about token ids, as a hash."""
        return hashlib.sha256(self.raw.backend_tokenizer.to_str().encode()).hexdigest()[:16]

    def save(self, folder: Path) -> Path:
        """Write it for `FileTokenizer`, once; returns the file."""
        path = folder / f"{self.identity}.json"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            atomic_write_text(path, self.raw.backend_tokenizer.to_str())
        return path

    def tokenize(self, text: str) -> list[int]:
        """Token ids of `text` as plain text: `split_special_tokens` keeps it from becoming control tokens."""
        return list(self.raw(text, add_special_tokens=False, split_special_tokens=True)["input_ids"])

    def encode(self, pieces: Sequence[Piece]) -> list[int]:
        """The token ids of a rendered prompt: whatever an article contains stays plain text."""
        return [
            i
            for p in pieces
            for i in ([self.raw.convert_tokens_to_ids(p.text)] if p.control else self.tokenize(p.text))
        ]

    def prompt(self, messages: Sequence[Message], fmt: Format, name: str) -> list[int]:
        """The token ids of a prompt, by the model's own template where the format says so.

        Raises:
            ModelError: that template is faulty.
        """
        if not FAMILIES[fmt].own_template:
            return self.encode(render(messages, fmt))
        import jinja2

        pieces = None
        with suppress(jinja2.TemplateError):
            pieces = render_by_template(messages, self._apply_template)
        if pieces is None:
            raise ModelError("model_format", name=name)
        return [
            i
            for p in pieces
            for i in (
                self.raw(p.text, add_special_tokens=False)["input_ids"]
                if p.control
                else self.tokenize(p.text)
            )
        ]

    def _apply_template(self, messages: list[dict[str, str]]) -> str:
        applied = self.raw.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        return str(applied)

    def check_controls(self, fmt: Format, name: str) -> None:
        """Look whether the vocabulary has the control tokens of this format.

        Raises:
            ModelError: it lacks one, so the format is another model's.
        """
        for token in FAMILIES[fmt].controls:
            if self.raw.convert_tokens_to_ids(token) in (None, self.raw.unk_token_id):
                if not FAMILIES[fmt].turn:  # a base model of another family
                    raise ModelError("model_format", name=name)
                raise ModelError("model_controls", name=name, format=fmt, token=token)

    def end_ids(self, fmt: Format) -> list[int]:
        """Ids of the tokens that end an answer."""
        ends = {self.raw.eos_token_id, *map(self.raw.convert_tokens_to_ids, FAMILIES[fmt].ends)}
        return sorted(ends - {None, self.raw.unk_token_id})

    def longest_start(self, text: str, tokens: int) -> str:
        """As much of the beginning of `text` as fits this many tokens."""
        found = self.raw(
            text, add_special_tokens=False, split_special_tokens=True, return_offsets_mapping=True
        )["offset_mapping"]
        return text if len(found) <= tokens else text[: found[max(tokens, 0)][0]]


class FileTokenizer:
    """The same from a `tokenizer.json`, without transformers and torch: half the memory, for many processes.

    Args:
        path: the file, as `HubTokenizer.save` names it.
    """

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        self.identity = path.stem
        self._raw = Tokenizer.from_file(str(path))
        self._raw.no_truncation()  # transformers leaves both out at each call
        self._raw.no_padding()
        self._raw.encode_special_tokens = True  # text that looks like a control token stays text

    def encode(self, pieces: Sequence[Piece]) -> list[int]:
        """The token ids of a rendered prompt: whatever an article contains stays plain text."""
        return [
            i
            for p in pieces
            for i in (
                [cast("int", self._raw.token_to_id(p.text))]
                if p.control
                else self._raw.encode(p.text, add_special_tokens=False).ids
            )
        ]

    def longest_start(self, text: str, tokens: int) -> str:
        """As much of the beginning of `text` as fits this many tokens."""
        found = self._raw.encode(text, add_special_tokens=False).offsets
        return text if len(found) <= tokens else text[: found[max(tokens, 0)][0]]
