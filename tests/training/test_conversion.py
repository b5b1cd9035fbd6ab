"""Recipes come from other trainers and go to them: what has no counterpart is named."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from techsum.errors import TrainingError
from techsum.training.conversion import TRAINERS, export_recipe, import_recipe
from techsum.training.recipe import Recipe

RECIPES = Path(__file__).parents[2] / "recipes"

AXOLOTL = """
base_model: google/gemma-2-2b-it
adapter: qlora
load_in_4bit: true
datasets:
  - path: data/summaries.jsonl
    ds_type: json
    type: alpaca
  - path: someone/chats
    name: ko
    split: train
    type: chat_template
    roles_to_train: [assistant]
sequence_len: 2048
sample_packing: true
lora_r: 32
lora_alpha: 16
lora_dropout: 0.05
lora_target_linear: true
micro_batch_size: 2
gradient_accumulation_steps: 4
num_epochs: 3
learning_rate: 2e-4
lr_scheduler: cosine
optimizer: adamw_bnb_8bit
train_on_inputs: false
neftune_noise_alpha: 5
output_dir: ./out
"""
LLAMA_FACTORY = """
model_name_or_path: google/gemma-2-2b-it
stage: sft
do_train: true
finetuning_type: lora
quantization_bit: 4
lora_rank: 8
lora_target: all
dataset: summaries,alpaca_ko
template: gemma
cutoff_len: 2048
per_device_train_batch_size: 1
gradient_accumulation_steps: 8
learning_rate: 1.0e-4
num_train_epochs: 3.0
lr_scheduler_type: cosine
warmup_ratio: 0.1
bf16: true
"""
UNSLOTH = """
max_seq_length = 2048
model, tokenizer = FastLanguageModel.from_pretrained(
    model_name="unsloth/gemma-2-2b-it", max_seq_length=max_seq_length, load_in_4bit=True, token=secret()
)
model = FastLanguageModel.get_peft_model(model, r=16, target_modules=["q_proj", "v_proj"], lora_alpha=16,
    lora_dropout=0, bias="none", use_gradient_checkpointing="unsloth", random_state=3407)
trainer = SFTTrainer(model=model, args=SFTConfig(per_device_train_batch_size=2, max_steps=60, learning_rate=2e-4,
    optim="adamw_8bit", weight_decay=0.01, lr_scheduler_type="linear", warmup_steps=5))
"""


def imported(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, "utf-8")
    converted = import_recipe(path)
    fields = yaml.safe_load(converted.text)
    for source in fields["data"]:
        assert source["licence"] == "?"  # nobody else says it
    return Recipe.model_validate(fields), converted.left_out


def test_an_axolotl_file_becomes_a_recipe(tmp_path):
    recipe, left_out = imported(tmp_path, "tune.yml", AXOLOTL)
    assert (recipe.base.name, recipe.base.quantization) == ("google/gemma-2-2b-it", "nf4")
    assert (recipe.lora.r, recipe.lora.alpha, recipe.training.optimizer) == (32, 16, "paged_adamw_8bit")
    assert (recipe.training.epochs, recipe.training.learning_rate, recipe.training.max_tokens) == (
        3,
        2e-4,
        2048,
    )
    assert [(s.name, s.task) for s in recipe.data] == [
        ("data/summaries.jsonl", "instruction"),
        ("someone/chats/ko", "chat"),
    ]
    assert left_out == (
        "neftune_noise_alpha: 5",
        'output_dir: "./out"',
        'datasets.1.roles_to_train: ["assistant"]',
    )


def test_a_llama_factory_file_becomes_a_recipe(tmp_path):
    recipe, left_out = imported(tmp_path, "tune.yaml", LLAMA_FACTORY)
    assert (recipe.base.quantization, recipe.lora.r, len(recipe.lora.targets)) == ("nf4", 8, 7)
    assert [s.path for s in recipe.data] == ["summaries.json", "alpaca_ko.json"]
    assert (recipe.training.warmup, recipe.training.accumulation) == (0.1, 8)
    assert recipe.base.format == "gemma"
    assert left_out == ()


@pytest.mark.parametrize("notebook", [False, True])
def test_an_unsloth_notebook_is_read_and_never_run(tmp_path, notebook):
    cells = [{"cell_type": "code", "source": ["!pip install unsloth\n", UNSLOTH, "\nraise SystemExit"]}]
    content = json.dumps({"cells": cells}) if notebook else UNSLOTH
    recipe, left_out = imported(tmp_path, "tune.ipynb" if notebook else "tune.py", content)
    assert (recipe.base.name, recipe.training.max_tokens) == ("unsloth/gemma-2-2b-it", 2048)
    assert (recipe.lora.targets, recipe.training.steps) == (("q_proj", "v_proj"), 60)
    assert recipe.training.checkpointing is True
    assert left_out == ("random_state: 3407", "warmup_steps: 5")


LORA = st.fixed_dictionaries(
    {"r": st.integers(1, 256), "alpha": st.integers(1, 256), "targets": st.just(["q_proj", "o_proj"])}
)
TRAINING = st.fixed_dictionaries(
    {
        "lr": st.floats(1e-6, 0.5),
        "steps": st.integers(1, 10_000),
        "schedule": st.sampled_from(["linear", "cosine", "constant_with_warmup"]),
        "packing": st.booleans(),
    }
)


@given(lora=LORA, training=TRAINING)
@pytest.mark.parametrize("trainer", TRAINERS)
def test_what_goes_out_comes_back(tmp_path_factory, trainer, lora, training):
    # given a recipe, written for another trainer
    fields = {
        "name": "round",
        "base": {"name": "google/gemma-2-2b-it", "quantization": "nf4"},
        "lora": lora,
        "data": [{"path": "rows.jsonl", "task": "instruction", "licence": "?"}],
        "training": training,
    }
    recipe = Recipe.model_validate(fields)
    exported = export_recipe(recipe, trainer)
    # when it is read again
    path = tmp_path_factory.mktemp("r") / ("round.py" if trainer == "unsloth" else "round.yaml")
    path.write_text(exported.text, "utf-8")
    again = Recipe.model_validate(yaml.safe_load(import_recipe(path, trainer).text))
    # then nothing of the model and of the fit has changed
    assert (again.base, again.lora, again.training) == (recipe.base, recipe.lora, recipe.training)


@pytest.mark.parametrize("trainer", TRAINERS)
@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_recipe_goes_out_with_what_is_lost_named(recipe, trainer):
    from techsum.training.recipe_file import load_recipe

    loaded = load_recipe(recipe)
    converted = export_recipe(loaded, trainer)
    assert str(loaded.base.name) in converted.text
    assert any(line.startswith("data.0") for line in converted.left_out)  # our tasks are ours
    for line in converted.left_out:
        assert line in converted.text
        assert "\n" not in line


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("none.yaml", "a: 1"),
        ("list.yaml", "- 1"),
        ("broken.yaml", "a: [1"),
        ("broken.py", "def"),
        ("broken.ipynb", "{}"),
    ],
)
def test_a_file_that_is_nobodys_is_one_line(tmp_path, name, content):
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(TrainingError) as refused:
        import_recipe(tmp_path / name)
    assert "\n" not in str(refused.value)


NOTEBOOK = """
R = 8
model, tokenizer = FastModel.from_pretrained("unsloth/gemma-4-E2B-it", max_seq_length=1024 * 2, **extra)
model = FastModel.get_peft_model(model, r=R, lora_alpha=2 * R, random_state=seed())
tokenizer = get_chat_template(tokenizer, chat_template="gemma-4")
dataset = load_dataset("someone/chats", split="train")
trainer = SFTTrainer(model=model, train_dataset=dataset, args=SFTConfig(max_steps=60, learning_rate=base_rate() / 2))
"""


def test_a_notebooks_sums_names_and_other_calls_are_read(tmp_path):
    recipe, left_out = imported(tmp_path, "tune.py", NOTEBOOK)
    assert (recipe.base.name, recipe.base.format) == ("unsloth/gemma-4-E2B-it", "gemma-4")
    assert (recipe.lora.r, recipe.lora.alpha, recipe.training.max_tokens) == (8, 16, 2048)
    assert [(s.hub, s.task) for s in recipe.data] == [("someone/chats", "chat")]
    # and what only running it would tell is named
    assert {line.partition(":")[0] for line in left_out} == {"**extra", "random_state", "learning_rate"}


def test_nothing_of_a_recipe_is_dropped_without_a_word():
    recipe = Recipe.model_validate(
        {
            "name": "mine", "about": "for a test", "base": {"name": "google/gemma-2-2b-it", "licence": "gemma"}, "lora": None,
            "data": [{"path": "rows.jsonl", "task": "instruction", "licence": "MIT", "credit": "me"}],
            "test": ["test.jsonl"], "training": {"steps": 3, "packing": False},
        }
    )  # fmt: skip
    written = export_recipe(recipe, "axolotl")
    named = {line.partition(":")[0] for line in written.left_out}
    assert {"name", "about", "test", "base.licence", "data.0.licence", "data.0.credit"} <= named
    assert "adapter" not in yaml.safe_load(written.text)


def test_a_gemma_4_by_its_name_gets_its_format(tmp_path):
    recipe, _ = imported(tmp_path, "tune.yaml", AXOLOTL.replace("gemma-2-2b-it", "gemma-4-31B-it"))
    assert recipe.base.format == "gemma-4-large"
