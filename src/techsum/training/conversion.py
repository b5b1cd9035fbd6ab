"""Recipes of other trainers: Axolotl's YAML, LLaMA-Factory's YAML, an Unsloth notebook's arguments.

One table says what is called what. What has no counterpart on the other side is named.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from techsum.errors import TrainingError
from techsum.training.recipe import PROJECTIONS, Recipe
from techsum.training.trainer_files import Unread, read_settings, write_settings

Trainer = Literal["axolotl", "llama-factory", "unsloth"]
TRAINERS: tuple[Trainer, ...] = get_args(Trainer)


class _Field(NamedTuple):
    """One setting and its names; None where a trainer has no such setting."""

    ours: str
    axolotl: str | None
    llama_factory: str | None
    unsloth: str | None
    """A keyword argument of a call in a notebook."""


_FIELDS = (
    _Field("base.name", "base_model", "model_name_or_path", "model_name"),
    _Field("base.format", "chat_template", "template", "get_chat_template"),
    _Field("lora.r", "lora_r", "lora_rank", "r"),
    _Field("lora.alpha", "lora_alpha", "lora_alpha", "lora_alpha"),
    _Field("lora.dropout", "lora_dropout", "lora_dropout", "lora_dropout"),
    _Field("lora.rslora", "peft_use_rslora", "use_rslora", "use_rslora"),
    _Field("training.steps", "max_steps", "max_steps", "max_steps"),
    _Field("training.epochs", "num_epochs", "num_train_epochs", "num_train_epochs"),
    _Field("training.batch", "micro_batch_size", *("per_device_train_batch_size",) * 2),
    _Field("training.accumulation", *("gradient_accumulation_steps",) * 3),
    _Field("training.lr", *("learning_rate",) * 3),
    _Field("training.warmup", *("warmup_ratio",) * 3),
    _Field("training.weight_decay", *("weight_decay",) * 3),
    _Field("training.clip", *("max_grad_norm",) * 3),
    _Field("training.max_tokens", "sequence_len", "cutoff_len", "max_seq_length"),
    _Field("training.packing", "sample_packing", "packing", "packing"),
    _Field("training.group_by_length", *("group_by_length",) * 3),
    _Field("training.seed", *("seed",) * 3),
    _Field("training.save_every", *("save_steps",) * 3),
    _Field("training.evaluate_every", *("eval_steps",) * 3),
    _Field("training.log_every", *("logging_steps",) * 3),
    _Field("dev.holdout", "val_set_size", "val_size", None),
    # these have values of their own, see `_Values`
    _Field("base.quantization", "load_in_4bit", "quantization_bit", "load_in_4bit"),
    _Field("lora.targets", "lora_target_modules", "lora_target", "target_modules"),
    _Field("training.schedule", "lr_scheduler", "lr_scheduler_type", "lr_scheduler_type"),
    _Field("training.optimizer", "optimizer", "optim", "optim"),
    _Field("training.checkpointing", *("gradient_checkpointing",) * 2, "use_gradient_checkpointing"),
)  # fmt: skip

_TEMPLATES = {
    "gemma": "gemma", "gemma2": "gemma", "gemma3": "gemma", "gemma-3": "gemma",
    "gemma4": "gemma-4", "gemma-4": "gemma-4", "gemma4n": "gemma-4",
}  # fmt: skip
"""What others call the templates of Gemma's families."""
_THEIR_TEMPLATES: dict[Trainer, dict[str, str]] = {
    "axolotl": {"gemma": "gemma", "gemma-4": "gemma4"},
    "llama-factory": {"gemma": "gemma", "gemma-4": "gemma4"},
    "unsloth": {},
}
_SCHEDULES = {"linear": "linear", "cosine": "cosine", "constant_with_warmup": "constant_with_warmup"}
_OPTIMIZERS = {
    "adamw_torch": "adamw_torch",
    "adamw_torch_fused": "adamw_torch",
    "paged_adamw_8bit": "paged_adamw_8bit",
    "adamw_8bit": "paged_adamw_8bit",
    "adamw_bnb_8bit": "paged_adamw_8bit",
}
_ALL_TARGETS = ("all", "all-linear")
_ABOUT = ("name", "about", "test", "data_folder")
"""What a recipe says beside its settings; the others' files have no place for it."""
_UNKNOWN = "?"
"""Stands where another trainer's file does not say what a recipe needs."""
_NO_COUNTERPART = object()

# What says the same here without a field: an adapter on a causal model, loss on answers, bf16
_SAME: dict[Trainer, dict[str, tuple[Any, ...]]] = {
    "axolotl": {
        "adapter": ("qlora", "lora"), "train_on_inputs": (False,), "bf16": (True, "auto"),
        "load_in_8bit": (False,), "model_type": ("AutoModelForCausalLM",), "lora_target_linear": (True,),
        "tokenizer_type": ("AutoTokenizer",),
    },
    "llama-factory": {
        "stage": ("sft",), "do_train": (True,), "finetuning_type": ("lora",), "bf16": (True,),
        "train_on_prompt": (False,), "quantization_method": ("bnb", "bitsandbytes"),
    },
    "unsloth": {"bf16": (True,), "bias": ("none",), "load_in_8bit": (False,), "full_finetuning": (False,)},
}  # fmt: skip

_DATA_KEYS = {"axolotl": "datasets", "llama-factory": "dataset", "unsloth": None}
_LOADERS = frozenset({"json", "csv", "parquet", "text", "arrow", "webdataset"})
"""What `load_dataset` reads files with: no set of the hub."""
_CHAT_TYPES = ("chat_template", "sharegpt")


@dataclass(frozen=True)
class Converted:
    """A recipe for another trainer, or another trainer's as ours."""

    text: str
    """The file."""
    left_out: tuple[str, ...]
    """Settings that have no counterpart, as `name: value`."""


def import_recipe(path: Path, trainer: Trainer | None = None) -> Converted:
    """Another trainer's file as a recipe, with `?` where it does not say what a recipe needs.

    Args:
        path: YAML, or a notebook or script of Python whose calls hold the arguments.
        trainer: whose it is; None: what its settings' names say.

    Raises:
        TrainingError: the file is missing, unreadable, or nobody's.
    """
    given = read_settings(path)
    trainer = trainer or _whose(given, path)
    recipe: dict[str, Any] = {"name": path.stem.lower().replace("_", "-"), "base": {}}
    left = dict(given)
    _take_fields(left, recipe, trainer)
    for name, same in _SAME[trainer].items():
        if name in left and left[name] in same:
            del left[name]
    recipe["base"].setdefault("name", _UNKNOWN)
    if "format" not in recipe["base"] and (found := _family(str(recipe["base"]["name"]))):
        recipe["base"]["format"] = found
    recipe["data"] = _sources(left, trainer)
    _settle(left, recipe, trainer)
    left_out = tuple(f"{name}: {_shown(value)}" for name, value in left.items())
    return Converted(write_settings(recipe, left_out, trainer), left_out)


def _family(base: str) -> str | None:
    """The format of a Gemma 4 by its name, for a recipe's default is that of Gemma 2 and 3."""
    if "gemma-4" not in base.lower():
        return None
    return "gemma-4" if re.search(r"-e[24]b\b", base.lower()) else "gemma-4-large"


def export_recipe(recipe: Recipe, trainer: Trainer) -> Converted:
    """A recipe as another trainer's file: YAML, or Python for Unsloth.

    Args:
        recipe: ours.
        trainer: whose file.
    """
    given = recipe.model_dump(mode="json", by_alias=True, exclude_unset=True)
    values: dict[str, Any] = {}
    flat = {
        f"{part}.{key}": value
        for part in ("base", "lora", "training", "dev")
        for key, value in (given.get(part) or {}).items()
    }
    for field in _FIELDS:
        name = _name(field, trainer)
        if field.ours in flat and name:
            written = _to_theirs(field.ours, flat[field.ours], trainer)
            if written is not _NO_COUNTERPART:
                del flat[field.ours]
                values[name] = written
    left = [f"{name}: {_shown(given[name])}" for name in _ABOUT if name in given]
    left += [f"{name}: {_shown(value)}" for name, value in flat.items()]
    datasets, missing = _their_data(recipe, trainer)
    left += missing
    nf4 = recipe.base.quantization == "nf4"
    if trainer == "axolotl":
        adapter = {"adapter": "qlora" if nf4 else "lora"} if recipe.lora else {}
        head = adapter | {"bf16": True, "train_on_inputs": False}
        values = head | values | {"datasets": datasets}
    elif trainer == "llama-factory":
        kind = "lora" if recipe.lora else "full"
        head = {"stage": "sft", "do_train": True, "finetuning_type": kind, "bf16": True}
        values = head | values | {"dataset": ",".join(datasets)}
    left_out = tuple(left)
    return Converted(write_settings(values, left_out, trainer, python=trainer == "unsloth"), left_out)


def _take_fields(left: dict[str, Any], recipe: dict[str, Any], trainer: Trainer) -> None:
    """Move what has a counterpart from `left` into the recipe."""
    for field in _FIELDS:
        name = _name(field, trainer)
        if name is None or name not in left:
            continue
        value = _to_ours(field.ours, left[name])
        if value is not _NO_COUNTERPART:
            del left[name]
            if value is not None:
                section, key = field.ours.split(".")
                recipe.setdefault(section, {})[key] = value


def _settle(left: dict[str, Any], recipe: dict[str, Any], trainer: Trainer) -> None:
    """Where two settings exclude each other here, put one back into `left`."""
    training = recipe.setdefault("training", {})
    if training.get("steps"):  # the others let steps decide where both stand
        if "epochs" in training:
            left[_name_of("training.epochs", trainer)] = training.pop("epochs")
    elif "epochs" not in training:
        training["epochs"] = 1
    if any(source.get("task") == "chat" for source in recipe["data"]) and "dev" in recipe:
        left[_name_of("dev.holdout", trainer)] = recipe.pop("dev")["holdout"]


def _whose(given: dict[str, Any], path: Path) -> Trainer:
    """The trainer that knows most of these names."""
    if path.suffix in {".py", ".ipynb"}:
        return "unsloth"

    def known(trainer: Trainer) -> int:
        return sum(_name(field, trainer) in given for field in _FIELDS) + (_DATA_KEYS[trainer] in given)

    best: Trainer = "axolotl" if known("axolotl") >= known("llama-factory") else "llama-factory"
    if not known(best):
        raise TrainingError("recipe_nobodys", path=path, known=", ".join(TRAINERS))
    return best


def _name(field: _Field, trainer: Trainer) -> str | None:
    return {"axolotl": field.axolotl, "llama-factory": field.llama_factory, "unsloth": field.unsloth}[trainer]


def _name_of(ours: str, trainer: Trainer) -> str:
    return next(_name(field, trainer) or ours for field in _FIELDS if field.ours == ours)


def _to_ours(field: str, value: Any) -> Any:  # noqa: C901, PLR0911 - one return a kind of value
    """A value in our words; None where ours is the default; `_NO_COUNTERPART` where we have none."""
    if isinstance(value, Unread):
        return _NO_COUNTERPART
    if field == "base.format":
        return _TEMPLATES.get(str(value), _NO_COUNTERPART)
    if field == "base.quantization":
        if value in (4, True):
            return "nf4"
        return "none" if value in (None, False) else _NO_COUNTERPART
    if field == "lora.targets":
        names = [n.strip() for n in value.split(",")] if isinstance(value, str) else value
        if names and any(n in _ALL_TARGETS for n in names):
            return None
        return names if names and set(names) <= set(PROJECTIONS) else _NO_COUNTERPART
    if field == "training.schedule":
        return _SCHEDULES.get(str(value), _NO_COUNTERPART)
    if field == "training.optimizer":
        return _OPTIMIZERS.get(str(value), _NO_COUNTERPART)
    if field == "training.checkpointing":
        return bool(value)  # Unsloth's own way is a string
    if field in ("training.steps", "training.epochs") and (not value or value < 0):
        return None
    return _NO_COUNTERPART if value is None else value


def _to_theirs(field: str, value: Any, trainer: Trainer) -> Any:
    """A value in a trainer's words; `_NO_COUNTERPART` where it has none."""
    if field == "base.format":
        return _THEIR_TEMPLATES[trainer].get(value, _NO_COUNTERPART)
    if field == "base.quantization":
        if value == "auto":
            return _NO_COUNTERPART
        return (4 if value == "nf4" else None) if trainer == "llama-factory" else value == "nf4"
    if field == "lora.targets":
        return ",".join(value) if trainer == "llama-factory" else list(value)
    if field == "training.optimizer" and value == "auto":
        return _NO_COUNTERPART
    return value


def _sources(left: dict[str, Any], trainer: Trainer) -> list[dict[str, Any]]:
    """The data of another trainer's file as sources; what is taken leaves `left`."""
    key = _DATA_KEYS[trainer]
    licence = {"licence": _UNKNOWN}
    if key is None or key not in left:
        # of a notebook's own calls one names a set of the hub
        named = left.get("load_dataset")
        known = type(named) is str and named not in _LOADERS
        place = {"hub": left.pop("load_dataset"), "task": "chat"} if known else {"path": _UNKNOWN}
        return [{**place, **licence}]
    given = left.pop(key)
    if trainer == "llama-factory":
        names = given.split(",") if isinstance(given, str) else given or []
        return [{"path": f"{str(name).strip()}.json", "task": "instruction", **licence} for name in names]
    sources = []
    for number, one in enumerate(given or []):
        rest = dict(one) if isinstance(one, dict) else {"path": str(one)}
        path, files = str(rest.pop("path", _UNKNOWN)), rest.pop("data_files", None)
        kind = rest.pop("type", "alpaca")
        local = bool(rest.pop("ds_type", None)) or path.endswith((".json", ".jsonl", ".csv", ".parquet"))
        if isinstance(files, list):
            path, files = str(files[0]), files[1:]
        elif files:
            path, files = str(files), None
        source: dict[str, Any] = {"path" if local else "hub": path}
        if "name" in rest:
            source["subset"] = rest.pop("name")
        if "split" in rest:
            source["split"] = rest.pop("split")
        chat = isinstance(kind, str) and kind.startswith(_CHAT_TYPES)
        source |= {"task": "chat" if chat else "instruction", **licence}
        if not chat and kind != "alpaca":
            left[f"datasets.{number}.type"] = kind
        if files:
            left[f"datasets.{number}.data_files"] = files
        left |= {f"datasets.{number}.{name}": value for name, value in rest.items()}
        sources.append(source)
    return sources


def _their_data(recipe: Recipe, trainer: Trainer) -> tuple[list[Any], list[str]]:
    """The sources as another trainer names them, and what it cannot say of them."""
    written: list[Any] = []
    left = []
    for number, source in enumerate(recipe.data):
        given = source.model_dump(mode="json", by_alias=True, exclude_unset=True)
        place = str(source.path or source.hub)
        expressed = {"path", "hub"}
        if trainer == "axolotl":
            entry: dict[str, Any] = {
                "path": place,
                "type": "chat_template" if source.task == "chat" else "alpaca",
            }
            if source.path:
                entry["ds_type"] = "json"
            entry |= {
                theirs: given[ours]
                for ours, theirs in (("subset", "name"), ("split", "split"))
                if ours in given
            }
            expressed |= {"subset", "split"}
            written.append(entry)
        else:
            written.append(Path(place).stem if source.path else place)
        if source.task in ("chat", "instruction"):
            expressed.add("task")
        left += [
            f"data.{number}.{name}: {_shown(value)}" for name, value in given.items() if name not in expressed
        ]
        if source.task == "summary" and "task" not in given:
            left.append(f"data.{number}.task: summary")
    if trainer == "unsloth":
        left += [f"data.{n}: {source.name}" for n, source in enumerate(recipe.data)]
    return written, left


def _shown(value: Any) -> str:
    """A value in one short line."""
    line = " ".join(json.dumps(value, ensure_ascii=False, default=str).split())
    return line if len(line) <= 80 else line[:79] + "…"  # noqa: PLR2004 - a line of a terminal
