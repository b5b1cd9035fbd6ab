"""Exports that say what the trained model says, and a gate that names what broke."""

import json
import shutil

import pytest

from support.forked import run_forked
from support.llama_server import llama_server
from support.tiny_checkpoint import write_checkpoint
from support.tiny_training import write_recipe
from support.training_faults import limit_files
from techsum.errors import TechsumError, TrainingError
from techsum.generators import load
from techsum.prompts import Message, render
from techsum.training import parity, served
from techsum.training.exporting.export import compare_all, export, failure, merge, trained
from techsum.training.exporting.gguf_files import write_model
from techsum.training.fit import fit
from techsum.training.recipe_file import load_recipe
from techsum.training.run_folder import RunFolder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    fit(load_recipe(write_recipe(folder)), folder / "run")
    return folder / "run"


@pytest.fixture(scope="module")
def said(run):
    return trained(RunFolder(run))


@pytest.fixture(scope="module")
def base_gguf(run):
    recipe = RunFolder(run).recipe
    path = run.parent / "base.gguf"
    from pathlib import Path

    write_model(Path(recipe.base.name), path, "f16", "gemma", "base")
    return path


@pytest.fixture(scope="module")
def merged(run):
    folder = run.parent / "merged"
    merge(RunFolder(run), RunFolder(run).recipe, folder)
    return folder


@pytest.mark.parametrize("to", ["adapter", "merged", "fp8", "gguf", "gguf-lora", "ollama"])
def test_every_export_passes_the_gate_and_carries_a_card(run, to, base_gguf, tmp_path):
    (run / "evaluation").mkdir(exist_ok=True)
    (run / "evaluation" / "table.md").write_text("| system | R-L |", "utf-8")  # as `techsum eval` writes it
    done = export(run, to, tmp_path / to, "f16", base_gguf)
    assert done.compared.passed
    card = (done.path / "README.md").read_text("utf-8")
    for word in ("tiny-ko", "train.jsonl", "MIT", "LoRA r=4", "Gemma Terms of Use", "Parity", "| R-L |"):
        assert word in card


@pytest.mark.parametrize("quantization", ["bf16", "q8_0"])
def test_a_quantized_export_stays_within_its_threshold(run, quantization, tmp_path):
    done = export(run, "gguf", tmp_path / "out", quantization)
    assert done.compared.moved < parity.THRESHOLDS[quantization]


def test_a_merged_folder_is_loaded_as_any_model_is(run, tmp_path):
    folder = export(run, "merged", tmp_path / "merged").path
    model = load(f"hf:{folder}")
    assert model.format == "gemma"
    assert {p.suffix for p in folder.iterdir()} <= {".json", ".safetensors", ".md", ".jinja"}


def test_the_modelfile_words_a_prompt_as_training_did(run, tmp_path):
    folder = export(run, "ollama", tmp_path / "ollama", "f16").path
    text = (folder / "Modelfile").read_text("utf-8")
    gguf = next(folder.glob("*.gguf"))
    assert f"FROM ./{gguf.name}" in text
    assert "<start_of_turn>user\n{{ .Prompt }}<end_of_turn>\n<start_of_turn>model\n" in text
    assert "<bos>" not in text  # Ollama adds it, and two break the model


def broken_folder(merged, tmp_path, breaking):
    folder = tmp_path / "broken"
    shutil.copytree(merged, folder)
    breaking(folder)
    return folder


def break_template(folder):
    path = folder / "chat_template.jinja"
    path.write_text(path.read_text("utf-8").replace("model\\n", "assistant\\n"), "utf-8")


def double_bos(folder):
    path = folder / "chat_template.jinja"
    path.write_text("{{ bos_token }}" + path.read_text("utf-8"), "utf-8")


def break_tokenizer(folder):
    path = folder / "tokenizer.json"
    said = json.loads(path.read_text("utf-8"))
    words = said["model"]["vocab"]
    words["이"], words["다"] = words["다"], words["이"]
    path.write_text(json.dumps(said), "utf-8")


def break_weights(folder):
    import torch
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    tensors = load_file(path)
    name = next(n for n in tensors if n.endswith("layers.0.mlp.down_proj.weight"))
    tensors[name] = torch.zeros_like(tensors[name])
    save_file(tensors, path, {"format": "pt"})


BREAKS = {
    "template": break_template,
    "bos": double_bos,
    "tokenizer": break_tokenizer,
    "weights": break_weights,
}


@pytest.mark.parametrize("part", BREAKS)
def test_the_gate_names_the_part_that_broke(said, merged, tmp_path, part):
    folder = broken_folder(merged, tmp_path, BREAKS[part])
    compared = parity.compare(said, parity.open_export(folder), "broken")
    assert compared.broken == part
    assert part in str(failure(compared))


@pytest.mark.parametrize("part", BREAKS)
def test_a_gguf_of_something_else_does_not_pass(run, merged, tmp_path, part):
    folder = broken_folder(merged, tmp_path, BREAKS[part])
    path = tmp_path / "other.gguf"
    write_model(folder, path, "f16", "gemma", "other")
    (compared,) = compare_all(run, [str(path)], None)
    assert compared.broken == part


def parity_of_server(run, path):
    """Compare a run with a llama.cpp server of this file, by the command."""
    with llama_server(path) as (url, _):
        return techsum("parity", run, "--against", url, "--quantization", "f16")


def test_a_server_that_says_the_same_passes(run, tmp_path):
    path = next(export(run, "gguf", tmp_path / "out", "f16").path.glob("*.gguf"))
    proved = parity_of_server(run, path)
    assert (proved.returncode, "같음" in proved.stdout) == (0, True), proved.stdout + proved.stderr


@pytest.mark.parametrize("part", ["template", "weights"])
def test_what_broke_in_a_server_is_named(run, merged, tmp_path, part):
    path = tmp_path / "other.gguf"
    write_model(broken_folder(merged, tmp_path, BREAKS[part]), path, "f16", "gemma", "other")
    proved = parity_of_server(run, path)
    assert (proved.returncode, part in proved.stdout) == (1, True), proved.stdout + proved.stderr


def test_tokens_without_ids_are_known_by_their_text(run):
    """Given texts of tokens as Ollama tells them, when one is a character of several tokens, then they end before it."""
    trained_model = load(f"hf:{run / 'adapter'}")
    ids = trained_model.tokenize("바닷물로 전기를 저장하는")
    texts = [trained_model.tokenizer.decode([i]) for i in ids]
    told = served.Reply(1, "", (*texts, "\ufffd", "다"), (0.0,) * (len(ids) + 2), None)
    assert served.token_ids(trained_model, told) == ids


class Chatty:
    """A server that reads a prompt as it should and writes these tokens."""

    name, url = "chatty", "http://chatty.example/v1"

    def __init__(self, model, tokens, prompt_tokens=None):
        self.model, self.tokens, self.prompt_tokens = model, tokens, prompt_tokens

    def chat(self, request):
        text = [Message(m["role"], m["content"]) for m in request["messages"]]
        length = self.prompt_tokens or len(self.model.encode(render(text, "gemma")))
        choice = {"logprobs": {"content": self.tokens}, "message": {"content": "가"}}
        return {"choices": [choice], "usage": {"prompt_tokens": length}}


TOKEN = {"id": 300, "token": "가", "logprob": -1.0}


@pytest.mark.parametrize(
    ("tokens", "prompt_tokens", "words"),
    [
        ([{"id": None, "token": "가", "logprob": -1}] * 48, None, "logprobs"),
        (["가"] * 48, None, "logprobs"),
        ([TOKEN | {"logprob": "much"}] * 48, None, "logprobs"),
        ([TOKEN] * 48, 1e999, "logprobs"),
        ([], None, "0개"),
    ],
    ids=["no id", "no objects", "no number", "endless", "nothing"],
)
def test_an_odd_answer_of_a_server_is_one_line(run, tokens, prompt_tokens, words):
    trained_model = load(f"hf:{run / 'adapter'}")

    with pytest.raises(TechsumError, match=words):
        served.compare_served(trained_model, Chatty(trained_model, tokens, prompt_tokens), "f16")


def test_ids_outside_of_the_vocabulary_are_another_tokenizer(run):
    trained_model = load(f"hf:{run / 'adapter'}")

    server = Chatty(trained_model, [{"id": 262_143, "logprob": -1.0}] * 48)
    assert served.compare_served(trained_model, server, "f16").broken == "tokenizer"


def test_a_server_that_is_not_there_is_one_line(run):
    gone = techsum("parity", run, "--against", "http://127.0.0.1:9/v1")
    assert (gone.returncode, len(gone.stderr.strip().splitlines())) == (1, 1)
    assert "127.0.0.1:9" in gone.stderr


def test_changes_of_both_signs_do_not_cancel():
    assert parity.moved([-1.0, -3.0], [-2.0, -2.0]) == 1.0


def test_a_quantization_without_a_limit_is_named(run, tmp_path, monkeypatch):
    path = export(run, "gguf", tmp_path / "out", "f16").path
    monkeypatch.delitem(parity.THRESHOLDS, "f16")
    with pytest.raises(TrainingError, match="f16"):
        parity.open_export(next(path.glob("*.gguf")))


def test_what_fails_the_gate_does_not_come_into_being(run, tmp_path, monkeypatch):
    monkeypatch.setitem(parity.THRESHOLDS, "q4_0", 1e-9)
    with pytest.raises(TrainingError, match="weights"):
        export(run, "gguf", tmp_path / "out", "q4_0")
    assert list(tmp_path.iterdir()) == []


def test_an_export_never_overwrites_and_needs_a_finished_run(run, tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(TrainingError, match="이미 있습니다"):
        export(run, "adapter", tmp_path / "there")
    with pytest.raises(TrainingError, match=r"run\.json"):
        export(tmp_path, "adapter")
    unfinished = tmp_path / "unfinished"
    shutil.copytree(run, unfinished)
    shutil.rmtree(unfinished / "adapter")
    with pytest.raises(TrainingError, match="끝나지 않았습니다"):
        export(unfinished, "adapter")


@pytest.mark.parametrize("family", ["gemma2", "gemma3"])
def test_a_base_model_with_its_own_format_is_exported(tmp_path, family):
    """Given a base without a chat template, when it was tuned, then every export words the prompt as training did."""
    base = write_checkpoint(tmp_path / family, template=None, family=family)
    recipe = load_recipe(write_recipe(tmp_path, base), ["base.format=tuned", "training.steps=2"])
    fit(recipe, tmp_path / "run")
    for to in ("adapter", "merged", "gguf"):
        assert export(tmp_path / "run", to, quantization="f16").compared.passed


def techsum(*command, prelude=None):
    """Run `techsum` as a user does."""
    return run_forked(command, prelude, COLUMNS="200")


def test_the_commands_export_and_prove(run, tmp_path):
    made = techsum("export", run, "--to", "gguf", "--quantization", "f16", "--out", tmp_path / "out")
    assert made.returncode == 0, made.stderr
    assert str(tmp_path / "out") in made.stdout
    file = next((tmp_path / "out").glob("*.gguf"))
    proved = techsum("parity", run, "--against", file)
    assert (proved.returncode, "같음" in proved.stdout) == (0, True), proved.stdout
    file.write_bytes(file.read_bytes()[:-4096] + bytes(4096))
    assert techsum("parity", run, "--against", file).returncode == 1
    for wrong in (
        ("--to", "onnx"),
        ("--to", "gguf", "--quantization", "q1"),
        ("--to", "merged", "--imatrix"),
        ("--to", "merged", "--public"),
    ):
        refused = techsum("export", run, *wrong)
        assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)


def test_a_disk_that_fills_during_an_export_leaves_nothing(run, tmp_path):
    """Given files that may not grow beyond 64 KB, when a model is merged, then one line says what to do."""
    full = techsum("export", run, "--to", "gguf", "--out", tmp_path / "out", prelude=limit_files)
    assert full.returncode == 1
    assert "--out" in full.stderr, full.stderr
    assert len(full.stderr.strip().splitlines()) == 1, full.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_adapter_for_another_base_is_one_line(run, base_gguf, tmp_path):
    from techsum.generators.models import model_file

    folder = export(run, "gguf-lora", tmp_path / "lora", base_gguf=base_gguf).path
    with pytest.raises(TechsumError, match="어댑터"):
        compare_all(run, [str(next(folder.glob("*.gguf")))], model_file("gemma-3-270m"))
