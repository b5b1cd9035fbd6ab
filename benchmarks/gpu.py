"""The reference recipe's way on a GPU: killed, resumed, and beside plain TRL.

A random model of gemma-2-2b's shape with a tokenizer made on the spot learns synthetic rows as
`recipes/gemma-2-2b-it.yaml` says: nf4, paged 8-bit AdamW, bf16, checkpointing, packed sequences. The run is
killed (SIGKILL) after its first checkpoint and resumed; the steps that it takes twice must have the same
losses. Before it TRL's own trainer takes the same rows, a sample a pass, as the recipe without packing would.
Without a GPU the shape is small: CI runs that.
"""

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import machine

SHAPE = {
    "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26, "num_attention_heads": 8,
    "num_key_value_heads": 4, "head_dim": 256, "vocab_size": 256_000,
}  # fmt: skip
STEP = {"accumulation": 4, "max_tokens": 1024, "lr": 2e-4}
SMALL = {
    "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 1, "head_dim": 32, "vocab_size": 1_000,
}  # fmt: skip
SMALL_STEP = {"accumulation": 1, "max_tokens": 320, "lr": 2e-3}
SYLLABLES = "가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추쿠투푸후"
ALIKE = 0.02
"""Largest difference of two losses of one step, before the kill and after the resumption: a GPU's sums
come in another order each time."""


def main() -> None:
    """Print what was measured; fail where the run cannot go on as it was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--attention", default="auto")
    parser.add_argument("--plain", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plain:
        print(json.dumps(plain(options.plain)))
        return
    import torch

    cuda = torch.cuda.is_available()
    steps = options.steps or (300 if cuda else 12)
    with tempfile.TemporaryDirectory() as folder:
        shape, step = (SHAPE, STEP) if cuda else (SMALL, SMALL_STEP)
        recipe = write(Path(folder), shape, step, steps, options.attention)
        print(machine("torch", "transformers", "trl", "peft", "bitsandbytes"), flush=True)
        theirs = json.loads(run([__file__, "--plain", str(recipe)]).splitlines()[-1])
        print("plain TRL", json.dumps(theirs), flush=True)
        ours = techsum(recipe, Path(folder) / "run", steps)
    print("techsum", json.dumps(ours))
    ratio = ours["tokens_per_second"] / theirs["tokens_per_second"]
    print(f"techsum beside plain TRL: {ratio:.2f} times as fast")


def write(folder: Path, shape: dict[str, int], step: dict[str, float], steps: int, attention: str) -> Path:
    """Write model, tokenizer, rows and recipe; returns the recipe."""
    import torch
    import transformers
    import yaml
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    rng = random.Random(0)
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(400)]

    def text(count: int) -> str:
        drawn = [rng.choice(words) for _ in range(count)]
        return " ".join(f"{w}다." if n % 12 == 11 else w for n, w in enumerate(drawn))

    longest = int(step["max_tokens"] * 0.27)  # words, of two to three tokens each
    rows = [{"input": text(rng.randint(40, longest)), "output": text(24)} for _ in range(2_000)]
    for name, some in (("train", rows[:-20]), ("dev", rows[-20:])):
        lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in some)
        (folder / f"{name}.jsonl").write_text(lines, "utf-8")
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
    tokenizer.train_from_iterator(
        (r["input"] for r in rows),
        trainers.BpeTrainer(vocab_size=900, special_tokens=special, show_progress=False),
    )
    base = folder / "base"
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>"
    ).save_pretrained(base)
    torch.manual_seed(0)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        config = transformers.Gemma2Config(**shape, query_pre_attn_scalar=shape["head_dim"])
        model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.save_pretrained(base)
    recipe = {
        "name": "gpu",
        "base": {"name": str(base), "quantization": "nf4", "attention": attention},
        "lora": {"r": 6, "alpha": 8, "dropout": 0.05},
        "data_folder": str(folder),
        "data": [{"path": "train.jsonl", "licence": "MIT"}],
        "dev": {"path": "dev.jsonl", "rows": 20 if step is STEP else 4, "generated": 0},
        "training": {
            "steps": steps, "batch": 1, "warmup": 0.03, **step,
            "optimizer": "paged_adamw_8bit", "packing": True, "checkpointing": True,
            "save_every": max(steps // 6, 2), "evaluate_every": max(steps // 3, 4), "log_every": 1,
        },
    }  # fmt: skip
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe), "utf-8")
    return path


def techsum(recipe: Path, out: Path, steps: int) -> dict[str, float]:
    """Train with `techsum train`, kill it, resume it, and compare the steps that were taken twice."""
    command = [sys.executable, "-m", "techsum", "train", str(recipe), "--out", str(out)]
    log, first = out / "log.jsonl", steps // 6 + max(steps // 15, 2)
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while running.poll() is None and not any(line["step"] >= first for line in lines(log)):
        time.sleep(0.05)
    if running.poll() is not None:
        raise SystemExit(f"the run ended by itself: {running.communicate()[1]}")
    running.send_signal(signal.SIGKILL)
    running.communicate()
    before = lines(log)
    run([*command[1:], "--resume"])
    after = lines(log)[len(before) :]
    losses = [{line["step"]: line["loss"] for line in some if "loss" in line} for some in (before, after)]
    twice = sorted(losses[0].keys() & losses[1].keys())
    apart = max(abs(losses[0][step] - losses[1][step]) for step in twice)
    print(
        f"killed after step {max(losses[0])}, resumed; steps {twice[0]} to {twice[-1]} taken twice:", end=" "
    )
    print(f"losses apart by {apart:.4f} at most", flush=True)
    assert apart <= ALIKE, "the resumed run is another one"
    assert max(losses[1]) == steps, "the run did not reach its last step"
    rates = [line["tokens_per_second"] for line in after if "loss" in line][3:]
    dev = [line["dev_loss"] for line in lines(log) if "dev_loss" in line]
    # a few steps of a small random model teach nothing that can be seen
    assert steps < 100 or dev[-1] < losses[0][1], "nothing was learned"
    return {
        "tokens_per_second": round(statistics.median(rates)),
        "peak_gb": max((line.get("gpu_memory_gb") or 0) for line in after if "loss" in line),
        "first_loss": round(losses[0][1], 3),
        "dev_loss": round(dev[-1], 3),
    }


def plain(path: Path) -> dict[str, float]:
    """TRL's own trainer on the recipe's rows, as its documentation has QLoRA: tokens a second and memory."""
    import datasets
    import peft
    import torch
    import trl
    from transformers import TrainerCallback

    from techsum.generators.hub_tokenizer import HubTokenizer
    from techsum.training import bases
    from techsum.training.drawing import draw
    from techsum.training.recipe import Lora
    from techsum.training.recipe_file import load_recipe

    bases.quiet()
    recipe = load_recipe(path)
    tokenizer = bases.load_tokenizer(recipe.base)
    cuda = torch.cuda.is_available()
    steps = 12 if cuda else 3
    samples = draw(recipe, HubTokenizer(tokenizer), steps * 4).samples[: steps * 4]
    rows = [
        {"input_ids": [*s.prompt, *s.answer], "completion_mask": [0] * len(s.prompt) + [1] * len(s.answer)}
        for s in samples
    ]
    ends: list[float] = []

    class Clock(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, *_: Any, **__: Any) -> None:
            if cuda:
                torch.cuda.synchronize()
            ends.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        trainer = trl.SFTTrainer(
            model=bases.load_model(recipe.base, nf4=True, device_map={"": 0} if cuda else None),
            args=trl.SFTConfig(
                output_dir=folder, max_steps=steps, per_device_train_batch_size=1, gradient_accumulation_steps=4,
                learning_rate=2e-4, optim="paged_adamw_8bit", bf16=True, use_cpu=not cuda, save_strategy="no",
                report_to=[], disable_tqdm=True, max_length=1024, dataloader_pin_memory=cuda,
            ),
            peft_config=peft.LoraConfig(
                r=6, lora_alpha=8, lora_dropout=0.05, target_modules=list(Lora().targets), task_type="CAUSAL_LM"
            ),
            train_dataset=datasets.Dataset.from_list(rows),
            processing_class=tokenizer,
            callbacks=[Clock()],
        )  # fmt: skip
        trainer.train()
    skipped = 2  # steps that allocate
    tokens = sum(map(len, samples[4 * skipped :]))
    return {
        "tokens_per_second": round(tokens / (ends[-1] - ends[skipped - 1])),
        "peak_gb": round(torch.cuda.max_memory_allocated() / 1e9, 2) if cuda else 0,
    }


def run(arguments: list[str]) -> str:
    """Run this Python with these arguments; ends the benchmark with what it said where it fails."""
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, env=os.environ
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def lines(log: Path) -> list[dict[str, Any]]:
    """The whole lines of a run's log."""
    text = log.read_text("utf-8") if log.exists() else ""
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


if __name__ == "__main__":
    main()
