"""Looking at a run while it goes: loss and ROUGE on rows that it never sees, and the best adapter kept."""

import itertools
import json
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from techsum.files import atomic_write_text
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.prompts import render, stored_name
from techsum.training.drawing import SourceRows
from techsum.training.recipe import Recipe, Source
from techsum.training.rows import BadRow, Row, expanded, read_rows
from techsum.training.run_folder import RunFolder
from techsum.training.samples import Sample, Tokenizer, make_request, sample, shorten

_LONGEST_ANSWER = 256
"""Tokens of a generated dev summary."""


@dataclass(frozen=True)
class DevRow:
    """A row that is only looked at, and what is made of it."""

    source: Source
    row: Row


def dev_rows(recipe: Recipe, sources: Sequence[SourceRows]) -> list[DevRow]:
    """The first good rows of the dev file, or those that are held out, taken from each source in turn."""
    dev = recipe.dev
    if dev.holdout:
        streams = [_held_out(one) for one in sources]
        in_turn = (found for turn in itertools.zip_longest(*streams) for found in turn if found)
    elif dev.path:
        source = Source(path=dev.path, articles=dev.articles, columns=dev.columns, task=dev.task, licence="-")
        in_turn = ((source, row) for row in expanded(read_rows(recipe, source), source))
    else:
        return []
    good = (DevRow(source, row) for source, row in in_turn if isinstance(row, Row))
    return list(itertools.islice(good, dev.rows))


def _held_out(rows: SourceRows) -> Iterator[tuple[Source, Row | BadRow]]:
    """The rows of a source that are measured on."""
    for number in rows.held_out.tolist():
        for row in expanded([rows.store[number]], rows.source):
            yield rows.source, row


def dev_samples(recipe: Recipe, rows: Sequence[DevRow], tokenizer: Tokenizer) -> list[Sample]:
    """These rows as samples; those whose output does not fit are left out."""
    made = []
    for one in rows:
        rng = random.Random(one.row.place)  # noqa: S311 - no secret
        made.append(sample(one.row, one.source, recipe, tokenizer, rng))
    return [s for s in made if isinstance(s, Sample)]


def generated_rouge(model: Any, tokenizer: Any, recipe: Recipe, dev: Sequence[DevRow]) -> float | None:
    """Mean morpheme ROUGE-L (F1, 0 to 1) of greedily written outputs of the first dev rows."""
    import torch

    from techsum.evaluation.rouge import rouge
    from techsum.korean import morphemes

    if not dev[: recipe.dev.generated]:
        return None
    pieces = HubTokenizer(tokenizer)
    ends = [tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<end_of_turn>")]
    scores = []
    for one in dev[: recipe.dev.generated]:
        row = one.row
        room = recipe.training.max_tokens - _LONGEST_ANSWER
        document = shorten(row.input, pieces, room)
        fmt = recipe.base.format
        request, output = make_request(row, one.source, fmt, random.Random(row.place))  # noqa: S311 - no secret
        prompt = torch.tensor(
            [pieces.encode(render(request.messages(document, fmt), fmt))], device=model.device
        )
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
        scores.append(rouge(morphemes(output), morphemes(text)).rouge_l)
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
    config = json.loads(path.read_text("utf-8"))
    config |= {"base_model_name_or_path": recipe.base.name, "revision": recipe.base.revision}
    atomic_write_text(path, json.dumps(config, indent=2, sort_keys=True))
    atomic_write_text(folder / "techsum.json", json.dumps({"format": stored_name(recipe.base.format)}))


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
    atomic_write_text(part / "best.json", json.dumps({"step": step, "loss": loss}))
    shutil.rmtree(run.best, ignore_errors=True)
    part.replace(run.best)
    return True


def without_gain(history: Sequence[dict[str, Any]], recipe: Recipe) -> bool:
    """Whether the last `patience` evaluations all had a higher loss than one before them.

    Args:
        history: the trainer's log, which every process and every checkpoint has.
        recipe: its patience.
    """
    losses = [line["eval_loss"] for line in history if "eval_loss" in line]
    patience = recipe.training.patience
    return bool(patience and losses) and len(losses) - 1 - losses.index(min(losses)) >= (patience or 0)
