"""A Gemma 2 of 60,000 random weights as GGUF, with Gemma's control tokens: fast, and sound in every format."""

from pathlib import Path

import gguf
import numpy as np

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<start_of_turn>' + (message['role'] if message['role'] == "
    "'user' else 'model') + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{'<start_of_turn>model\\n'}}{% endif %}"
)
TEMPLATE_4 = (
    "{{ bos_token }}{% for message in messages %}{{ '<|turn>' + (message['role'] if message['role'] == 'user' else "
    "'model') + '\\n' + message['content'] | trim + '<turn|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{'<|turn>model\\n'}}{% endif %}"
)
"""Gemma 4's turns, as its published template words them for text."""
THINKING_4 = TEMPLATE_4.replace(
    "{{'<|turn>model\\n'}}", "{{'<|turn>model\\n<|channel>thought\\n<channel|>'}}"
)
"""The same of the larger models, which think unless the prompt ends with an empty thought."""
CONTROLS_4 = [
    "<|turn>",
    "<turn|>",
    "<|channel>",
    "<channel|>",
    "<|tool_response>",
    "<tool_response|>",
    "<|think|>",
]
CONTROL = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
WORDS = [
    "가나다라마바사아자차카타파하요.",
    "습니다한국어글은는이를의에",
    "다\n\n사람",
    "소금",
    "전기",
    "장치",
    "user",
    "model",
    "요약",
    "제목",
]
PIECES = sorted({c for w in WORDS for c in w} | {w for w in WORDS if w} | {"▁"})
WIDTH, HEADS, HEAD, FEED, LAYERS = 32, 2, 16, 64, 2


def write_gemma2(
    path: Path, template: str | None = TEMPLATE, seed: int = 1, context: int = 8192, alignment: int = 32
) -> Path:
    """Write the model; returns `path`."""
    writer = gguf.GGUFWriter(path, "gemma2")
    if alignment != gguf.GGUF_DEFAULT_ALIGNMENT:
        writer.add_custom_alignment(alignment)
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(1)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_sliding_window(1024)
    writer.add_attn_logit_softcapping(50.0)
    writer.add_final_logit_softcapping(30.0)
    tokens = [*CONTROL, *(f"<0x{b:02X}>" for b in range(256)), *PIECES]
    kinds = [3] * len(CONTROL) + [6] * 256 + [1] * len(PIECES)
    kinds[3] = 2
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * (len(CONTROL) + 256) + [float(-i) for i in range(len(PIECES))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(2)
    writer.add_eos_token_id(1)
    writer.add_pad_token_id(0)
    writer.add_add_space_prefix(False)
    if template:
        writer.add_chat_template(template)
    rng = np.random.default_rng(seed)

    def tensor(name, *shape):
        # small embeddings and large blocks, or the model would only repeat its last token
        values = rng.standard_normal(shape).astype(np.float32) * (0.1 if name.startswith("token") else 1.5)
        writer.add_tensor(name, values if len(shape) > 1 else np.abs(values) + 0.5)

    tensor("token_embd.weight", len(tokens), WIDTH)
    tensor("output_norm.weight", WIDTH)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        for norm in ("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"):
            tensor(f"{block}{norm}.weight", WIDTH)
        tensor(f"{block}attn_q.weight", HEADS * HEAD, WIDTH)
        tensor(f"{block}attn_k.weight", HEAD, WIDTH)
        tensor(f"{block}attn_v.weight", HEAD, WIDTH)
        tensor(f"{block}attn_output.weight", WIDTH, HEADS * HEAD)
        tensor(f"{block}ffn_gate.weight", FEED, WIDTH)
        tensor(f"{block}ffn_up.weight", FEED, WIDTH)
        tensor(f"{block}ffn_down.weight", WIDTH, FEED)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_adapter(
    path: Path, layers: int = LAYERS, width: int = WIDTH, seed: int = 2, prompt: str | None = None
) -> Path:
    """Write a GGUF LoRA of rank 2 for the query projections of the model above."""
    writer = gguf.GGUFWriter(path, "gemma2")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 64.0)
    if prompt:
        writer.add_string("techsum.format", prompt)
    rng = np.random.default_rng(seed)
    for layer in range(layers):
        for name, rows in (("attn_q", HEADS * HEAD), ("attn_output", width)):
            writer.add_tensor(
                f"blk.{layer}.{name}.weight.lora_a", rng.standard_normal((2, width)).astype(np.float32)
            )
            writer.add_tensor(
                f"blk.{layer}.{name}.weight.lora_b", rng.standard_normal((rows, 2)).astype(np.float32)
            )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
