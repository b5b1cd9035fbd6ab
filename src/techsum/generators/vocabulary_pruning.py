"""Vocabulary pruning: with fewer tokens a GGUF file is smaller, loads sooner, and each token costs less."""

import mmap
import struct
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from techsum.generators.gguf_file import Pair, Tensor, read_header

_TOKENS, _SCORES, _TYPES = (f"tokenizer.ggml.{name}" for name in ("tokens", "scores", "token_type"))
_CONTROL, _USER_DEFINED, _BYTE = 3, 4, 6
"""Types of tokens."""
_FIRST_RARE_WORD = 58_104
"""Place in Gemma 3's vocabulary from which pieces of English are left out: 40,000 come before it."""
_EMBEDDING = "token_embd.weight"
_LENGTH = struct.Struct("<Q")
_STRING = 8
"""Type of an array's elements."""
_ARRAY_HEAD = 12
"""Bytes of an array's type and length."""


def is_needed_for_korean(number: int, token: str, kind: int) -> bool:
    """Whether Korean prose needs this token of Gemma 3: Hangul, signs, frequent English, any character alone.

    Any other text can be said with what stays, in more tokens. Korean has the tokens that it had: the
    tokenizer joins two neighbours whose texts together are a token, the one with the smallest number first.

    Args:
        number: the token's place in the vocabulary; the more frequent words come first.
        token: its text.
        kind: its type in `tokenizer.ggml.token_type`.
    """
    if kind == _CONTROL:
        return not token.startswith("<unused")
    text = token.replace("▁", "")
    if kind in (_USER_DEFINED, _BYTE) or len(text) <= 1:
        return True
    if text.isascii():
        return number < _FIRST_RARE_WORD or not any(map(str.isalpha, text))
    return all(map(_may_stand_in_korean, text))


def _may_stand_in_korean(character: str) -> bool:
    if character.isascii() or "가" <= character <= "힣" or "ㄱ" <= character <= "ㆎ":
        return True
    return unicodedata.category(character)[0] not in "LM"


def prune_vocabulary(
    source: BinaryIO, target: BinaryIO, keeps: Callable[[int, str, int], bool], name: Path
) -> int:
    """Write a model with a part of its tokens, in their order.

    Args:
        source: a GGUF file whose tokenizer has no merges ("llama") and whose output matrix is its input's.
        target: a new file.
        keeps: whether a token stays, by its place, its text and its type; control tokens must.
        name: what errors call the source.

    Returns:
        How many tokens are left.

    Raises:
        ModelError: the source is no GGUF.
    """
    header = read_header(source, name)
    with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
        arrays = {key: _elements(content, header.pairs[key]) for key in (_TOKENS, _SCORES, _TYPES)}
        kept = [
            number
            for number, (token, kind) in enumerate(zip(arrays[_TOKENS], arrays[_TYPES], strict=True))
            if keeps(number, token[_LENGTH.size :].decode(), int.from_bytes(kind, "little"))
        ]
        target.write(struct.pack("<4sIQQ", b"GGUF", header.version, len(header.tensors), len(header.pairs)))
        for key, pair in header.pairs.items():
            target.write(content[pair.start : pair.value_start])
            if key in arrays:
                target.write(content[pair.value_start : pair.value_start + 4] + _LENGTH.pack(len(kept)))
                target.writelines(arrays[key][number] for number in kept)
            elif key.endswith("_token_id"):
                target.write(struct.pack("<I", kept.index(pair.value)))
            else:
                target.write(content[pair.value_start : pair.end])
        offset = 0
        for tensor in header.tensors:
            smaller = _smaller(tensor, len(kept))._replace(offset=offset)
            target.write(_description(smaller))
            offset += _aligned(smaller.size, header.alignment)
        for tensor in header.tensors:
            target.write(bytes(_aligned(target.tell(), header.alignment) - target.tell()))
            start = header.data_start + tensor.offset
            data = content[start : start + tensor.size]
            target.writelines(_rows(data, tensor.extents[-1], kept) if tensor.name == _EMBEDDING else [data])
    return len(kept)


def _elements(content: mmap.mmap, pair: Pair) -> list[bytes]:
    """An array's elements as they stand in the file: strings with their length before them, or four bytes."""
    is_text = content[pair.value_start] == _STRING
    found, place = [], pair.value_start + _ARRAY_HEAD
    while place < pair.end:
        end = place + (_LENGTH.size + _LENGTH.unpack_from(content, place)[0] if is_text else 4)
        found.append(content[place:end])
        place = end
    return found


def _smaller(tensor: Tensor, tokens: int) -> Tensor:
    return tensor._replace(extents=(*tensor.extents[:-1], tokens)) if tensor.name == _EMBEDDING else tensor


def _description(tensor: Tensor) -> bytes:
    name, count = tensor.name.encode(), len(tensor.extents)
    numbers = struct.pack(f"<I{count}QIQ", count, *tensor.extents, tensor.kind, tensor.offset)
    return _LENGTH.pack(len(name)) + name + numbers


def _aligned(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment


def _rows(data: bytes, count: int, kept: Sequence[int]) -> Iterator[bytes]:
    """The rows of a matrix that stay, those that follow one another in one piece."""
    size = len(data) // count
    for _, run in groupby(enumerate(kept), lambda one: one[1] - one[0]):
        numbers = [number for _, number in run]
        yield data[numbers[0] * size : (numbers[-1] + 1) * size]
