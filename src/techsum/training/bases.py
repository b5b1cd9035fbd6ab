"""Base models and their tokenizers, loaded for training."""

import json
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

from techsum.errors import StorageError, TrainingError
from techsum.generators.models import EMBEDDED, EMBEDDED_SHA256, model_file
from techsum.settings import hub, settings
from techsum.training.recipe import Base


def place(base: Base) -> str:
    """Where transformers finds the base: a hub id or a folder.

    The embedded model is turned into a checkpoint at its first use: 536 MB in the cache folder.

    Raises:
        ModelError: the embedded model is not installed.
        StorageError: the cache folder is full.
    """
    return str(_embedded_checkpoint()) if base.name == EMBEDDED else base.name


def load_tokenizer(base: Base) -> Any:
    """The base's tokenizer.

    Raises:
        TrainingError: the base is missing, or gated and there is no token.
    """
    import transformers

    transformers.utils.logging.set_verbosity_error()
    try:
        return transformers.AutoTokenizer.from_pretrained(
            place(base), revision=base.revision or "main", token=_token()
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise explain(base, error) from None


def load_model(base: Base, *, nf4: bool = False, device_map: Any = None) -> Any:
    """The base's weights, frozen nowhere and adapted by nothing yet.

    Args:
        base: the recipe's section.
        nf4: 4-bit weights (QLoRA). Such a model must get its adapter before its first forward pass: on a
            CPU that pass repacks the weights, and the loss is 27 instead of 3.8 after it. `fit` alone asks
            for it, and attaches the adapter in the same breath.
        device_map: where the weights go.

    Raises:
        TrainingError: the base is missing, or gated and there is no token.
    """
    import torch
    import transformers

    dtype = torch.bfloat16 if base.precision == "bf16" else torch.float32
    more: dict[str, Any] = {}
    if base.attention != "auto":
        more["attn_implementation"] = base.attention
    elif flash_attention():
        more["attn_implementation"] = "flash_attention_2"
    if nf4:
        more["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
            bnb_4bit_quant_storage=dtype,  # FSDP can only shard storage of a float type
        )
    transformers.utils.logging.disable_progress_bar()
    try:
        return transformers.AutoModelForCausalLM.from_pretrained(
            place(base),
            revision=base.revision or "main",
            token=_token(),
            dtype=dtype,
            device_map=device_map,
            use_safetensors=True,  # a .bin is a pickle, and a pickle is a program
            **more,
        )
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        raise explain(base, error) from None


def flash_attention() -> bool:
    """Whether flash attention is installed and has a GPU to run on."""
    from importlib.util import find_spec

    import torch

    return torch.cuda.is_available() and find_spec("flash_attn") is not None


def _token() -> str | None:
    token = settings().hub_token
    return token.get_secret_value() if token else None


def explain(base: Base, error: Exception) -> TrainingError:
    """The line for a base that did not load."""
    reason = str(error)
    if "gated" in reason.lower() or "401" in reason or "403" in reason:
        return TrainingError("hub_gated", name=base.name, page=f"{hub()}/{base.name}")
    if token := _token():
        reason = reason.replace(token, "***")
    first = next((line.strip() for line in reason.splitlines() if line.strip()), type(error).__name__)
    return TrainingError("train_base", name=base.name, reason=first[:200])


def _embedded_checkpoint() -> Path:
    """The embedded GGUF as safetensors in bf16, with its tokenizer.

    Its weights are what llama.cpp computes with, rounded to bf16: an adapter trained on them fits both.
    """
    folder = settings().cache_dir / "checkpoints" / f"{EMBEDDED}-{EMBEDDED_SHA256[:8]}"
    if folder.is_dir():
        return folder
    file = model_file(EMBEDDED)
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    except OSError as error:
        raise StorageError("cache_unwritable", path=folder.parent, reason=error.strerror) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tokenizer = transformers.AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
            model = transformers.AutoModelForCausalLM.from_pretrained(
                file.parent,
                gguf_file=file.name,
                dtype=torch.float32,
                quantization_config=transformers.GgufConfig(dequantize=True),
            ).to(torch.bfloat16)
        model.save_pretrained(part)
        tokenizer.save_pretrained(part)
        _name_the_pad(part)
        part.replace(folder)
    except OSError as error:
        if not folder.is_dir():  # another process may have been first
            raise StorageError("disk_full", path=folder, needed="600 MB") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _name_the_pad(folder: Path) -> None:
    """The GGUF names no padding token; Gemma's own is `<pad>`, id 0."""
    path = folder / "tokenizer_config.json"
    said = json.loads(path.read_text("utf-8"))
    said.setdefault("pad_token", "<pad>")
    path.write_text(json.dumps(said, ensure_ascii=False, indent=2), "utf-8")
