"""A GGUF file with fewer tokens: smaller, loaded faster, and each written token costs less."""

import mmap
import struct
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from techsum.generators.gguf_file import ALIGNMENT, Pair, Tensor, read_header

_TOKENS, _SCORES, _TYPES = (f"tokenizer.ggml.{name}" for name in ("tokens", "scores", "token_type"))
_CONTROL, _USER_DEFINED, _BYTE = 3, 4, 6
"""Types of tokens."""
_RARE_ENGLISH = 58_104
"""Place from which ASCII tokens are left out; 40,000 stay."""
_EMBEDDING = "token_embd.weight"
_LENGTH = struct.Struct("<Q")
_ARRAY_HEAD = 12
"""Bytes of an array's type and length."""


def is_korean_token(number: int, token: str, kind: int) -> bool:
    """Whether Korean prose needs this token of Gemma's: Hangul, frequent English, signs, any character alone.

    Any other text can be said with what stays, in more tokens. Korean has the tokens that it had: the
    tokenizer joins two neighbours whose texts together are a token, the one with the smallest number first.

    Args:
        number: the token's place in the vocabulary; of English the more frequent come first.
        token: its text.
        kind: its type in `tokenizer.ggml.token_type`.
    """
    if kind == _CONTROL:
        return not token.startswith("<unused")
    if kind in (_USER_DEFINED, _BYTE):
        return True
    text = token.replace("▁", "")
    if len(text) > 1 and text.isascii():
        return number < _RARE_ENGLISH
    return len(text) <= 1 or all(map(_is_used, text))


def _is_used(character: str) -> bool:
    if character.isascii() or "가" <= character <= "힣" or "ㄱ" <= character <= "ㆎ":
        return True
    return unicodedata.category(character)[0] not in "LM"


def keep_tokens(source: Path, target: BinaryIO, keeps: Callable[[int, str, int], bool]) -> int:
    """Write a model with a part of its tokens, in their order.

    Args:
        source: a GGUF file whose tokenizer has no merges ("llama") and whose output matrix is its input's.
        target: a new file.
        keeps: whether a token stays, by its place, its text and its type.

    Returns:
        How many tokens are left.

    Raises:
        ModelError: the source is missing or no GGUF.
    """
    header = read_header(source)
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        tokens, kinds = _strings(content, header.pairs[_TOKENS]), _values(content, header.pairs[_TYPES], "i")
        pairs = zip(tokens, kinds, strict=True)
        kept = [n for n, (token, kind) in enumerate(pairs) if keeps(n, token.decode(), kind)]
        target.write(struct.pack("<4sIQQ", b"GGUF", header.version, len(header.tensors), len(header.pairs)))
        for key, pair in header.pairs.items():
            target.write(content[pair.start : pair.value_start])
            target.writelines(_value(key, content, pair, kept))
        offset = 0
        for tensor in header.tensors:
            smaller = _smaller(tensor, len(kept))._replace(offset=offset)
            target.write(_description(smaller))
            offset += _aligned(smaller.size)
        for tensor in header.tensors:
            target.write(bytes(_aligned(target.tell()) - target.tell()))
            start = header.data_start + tensor.offset
            row = tensor.size // tensor.extents[-1]
            runs = _runs(kept) if tensor.name == _EMBEDDING else [(0, tensor.extents[-1])]
            target.writelines(content[start + a * row : start + b * row] for a, b in runs)
    return len(kept)


def _strings(content: mmap.mmap, pair: Pair) -> list[bytes]:
    found, place = [], pair.value_start + _ARRAY_HEAD
    while place < pair.end:
        end = place + 8 + _LENGTH.unpack_from(content, place)[0]
        found.append(content[place + 8 : end])
        place = end
    return found


def _values(content: mmap.mmap, pair: Pair, form: str) -> tuple[Any, ...]:
    data = content[pair.value_start + _ARRAY_HEAD : pair.end]
    return struct.unpack(f"<{len(data) // 4}{form}", data)


def _value(key: str, content: mmap.mmap, pair: Pair, kept: Sequence[int]) -> Iterator[bytes]:
    """A pair's value with the tokens that stay, in pieces."""
    if key.endswith("_token_id"):
        yield struct.pack("<I", kept.index(pair.value))
    elif key in (_TOKENS, _SCORES, _TYPES):
        yield content[pair.value_start : pair.value_start + 4] + _LENGTH.pack(len(kept))
        if key == _TOKENS:
            tokens = _strings(content, pair)
            yield from (_LENGTH.pack(len(tokens[n])) + tokens[n] for n in kept)
        else:
            data = content[pair.value_start + _ARRAY_HEAD : pair.end]
            yield from (data[4 * n : 4 * n + 4] for n in kept)
    else:
        yield content[pair.value_start : pair.end]


def _smaller(tensor: Tensor, tokens: int) -> Tensor:
    return tensor._replace(extents=(*tensor.extents[:-1], tokens)) if tensor.name == _EMBEDDING else tensor


def _description(tensor: Tensor) -> bytes:
    name, count = tensor.name.encode(), len(tensor.extents)
    numbers = struct.pack(f"<I{count}QIQ", count, *tensor.extents, tensor.kind, tensor.offset)
    return _LENGTH.pack(len(name)) + name + numbers


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Consecutive numbers as their first and the one after their last."""
    for _, run in groupby(enumerate(numbers), lambda one: one[1] - one[0]):
        first, *rest = (number for _, number in run)
        yield first, (rest or [first])[-1] + 1
