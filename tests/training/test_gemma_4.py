"""A tiny Gemma 4 of its own architecture, trained, exported, and held to what it says by the gate."""

import json
import shutil

import pytest

from support.tiny_checkpoint import write_checkpoint
from support.tiny_gguf import TEMPLATE, TEMPLATE_4, THINKING_4
from support.tiny_training import write_recipe
from techsum.errors import TechsumError
from techsum.training import parity
from techsum.training.exporting.export import export, merge, trained
from techsum.training.exporting.gguf_files import write_model
from techsum.training.exporting.modelfile import modelfile
from techsum.training.fit import fit
from techsum.training.recipe_file import load_recipe
from techsum.training.run_folder import RunFolder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gemma4")
    base = write_checkpoint(folder / "base", TEMPLATE_4, family="gemma4")
    fit(load_recipe(write_recipe(folder, base), ["base.format=gemma-4", "training.steps=4"]), folder / "run")
    return folder / "run"


@pytest.fixture(scope="module")
def reference(run):
    return trained(RunFolder(run))


@pytest.fixture(scope="module")
def merged(run):
    merge(RunFolder(run), RunFolder(run).recipe, run.parent / "merged")
    return run.parent / "merged"


def compared(reference, path):
    return parity.compare(reference, parity.open_export(path), path.name)


def test_layers_are_sharded_by_the_classes_that_are_there(run):
    # given a language model of a family that also sees and hears
    from peft.utils.other import fsdp_auto_wrap_policy

    from techsum.training import bases
    from techsum.training.recipe import Base

    model = bases.load_model(Base(name=str(run.parent / "base"), format="gemma-4"))
    # when accelerate asks which layers FSDP shards by, then it names what is there
    assert model._no_split_modules == ["Gemma4TextDecoderLayer"]
    fsdp_auto_wrap_policy(model)


def test_a_check_counts_its_own_layers_and_embeddings(run):
    from techsum.training import bases
    from techsum.training.inspecting import sizes
    from techsum.training.recipe_file import load_recipe as load

    recipe = load(write_recipe(run.parent, run.parent / "base"), ["base.format=gemma-4"])
    model = bases.load_model(recipe.base)
    counted, _ = sizes(bases.load_config(recipe.base), recipe)
    assert counted == sum(p.numel() for p in model.parameters())


def test_ollamas_file_words_gemma_4s_turns():
    written = modelfile("model.gguf", "gemma-4")
    assert 'TEMPLATE """<|turn>user\n{{ .Prompt }}<turn|>\n<|turn>model\n"""' in written
    assert 'PARAMETER stop "<turn|>"' in written


@pytest.mark.parametrize("to", ["merged", "fp8", "gguf", "ollama"])
def test_what_is_exported_says_what_was_trained(run, to):
    export(run, to)  # raises where the gate finds a difference


def test_an_adapter_for_llama_cpp_says_what_was_trained(run):
    base = run.parent / "base.gguf"
    write_model(run.parent / "base", base, "f16", "gemma-4", "base")
    export(run, "gguf-lora", base_gguf=base)


def broken_template(folder):
    text = TEMPLATE_4.replace("<turn|>\\n", "<turn|>")
    (folder / "chat_template.jinja").write_text(text, "utf-8")


def doubled_bos(folder):
    (folder / "chat_template.jinja").write_text("<bos>" + TEMPLATE_4, "utf-8")


def swapped_tokens(folder):
    path = folder / "tokenizer.json"
    data = json.loads(path.read_text("utf-8"))
    vocabulary = data["model"]["vocab"]
    vocabulary["다"], vocabulary["이"] = vocabulary["이"], vocabulary["다"]
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")


def scaled_layer(folder):
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    tensors["model.layers.1.layer_scalar"] *= 0.5
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def forgotten_end(folder):
    path = folder / "generation_config.json"
    config = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(config | {"eos_token_id": 1}), "utf-8")


def thinking_template(folder):
    """The template of the larger models, which ends the prompt with an empty thought."""
    (folder / "chat_template.jinja").write_text(THINKING_4, "utf-8")


@pytest.mark.parametrize(
    ("break_it", "part"),
    [
        (forgotten_end, "end"),
        (thinking_template, "template"),
        (broken_template, "template"),
        (doubled_bos, "bos"),
        (swapped_tokens, "tokenizer"),
        (scaled_layer, "weights"),
    ],
)
def test_the_gate_names_what_broke(reference, merged, tmp_path, break_it, part):
    folder = shutil.copytree(merged, tmp_path / "broken")
    break_it(folder)
    assert compared(reference, folder).broken == part


def test_a_recipe_that_names_another_family_is_one_line(run, tmp_path):
    # given a base whose tokens are Gemma 4's, and a recipe that says Gemma 2
    recipe = load_recipe(write_recipe(tmp_path, run.parent / "base"), ["base.format=gemma"])
    with pytest.raises(TechsumError, match="토큰이 없습니다"):
        fit(recipe, tmp_path / "run")


def test_a_recipe_for_the_larger_models_is_refused(run, tmp_path):
    recipe = load_recipe(write_recipe(tmp_path, run.parent / "base"), ["base.format=gemma-4-large"])
    with pytest.raises(TechsumError, match="대화 형식은 gemma-4입니다"):
        fit(recipe, tmp_path / "run")


def test_a_template_of_another_family_is_refused(merged, tmp_path):
    folder = shutil.copytree(merged, tmp_path / "broken")
    (folder / "techsum.json").unlink()
    (folder / "chat_template.jinja").write_text(TEMPLATE, "utf-8")
    with pytest.raises(TechsumError):
        parity.open_export(folder)
