"""What a model string means."""

import pytest

from techsum.generators.model_ref import ModelRef


@pytest.mark.parametrize(
    ("text", "kind", "location", "served_name", "shown"),
    [
        ("extract", "extract", "extract", None, "extract"),
        ("gemma-3-1b-it", "named", "gemma-3-1b-it", None, "gemma-3-1b-it"),
        ("/home/me/own.gguf", "file", "/home/me/own.gguf", None, "own.gguf"),
        ("hf:google/gemma-2-2b-it", "transformers", "google/gemma-2-2b-it", None, "hf:google/gemma-2-2b-it"),
        ("hf:/runs/one/adapter", "transformers", "/runs/one/adapter", None, "adapter"),
        ("http://10.1.2.3:8000/v1#org/gemma", "server", "http://10.1.2.3:8000/v1", "org/gemma", "gemma"),
        ("https://models.example.org/v1", "server", "https://models.example.org/v1", None, "v1"),
    ],
)
def test_a_model_string_is_taken_apart(text, kind, location, served_name, shown):
    ref = ModelRef.parse(text)
    assert (ref.kind, ref.location, ref.served_name, ref.shown) == (kind, location, served_name, shown)
    assert ref.text == text


def test_a_file_is_kept_with_its_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ModelRef.parse("own.gguf").absolute == str(tmp_path / "own.gguf")
    assert ModelRef.parse("gemma-3-1b-it").absolute == "gemma-3-1b-it"
