"""Generators: language models behind one small protocol."""

import re
from pathlib import Path

from techsum.generators.gguf_file import inspect_gguf
from techsum.generators.models import (
    BASE_MODELS,
    EMBEDDED,
    EXTRACT,
    TUNED,
    VERIFIER,
    auto_model,
    model_file,
    shipped_adapter,
)
from techsum.generators.protocol import Generator, Judge, Options
from techsum.settings import check_model_address, settings

__all__ = ["EXTRACT", "Generator", "Judge", "Options", "check", "load", "load_verifier", "resolve"]

_CLAIM_CONTEXT = 1024
"""Tokens that a verifier sees: three sentences and a claim have 150 to 300."""


def resolve(model: str) -> str:
    """`model` with `auto` replaced by what it means on this machine."""
    return auto_model() if model == "auto" else model


def check(model: str) -> None:
    """Look whether this model can be meant at all, before anything slow begins.

    Raises:
        UsageError: the name means nothing.
        ModelError: the file is missing or no GGUF, or the model was not pulled.
    """
    check_model_address(model)
    if model == EXTRACT or model.startswith("hf:") or re.match("https?://", model):
        return
    if model.endswith(".gguf"):
        inspect_gguf(Path(model))
    elif model not in (EMBEDDED, TUNED):
        model_file(model)


def load(model: str) -> Generator:
    """The generator of this name, ready to write.

    Args:
        model: a known name, a `.gguf` file, `hf:ID` or `hf:FOLDER`, or `URL#NAME`.

    Raises:
        UsageError: the name means nothing.
        ModelError: the model is missing, broken or cannot be reached.
    """
    if model.startswith("hf:"):
        from techsum.generators.transformers_model import load_transformers

        return load_transformers(model.removeprefix("hf:"))
    if re.match("https?://", model):
        from techsum.generators.openai_server import OpenAIServer

        url, _, name = model.partition("#")
        return OpenAIServer(url, name or None)
    from techsum.generators.llama_cpp import load_llama

    path = Path(model) if model.endswith(".gguf") else model_file(model)
    adapter = shipped_adapter() if model == TUNED else settings().adapter
    return load_llama(path, None if model.endswith(".gguf") else model, adapter)


def load_verifier(model: str = "auto") -> Judge:
    """The generator that judges claims: an instruct model itself, for every other one the shipped verifier.

    Raises:
        UsageError: the name means nothing.
        ModelError: the model is missing, broken or cannot be reached.
    """
    name = resolve(model)
    if name not in {EXTRACT, TUNED, *BASE_MODELS}:
        generator = load(name)
        if generator.format == "gemma" and isinstance(generator, Judge):
            return generator
    from techsum.generators.llama_cpp import load_llama

    return load_llama(model_file(VERIFIER), VERIFIER, shipped_adapter(VERIFIER), _CLAIM_CONTEXT)
