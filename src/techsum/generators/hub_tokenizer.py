"""A transformers tokenizer that keeps text apart from control tokens: training and serving both use it."""

from collections.abc import Sequence
from typing import Any

from techsum.prompts import Piece


class HubTokenizer:
    """Pieces of a prompt in, token ids out.

    Args:
        tokenizer: a fast tokenizer of transformers.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.raw = tokenizer

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

    def longest_start(self, text: str, tokens: int) -> str:
        """As much of the beginning of `text` as fits this many tokens."""
        found = self.raw(
            text, add_special_tokens=False, split_special_tokens=True, return_offsets_mapping=True
        )["offset_mapping"]
        return text if len(found) <= tokens else text[: found[max(tokens, 0)][0]]
