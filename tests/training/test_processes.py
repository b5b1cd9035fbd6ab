"""Several GPUs, as far as a CPU can tell: accelerate takes the configuration, and shards give the same loss."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.tiny_checkpoint import write_checkpoint
from support.tiny_gguf import TEMPLATE_4
from support.tiny_training import write_recipe

CONFIGURATION = Path(__file__).parents[2] / "recipes" / "accelerate" / "fsdp-qlora.yaml"

ONE_STEP = """
import os, sys, torch, peft
from techsum.training import bases
from techsum.training.recipe import Base
from techsum.training.losses import answer_loss
from torch.distributed.fsdp import fully_shard

rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
bases.quiet()
if world > 1:
    torch.distributed.init_process_group("gloo")
for base in sys.argv[1:]:
    torch.manual_seed(0)
    model = peft.get_peft_model(
        bases.load_model(Base(name=base), nf4=True),
        peft.LoraConfig(r=4, target_modules=["q_proj", "down_proj"], task_type="CAUSAL_LM"),
    )
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    model.train()
    ids = torch.randint(20, 400, (2, 40), generator=torch.Generator().manual_seed(1))
    labels = ids.clone()
    labels[:, :30] = -100
    if world > 1:
        for layer in model.get_base_model().model.layers:
            fully_shard(layer)
        fully_shard(model)
        ids, labels = ids[rank : rank + 1], labels[rank : rank + 1]
    loss = answer_loss(model, {"input_ids": ids, "labels": labels})
    (loss * world / 2).backward()  # FSDP takes the mean over the processes
    gradients = [p.grad for n, p in model.named_parameters() if "lora_B" in n]
    if world > 1:
        gradients = [g.full_tensor() for g in gradients]
        torch.distributed.all_reduce(loss)
        sharded = model.get_base_model().model.layers[0].mlp.up_proj.weight
        assert sharded.to_local().numel() * world == sharded.numel()
    if rank == 0:
        print("SAID", loss.item(), torch.stack([g.norm() for g in gradients]).norm().item(), flush=True)
if world > 1:
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()  # a process that just ends may abort in gloo's threads
"""


def one_step(bases, processes):
    """Loss and gradient of one step of each 4-bit model with its adapter."""
    starter = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
    script = bases[0].parent / "one_step.py"
    script.write_text(ONE_STEP, "utf-8")
    done = subprocess.run(
        [sys.executable, *(starter if processes > 1 else []), str(script), *map(str, bases)],
        env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("SAID")]
    return [float(n) for line in said for n in line]


@pytest.mark.slow
def test_shards_of_a_4_bit_model_give_its_loss(tmp_path):
    """Given nf4 weights and an adapter, when two processes hold half of each weight, then nothing changes."""
    bases = [
        write_checkpoint(tmp_path / "tiny-gemma-2", hidden=128),
        # with embeddings of its own for each layer, and layers that share keys and values
        write_checkpoint(tmp_path / "tiny-gemma-4", TEMPLATE_4, hidden=128, family="gemma4"),
    ]
    alone = one_step(bases, 1)
    assert len(alone) == 4
    assert one_step(bases, 2) == pytest.approx(alone, rel=1e-3)


def test_accelerate_takes_the_shipped_configuration():
    """Given the file, when accelerate's own launcher reads it, then each process is told to shard with FSDP 2."""
    from accelerate.commands.launch import _validate_launch_command, launch_command_parser
    from accelerate.utils.launch import prepare_multi_gpu_env

    asked = ["--config_file", str(CONFIGURATION), "--num_processes", "4", "-m", "techsum", "train", "r.yaml"]
    arguments, _, _ = _validate_launch_command(launch_command_parser().parse_args(asked))
    told = prepare_multi_gpu_env(arguments)
    assert (arguments.use_fsdp, arguments.num_processes) == (True, 4)
    assert told["ACCELERATE_USE_FSDP"] == "true"
    assert told["FSDP_VERSION"] == "2"
    assert told["FSDP_AUTO_WRAP_POLICY"] == "TRANSFORMER_BASED_WRAP"
    assert told["ACCELERATE_MIXED_PRECISION"] == "bf16"


@pytest.mark.parametrize(("file", "word"), [(CONFIGURATION, "GPU"), ("nowhere.yaml", "nowhere.yaml")])
def test_shards_without_gpu_or_file_are_one_line(tmp_path, file, word):
    recipe = write_recipe(tmp_path)
    command = [
        sys.executable,
        "-m",
        "techsum",
        "train",
        str(recipe),
        "--processes",
        "2",
        "--accelerate",
        str(file),
    ]
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert word in done.stderr
