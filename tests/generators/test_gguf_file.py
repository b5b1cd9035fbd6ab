"""What a GGUF file says of itself, and files that say what cannot be."""

import struct

import pytest

from techsum.errors import ModelError
from techsum.generators.gguf_file import inspect_gguf

NUMBER, SIGNED, REAL, STRING, ARRAY = 4, 5, 6, 8, 9


def text(value):
    return struct.pack("<Q", len(value)) + value


def pair(key, kind, value):
    return text(key) + struct.pack("<I", kind) + value


def gguf(*pairs, tensors=()):
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(pairs) + 1)
    return head + pair(b"general.architecture", STRING, text(b"gemma3")) + b"".join((*pairs, *tensors))


@pytest.fixture
def inspected(tmp_path):
    def inspect(content):
        path = tmp_path / "model.gguf"
        path.write_bytes(content + bytes(64))
        return inspect_gguf(path)

    return inspect


def test_a_sound_header_is_read(inspected):
    about = inspected(gguf(pair(b"gemma3.context_length", NUMBER, struct.pack("<I", 2048))))
    assert (about.architecture, about.trained_context, about.kind) == ("gemma3", 2048, "model")


@pytest.mark.parametrize(
    "content",
    [
        gguf(pair(b"gemma3.context_length", STRING, text(b"abc"))),
        gguf(pair(b"gemma3.context_length", REAL, struct.pack("<f", float("nan")))),
        gguf(pair(b"gemma3.context_length", REAL, struct.pack("<f", float("inf")))),
        gguf(pair(b"general.alignment", NUMBER, struct.pack("<I", 0))),
        gguf(pair(b"general.alignment", NUMBER, struct.pack("<I", 33))),
        gguf(pair(b"general.alignment", SIGNED, struct.pack("<i", -32))),
        gguf(pair(b"general.alignment", ARRAY, struct.pack("<IQ", NUMBER, 1) + bytes(4))),
        gguf(tensors=[text(b"x") + struct.pack("<I", 2**32 - 1)]),
    ],
    ids=[
        "a context of letters", "a context that is no number", "an endless context", "alignment 0", "alignment 33",
        "a negative alignment", "several alignments", "four billion dimensions",
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line(inspected, content):
    with pytest.raises(ModelError) as refused:
        inspected(content)
    assert refused.value.key == "model_not_gguf"
