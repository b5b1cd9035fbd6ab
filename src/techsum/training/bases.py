"""Base models and their tokenizers, loaded for training."""

import ctypes
import logging
import os
import warnings
from typing import Any

from techsum.errors import TrainingError
from techsum.generators.embedded import embedded_checkpoint
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.generators.models import EMBEDDED
from techsum.generators.text_weights import load_text_model
from techsum.prompts import FAMILIES, format_of_template
from techsum.settings import hub, hub_reason, hub_token
from techsum.training.recipe import Base

os.environ.setdefault(
    "HF_HUB_DISABLE_TELEMETRY", "1"
)  # trl reports to its makers otherwise; read at its import

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # mallopt's names of them, from glibc's malloc.h


def keep_freed_memory() -> None:
    """Let glibc keep freed memory for the next tensor instead of giving it back to the system.

    The logits of an answer take 30 to 100 MB; mapped anew at every step, their pages cost more than the
    arithmetic (51 tokens/s against 126 on a virtual machine, training the 270M model).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, 2**31 - 1)


def quiet() -> None:
    """Keep libraries from talking into the progress bar."""
    import transformers

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it misses kernels that a CPU has no use for
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    warnings.filterwarnings("ignore", module=r"(torch|transformers|trl|peft|bitsandbytes|accelerate)\b")


def place(base: Base) -> str:
    """Where transformers finds the base: a hub id or a folder.

    Raises:
        ModelError: the embedded model is not installed.
        StorageError: the cache folder is full.
    """
    return str(embedded_checkpoint()) if base.name == EMBEDDED else base.name


def load_tokenizer(base: Base) -> Any:
    """The base's tokenizer.

    Raises:
        TrainingError: the base is missing, gated without a token, or of another family than the recipe says.
        ModelError: its vocabulary lacks the tokens of the recipe's format.
    """
    import transformers

    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            place(base), revision=base.revision or "main", token=hub_token()
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise explain(base, error) from None
    HubTokenizer(tokenizer).check_controls(base.format, base.name)
    found = format_of_template(tokenizer.chat_template)
    if FAMILIES[base.format].instruct and tokenizer.chat_template and found != base.format:
        raise TrainingError("train_base_format", name=base.name, format=base.format, found=found)
    return tokenizer


def load_model(base: Base, *, nf4: bool = False, device_map: Any = None) -> Any:
    """The base's weights, frozen nowhere and adapted by nothing yet.

    Args:
        base: the recipe's section.
        nf4: 4-bit weights (QLoRA).
        device_map: where the weights go.

    Raises:
        TrainingError: the base is missing, or gated and there is no token.
    """
    import torch

    dtype = torch.bfloat16 if base.precision == "bf16" else torch.float32
    more: dict[str, Any] = {}
    if chosen := attention(base):
        more["attn_implementation"] = chosen
    if chosen == _BLOCKED:
        from techsum.training.blocked_attention import register

        register(_BLOCKED)
    if nf4:
        more["quantization_config"] = nf4_config(base)
    try:
        model = load_text_model(
            place(base), base.revision or "main", dtype=dtype, device_map=device_map, **more
        )
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        raise explain(base, error) from None
    _shard_by_own_layers(model)
    return model


def nf4_config(base: Base) -> Any:
    """How transformers loads the base in 4 bits."""
    import torch
    import transformers

    dtype = torch.bfloat16 if base.precision == "bf16" else torch.float32
    return transformers.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
        bnb_4bit_quant_storage=dtype,  # FSDP can only shard storage of a float type
    )


def _shard_by_own_layers(model: Any) -> None:
    """Name the layers that FSDP shards by as they are here.

    The language model of a multimodal family names the classes of towers that it lacks, and accelerate
    refuses the run.
    """
    here = {type(module).__name__ for module in model.modules()}
    setattr(model, _SHARDED, [name for name in getattr(model, _SHARDED) or () if name in here])


_BLOCKED = "blocked"
"""What transformers knows our attention for CPUs by."""
_SHARDED = "_no_split_modules"
"""Where transformers keeps the classes of layers that stay whole."""
OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
"""How torch says that memory ran out."""


def attention(base: Base) -> str | None:
    """What the recipe names; our own on a CPU, flash attention where it is. None: transformers chooses."""
    from importlib.util import find_spec

    import torch

    if base.attention != "auto":
        return base.attention
    if not torch.cuda.is_available():
        return _BLOCKED
    return "flash_attention_2" if find_spec("flash_attn") else None


def load_config(base: Base) -> dict[str, Any]:
    """The `config.json` of the base's language model.

    Raises:
        TrainingError: the base is missing, or gated and there is no token.
    """
    import transformers

    try:
        config = transformers.AutoConfig.from_pretrained(
            place(base), revision=base.revision or "main", token=hub_token()
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise explain(base, error) from None
    return dict(config.get_text_config().to_dict())


def explain(base: Base, error: Exception) -> TrainingError:
    """The line for a base that did not load."""
    reason = str(error)
    if isinstance(error, MemoryError) or any(w in reason.lower() for w in OUT_OF_MEMORY):
        return TrainingError("train_base_memory", name=base.name)
    if "gated" in reason.lower() or "401" in reason or "403" in reason:
        return TrainingError("hub_gated", name=base.name, page=f"{hub()}/{base.name}")
    return TrainingError("train_base", name=base.name, reason=hub_reason(error))
