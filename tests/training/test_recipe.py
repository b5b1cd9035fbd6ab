"""Recipes: every mistake is found before anything loads, and named."""

import ast
import inspect
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from techsum.errors import TechsumError, TrainingError
from techsum.training.recipe import Base, Columns, Dev, Lora, Preference, Recipe, Source, Training
from techsum.training.recipe_file import load_recipe

SHIPPED = sorted((Path(__file__).parents[2] / "recipes").glob("*.yaml"))


@pytest.fixture
def written(tmp_path):
    def write(**changes):
        said = {
            "name": "a-model",
            "base": {"name": "some/base"},
            "data": [{"path": "a.jsonl", "licence": "MIT"}],
            "training": {"steps": 10},
        } | changes
        path = tmp_path / "recipe.yaml"
        path.write_text(yaml.safe_dump(said), "utf-8")
        return path

    return write


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_shipped_recipe_is_valid_and_credits_its_data(path):
    recipe = load_recipe(path)
    assert all(source.licence for source in recipe.data)


def test_the_reference_recipe_is_the_reference_run_mended():
    recipe = load_recipe(next(p for p in SHIPPED if p.stem == "gemma-2-2b-it"))
    lora, training = recipe.lora, recipe.training
    assert (lora.r, lora.alpha, lora.dropout, len(lora.targets)) == (6, 8, 0.05, 7)
    assert (training.batch, training.accumulation, training.steps) == (1, 4, 3000)
    assert (training.optimizer, training.learning_rate, training.warmup) == ("paged_adamw_8bit", 2e-4, 0.03)
    assert (recipe.base.quantization, recipe.base.precision, training.max_tokens) == ("nf4", "bf16", 1024)
    assert len({s.subset for s in recipe.data}) == 38


@pytest.mark.parametrize("section", [Base, Lora, Columns, Source, Preference, Training, Dev, Recipe])
def test_every_field_is_documented(section):
    module = ast.parse(Path(inspect.getfile(section)).read_text("utf-8"))
    body = next(n for n in module.body if isinstance(n, ast.ClassDef) and n.name == section.__name__).body
    documented = {
        field.target.id
        for field, said in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(said, ast.Expr)
        and isinstance(said.value, ast.Constant)
    }
    # `name: str = Field(...)` and the alias of a field are fields as well
    assert set(section.model_fields) - documented == set()


@pytest.mark.parametrize("text", ["about: 2020-13-45", "name: [", "\tname: x"])
def test_what_is_no_yaml_is_one_line(tmp_path, text):
    path = tmp_path / "recipe.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(TrainingError) as refused:
        load_recipe(path)
    assert str(path) in str(refused.value)


def test_packed_samples_are_not_grouped_too(written):
    with pytest.raises(TrainingError) as refused:
        load_recipe(written(), ["training.packing=true", "training.group_by_length=true"])
    assert "group_by_length" in str(refused.value)


def test_a_misspelt_field_is_named_with_the_nearest_right_one(written):
    with pytest.raises(
        TrainingError, match=r"training\.lerning_rate.*training\.lr|training\.lr_rate.*training\.lr"
    ):
        load_recipe(written(training={"steps": 10, "lr_rate": 1e-4}))
    with pytest.raises(TrainingError, match=r"data\.0\.licens.*data\.0\.licence"):
        load_recipe(written(data=[{"path": "a", "licence": "MIT", "licens": "MIT"}]))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"training": {"steps": -1}}, "training.steps"),
        ({"training": {"steps": 0}}, "steps.+epochs"),
        ({"training": {"steps": 1, "epochs": 1}}, "steps.+epochs"),
        ({"training": {"steps": 1, "patience": 2}}, "patience"),
        ({"training": {"steps": 1}, "dev": {"path": "a.jsonl", "holdout": 0.1}}, "dev"),
        (
            {
                "training": {"steps": 1},
                "dev": {"holdout": 0.1},
                "data": [{"path": "a", "licence": "MIT", "task": "verdict"}],
            },
            "holdout",
        ),
        ({"data": []}, "data"),
        ({"data": [{"path": "a", "hub": "b/c", "licence": "MIT"}]}, "data.0"),
        ({"lora": {"targets": ["q_prj"]}}, "lora.targets"),
        ({"name": "Not A Name"}, "name"),
    ],
)
def test_a_value_that_does_not_fit_is_named(written, changes, field):
    with pytest.raises(TrainingError, match=field):
        load_recipe(written(**changes))


def test_the_command_line_changes_one_field(written):
    recipe = load_recipe(written(), ["training.lr=1e-4", "data.0.weight=3", "base.format=tuned"])
    assert (recipe.training.learning_rate, recipe.data[0].weight, recipe.base.format) == (1e-4, 3.0, "tuned")


@pytest.mark.parametrize("change", ["training.lr", "=3", "data.9.weight=1", "name.x=1", "training.lr=[1"])
def test_a_change_that_cannot_be_read_is_one_line(written, change):
    with pytest.raises(TechsumError):
        load_recipe(written(), [change])


def test_no_file_and_no_yaml_are_one_line(tmp_path):
    with pytest.raises(TrainingError, match="열 수 없습니다"):
        load_recipe(tmp_path / "none.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: [\n- x: :", "utf-8")
    with pytest.raises(TrainingError, match="YAML이 아닙니다"):
        load_recipe(broken)


def test_the_fingerprint_holds_what_decides_the_result_and_nothing_else(written):
    path = written()
    same = load_recipe(path, ["training.log_every=1", "training.save_every=7", "data_folder=elsewhere"])
    assert load_recipe(path).fingerprint == same.fingerprint
    assert load_recipe(path, ["training.lr=1e-4"]).fingerprint != same.fingerprint


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_no_text_crashes_the_loader(tmp_path, text):
    path = tmp_path / "recipe.yaml"
    path.write_text(text, "utf-8", errors="replace")
    with pytest.raises(TrainingError):
        load_recipe(path)
