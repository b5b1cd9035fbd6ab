"""Does the precision of an adapter's weights matter? The same run with fp32 and with bf16 adapters.

TRL casts the adapter of a 4-bit base to bf16; TechSum keeps it in fp32. An AdamW update of bf16 weights is lost
where it is smaller than half the distance to the next bf16 number, which becomes the rule as the rate falls.

    python benchmarks/adapter_precision.py --steps 300 --out /tmp/precision
"""

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from techsum.training import trainer
from techsum.training.fit import fit
from techsum.training.recipe_file import load_recipe
from techsum.training.run_folder import RunFolder

FP32 = trainer.AnswerTrainer


class Bf16Trainer(FP32):
    """The trainer with the adapter in bf16, and a count of the weights that an update did not move."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for weights in self.model.parameters():
            if weights.requires_grad:
                weights.data = weights.data.bfloat16()


def dev_losses(folder: Path) -> dict[int, float]:
    """Dev loss by step."""
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text("utf-8").splitlines()]
    return {line["step"]: line["dev_loss"] for line in lines if "dev_loss" in line}


def main() -> None:
    """Train twice and print both curves."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--recipe", type=Path, default=Path("recipes/gemma-3-270m-ko.yaml"))
    arguments.add_argument("--steps", type=int, default=300)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--set", action="append", default=[])
    given = arguments.parse_args()
    changes = [
        f"training.steps={given.steps}",
        f"training.evaluate_every={max(given.steps // 6, 1)}",
        "dev.generated=0",
    ]
    recipe = load_recipe(given.recipe, [*changes, *given.set])
    found = {}
    for name, kind in (("fp32", FP32), ("bf16", Bf16Trainer)):
        trainer.AnswerTrainer = kind  # type: ignore[misc]
        folder = given.out / name
        fit(recipe, folder, resume=RunFolder(folder).last_checkpoint() is not None)
        found[name] = dev_losses(folder)
    print("| step | fp32 adapter | bf16 adapter |\n|---|---|---|")
    for step in found["fp32"]:
        print(f"| {step} | {found['fp32'][step]:.4f} | {found['bf16'][step]:.4f} |")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
