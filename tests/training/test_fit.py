"""The fit, by the real command on a two-layer Gemma: same loss as TRL, same result when stopped or spread out."""

import io
import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path

import pytest

from support.forked import Forked, run_forked
from support.servers import Site, send
from support.tiny_checkpoint import write_checkpoint
from support.tiny_training import write_recipe
from support.training_faults import fill_disk, limit_memory
from support.waiting import until
from techsum.cli import run
from techsum.settings import settings
from techsum.training.run_folder import RunFolder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::DeprecationWarning"),
]


def train(recipe, out, *more):
    """Run `techsum train` in this process, where torch is loaded; returns how it finished."""
    import torch

    torch.set_num_threads(1)
    settings.cache_clear()
    stdout, stderr = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
        patch.setattr(sys, "argv", ["techsum", "train", str(recipe), "--out", str(out), *more])
        code = run()
    return subprocess.CompletedProcess(more, code, stdout.getvalue(), stderr.getvalue())


def start_train(recipe, out, *more, prelude=None):
    """Start `techsum train` in a process of its own, which can be stopped and killed."""
    return Forked(["train", recipe, "--out", out, *more], prelude)


def train_apart(recipe, out, *more, prelude=None):
    """As `train`, in processes of its own: where it starts several, or meets a limit."""
    return run_forked(["train", recipe, "--out", out, *more], prelude)


CHECKPOINT = "checkpoints/checkpoint-*/complete.json"


def log(out):
    return [json.loads(line) for line in (out / "log.jsonl").read_text("utf-8").splitlines()]


def losses(out):
    return {line["step"]: line["loss"] for line in log(out) if "loss" in line}


def weights(folder):
    from safetensors.torch import load_file

    return load_file(folder / "adapter_model.safetensors")


def apart(one, other):
    """Largest difference between two adapters, and the largest weight."""
    a, b = weights(one), weights(other)
    assert a.keys() == b.keys()
    return max((a[k] - b[k]).abs().max().item() for k in a), max(v.abs().max().item() for v in a.values())


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    return write_recipe(tmp_path_factory.mktemp("training"))


@pytest.fixture(scope="module")
def finished(recipe, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "whole"
    done = train(recipe, out)
    assert done.returncode == 0, done.stderr
    assert "학습을 마쳤습니다" in done.stdout
    return out


def test_a_run_keeps_its_adapter_its_recipe_and_its_log(finished):
    about = json.loads((finished / "run.json").read_text("utf-8"))
    assert about["finished"]
    assert about["recipe"]["name"] == "tiny-ko"
    assert about["taken"] == {"train.jsonl (summary)": 12}
    assert list(losses(finished)) == [1, 2, 3, 4, 5, 6]
    assert [line["step"] for line in log(finished) if "dev_loss" in line] == [3, 6]
    best = min((line for line in log(finished) if "dev_loss" in line), key=lambda line: line["dev_loss"])
    assert json.loads((finished / "adapter" / "best.json").read_text("utf-8"))["step"] == best["step"]
    config = json.loads((finished / "adapter" / "adapter_config.json").read_text("utf-8"))
    assert config["base_model_name_or_path"].endswith("tiny-gemma-2")


def test_epochs_come_to_their_steps(recipe, tmp_path):
    done = train(
        recipe,
        tmp_path / "run",
        "--set",
        "training.steps=0",
        "--set",
        "training.epochs=0.5",
        "--set",
        "dev={}",
    )
    assert done.returncode == 0, done.stderr
    about = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    assert (about["steps"], about["samples"]) == (6, 12)  # half of 24 rows, two a step
    assert about["epochs"] == {"train.jsonl (summary)": 0.5}


def test_a_run_without_gain_ends_with_what_it_has(recipe, tmp_path):
    # given a rate so small that no loss moves
    changes = ("training.lr=1e-12", "training.steps=12", "training.patience=1")
    done = train(recipe, tmp_path / "run", *(part for change in changes for part in ("--set", change)))
    assert done.returncode == 0, done.stderr
    about = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    assert about["finished"]
    assert about["steps"] == 6  # the second evaluation was no better than the first
    assert (tmp_path / "run" / "adapter" / "adapter_model.safetensors").exists()
    # when it was killed before it kept its adapter, then going on trains no further
    shutil.rmtree(tmp_path / "run" / "adapter")
    done = train(
        recipe, tmp_path / "run", "--resume", *(part for change in changes for part in ("--set", change))
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "adapter" / "adapter_model.safetensors").exists()
    assert [line["step"] for line in log(tmp_path / "run") if "dev_loss" in line] == [3, 6]


def test_nothing_held_out_is_one_line(recipe, tmp_path):
    done = train(recipe, tmp_path / "run", "--set", "dev={holdout: 0.000001}")
    assert done.returncode == 1
    assert "holdout을 늘리거나" in done.stderr.splitlines()[-1]


def test_held_out_documents_are_measured_on(recipe, tmp_path):
    held = ("--set", "dev={holdout: 0.3, rows: 4, generated: 1}")
    assert train(recipe, tmp_path / "run", *held).returncode == 0
    assert [line["step"] for line in log(tmp_path / "run") if "dev_loss" in line] == [3, 6]


def test_what_was_prepared_is_not_made_again_by_the_run(recipe, tmp_path, monkeypatch):
    monkeypatch.setenv("TECHSUM_CACHE_DIR", str(tmp_path / "cache"))
    done = train(recipe, tmp_path / "run", "--prepare")
    assert done.returncode == 0, done.stderr
    assert "6단계, 표본 12개" in done.stdout
    assert not (tmp_path / "run").exists()
    made = {p: p.stat().st_mtime_ns for p in (tmp_path / "cache").rglob("*.arrow")}
    assert train(recipe, tmp_path / "run").returncode == 0
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "cache").rglob("*.arrow")} == made


def test_nothing_in_a_run_folder_is_a_pickle(finished):
    kinds = {p.suffix for p in finished.rglob("*") if p.is_file()}
    assert kinds <= {".safetensors", ".json", ".jsonl", ".jinja"}
    assert not any(p.read_bytes()[:2] == b"\x80\x02" for p in finished.rglob("*") if p.is_file())


def test_the_loss_is_that_of_trl(recipe):
    """Given TRL's own trainer on the same model and samples, when both compute a loss, it is the same."""
    import torch
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    from techsum.generators.hub_tokenizer import HubTokenizer
    from techsum.training import bases
    from techsum.training.drawing import draw
    from techsum.training.fit import labelled
    from techsum.training.recipe_file import load_recipe
    from techsum.training.trainer import AnswerTrainer

    said = load_recipe(recipe)
    tokenizer = bases.load_tokenizer(said.base)
    rows = [labelled([s]) for s in draw(said, HubTokenizer(tokenizer), 4).samples]
    found = []
    for kind in (SFTTrainer, AnswerTrainer):
        trainer = kind(
            model=bases.load_model(said.base),
            args=SFTConfig(
                output_dir=str(recipe.parent / "trl"), use_cpu=True, bf16=False, report_to=[], max_length=None,
                dataset_kwargs={"skip_prepare_dataset": True}, completion_only_loss=False, gradient_checkpointing=False,
            ),
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
        )  # fmt: skip
        trainer.model.train()
        batch = trainer.data_collator(rows)
        loss = trainer.compute_loss(trainer.model, dict(batch), num_items_in_batch=torch.tensor(100))
        loss.backward()
        gradient = trainer.model.model.layers[0].self_attn.q_proj.weight.grad
        found.append((loss.item(), gradient.norm().item()))
    assert found[0][0] == pytest.approx(found[1][0], abs=1e-3)
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-3)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_goes_on_to_the_same_adapter(recipe, finished, tmp_path, number):
    """Given a run, when it is told to stop and resumed, then its adapter is that of the run that was not."""
    out = tmp_path / "stopped"
    running = start_train(recipe, out)
    until(lambda: any(out.glob("log.jsonl")), 120, alive=running)
    running.send_signal(number)
    said, _ = running.communicate(timeout=120)
    assert running.returncode == 130
    assert "--resume" in said
    assert len(losses(out)) < 6
    again = train(recipe, out)
    assert again.returncode == 1
    assert "--resume" in again.stderr  # what is there is never begun anew by accident
    done = train(recipe, out, "--resume")
    assert done.returncode == 0, done.stderr
    far, large = apart(finished / "adapter", out / "adapter")
    assert far < 1e-5 * max(large, 1)


def test_dropout_resumes_and_a_planted_pickle_stays_shut(recipe, tmp_path):
    """Given dropout, when a run is stopped and another's pickles lie in its checkpoint, then it ends the same."""
    dropout = ("--set", "lora.dropout=0.2", "--set", "training.save_every=1")
    whole, out = tmp_path / "whole", tmp_path / "stopped"
    assert train(recipe, whole, *dropout).returncode == 0
    running = start_train(recipe, out, *dropout)
    until(lambda: any(out.glob(CHECKPOINT)), 120, alive=running)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=120)
    assert running.returncode == 130
    for checkpoint in out.glob("checkpoints/checkpoint-*"):
        for name in (
            "rng_state.pth",
            "optimizer.pt",
            "scheduler.pt",
            "training_args.bin",
            "adapter_model.bin",
        ):
            (checkpoint / name).write_bytes(pickle.dumps(Opened(str(tmp_path / "opened"))))
    assert train(recipe, out, *dropout, "--resume").returncode == 0
    assert not (tmp_path / "opened").exists()
    far, large = apart(whole / "adapter", out / "adapter")
    assert far < 1e-5 * max(large, 1)


class Opened:
    """Says that its pickle was opened."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_a_bad_row_is_named_and_counted(recipe, tmp_path):
    data = recipe.parent / "train.jsonl"
    good = data.read_text("utf-8")
    data.write_text("{broken\n" + good, "utf-8")
    try:
        done = train(recipe, tmp_path / "run", "--set", "training.steps=14")
        assert done.returncode == 0, done.stderr
        assert "train.jsonl 1번째 줄" in done.stderr
        assert json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["bad_rows"] == 1
    finally:
        data.write_text(good, "utf-8")


def test_a_run_of_an_earlier_version_is_read(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "run")
    path = tmp_path / "run" / "run.json"
    about = json.loads(path.read_text("utf-8"))
    del about["recipe"]["training"]["trackers"]
    about["recipe"]["training"]["tensorboard"] = True
    about["recipe"]["data"][0]["streamed"] = False
    path.write_text(json.dumps(about), "utf-8")
    assert RunFolder(tmp_path / "run").recipe.training.trackers == ("tensorboard",)


def test_another_number_of_processes_is_refused(recipe, finished, tmp_path):
    run = tmp_path / "two"
    shutil.copytree(finished, run)
    about = json.loads((run / "run.json").read_text("utf-8"))
    (run / "run.json").write_text(json.dumps(about | {"processes": 2}), "utf-8")
    other = train(recipe, run, "--resume")
    assert (other.returncode, "--processes 2" in other.stderr) == (1, True)


def test_a_recipe_goes_on_from_an_adapter(recipe, finished, tmp_path):
    """Given a finished run, when another starts from its adapter, then its first loss is far below the first's."""
    start = f"lora.start={finished / 'adapter'}"
    done = train(recipe, tmp_path / "more", "--set", start, "--set", "training.lr=1e-5")
    assert done.returncode == 0, done.stderr
    assert losses(tmp_path / "more")[1] < losses(finished)[1] - 0.05
    other = train(recipe, tmp_path / "other", "--set", start, "--set", "lora.r=8")
    assert (other.returncode, "r=4" in other.stderr) == (1, True)
    wider = write_checkpoint(tmp_path / "wider", hidden=64)
    strange = train(recipe, tmp_path / "strange", "--set", start, "--set", f"base.name={wider}")
    assert (strange.returncode, strange.stderr.count("\n")) == (1, 1)
    assert "lora.start" in strange.stderr
    none = train(recipe, tmp_path / "none", "--set", f"lora.start={tmp_path}")
    assert (none.returncode, str(tmp_path) in none.stderr) == (1, True)


def test_changed_data_or_choices_are_no_resumption(recipe, finished, tmp_path):
    run = tmp_path / "changed"
    shutil.copytree(finished, run)
    about = json.loads((run / "run.json").read_text("utf-8"))
    for change, word in (
        ({"data": {"train.jsonl": "00"}}, "train.jsonl"),
        ({"optimizer": "sgd"}, "optimizer=sgd"),
    ):
        told = about | {"resolved": about["resolved"] | change}
        (run / "run.json").write_text(json.dumps(told), "utf-8")
        refused = train(recipe, run, "--resume")
        assert (refused.returncode, word in refused.stderr) == (1, True)


QLORA = ("base.quantization=nf4", "training.optimizer=paged_adamw_8bit", "lora.r=64", "dev.path=")
"""The reference recipe's way; r=64 makes tensors large enough to be kept in 8 bit."""


@pytest.mark.parametrize(
    "changes",
    [QLORA, (*QLORA, "lora.init=loftq", "lora.alpha=64"), (*QLORA[1:], "lora.init=pissa")],
    ids=["qlora", "loftq", "pissa"],
)
def test_a_stopped_run_goes_on_where_it_was(recipe, tmp_path, changes):
    """Given a start and 8-bit states, when a run is stopped and resumed, then its adapter is the same."""
    changes = (*changes, "training.save_every=1")
    more = [part for change in changes for part in ("--set", change)]
    whole, out = tmp_path / "whole", tmp_path / "stopped"
    done = train(recipe, whole, *more)
    assert done.returncode == 0, done.stderr
    running = start_train(recipe, out, *more)
    until(lambda: any(out.glob(CHECKPOINT)), 120, alive=running)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=120)
    assert running.returncode == 130
    assert train(recipe, out, *more, "--resume").returncode == 0
    far, large = apart(whole / "adapter", out / "adapter")
    assert far < 1e-5 * max(large, 1)
    assert {str(w.dtype) for w in weights(whole / "adapter").values()} == {"torch.float32"}


def test_the_gpu_benchmark_runs_small_without_a_gpu(project):
    """Given no GPU, when the benchmark kills and resumes its run, then it reaches its last step."""
    command = [sys.executable, project / "benchmarks" / "gpu.py", "--steps", "8"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "taken twice: losses apart by 0.0000" in done.stdout
    assert "beside plain TRL" in done.stdout


def test_a_packed_sequence_has_the_loss_of_its_samples_alone(recipe):
    import torch

    from techsum.generators.hub_tokenizer import HubTokenizer
    from techsum.training import bases
    from techsum.training.drawing import draw
    from techsum.training.fit import labelled
    from techsum.training.losses import answer_loss
    from techsum.training.recipe_file import load_recipe
    from techsum.training.trainer import collated

    said = load_recipe(recipe)
    samples = draw(said, HubTokenizer(bases.load_tokenizer(said.base)), 3).samples
    model = bases.load_model(said.base)
    with torch.inference_mode():
        packed = answer_loss(model, collated([labelled(samples)], pad=0, packed=True))
        alone = answer_loss(model, collated([labelled([s]) for s in samples], pad=0, packed=False))
    assert packed.item() == pytest.approx(alone.item(), rel=1e-4)


def test_what_several_processes_meet_is_said_once(recipe, tmp_path):
    done = train_apart(recipe, tmp_path / "two", "--processes", "2", "--set", "data.0.path=nowhere.jsonl")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "nowhere.jsonl" in done.stderr


def test_a_process_that_dies_without_a_word_is_told(recipe, tmp_path):
    """Given two processes, when the system kills one, then the run ends with one line that says so."""
    import psutil

    out = tmp_path / "two"
    more = ("--processes", "2", "--set", "dev.path=", "--set", "training.steps=400")
    running = start_train(recipe, out, *more)
    until(lambda: any(out.glob("log.jsonl")), 120, alive=running)
    workers = [c for c in psutil.Process(running.pid).children() if "techsum" in c.cmdline()]
    workers[-1].kill()
    _, stderr = running.communicate(timeout=120)
    assert running.returncode == 1
    assert "--resume" in stderr.strip().splitlines()[-1], stderr


def test_4_bit_weights_are_not_repacked_on_any_processor(tmp_path, monkeypatch):
    from bitsandbytes.nn.modules import Linear4bit

    from techsum.training import bases
    from techsum.training.recipe import Base

    monkeypatch.setattr("bitsandbytes.nn.modules.has_avx512bf16", lambda: True)
    base = write_checkpoint(tmp_path / "wide", hidden=64)
    model = bases.load_model(Base(name=str(base)), nf4=True)
    layers = [module for module in model.modules() if isinstance(module, Linear4bit)]
    assert layers
    assert not any(layer.support_avx512bf16_for_cpu for layer in layers)


@pytest.mark.parametrize("evaluated", [True, False])
def test_4_bit_weights_stay_as_training_needs_them(tmp_path, evaluated):
    """Given nf4 weights, when a pass in evaluation mode went before, then the next step's loss is what it was."""
    import torch

    from techsum.training import bases
    from techsum.training.losses import answer_loss
    from techsum.training.recipe import Base

    base = write_checkpoint(tmp_path / "wide", hidden=128)
    model = bases.load_model(Base(name=str(base)), nf4=True)
    ids = torch.arange(40)[None] + 10
    with torch.no_grad():
        whole = model.train()(input_ids=ids, labels=ids).loss.item()
        if evaluated:
            model.eval()(input_ids=ids)
            model.train()
    loss = answer_loss(model, {"input_ids": ids, "labels": ids}).item() / 39
    assert loss == pytest.approx(whole, rel=0.01)


def test_a_recipe_can_train_on_4_bit_weights(tmp_path):
    """Given nf4, when a run ends, then its loss fell and its merge, into the whole weights, passes the gate."""
    from techsum.training.exporting.export import export

    recipe = write_recipe(tmp_path, write_checkpoint(tmp_path / "wide", hidden=128))
    done = train(recipe, tmp_path / "run", "--set", "base.quantization=nf4")
    assert done.returncode == 0, done.stderr
    said = list(losses(tmp_path / "run").values())
    # an evaluation stood between the third step and the fourth, and left the weights as they were
    assert min(said[3:]) < min(said[:3]) < said[0], said
    assert export(tmp_path / "run", "merged").compared.passed


def test_the_bases_revision_goes_with_the_adapter(recipe, tmp_path):
    """A folder has no revisions: transformers takes the word and passes over it."""
    done = train(recipe, tmp_path / "run", "--set", "base.revision=v1.1", "--set", "training.steps=2")
    assert done.returncode == 0, done.stderr
    said = json.loads((tmp_path / "run" / "adapter" / "adapter_config.json").read_text("utf-8"))
    assert said["revision"] == "v1.1"


def test_a_killed_run_goes_on_from_its_last_whole_checkpoint(recipe, finished, tmp_path):
    out = tmp_path / "killed"
    running = start_train(recipe, out)
    until(lambda: any(out.glob("checkpoints/checkpoint-4/complete.json")), 120, alive=running)
    running.kill()
    running.communicate()
    (out / "checkpoints" / "checkpoint-5").mkdir()  # as a kill in mid-save leaves it
    (out / "checkpoints" / "checkpoint-5" / "adapter_model.safetensors").write_bytes(b"half")
    done = train(recipe, out, "--resume")
    assert done.returncode == 0, done.stderr
    far, large = apart(finished / "adapter", out / "adapter")
    assert far < 1e-5 * max(large, 1)
    assert not (out / "checkpoints" / "checkpoint-5" / "adapter_model.safetensors").exists()


def test_a_run_killed_again_and_again_ends_the_same(recipe, tmp_path):
    """Kills at random moments, most of them while a checkpoint is written: there is one after every step."""
    steps, rng, kills = (
        ("--set", "training.steps=24", "--set", "training.save_every=1"),
        random.Random(3),
        0,
    )
    whole, out = tmp_path / "whole", tmp_path / "killed"
    assert train(recipe, whole, *steps).returncode == 0
    moments = int(os.environ.get("FAULT_MOMENTS", "3"))
    for n in range(moments):
        if (out / "adapter").exists():  # done before all kills were: once more from the beginning
            shutil.rmtree(out)
        before = newest(out)
        running = start_train(recipe, out, *steps, *(("--resume",) if out.exists() else ()))
        until(partial(has_moved, out, before, running), 120, every=0.002)
        time.sleep(rng.uniform(0, 0.1))
        kills += running.poll() is None
        running.kill()
        running.communicate()
        print(f"kill {n}: step {newest(out)}")
    assert kills >= moments / 2
    done = train(recipe, out, *steps, *(("--resume",) if not (out / "adapter").exists() else ()))
    assert (out / "adapter" / "adapter_model.safetensors").exists(), done.stderr
    far, large = apart(whole / "adapter", out / "adapter")
    assert far < 1e-5 * max(large, 1)


def has_moved(run, before, process):
    """Whether a checkpoint after this step is begun, or the process has ended."""
    return newest(run) > before or process.poll() is not None


def newest(run):
    """The step of the newest checkpoint, whole or not."""
    return max((int(p.name.rpartition("-")[2]) for p in run.glob("checkpoints/checkpoint-*")), default=0)


def test_batches_accumulation_and_processes_give_the_same_losses(recipe, tmp_path):
    """Batch 1 x accumulation 8 = 8 x 1 = 2 processes x 4, which were told to stop and went on from a checkpoint."""
    found = {}

    def shape(batch, accumulation):
        changes = (f"training.batch={batch}", f"training.accumulation={accumulation}", "dev.path=")
        return [part for change in (*changes, "training.steps=12") for part in ("--set", change)]

    for name, (batch, accumulation) in {"1x8": (1, 8), "8x1": (8, 1)}.items():
        done = train(recipe, tmp_path / name, *shape(batch, accumulation))
        assert done.returncode == 0, done.stderr
        found[name] = losses(tmp_path / name)
    out, two = tmp_path / "2x4", ("--processes", "2", *shape(1, 4))
    running = start_train(recipe, out, *two)
    until(lambda: any(out.glob("log.jsonl")), 120, alive=running)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=120)
    assert running.returncode == 130
    assert list(out.glob(CHECKPOINT))
    done = train_apart(recipe, out, *two, "--resume")
    assert done.returncode == 0, done.stderr
    for of_shape in (found["8x1"], losses(out)):
        assert of_shape == pytest.approx(found["1x8"], abs=1e-3)
    far, _ = apart(tmp_path / "1x8" / "adapter", out / "adapter")
    assert far < 1e-3


def test_ray_train_gives_the_losses_of_one_process(recipe, tmp_path):
    """The same recipe in two processes that Ray starts, then an error there."""
    one = ("--set", "training.batch=1", "--set", "training.accumulation=8")
    two = ("--set", "training.batch=1", "--set", "training.accumulation=4", "--ray", "--processes", "2")
    for name, shape, run_it in (("one", one, train), ("two", two, train_apart)):
        done = run_it(recipe, tmp_path / name, *shape, "--set", "training.steps=3", "--set", "dev.path=")
        assert done.returncode == 0, done.stderr
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), abs=1e-3)
    far, _ = apart(tmp_path / "one" / "adapter", tmp_path / "two" / "adapter")
    assert far < 1e-3
    assert "3/3" in done.stderr  # progress arrives
    again = train_apart(recipe, tmp_path / "two", *two, "--set", "training.steps=3", "--set", "dev.path=")
    assert again.returncode == 1
    assert len(again.stderr.strip().splitlines()) == 1, again.stderr
    assert "--resume" in again.stderr


def test_missing_processes_are_never_silent(recipe, tmp_path, monkeypatch):
    monkeypatch.setenv("TECHSUM_PROCESSES", "2")  # as if a launcher had started one of two
    done = train_apart(recipe, tmp_path / "alone")
    assert done.returncode == 1
    assert "프로세스 2개가 필요한데 1개만" in done.stderr


def test_another_recipes_folder_and_a_full_folder_are_refused(recipe, finished, tmp_path):
    other = train(recipe, finished, "--set", "training.lr=1e-4", "--resume")
    assert (other.returncode, "다른 레시피" in other.stderr) == (1, True)
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    full = train(recipe, tmp_path)
    assert (full.returncode, "비어 있지 않은" in full.stderr) == (1, True)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_a_tracker_that_is_not_installed_is_one_line(recipe, tmp_path):
    done = train(recipe, tmp_path / "run", "--set", "training.trackers=[mlflow]")
    assert (done.returncode, "pip install mlflow" in done.stderr.splitlines()[-1]) == (1, True)


def test_after_twenty_steps_a_run_says_what_it_will_cost(recipe, tmp_path):
    changes = (
        *("training.steps=22", "training.epochs=null", "training.cost_per_hour=3600"),
        *("training.log_every=15", "training.evaluate_every=7"),  # evaluations are no steps
    )
    done = train(recipe, tmp_path / "run", *(part for change in changes for part in ("--set", change)))
    assert done.returncode == 0, done.stderr
    estimate = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["estimate"]
    assert estimate["seconds_per_step"] > 0.005
    assert estimate["cost"] == pytest.approx(22 * estimate["seconds_per_step"])
    assert f"비용은 {estimate['cost']:.2f}쯤입니다" in done.stderr


def test_a_missing_base_and_missing_data_are_one_line(recipe, tmp_path):
    base = train(recipe, tmp_path / "a", "--set", "base.name=/nowhere/gemma")
    data = train(recipe, tmp_path / "b", "--set", "data_folder=/nowhere")
    for done, word in ((base, "/nowhere/gemma"), (data, "data_folder")):
        assert done.returncode == 1
        assert word in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr


class Gated(dict):
    """Pages of a hub that says of every file: ask for access first."""

    def get(self, _path):
        return lambda request: send(request, b"", status=401, X_Error_Code="GatedRepo")


def test_a_gated_base_without_a_token_says_where_to_ask(recipe, tmp_path, monkeypatch):
    with Site(Gated()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
        # the hub's library reads its address once, when it is loaded
        command = [sys.executable, "-m", "techsum", "train", str(recipe), "--out", str(tmp_path / "run")]
        more = ("--set", "base.name=google/gemma-2-2b-it")
        done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"{hub.url}/google/gemma-2-2b-it" in done.stderr.splitlines()[-1]
    assert "HF_TOKEN" in done.stderr.splitlines()[-1]


def test_too_little_memory_says_what_to_lower(recipe, tmp_path):
    """Given little memory once the model is loaded, when the first step wants more, then it says so."""
    done = train_apart(recipe, tmp_path / "run", prelude=limit_memory)
    assert done.returncode == 1
    assert "max_tokens 512, batch 1" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_full_disk_leaves_the_last_good_checkpoint(recipe, tmp_path):
    """Given a limit on file sizes that the second save meets, then the first checkpoint goes on."""
    out = tmp_path / "full"
    done = train_apart(recipe, out, prelude=fill_disk)
    assert done.returncode == 1
    assert "2단계부터" in done.stderr.splitlines()[-1]
    assert [p.name for p in (out / "checkpoints").iterdir()] == ["checkpoint-2"]
    assert train(recipe, out, "--resume").returncode == 0


def test_the_check_shows_the_data_and_finds_a_leak(recipe, tmp_path):
    rows = (recipe.parent / "train.jsonl").read_text("utf-8").splitlines()
    (recipe.parent / "bad.jsonl").write_text("\n".join([*rows[:12], "{broken", rows[0]]) + "\n", "utf-8")
    changes = ("--set", "data.0.path=bad.jsonl", "--set", "test=[dev.jsonl]")
    done = train(recipe, tmp_path / "run", "--check", *changes)
    assert done.returncode == 1, done.stderr  # the dev rows are training rows here
    assert "bad.jsonl 13번째 줄: JSON이 아님" in done.stdout
    assert "dev.jsonl: 3개 글이 학습 자료에도" in done.stdout
    assert "MIT" in done.stdout
    assert (tmp_path / "tiny-ko-lengths.png").read_bytes()[:4] == b"\x89PNG"
    assert not Path(tmp_path / "run").exists()
