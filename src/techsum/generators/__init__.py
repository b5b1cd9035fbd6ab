"""Generators: language models behind one small protocol."""

from techsum.generators.gguf_file import inspect_gguf
from techsum.generators.model_ref import EXTRACT, ModelRef
from techsum.generators.models import (
    BASE_MODELS,
    EMBEDDED,
    TUNED,
    VERIFIER,
    auto_model,
    model_file,
    shipped_adapter,
    unknown,
)
from techsum.generators.protocol import Generator, Judge, Options
from techsum.prompts import FAMILIES
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
    ref = ModelRef.parse(model)
    if ref.kind == "file":
        inspect_gguf(ref.path)
    elif model == VERIFIER:
        raise unknown(model)
    elif ref.kind == "named" and model not in (EMBEDDED, TUNED):
        model_file(model)


def load(model: str) -> Generator:
    """The generator of this name, ready to write.

    Args:
        model: a known name, a `.gguf` file, `hf:ID` or `hf:FOLDER`, or `URL#NAME`.

    Raises:
        UsageError: the name means nothing.
        ModelError: the model is missing, broken or cannot be reached.
    """
    ref = ModelRef.parse(model)
    if ref.kind == "transformers":
        from techsum.generators.transformers_model import load_transformers

        return load_transformers(ref.location)
    if ref.kind == "server":
        from techsum.generators.openai_server import OpenAIServer

        return OpenAIServer(ref.location, ref.served_name)
    from techsum.generators.llama_cpp import load_llama

    if ref.kind == "file":
        return load_llama(ref.path, None, settings().adapter)
    adapter = shipped_adapter() if model == TUNED else settings().adapter
    return load_llama(model_file(model), model, adapter)


def load_verifier(model: str = "auto") -> Judge:
    """The generator that judges claims: an instruct model itself, for every other one the shipped verifier.

    Raises:
        UsageError: the name means nothing.
        ModelError: the model is missing, broken or cannot be reached.
    """
    name = resolve(model)
    if name not in {EXTRACT, TUNED, *BASE_MODELS}:
        generator = load(name)
        if FAMILIES[generator.format].instruct and isinstance(generator, Judge):
            return generator
    from techsum.generators.llama_cpp import load_llama

    return load_llama(model_file(VERIFIER), VERIFIER, shipped_adapter(VERIFIER), _CLAIM_CONTEXT)
