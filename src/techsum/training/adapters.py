"""What is trained of a base: an adapter with its kind of start, or all weights; and how it is written."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

from techsum.errors import TrainingError
from techsum.files import atomic_file, atomic_write_text
from techsum.generators.text_weights import load_adapter
from techsum.prompts import stored_name
from techsum.training import bases
from techsum.training.recipe import Lora, Recipe

_WEIGHTS, _CONFIG = "adapter_model.safetensors", "adapter_config.json"
_SAME = 1e-3
"""Largest difference of two first factors that are the same, in shares of the largest weight."""


def adapted(recipe: Recipe, base: Any, tokenizer: Any, initial: Path, *, nf4: bool) -> Any:
    """The base with what is trained: an adapter, or all its own weights.

    Args:
        recipe: says which.
        base: the model of transformers, changed in place.
        tokenizer: knows the ids of `lora.tokens`.
        initial: where the first factors are kept if they are not zero; a resumed run compares.
        nf4: whether the base's weights are in 4 bits.

    Raises:
        TrainingError: no adapter to go on from, one of another shape, a start that does not fit the base's
            quantization, a token that the base lacks, or first factors other than those the run began with.
    """
    import peft

    lora = recipe.lora
    if lora is None:
        return base.requires_grad_(True)
    if (lora.init, nf4) in {("pissa", True), ("loftq", False)}:
        raise TrainingError("lora_init_quantization", init=lora.init, quantization="nf4" if nf4 else "none")
    config = peft.LoraConfig(
        r=lora.r,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets),
        use_rslora=lora.rslora,
        init_lora_weights="pissa" if lora.init == "pissa" else True,
        trainable_token_indices={"embed_tokens": _token_ids(lora, tokenizer)} if lora.tokens else None,
        task_type="CAUSAL_LM",
    )
    if lora.start:
        return _continued(base, lora, config)
    model = peft.get_peft_model(base, config)
    if lora.init == "loftq":
        _start_from_error(model, bases.load_model(recipe.base))
    if lora.init != "zero":
        _keep_initial(model, initial)
    return model


def _continued(base: Any, lora: Lora, config: Any) -> Any:
    import peft

    try:
        known = peft.LoraConfig.from_pretrained(lora.start)
    except (OSError, ValueError, TypeError):
        raise TrainingError("lora_start_missing", path=lora.start) from None
    shape = ("r", "lora_alpha", "use_rslora", "trainable_token_indices")
    if any(getattr(known, name) != getattr(config, name) for name in shape):
        found = {name: getattr(known, name) for name in shape}
        raise TrainingError(
            "lora_start_other",
            path=lora.start,
            r=found["r"],
            alpha=found["lora_alpha"],
            rslora=str(bool(found["use_rslora"])).lower(),
            tokens=found["trainable_token_indices"] or "-",
        )
    try:
        return load_adapter(base, str(lora.start), is_trainable=True, use_safetensors=True)
    except (OSError, RuntimeError, ValueError):  # its layers are other ones, or of another width
        raise TrainingError("lora_start_base", path=lora.start) from None


def _token_ids(lora: Lora, tokenizer: Any) -> list[int]:
    known = tokenizer.get_vocab()
    for token in lora.tokens:
        if token not in known:
            raise TrainingError("lora_token", token=token)
    return [known[token] for token in lora.tokens]


def _start_from_error(model: Any, full: Any) -> None:
    """Let the factors begin as the best approximation of what 4 bits took from the weights.

    PEFT's own `replace_lora_weights_loftq` does the same, on a GPU only.

    Args:
        model: the adapted model with nf4 weights.
        full: the base without quantization.
    """
    import torch
    from bitsandbytes.functional import dequantize_4bit
    from peft.tuners.lora import Linear4bit

    for name, module in model.base_model.model.named_modules():
        if not isinstance(module, Linear4bit):
            continue
        weight = module.base_layer.weight
        kept = dequantize_4bit(weight.data, weight.quant_state).float()
        error = full.get_submodule(name).weight.detach().to(kept.device).float() - kept
        left, sizes, right = torch.linalg.svd(error, full_matrices=False)
        factors_a, factors_b = module.lora_A["default"].weight, module.lora_B["default"].weight
        r = factors_a.shape[0]
        root = sizes[:r].sqrt()
        factors_a.data = (root[:, None] * right[:r]).to(factors_a.dtype).contiguous()
        factors_b.data = (left[:, :r] * root).to(factors_b.dtype).contiguous()


def _keep_initial(model: Any, folder: Path) -> None:
    """Keep the first factors, or compare them with those that the run began with."""
    from peft import get_peft_model_state_dict
    from safetensors.torch import load_file, save_file

    factors = {
        name: value.detach().float().cpu().contiguous()
        for name, value in get_peft_model_state_dict(model).items()
    }
    path = folder / _WEIGHTS
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as part:  # several processes write the same
            save_file(factors, part)
        return
    for name, known in load_file(path).items():
        if (factors[name] - known).abs().max() > _SAME * known.abs().max():
            raise TrainingError("run_other_start", path=folder.parent)


def save_trained(model: Any, folder: Path, recipe: Recipe, tokenizer: Any, initial: Path) -> None:
    """Write what was trained, as safetensors: the adapter alone, or the whole model with its tokenizer.

    Args:
        model: what `adapted` gave.
        folder: where.
        recipe: its recipe.
        tokenizer: goes with a whole model.
        initial: where the first factors are.
    """
    if recipe.lora is None:
        import torch

        dtype = torch.bfloat16 if recipe.base.precision == "bf16" else torch.float32
        tied = set(getattr(model, "all_tied_weights_keys", None) or ())  # a copy would be written twice
        kept = {name: value.to(dtype) for name, value in model.state_dict().items() if name not in tied}
        model.save_pretrained(folder, state_dict=kept)
        config = json.loads((folder / "config.json").read_text("utf-8"))
        config["dtype"] = str(dtype).removeprefix("torch.")
        atomic_write_text(folder / "config.json", json.dumps(config, indent=2))
        tokenizer.save_pretrained(folder)
    else:
        model.save_pretrained(folder)
        (folder / "README.md").unlink(missing_ok=True)  # PEFT's empty card
        _finish_adapter(folder, recipe, recipe.lora, initial)
    atomic_write_text(folder / "techsum.json", json.dumps({"format": stored_name(recipe.base.format)}))


def keep_adapter(checkpoint: Path, folder: Path, recipe: Recipe, initial: Path) -> None:
    """The adapter out of a sharded run's checkpoint, as `save_trained` writes one."""
    folder.mkdir(parents=True)
    for name in (_WEIGHTS, _CONFIG):
        shutil.copyfile(checkpoint / name, folder / name)
    if recipe.lora:
        _finish_adapter(folder, recipe, recipe.lora, initial)
    atomic_write_text(folder / "techsum.json", json.dumps({"format": stored_name(recipe.base.format)}))


def _finish_adapter(folder: Path, recipe: Recipe, lora: Lora, initial: Path) -> None:
    """Name the base as the recipe does, and make the adapter one of the unchanged base."""
    config = json.loads((folder / _CONFIG).read_text("utf-8"))
    config |= {"base_model_name_or_path": recipe.base.name, "revision": recipe.base.revision}
    if lora.init != "zero":
        _rebase(folder / _WEIGHTS, initial / _WEIGHTS)
        config |= {"r": 2 * lora.r, "lora_alpha": 2 * lora.r * scale_of(config), "use_rslora": False}
        config["init_lora_weights"] = True
    atomic_write_text(folder / _CONFIG, json.dumps(config, indent=2, sort_keys=True))


def scale_of(config: dict[str, Any]) -> float:
    """What an adapter's output is multiplied by, from its `adapter_config.json`."""
    r, alpha = int(config["r"]), float(config["lora_alpha"])
    return alpha / math.sqrt(r) if config.get("use_rslora") else alpha / r


def _rebase(path: Path, initial: Path) -> None:
    """Turn an adapter of a base that lacks its first factors into one of the whole base.

    The base was W - s B0 A0 (pissa: by subtraction; loftq: that is what 4 bits left of it), the trained model
    W - s B0 A0 + s B A. So the adapter of W has the factors [A; A0] and [B, -B0].
    """
    import torch
    from safetensors.torch import load_file, save_file

    first, both = load_file(initial), {}
    for name, value in load_file(path).items():
        trained, begun = value.float(), first[name].float()
        if "lora_A" in name:
            both[name] = torch.cat([trained, begun])
        elif "lora_B" in name:
            both[name] = torch.cat([trained, -begun], dim=1)
        else:
            both[name] = trained
    save_file(both, path)


def as_trained(folder: Path, part: Path, recipe: Recipe) -> Path:
    """The adapter on the base that it was trained on, where that is other than the one it ships for.

    Args:
        folder: what `save_trained` wrote.
        part: a folder to write into.
        recipe: its recipe.

    Returns:
        `folder` itself, or with `loftq` the factors without the first ones.
    """
    from safetensors.torch import load_file, save_file

    if recipe.lora is None or recipe.lora.init != "loftq":
        return folder
    r = recipe.lora.r
    shutil.copytree(folder, part, dirs_exist_ok=True)
    halves = {
        name: (value[:r] if "lora_A" in name else value[:, :r] if "lora_B" in name else value).contiguous()
        for name, value in load_file(folder / _WEIGHTS).items()
    }
    save_file(halves, part / _WEIGHTS)
    config = json.loads((folder / _CONFIG).read_text("utf-8")) | {"r": r, "lora_alpha": recipe.lora.alpha}
    atomic_write_text(part / _CONFIG, json.dumps(config))
    return part
