"""GGUF files written from safetensors: a whole model, or an adapter for llama.cpp."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from techsum.errors import TrainingError
from techsum.generators.gguf_file import FORMAT_KEY
from techsum.training.adapters import scale_of
from techsum.training.exporting.gguf_vocabulary import write_vocabulary
from techsum.training.exporting.k_quants import K_QUANTS, Imatrix, kind_of, quantize

Quantization = Literal["f16", "bf16", "q8_0", "q6_k", "q5_k_m", "q4_k_m", "q4_0"]
"""Of a file's matrices; the K-quants are llama.cpp's mixtures."""

QUANTIZATIONS: tuple[Quantization, ...] = get_args(Quantization)

_ARCHITECTURES = {"gemma": "gemma", "gemma2": "gemma2", "gemma3_text": "gemma3"}
_ADAPTED = re.compile(r"base_model\.model\.(.+)\.lora_([AB])\.weight")
_LAYER = re.compile(r"blk\.(\d+)\.")
_BLOCK = 32
"""Weights in a block of q8_0 and q4_0."""


def write_model(  # noqa: PLR0917 - what a file is made of
    folder: Path,
    path: Path,
    quantization: Quantization,
    fmt: str,
    name: str,
    imatrix: Imatrix | None = None,
) -> None:
    """Write a merged checkpoint as one GGUF file.

    Norms stay in fp32, and are stored plus one: llama.cpp multiplies by them where Gemma multiplies by one
    more.

    Args:
        folder: `config.json`, safetensors and tokenizer.
        path: the file to write.
        quantization: of the matrices.
        fmt: the prompt format, kept under `techsum.format`.
        name: what the model calls itself.
        imatrix: for K-quants, which inputs matter most.
    """
    import gguf
    import torch
    import transformers

    config = json.loads((folder / "config.json").read_text("utf-8"))
    writer = gguf.GGUFWriter(path, _architecture(config))
    writer.add_name(name)
    writer.add_string(FORMAT_KEY, fmt)
    _write_shape(writer, config)
    writer.add_file_type(gguf.LlamaFileType[f"MOSTLY_{quantization.upper()}"])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    write_vocabulary(writer, tokenizer, int(config["vocab_size"]))
    for tensor_name, tensor in _tensors(folder):
        mapped = _mapped(config, tensor_name)
        values = tensor.to(torch.float32).numpy()
        if values.ndim == 1:
            writer.add_tensor(mapped, values + 1)  # all vectors of a Gemma are norms
            continue
        kind, data = _quantized(values, mapped, config, quantization, (imatrix or {}).get(tensor_name))
        writer.add_tensor(mapped, data, raw_dtype=kind)
    _close(writer)


def _quantized(
    values: NDArray[np.float32],
    name: str,
    config: dict[str, Any],
    quantization: Quantization,
    importance: NDArray[np.float32] | None,
) -> tuple[Any, NDArray[Any]]:
    """A matrix's kind and its bytes."""
    import gguf

    if values.shape[-1] % _BLOCK:
        kind = gguf.GGMLQuantizationType.F16
    elif quantization in K_QUANTS:
        layer = int(found.group(1)) if (found := _LAYER.match(name)) else 0
        chosen = kind_of(name, values.shape[-1], layer, config["num_hidden_layers"], quantization)
        return gguf.GGMLQuantizationType[chosen], quantize(values, chosen, importance)
    else:
        kind = gguf.GGMLQuantizationType[quantization.upper()]
    return kind, gguf.quants.quantize(values, kind)


def write_adapter(  # noqa: PLR0917 - what an adapter is made of
    folder: Path,
    path: Path,
    base_config: dict[str, Any],
    fmt: str,
    name: str,
    quantization: Literal["f16", "q8_0"] = "f16",
) -> None:
    """Write a PEFT adapter as a GGUF LoRA.

    Args:
        folder: `adapter_config.json` and `adapter_model.safetensors`.
        path: the file to write.
        base_config: the base's `config.json`.
        fmt: the prompt format, kept under `techsum.format`.
        name: what the tuned model calls itself.
        quantization: of its factors; q8_0 needs a rank that 32 divides.
    """
    import gguf
    from safetensors.torch import load_file

    adapter_config = json.loads((folder / "adapter_config.json").read_text("utf-8"))
    writer = gguf.GGUFWriter(path, _architecture(base_config))
    writer.add_type("adapter")
    writer.add_name(name)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", scale_of(adapter_config) * int(adapter_config["r"]))
    writer.add_string(FORMAT_KEY, fmt)
    for key, values in sorted(load_file(folder / "adapter_model.safetensors").items()):
        found = _ADAPTED.fullmatch(key)
        if not found:
            raise TrainingError("export_tensor", name=key)
        mapped = f"{_mapped(base_config, found.group(1) + '.weight')}.lora_{found.group(2).lower()}"
        factor = np.ascontiguousarray(values.float().numpy())
        if quantization == "q8_0" and factor.shape[-1] % _BLOCK == 0:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(mapped, gguf.quants.quantize(factor, kind), raw_dtype=kind)
        else:
            writer.add_tensor(mapped, factor.astype(np.float16))
    _close(writer)


def _write_shape(writer: Any, config: dict[str, Any]) -> None:
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    if config.get("sliding_window"):
        writer.add_sliding_window(config["sliding_window"])
    if config.get("attn_logit_softcapping"):
        writer.add_attn_logit_softcapping(config["attn_logit_softcapping"])
    if config.get("final_logit_softcapping"):
        writer.add_final_logit_softcapping(config["final_logit_softcapping"])
    rope = config.get("rope_parameters") or {}
    rope = rope.get("full_attention", rope)
    writer.add_rope_freq_base(float(rope.get("rope_theta") or config.get("rope_theta") or 10_000))


def _tensors(folder: Path) -> Iterator[tuple[str, Any]]:
    from safetensors import safe_open

    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="pt") as kept:
            for name in kept.keys():  # noqa: SIM118 - not a mapping
                yield name, kept.get_tensor(name)


def _architecture(config: dict[str, Any]) -> str:
    kind = str(config["model_type"])
    if kind not in _ARCHITECTURES:
        raise TrainingError("export_architecture", name=kind, known=", ".join(_ARCHITECTURES))
    return _ARCHITECTURES[kind]


def _mapped(config: dict[str, Any], name: str) -> str:
    import gguf

    architecture = gguf.MODEL_ARCH[_architecture(config).upper()]
    names = gguf.get_tensor_name_map(architecture, int(config["num_hidden_layers"]))
    found = names.get_name(name, try_suffixes=(".weight",))
    if found is None:
        raise TrainingError("export_tensor", name=name)
    return str(found)


def _close(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
