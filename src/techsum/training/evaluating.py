"""Looking at a run while it goes: loss and ROUGE on rows that it never sees, and the best adapter kept."""

import itertools
import json
import random
import shutil
from pathlib import Path
from typing import Any

from techsum.files import write_whole
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.prompts import render, stored_name
from techsum.training.recipe import Recipe, Source
from techsum.training.rows import Row, expanded, read_rows
from techsum.training.run_folder import RunFolder
from techsum.training.samples import Sample, Tokenizer, sample, shorten, task_messages

_LONGEST_ANSWER = 256
"""Tokens of a generated dev summary."""


def dev_rows(recipe: Recipe) -> list[Row]:
    """The first good rows of the dev file."""
    if not recipe.dev.path:
        return []
    source = _source(recipe)
    judgements = expanded(read_rows(recipe, source), source)
    return list(itertools.islice((row for row in judgements if isinstance(row, Row)), recipe.dev.rows))


def _source(recipe: Recipe) -> Source:
    dev = recipe.dev
    return Source(
        path=dev.path or "-", articles=dev.articles, columns=dev.columns, task=dev.task, licence="-"
    )


def dev_samples(recipe: Recipe, tokenizer: Tokenizer) -> list[Sample]:
    """The dev rows as samples; those whose output does not fit are left out."""
    source = _source(recipe)
    made = []
    for row in dev_rows(recipe):
        chance = random.Random(row.place)  # noqa: S311 - an order, not a secret
        made.append(sample(row, source, recipe, tokenizer, chance))
    return [s for s in made if isinstance(s, Sample)]


def generated_rouge(model: Any, tokenizer: Any, recipe: Recipe) -> float | None:
    """Mean morpheme ROUGE-L (F1, 0 to 1) of greedily written summaries of a few dev rows."""
    import torch

    from techsum.evaluation.rouge import rouge
    from techsum.korean import morphemes

    rows = dev_rows(recipe)[: recipe.dev.generated] if recipe.dev.generated else []
    if not rows:
        return None
    pieces = HubTokenizer(tokenizer)
    ends = [tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<end_of_turn>")]
    scores = []
    for row in rows:
        room = recipe.training.max_tokens - _LONGEST_ANSWER
        document = shorten(row.input, pieces, room)
        asked = task_messages(
            recipe.dev.task, row.instruction, document, row.title, len(row.output), recipe.base.format
        )
        prompt = torch.tensor([pieces.encode(render(asked, recipe.base.format))], device=model.device)
        with torch.inference_mode():
            written = model.generate(
                input_ids=prompt,
                attention_mask=torch.ones_like(prompt),
                max_new_tokens=_LONGEST_ANSWER,
                do_sample=False,
                eos_token_id=[e for e in ends if e is not None],
                pad_token_id=tokenizer.pad_token_id or 0,
            )[0, prompt.shape[1] :]
        text = tokenizer.decode(written, skip_special_tokens=True)
        scores.append(rouge(morphemes(row.output), morphemes(text)).rouge_l)
    return sum(scores) / len(scores)


def save_adapter(model: Any, folder: Path, recipe: Recipe) -> None:
    """Write the adapter alone, as safetensors, naming its base and its prompt format as the recipe does."""
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)  # PEFT's empty card
    _name(folder, recipe)


def keep_adapter(checkpoint: Path, folder: Path, recipe: Recipe) -> None:
    """The adapter out of a checkpoint, as `save_adapter` writes one."""
    folder.mkdir(parents=True)
    for name in ("adapter_model.safetensors", "adapter_config.json"):
        shutil.copyfile(checkpoint / name, folder / name)
    _name(folder, recipe)


def _name(folder: Path, recipe: Recipe) -> None:
    path = folder / "adapter_config.json"
    said = json.loads(path.read_text("utf-8"))
    said |= {"base_model_name_or_path": recipe.base.name, "revision": recipe.base.revision}
    write_whole(path, json.dumps(said, indent=2, sort_keys=True))
    write_whole(folder / "techsum.json", json.dumps({"format": stored_name(recipe.base.format)}))


def best_so_far(run: RunFolder) -> dict[str, Any] | None:
    """Step and dev loss of the best adapter that was kept, or None."""
    try:
        return dict(json.loads((run.best / "best.json").read_text("utf-8")))
    except (OSError, ValueError):
        return None


def keep_if_best(run: RunFolder, recipe: Recipe, model: Any, step: int, loss: float) -> bool:
    """Keep the adapter where its dev loss is the lowest so far."""
    best = best_so_far(run)
    if best and best["step"] != step and best["loss"] <= loss:
        return False
    part = Path(f"{run.best}.part")
    shutil.rmtree(part, ignore_errors=True)
    save_adapter(model, part, recipe)
    write_whole(part / "best.json", json.dumps({"step": step, "loss": loss}))
    shutil.rmtree(run.best, ignore_errors=True)
    part.replace(run.best)
    return True
