"""How fast the models to pull will be here: random weights of their shapes beside the embedded model.

Speed depends on the shape of a model and the type of its weights, not on their values, so models that no hub
gave can be timed. The ratios stand in `HubModel.speed`, and `techsum models` multiplies them with what
`techsum doctor` measured of the embedded model.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np

from common import finish, machine
from techsum.generators import Options
from techsum.generators.hub_models import HUB_MODELS
from techsum.generators.llama_cpp import LlamaCpp, load_llama
from techsum.generators.models import EMBEDDED, model_file
from techsum.prompts import Message

RUNS, PROMPT, WRITTEN = 2, 400, 24
TOLERANCE = 0.35
"""How far a ratio may lie from the one that is kept: between two processors it moves so much."""


@dataclass(frozen=True)
class Shape:
    """The published sizes of a model."""

    architecture: str
    layers: int
    width: int
    feed: int
    heads: int
    key_heads: int
    head: int = 256


SHAPES = {
    "gemma-3-1b-it": Shape("gemma3", 26, 1152, 6912, 4, 1),
    "gemma-2-2b-it": Shape("gemma2", 26, 2304, 9216, 8, 4),
    "gemma-3-4b-it": Shape("gemma3", 34, 2560, 10240, 8, 4),
}
KEPT = ("tokenizer.", "general.alignment")


def write(path: Path, shape: Shape) -> Path:
    """A GGUF of this shape in Q4_0 with random weights and the embedded model's vocabulary."""
    embedded = gguf.GGUFReader(model_file(EMBEDDED))
    writer = gguf.GGUFWriter(path, shape.architecture)
    for field in embedded.fields.values():
        if field.name.startswith(KEPT):
            nested = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=nested)
    writer.add_context_length(8192)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.key_heads)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_sliding_window(1024)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0)
    words = len(embedded.fields["tokenizer.ggml.tokens"].data)
    queries, keys = shape.heads * shape.head, shape.key_heads * shape.head
    tensors = {"token_embd.weight": (words, shape.width), "output_norm.weight": (shape.width,)}
    for n in range(shape.layers):
        tensors |= {
            f"blk.{n}.attn_q.weight": (queries, shape.width),
            f"blk.{n}.attn_k.weight": (keys, shape.width),
            f"blk.{n}.attn_v.weight": (keys, shape.width),
            f"blk.{n}.attn_output.weight": (shape.width, queries),
            f"blk.{n}.ffn_gate.weight": (shape.feed, shape.width),
            f"blk.{n}.ffn_up.weight": (shape.feed, shape.width),
            f"blk.{n}.ffn_down.weight": (shape.width, shape.feed),
        }
        norms = ("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")
        tensors |= {f"blk.{n}.{name}.weight": (shape.width,) for name in norms}
        if shape.architecture == "gemma3":
            tensors |= {f"blk.{n}.{name}.weight": (shape.head,) for name in ("attn_q_norm", "attn_k_norm")}
    random = np.random.default_rng(1)
    for name, size in tensors.items():
        if len(size) == 1:
            writer.add_tensor(name, np.ones(size, np.float32))
        else:
            writer.add_tensor(name, _quantized(random, *size), raw_dtype=gguf.GGMLQuantizationType.Q4_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _quantized(random: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Blocks of 32 weights: a scale of half precision and 16 random bytes."""
    blocks = random.integers(0, 256, (rows, columns // 32, 18), np.uint8)
    blocks[..., :2] = np.frombuffer(np.float16(0.004).tobytes(), np.uint8)
    return blocks.reshape(rows, -1)


def speed(generator: LlamaCpp) -> tuple[float, float]:
    """Tokens a second read and written, the best of some runs: other work only slows them down."""
    seen = []
    for run in range(RUNS):
        text = f"{run}번째 글이다. " + "솔섬의 소금물 전지는 내년 봄에 다시 시험한다. " * 200
        text = text[: int(len(text) * PROMPT / generator.count(text))]
        for _ in generator.stream([Message("user", text)], Options(max_tokens=WRITTEN)):
            pass
        assert generator.last_timing is not None
        seen.append((generator.last_timing.prompt_per_second, generator.last_timing.written_per_second))
    return max(read for read, _ in seen), max(written for _, written in seen)


def main() -> None:
    """Measure, compare with what is kept, and say the table."""
    print(machine())
    base = speed(load_llama(model_file(EMBEDDED), EMBEDDED, None))
    print("| shape | GB | reads, of the embedded model's | writes | kept |\n|---|---|---|---|---|")
    targets: dict[str, bool] = {}
    for name, shape in SHAPES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = write(Path(folder) / f"{name}.gguf", shape)
            generator = load_llama(path, name, None)
            read, written = (mine / theirs for mine, theirs in zip(speed(generator), base, strict=True))
            generator.close()
            kept = HUB_MODELS[name].speed
            print(f"| {name} | {path.stat().st_size / 1e9:.1f} | {read:.3f} | {written:.3f} | {kept} |")
        apart = max(abs(read / kept[0] - 1), abs(written / kept[1] - 1))
        targets[f"{name} as it is kept"] = apart <= TOLERANCE
    print(f"the embedded model: {base[0]:.0f} read, {base[1]:.0f} written a second")
    finish(targets)


if __name__ == "__main__":
    main()
