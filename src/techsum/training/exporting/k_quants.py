"""K-quants, by the quantizer inside the llama.cpp engine that TechSum runs on: no other program is needed."""

import ctypes
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from techsum.errors import TrainingError

KQuant = Literal["q4_k_m", "q5_k_m", "q6_k"]
K_QUANTS: tuple[KQuant, ...] = get_args(KQuant)

Imatrix = Mapping[str, NDArray[np.float32]]
"""Tensor name in the checkpoint -> mean square of each of its inputs: errors are weighted by it."""

_SUPER_BLOCK = 256
"""Weights in a block of a K-quant."""
_NARROW = {"Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"}
"""What llama.cpp takes where rows do not divide into such blocks."""


def kind_of(name: str, columns: int, layer: int, layers: int, quantization: KQuant) -> str:
    """The kind of one matrix, as llama.cpp's `llama-quantize` chooses it for a Gemma.

    Args:
        name: the tensor's name in the GGUF file.
        columns: its row length.
        layer: its layer, 0-based; any number outside of the layers.
        layers: how many layers there are.
        quantization: of the file.
    """
    kind = quantization.removesuffix("_m").upper()
    sensitive = "attn_v." in name or "ffn_down." in name
    if name.startswith(("token_embd.", "output.")) or (sensitive and _more_bits(layer, layers)):
        kind = "Q6_K"
    return kind if columns % _SUPER_BLOCK == 0 else _NARROW[kind]


def _more_bits(layer: int, layers: int) -> bool:
    """Whether a layer is among the first or last eighth, or each third between them."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2  # noqa: PLR2004


def quantize(
    values: NDArray[np.float32], kind: str, importance: NDArray[np.float32] | None
) -> NDArray[np.uint8]:
    """A matrix in the bytes of this kind.

    Args:
        values: [rows, columns] in fp32.
        kind: a name of `gguf.GGMLQuantizationType`.
        importance: [columns], or None.

    Returns:
        [rows, bytes of a row].

    Raises:
        TrainingError: the engine does not carry its quantizer.
    """
    import gguf

    number = gguf.GGMLQuantizationType[kind]
    block, size = gguf.GGML_QUANT_SIZES[number]
    rows, columns = values.shape
    source = np.ascontiguousarray(values, np.float32)
    target = np.empty((rows, columns // block * size), np.uint8)
    weights = None if importance is None else np.ascontiguousarray(importance, np.float32)
    _engine().ggml_quantize_chunk(
        int(number),
        source.ctypes.data,
        target.ctypes.data,
        0,
        rows,
        columns,
        None if weights is None else weights.ctypes.data,
    )
    return target


@cache
def _engine() -> Any:
    """llama.cpp's library with ggml's quantizer (ggml.h)."""
    import xllamacpp

    folder = Path(xllamacpp.__file__).parent
    for path in sorted([*folder.glob("*.so"), *folder.glob("*.pyd"), *folder.glob("*.dylib")]):
        library = ctypes.CDLL(str(path))
        if function := getattr(library, "ggml_quantize_chunk", None):
            function.restype = ctypes.c_size_t
            function.argtypes = [
                ctypes.c_int,
                *[ctypes.c_void_p] * 2,
                *[ctypes.c_int64] * 3,
                ctypes.c_void_p,
            ]
            return library
    raise TrainingError("export_no_k_quants")


def measure_inputs(folder: Path, sequences: list[list[int]]) -> dict[str, NDArray[np.float32]]:
    """An importance matrix: what each weight is multiplied by in texts of the model's own work.

    Args:
        folder: a merged checkpoint.
        sequences: token ids of samples.
    """
    import torch
    import transformers

    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, use_safetensors=True
    ).eval()
    sums: dict[str, Any] = {}

    def watch(name: str) -> Any:
        def hook(_module: Any, inputs: tuple[Any, ...]) -> None:
            squares = inputs[0].detach().float().pow(2).flatten(0, -2).sum(0)
            sums[name] = sums.get(name, 0) + squares

        return hook

    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear) and name != "lm_head":
            module.register_forward_pre_hook(watch(f"{name}.weight"))
    with torch.inference_mode():
        for ids in sequences:
            model(torch.tensor([ids]), logits_to_keep=1, use_cache=False)
    tokens = sum(map(len, sequences))
    return {name: (total / tokens).numpy().astype(np.float32) for name, total in sums.items()}
