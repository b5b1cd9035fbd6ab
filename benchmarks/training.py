"""Training: TechSum's fit beside the reference script's way, on the same weights, samples and machine.

The reference script gave whole texts to a plain SFTTrainer: padded to the longest length, loss on every
token, logits for every position. TechSum pads nothing, puts loss on the answer and asks for its logits
alone; on a CPU its attention goes by blocks and projections of one input share a dropout, and one side shows
it with torch's own attention and dropout instead. With `training.checkpointing` it also recomputes
activations, which costs time and saves memory. Each side is a process of its own, so that its peak memory is
its own; sides take turns, twice. Losses are of six steps, in which each draw of dropout is another.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from typing import Any
from unittest.mock import patch

from common import DATA, finish, machine

SIDES = ("techsum", "torch's parts", "checkpointing", "reference")
"""TechSum as it is on a CPU, the same with torch's attention and dropout, with checkpointing; the reference."""
ROUNDS = 2
STEPS = 6
"""Steps of one sample; the first, which allocates, is not timed."""
MAX_TOKENS = 1024
FASTER, MEMORY = 2.5, 0.6
OWN_PARTS = 1.5
"""How many times as fast as with torch's parts."""
SAME_LOSS = 0.02
"""Nats that the mean loss of the steps may differ by."""

RECIPE = {
    "name": "bench",
    "base": {"name": "gemma-3-270m", "format": "tuned"},
    "lora": {"r": 6, "alpha": 8, "dropout": 0.05},
    "data": [{"path": "kowiki-leads.train.jsonl.gz", "licence": "CC BY-SA 3.0", "minimum_support": 0.7}],
    "training": {"steps": STEPS, "accumulation": 1, "max_tokens": MAX_TOKENS},
}


def side(name: str) -> dict[str, float]:
    """Train a few steps; tokens a second (of the samples, padding not counted) and peak memory in MB."""
    import datasets
    import peft
    import torch
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer

    from techsum.generators.hub_tokenizer import HubTokenizer
    from techsum.training import bases
    from techsum.training.drawing import draw
    from techsum.training.fit import labelled
    from techsum.training.recipe import Lora, Recipe
    from techsum.training.trainer import AnswerTrainer, collated

    bases.quiet()
    recipe = Recipe.model_validate({**RECIPE, "data_folder": DATA})
    tokenizer = bases.load_tokenizer(recipe.base)
    samples = draw(recipe, HubTokenizer(tokenizer), STEPS).samples
    told = [labelled([s]) for s in samples]
    if name == "reference":
        for row in told:
            missing = MAX_TOKENS - len(row["input_ids"])
            row["labels"] = [*row["input_ids"], *[-100] * missing]
            row["attention_mask"] = [1] * len(row["input_ids"]) + [0] * missing
            row["input_ids"] = [*row["input_ids"], *[tokenizer.pad_token_id] * missing]
    ends: list[float] = []
    losses: list[float] = []

    class Clock(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, *_: Any, **__: Any) -> None:
            ends.append(time.perf_counter())

        def on_log(self, *_: Any, logs: dict[str, float], **__: Any) -> None:
            losses.extend([logs["loss"]] if "loss" in logs else [])

    base = recipe.base
    if name == "torch's parts":
        base = base.model_copy(update={"attention": "sdpa"})
        patch("techsum.training.trainer.share_dropout").start()
        patch("techsum.training.trainer.disable_input_dtype_casting").start()

    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        trainer = (SFTTrainer if name == "reference" else AnswerTrainer)(
            model=peft.get_peft_model(
                bases.load_model(base),
                peft.LoraConfig(
                    r=6,
                    lora_alpha=8,
                    lora_dropout=0.05,
                    target_modules=list(Lora().targets),
                    task_type="CAUSAL_LM",
                ),
            ),
            args=SFTConfig(
                output_dir=folder,
                max_steps=STEPS,
                per_device_train_batch_size=1,
                learning_rate=2e-4,
                bf16=True,
                use_cpu=True,
                gradient_checkpointing=name == "checkpointing",
                save_strategy="no",
                logging_steps=1,
                report_to=[],
                disable_tqdm=True,
                max_length=None,
                dataset_kwargs={"skip_prepare_dataset": True},
                remove_unused_columns=False,
                completion_only_loss=False,
                dataloader_pin_memory=False,
            ),
            data_collator=None if name == "reference" else partial(collated, pad=0, packed=False),
            train_dataset=datasets.Dataset.from_list(told),
            processing_class=tokenizer,
            callbacks=[Clock()],
        )
        trainer.train()
    timed = sum(map(len, samples)) / len(samples) * (len(ends) - 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "rate": timed / (ends[-1] - ends[0]),
        "peak": peak / (1e6 if sys.platform == "darwin" else 1e3),
        "loss": statistics.fmean(losses),
    }


def main() -> None:
    """Print rates, peaks and ratios; fail below the targets."""
    print(machine("torch", "transformers", "trl", "peft"), f"· {MAX_TOKENS} tokens at most, bf16, LoRA r=6")
    found: dict[str, list[dict[str, float]]] = {name: [] for name in SIDES}
    for _ in range(ROUNDS):
        for name in SIDES:
            command = [sys.executable, __file__, name]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
    rate = {name: statistics.median(s["rate"] for s in said) for name, said in found.items()}
    peak = {name: max(s["peak"] for s in said) for name, said in found.items()}
    loss = {name: statistics.fmean(s["loss"] for s in said) for name, said in found.items()}
    print("| side | tokens/s | peak MB | mean loss | times as fast as the reference | share of its memory |")
    print("|---|---|---|---|---|---|")
    for name in SIDES:
        print(
            f"| {name} | {rate[name]:.0f} | {peak[name]:.0f} | "
            f"{'of all tokens' if name == 'reference' else format(loss[name], '.3f')} | "
            f"{rate[name] / rate['reference']:.2f} | {peak[name] / peak['reference']:.2f} |"
        )
    faster = statistics.median(
        ours["rate"] / theirs["rate"]
        for ours, theirs in zip(found["techsum"], found["torch's parts"], strict=True)
    )
    print(f"own attention and dropout: {faster:.2f} times as fast as torch's")
    finish(  # one and the same configuration has to meet both
        {
            f"{FASTER} times as fast": rate["checkpointing"] >= FASTER * rate["reference"],
            f"{MEMORY} of the memory": peak["checkpointing"] <= MEMORY * peak["reference"],
            f"{OWN_PARTS} times as fast as torch's parts": faster >= OWN_PARTS,
            "the same loss": abs(loss["techsum"] - loss["torch's parts"]) <= SAME_LOSS,
        }
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(side(sys.argv[1])))
    else:
        main()
