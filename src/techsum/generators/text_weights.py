"""The language model of a checkpoint, whatever else it holds."""

import warnings
from pathlib import Path
from typing import Any

from techsum.settings import hub_token

_LANGUAGE_MODEL = {r"^model\.language_model\.": "model.", r"^language_model\.": ""}
"""From a tensor's name in a checkpoint for text, images and sound to its name in the text model alone."""


_OURS = ("model.layers.", "model.embed_tokens", "model.norm", "lm_head")


def load_text_model(where: str, revision: str, **options: Any) -> Any:
    """A causal language model of transformers.

    A checkpoint for several media (Gemma 3 from 4B on, 3n, 4) gives its text model alone: less memory, and
    the modules have the names that adapters know. Its own class would load such a file without an error
    and leave every weight random, because the names do not match.

    Args:
        where: a hub id or a folder.
        revision: the hub's commit, tag or branch.
        options: more of `from_pretrained`.

    Raises:
        OSError: the checkpoint is missing, gated, or lacks weights of the language model.
        ValueError: its architecture is unknown.
    """
    import transformers

    transformers.utils.logging.set_verbosity_error()  # it reports each weight of other media that is left out
    config = transformers.AutoConfig.from_pretrained(where, revision=revision, token=hub_token())
    text_config = config.get_text_config()
    if text_config is not config:
        if quantized := getattr(config, "quantization_config", None):
            text_config.quantization_config = quantized
        options |= {"config": text_config, "key_mapping": _LANGUAGE_MODEL}
    model, loaded = transformers.AutoModelForCausalLM.from_pretrained(
        where,
        revision=revision,
        token=hub_token(),
        use_safetensors=True,  # a .bin is a pickle, and a pickle is a program
        output_loading_info=True,
        **options,
    )
    if missing := sorted(loaded["missing_keys"]):
        raise OSError(f"{where} lacks {len(missing)} weights of its language model: {missing[0]}")
    if unknown := sorted(k for k in loaded["unexpected_keys"] if k.startswith(_OURS)):
        raise OSError(
            f"{where} has {len(unknown)} weights that its language model has no place for: {unknown[0]}"
        )
    if getattr(model, "is_loaded_in_4bit", False):
        _never_repacked(model)
    return model


def _never_repacked(model: Any) -> None:
    """Keep bitsandbytes from turning 4-bit weights into its form for inference on a CPU with AVX-512.

    The first pass in evaluation mode, on a dev split as well, would do so for good, and a training step on
    weights in that form has a loss of 27 instead of 3.8. It refuses layers whose width is no multiple of 32.
    """
    from bitsandbytes.nn.modules import Linear4bit

    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.support_avx512bf16_for_cpu = False


def load_adapter(model: Any, folder: str | Path, **options: Any) -> Any:
    """A PEFT adapter on a text model; one of a model for several media fits, where it touches the text alone.

    Args:
        model: as `load_text_model` gives it.
        folder: the adapter's.
        options: more of PEFT's `from_pretrained`.

    Raises:
        OSError: weights of the adapter are missing. PEFT would warn, and the base would answer alone.
    """
    from peft import PeftModel

    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Found missing adapter keys")
        try:
            return PeftModel.from_pretrained(
                model, str(folder), key_mapping={r"^model\.language_model\.": "model."}, **options
            )
        except UserWarning as error:
            raise OSError(f"{folder}: {str(error)[:200]}") from None
