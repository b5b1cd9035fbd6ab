"""Looking at a run while it goes: loss and ROUGE on rows that it never sees, and the best kept."""

import itertools
import json
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from techsum.files import atomic_write_text
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.prompts import Format, render
from techsum.training.drawing import SourceRows
from techsum.training.recipe import Recipe, Source
from techsum.training.rows import BadRow, Row, expanded, read_rows
from techsum.training.run_folder import RunFolder
from techsum.training.samples import Sample, Tokenizer, make_request, sample, shorten

_LONGEST_ANSWER = 256
"""Tokens of a generated dev summary."""
_BATCH = 8
"""Prompts that are answered together."""


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
        source = Source(
            path=dev.path,
            articles=dev.articles,
            columns=dev.columns,
            task=dev.task,
            rejected=recipe.data[0].rejected,
            licence="-",
        )
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
    from techsum.evaluation.rouge import rouge
    from techsum.korean import morphemes

    rows = dev[: recipe.dev.generated]
    if not rows:
        return None
    pieces = HubTokenizer(tokenizer)
    prompts, outputs = [], []
    for one in rows:
        document = shorten(one.row.input, pieces, recipe.training.max_tokens - _LONGEST_ANSWER)
        fmt = recipe.base.format
        request, output = make_request(one.row, one.source, fmt, random.Random(one.row.place))  # noqa: S311 - no secret
        prompts.append(pieces.encode(render(request.messages(document, fmt), fmt)))
        outputs.append(output)
    written = greedy(model, pieces, recipe.base.format, prompts, _LONGEST_ANSWER)
    scores = [rouge(morphemes(o), morphemes(w)).rouge_l for o, w in zip(outputs, written, strict=True)]
    return sum(scores) / len(scores)


def greedy(
    model: Any, tokenizer: HubTokenizer, fmt: Format, prompts: Sequence[Sequence[int]], longest: int
) -> list[str]:
    """What the model writes after each prompt, several prompts in a forward pass.

    Args:
        model: a causal model of transformers.
        tokenizer: its tokenizer.
        fmt: the model's format.
        prompts: token ids.
        longest: tokens of an answer at most.
    """
    import torch

    pad = tokenizer.raw.pad_token_id or 0
    written: list[str] = []
    for start in range(0, len(prompts), _BATCH):
        batch = prompts[start : start + _BATCH]
        width = max(map(len, batch))
        ids = torch.tensor([[pad] * (width - len(p)) + list(p) for p in batch], device=model.device)
        mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in batch], device=model.device)
        with torch.inference_mode():
            answers = model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=longest,
                do_sample=False,
                eos_token_id=tokenizer.end_ids(fmt),
                pad_token_id=pad,
            )[:, width:]
        written += tokenizer.raw.batch_decode(answers, skip_special_tokens=True)
    return written


def best_so_far(run: RunFolder) -> dict[str, Any] | None:
    """Step and dev loss of the best that was kept, or None."""
    try:
        return dict(json.loads((run.best / "best.json").read_text("utf-8")))
    except (OSError, ValueError):
        return None


def keep_if_best(run: RunFolder, step: int, loss: float, save: Callable[[Path], None]) -> bool:
    """Keep what is trained where its dev loss is the lowest so far.

    Args:
        run: the run's folder.
        step: the step that was measured.
        loss: its dev loss.
        save: writes what is trained into a folder.
    """
    best = best_so_far(run)
    if best and best["step"] != step and best["loss"] <= loss:
        return False
    part = Path(f"{run.best}.part")
    shutil.rmtree(part, ignore_errors=True)
    save(part)
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
