"""A random two-layer Gemma 2 as a transformers folder, with a tokenizer trained on the tests' own texts."""

from pathlib import Path

from support.texts import PARAGRAPHS
from support.tiny_gguf import CONTROLS_4, TEMPLATE


def write_checkpoint(
    folder: Path, template: str | None = TEMPLATE, hidden: int = 32, family: str = "gemma2"
) -> Path:
    """Write model and tokenizer; returns `folder`. For nf4 rows of at least 64 weights are needed."""
    import torch
    from tokenizers import Tokenizer, decoders, models, normalizers, trainers
    from transformers import (
        Gemma2Config,
        Gemma2ForCausalLM,
        Gemma3ForCausalLM,
        Gemma3TextConfig,
        Gemma4ForCausalLM,
        Gemma4TextConfig,
        PreTrainedTokenizerFast,
    )

    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    turns = CONTROLS_4 if family == "gemma4" else ["<start_of_turn>", "<end_of_turn>"]
    special = ["<pad>", "<eos>", "<bos>", "<unk>", *turns]
    trainer = trainers.BpeTrainer(
        vocab_size=800, special_tokens=[*special, *(f"<0x{b:02X}>" for b in range(256))], show_progress=False
    )
    tokenizer.train_from_iterator([*PARAGRAPHS, "user model <>_abcdefghijklmnopqrstuvwxyz\n"], trainer)
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>",
        additional_special_tokens=turns,
    )  # fmt: skip
    wrapped.chat_template = template
    wrapped.save_pretrained(folder)
    torch.manual_seed(0)
    kinds = {
        "gemma2": (Gemma2Config, Gemma2ForCausalLM),
        "gemma3": (Gemma3TextConfig, Gemma3ForCausalLM),
        "gemma4": (Gemma4TextConfig, Gemma4ForCausalLM),
    }
    make_config, make_model = kinds[family]
    # as E2B: per-layer embeddings, a last layer that takes its keys and values from an earlier one of its kind
    more = {
        "global_head_dim": 32, "hidden_size_per_layer_input": 8, "vocab_size_per_layer_input": len(wrapped),
        "num_kv_shared_layers": 1, "use_double_wide_mlp": True, "final_logit_softcapping": 30.0,
        "layer_types": ["sliding_attention", "full_attention", "full_attention"],
    } if family == "gemma4" else {"query_pre_attn_scalar": 16}  # fmt: skip
    config = make_config(
        vocab_size=len(wrapped), hidden_size=hidden, intermediate_size=2 * hidden, num_hidden_layers=3 if family == "gemma4" else 2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, max_position_embeddings=2048, initializer_range=0.4, attn_implementation="eager", **more,
    )  # fmt: skip
    model = make_model(config)
    with torch.no_grad():  # small embeddings and large blocks, or the model would only repeat its last token
        for name, weight in model.named_parameters():
            weight.mul_(0.2 if "embed" in name else 3 if weight.dim() > 1 else 1)
    model.save_pretrained(folder)
    return folder


def write_multimodal(folder: Path, text: Path) -> Path:
    """Write a Gemma 4 for text and images whose language model is the one in `text`; returns `folder`."""
    from transformers import AutoModelForCausalLM, AutoTokenizer, Gemma4Config, Gemma4ForConditionalGeneration

    language_model = AutoModelForCausalLM.from_pretrained(text)
    vision = {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "head_dim": 8,
    }
    model = Gemma4ForConditionalGeneration(
        Gemma4Config(text_config=language_model.config.to_dict(), vision_config=vision, audio_config=None)
    )
    model.model.language_model.load_state_dict(language_model.model.state_dict())
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(text).save_pretrained(folder)
    return folder


def write_adapter(folder: Path, base: Path) -> Path:
    """Write a PEFT LoRA with random weights for the checkpoint; returns `folder`."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(base),
        LoraConfig(r=2, target_modules=["q_proj", "o_proj"], task_type="CAUSAL_LM"),
    )
    torch.manual_seed(1)
    for name, weight in model.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight)
    model.save_pretrained(folder)
    return folder
