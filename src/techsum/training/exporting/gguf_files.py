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

_ARCHITECTURES = {"gemma": "gemma", "gemma2": "gemma2", "gemma3_text": "gemma3", "gemma4_text": "gemma4"}
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

    Norms stay in fp32. Those of Gemma 1 to 3 are stored plus one: llama.cpp multiplies by them where these
    models multiply by one more.

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
    norm_shift = 0 if config["model_type"] == "gemma4_text" else 1
    if config["model_type"] == "gemma4_text":
        _write_gemma4_shape(writer, config)
        writer.add_tensor("rope_freqs.weight", _rotated_share(config))
    writer.add_file_type(gguf.LlamaFileType[f"MOSTLY_{quantization.upper()}"])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    write_vocabulary(writer, tokenizer, int(config["vocab_size"]))
    for tensor_name, tensor in _tensors(folder):
        mapped = _mapped(config, tensor_name)
        values = tensor.to(torch.float32).numpy()
        if values.ndim == 1:
            writer.add_tensor(mapped, values + norm_shift)  # norms, and what Gemma 4 scales a layer by
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
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    if config.get("sliding_window"):
        writer.add_sliding_window(config["sliding_window"])
    if config.get("attn_logit_softcapping"):
        writer.add_attn_logit_softcapping(config["attn_logit_softcapping"])
    if config.get("final_logit_softcapping"):
        writer.add_final_logit_softcapping(config["final_logit_softcapping"])
    if config["model_type"] != "gemma4_text":
        writer.add_feed_forward_length(config["intermediate_size"])
        writer.add_head_count_kv(config["num_key_value_heads"])
        writer.add_key_length(config["head_dim"])
        writer.add_value_length(config["head_dim"])
    rope = config.get("rope_parameters") or {}
    rope = rope.get("full_attention", rope)
    writer.add_rope_freq_base(float(rope.get("rope_theta") or config.get("rope_theta") or 10_000))


def _write_gemma4_shape(writer: Any, config: dict[str, Any]) -> None:
    """What differs between the layers of a Gemma 4, and its embeddings a layer."""
    sliding = [kind == "sliding_attention" for kind in config["layer_types"]]
    layers, shared = len(sliding), int(config.get("num_kv_shared_layers") or 0)
    for unwritten in ("enable_moe_block", "attention_k_eq_v"):  # of the larger models
        if config.get(unwritten):
            raise TrainingError(
                "export_architecture", name=f"gemma4 ({unwritten})", known=", ".join(_ARCHITECTURES)
            )
    writer.add_sliding_window_pattern(sliding)
    writer.add_shared_kv_layers(shared)
    writer.add_embedding_length_per_layer_input(int(config.get("hidden_size_per_layer_input") or 0))
    if config.get("use_double_wide_mlp"):  # the layers that share keys and values are twice as wide
        width = config["intermediate_size"]
        writer.add_feed_forward_length([width * (1 + (n >= layers - shared)) for n in range(layers)])
    else:
        writer.add_feed_forward_length(config["intermediate_size"])
    full, window = _of_full_attention(config, "head_dim"), config["head_dim"]
    writer.add_key_length(full)
    writer.add_value_length(full)
    writer.add_key_length_swa(window)
    writer.add_value_length_swa(window)
    writer.add_rope_dimension_count(full)
    writer.add_rope_dimension_count_swa(window)
    heads, full_heads = config["num_key_value_heads"], _of_full_attention(config, "num_key_value_heads")
    writer.add_head_count_kv([heads if kind else full_heads for kind in sliding])
    writer.add_rope_freq_base_swa(float(config["rope_parameters"]["sliding_attention"]["rope_theta"]))


def _of_full_attention(config: dict[str, Any], key: str) -> int:
    """A size of the layers with full attention.

    A published `config.json` has `global_…`; transformers 5 writes what differs for each layer.
    """
    layer = config["layer_types"].index("full_attention")
    of_layer = (config.get("per_layer_config") or {}).get(str(layer), {})
    published = {"head_dim": "global_head_dim", "num_key_value_heads": "num_global_key_value_heads"}[key]
    return int(config.get(published) or of_layer.get(key) or config[key])


def _rotated_share(config: dict[str, Any]) -> NDArray[np.float32]:
    """Frequency factors of the layers with full attention: what they do not rotate is divided by 1e30."""
    pairs = _of_full_attention(config, "head_dim") // 2
    rotated = int(pairs * config["rope_parameters"]["full_attention"].get("partial_rotary_factor", 1.0))
    return np.array([1.0] * rotated + [1e30] * (pairs - rotated), np.float32)


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
    if name.endswith("layer_scalar"):  # a buffer of Gemma 4's layers
        name += ".weight"
    found = names.get_name(name, try_suffixes=(".weight",))
    if found is None:
        raise TrainingError("export_tensor", name=name)
    return str(found)


def _close(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
