"""A look into a GGUF file before llama.cpp opens it: is it one, is it whole, what does it say of itself.

Layout after the GGUF specification, version 3: header, key-value pairs, tensor descriptions, padding, data.
"""

import mmap
import os
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from techsum.errors import ModelError

FORMAT_KEY = "techsum.format"
"""Key of the prompt format in a GGUF file that TechSum exported."""

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_ALIGNMENT = 32
"""Where the file says nothing else."""
_ALIGNMENTS = frozenset(1 << n for n in range(3, 21))
_MOST_DIMENSIONS = 4
_LENGTH = struct.Struct("<Q")
# Bytes and weights in a block of each tensor type (ggml's table): F32, F16, Q4_0 ... BF16.
_BLOCKS = {
    0: (4, 1), 1: (2, 1), 2: (18, 32), 3: (20, 32), 6: (22, 32), 7: (24, 32), 8: (34, 32), 9: (36, 32),
    10: (84, 256), 11: (110, 256), 12: (144, 256), 13: (176, 256), 14: (210, 256), 15: (292, 256),
    16: (66, 256), 17: (74, 256), 18: (98, 256), 19: (50, 256), 20: (18, 32), 21: (110, 256),
    22: (82, 256), 23: (136, 256), 24: (1, 1), 25: (2, 1), 26: (4, 1), 27: (8, 1), 28: (8, 1),
    29: (56, 256), 30: (2, 1),
}  # fmt: skip
_MOST_ENTRIES = 100_000
_LONGEST_STRING = 1 << 24


@dataclass(frozen=True)
class GgufInfo:
    """What a GGUF file says of itself."""

    architecture: str
    chat_template: str | None
    trained_context: int | None
    kind: str
    """`model` or `adapter`."""
    format: str | None = None
    """How prompts are worded, where TechSum exported the file (`techsum.format`)."""


class Pair(NamedTuple):
    """The value of a key, and where both stand in the file, in bytes."""

    value: Any
    """A number, a string, or None of an array."""
    start: int
    value_start: int
    end: int


class Tensor(NamedTuple):
    """A tensor's description."""

    name: str
    extents: tuple[int, ...]
    kind: int
    offset: int
    """Of its first byte from where the data begin."""

    @property
    def size(self) -> int:
        """Its bytes; 0 of an unknown type."""
        size, block = _BLOCKS.get(self.kind, (0, 1))
        return prod(self.extents) // block * size


@dataclass(frozen=True)
class Header:
    """What stands before a file's weights."""

    version: int
    pairs: dict[str, Pair]
    tensors: tuple[Tensor, ...]
    alignment: int
    """Bytes that a tensor's first one is a multiple of."""
    data_start: int


def inspect_gguf(path: Path) -> GgufInfo:
    """What a GGUF file says of itself.

    Raises:
        ModelError: the file is missing, is no GGUF, or ends before its last tensor.
    """
    if not path.exists():
        raise ModelError("model_missing", path=path)
    try:
        with path.open("rb") as file:
            metadata = {key: pair.value for key, pair in read_header(file, path).pairs.items()}
            architecture = str(metadata.get("general.architecture", ""))
            context = metadata.get(f"{architecture}.context_length")
            return GgufInfo(
                architecture,
                metadata.get("tokenizer.chat_template"),
                int(context) if context else None,
                str(metadata.get("general.type", "model")),
                metadata.get(FORMAT_KEY),
            )
    except (OSError, ValueError, TypeError, OverflowError):
        raise ModelError("model_not_gguf", path=path) from None


def read_header(file: BinaryIO, path: Path) -> Header:
    """Read the header of a GGUF file from its start.

    Args:
        file: the file.
        path: what errors call it.

    Raises:
        ModelError: it is no GGUF, or ends before its last tensor.
        OSError: it cannot be read.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if file.read(4) != b"GGUF":
        raise ModelError("model_not_gguf", path=path)
    return _Reader(file, path, size).header()


class _Reader:
    def __init__(self, file: BinaryIO, path: Path, size: int) -> None:
        self._file, self._path, self._size = file, path, size

    def header(self) -> Header:
        version, tensors, pairs = self._numbers("IQQ")
        if version not in (2, 3) or tensors > _MOST_ENTRIES or pairs > _MOST_ENTRIES:
            raise ModelError("model_not_gguf", path=self._path)
        found = dict(self._pair() for _ in range(pairs))
        described = tuple(self._tensor() for _ in range(tensors))
        alignment = found["general.alignment"].value if "general.alignment" in found else _ALIGNMENT
        if alignment not in _ALIGNMENTS:
            raise ModelError("model_not_gguf", path=self._path)
        data_start = -(-self._file.tell() // alignment) * alignment
        end = max((tensor.offset + tensor.size for tensor in described), default=0)
        if data_start + end > self._size:
            raise self._truncated(data_start + end)
        return Header(version, found, described, alignment, data_start)

    def _pair(self) -> tuple[str, Pair]:
        start = self._file.tell()
        key, kind = self._string(), self._numbers("I")[0]
        value_start = self._file.tell()
        value = self._value(kind)
        return key, Pair(value, start, value_start, self._file.tell())

    def _tensor(self) -> Tensor:
        name, dimensions = self._string(), self._numbers("I")[0]
        if dimensions > _MOST_DIMENSIONS:
            raise ModelError("model_not_gguf", path=self._path)
        return Tensor(name, self._numbers(f"{dimensions}Q"), *self._numbers("IQ"))

    def _truncated(self, needed: int) -> ModelError:
        return ModelError("model_truncated", path=self._path, size=self._size, needed=needed)

    def _bytes(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) < count:
            raise self._truncated(self._file.tell() + count - len(data))
        return data

    def _numbers(self, form: str) -> tuple[Any, ...]:
        return struct.unpack("<" + form, self._bytes(struct.calcsize("<" + form)))

    def _string(self) -> str:
        length = self._numbers("Q")[0]
        if length > _LONGEST_STRING:
            raise ModelError("model_not_gguf", path=self._path)
        return self._bytes(length).decode("utf-8", "replace")

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._string()
        if kind in _SCALARS:
            return self._numbers(_SCALARS[kind])[0]
        if kind != _ARRAY:
            raise ModelError("model_not_gguf", path=self._path)
        inner, count = self._numbers("IQ")
        if inner in _SCALARS:
            self._file.seek(struct.calcsize("<" + _SCALARS[inner]) * count, 1)
        elif inner == _STRING:
            self._skip_strings(count)
        else:
            raise ModelError("model_not_gguf", path=self._path)
        return None

    def _skip_strings(self, count: int) -> None:
        """Pass over a vocabulary: of its 262,144 tokens only the lengths matter here."""
        position = self._file.tell()
        with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            for _ in range(count):
                if position + 8 > self._size:
                    raise self._truncated(position + 8)
                position += 8 + _LENGTH.unpack_from(content, position)[0]
        self._file.seek(min(position, self._size))
