"""FP8 weights for vLLM: a merged checkpoint in the format of compressed-tensors, without calibration data."""

import json
from pathlib import Path
from typing import Any

from techsum.files import atomic_write_text

_PART = {"num_bits": 8, "type": "float", "symmetric": True}
_SCHEME = {
    "quant_method": "compressed-tensors",
    "format": "float-quantized",
    "quantization_status": "compressed",
    "ignore": [
        "lm_head",
        "re:.*per_layer_.*",
    ],  # Gemma 4's projections for its embeddings a layer stay as they are
    "config_groups": {
        "group_0": {
            "targets": ["Linear"],
            "weights": {**_PART, "strategy": "channel", "dynamic": False},
            # a token's activations are scaled as they come: nothing has to be measured before
            "input_activations": {**_PART, "strategy": "token", "dynamic": True},
        }
    },
}
"""What llm-compressor calls FP8_DYNAMIC."""


def write_fp8(merged: Path, folder: Path) -> None:
    """Write a checkpoint whose linear layers are in FP8 (e4m3), one scale a row; embeddings and norms stay.

    Args:
        merged: a checkpoint with its tokenizer.
        folder: where; it exists.
    """
    import shutil

    from safetensors.torch import load_file, save_file

    for path in merged.iterdir():
        if path.suffix == ".safetensors":
            tensors: dict[str, Any] = {}
            for name, value in load_file(path).items():
                tensors |= _quantized(name, value) if name.endswith("proj.weight") else {name: value}
            save_file(tensors, folder / path.name, {"format": "pt"})
        else:
            shutil.copy(path, folder / path.name)
    _add_scales(folder)
    config = json.loads((merged / "config.json").read_text("utf-8"))
    atomic_write_text(folder / "config.json", json.dumps(config | {"quantization_config": _SCHEME}, indent=2))


def _add_scales(folder: Path) -> None:
    """Name the scales in the index of a checkpoint of several files."""
    for path in folder.glob("*.index.json"):
        index = json.loads(path.read_text("utf-8"))
        files = index["weight_map"]
        files |= {f"{name}_scale": file for name, file in files.items() if name.endswith("proj.weight")}
        atomic_write_text(path, json.dumps(index, indent=2))


def _quantized(name: str, weight: Any) -> dict[str, Any]:
    """A matrix in FP8 and the scale of each of its rows."""
    import torch

    largest = torch.finfo(torch.float8_e4m3fn).max
    values = weight.float()
    scale = (values.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / largest).to(weight.dtype)
    return {
        name: (values / scale.float()).clamp(-largest, largest).to(torch.float8_e4m3fn),
        f"{name}_scale": scale,
    }
