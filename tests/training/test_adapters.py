"""What can be trained of a base, and that what is written of it says the same on the unchanged base."""

import pytest

from support.tiny_checkpoint import write_checkpoint
from support.tiny_training import write_recipe
from techsum.errors import TrainingError
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.training import bases
from techsum.training.adapters import adapted, as_trained, keep_adapter, save_trained
from techsum.training.evaluating import greedy
from techsum.training.exporting.export import compare_all, export
from techsum.training.fit import fit
from techsum.training.recipe_file import load_recipe

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::DeprecationWarning"),
]

PISSA = ["lora.init=pissa", "lora.rslora=true"]
LOFTQ = ["lora.init=loftq", "lora.alpha=4", "base.quantization=nf4"]
TOKENS = ["lora.tokens=['<start_of_turn>', '<end_of_turn>']"]


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    """A recipe whose base is wide enough for nf4."""
    folder = tmp_path_factory.mktemp("adapters")
    return write_recipe(folder, write_checkpoint(folder / "base", hidden=64))


def logits(model):
    import torch

    with torch.inference_mode():
        return model.eval()(torch.arange(5, 25)[None]).logits.float()


def changed(recipe, folder, *, nf4=False):
    """A model with moved weights, as a fit leaves it, and the folder that was written of it."""
    import torch

    tokenizer = bases.load_tokenizer(recipe.base)
    model = adapted(recipe, bases.load_model(recipe.base, nf4=nf4), tokenizer, folder / "initial", nf4=nf4)
    torch.manual_seed(1)
    for weights in model.parameters():
        if weights.requires_grad:
            weights.data = weights.data.float() + 0.02 * torch.randn_like(weights.data.float())
    save_trained(model, folder / "adapter", recipe, tokenizer, folder / "initial")
    return model, folder / "adapter"


@pytest.mark.parametrize(
    "changes", [[], ["lora.rslora=true"], PISSA, TOKENS], ids=["zero", "rslora", "pissa", "tokens"]
)
def test_a_written_adapter_says_the_same_on_the_unchanged_base(recipe, tmp_path, changes):
    import peft

    loaded = load_recipe(recipe, changes)
    model, folder = changed(loaded, tmp_path)
    again = peft.PeftModel.from_pretrained(bases.load_model(loaded.base), folder)
    assert (logits(model) - logits(again)).abs().max() < 1e-3


def test_loftq_is_written_for_the_base_without_quantization(recipe, tmp_path):
    """Given factors that begin as the error of 4 bits, when written, then the whole base does not get that error twice."""
    import peft

    loaded = load_recipe(recipe, LOFTQ)
    model, folder = changed(loaded, tmp_path, nf4=True)
    trained = logits(model)
    raw = as_trained(folder, tmp_path / "raw", loaded)
    again = peft.PeftModel.from_pretrained(bases.load_model(loaded.base, nf4=True), raw)
    assert (trained - logits(again)).abs().max() < 1e-3
    far = [
        (trained - logits(peft.PeftModel.from_pretrained(bases.load_model(loaded.base), f))).abs().mean()
        for f in (folder, raw)
    ]
    assert far[0] < far[1]


def test_a_sharded_runs_checkpoint_is_written_for_the_unchanged_base(recipe, tmp_path):
    """Given the adapter of a checkpoint as PEFT wrote it, when kept, then it is what the run itself would have written."""
    loaded = load_recipe(recipe, PISSA)
    model, folder = changed(loaded, tmp_path)
    model.save_pretrained(tmp_path / "checkpoint")
    keep_adapter(tmp_path / "checkpoint", tmp_path / "kept", loaded, tmp_path / "initial")
    for name in ("adapter_model.safetensors", "adapter_config.json"):
        assert (tmp_path / "kept" / name).read_bytes() == (folder / name).read_bytes()


def test_all_weights_are_written_as_a_model(recipe, tmp_path):
    loaded = load_recipe(recipe, ["lora=null"])
    model, folder = changed(loaded, tmp_path)
    again = bases.load_model(loaded.base.model_copy(update={"name": str(folder)}))
    assert (logits(model) - logits(again)).abs().max() < 1e-3


def test_a_tied_embedding_is_written_once(recipe, tmp_path):
    from safetensors import safe_open

    _, folder = changed(load_recipe(recipe, ["lora=null", "base.precision=bf16"]), tmp_path)
    with safe_open(folder / "model.safetensors", framework="pt") as kept:
        assert "lm_head.weight" not in kept.keys()  # noqa: SIM118 - not a mapping


@pytest.mark.parametrize(
    "changes", [["lora.rslora=true"], PISSA, TOKENS, ["lora=null"]], ids=["rslora", "pissa", "tokens", "full"]
)
def test_each_kind_is_trained_and_exported(recipe, tmp_path, changes):
    loaded = load_recipe(recipe, [*changes, "training.steps=2", "training.evaluate_every=2"])
    fit(loaded, tmp_path / "run")
    assert export(tmp_path / "run", "gguf", quantization="f16").compared.passed


def test_a_pissa_run_goes_on_only_from_the_same_factors(recipe, tmp_path):
    loaded = load_recipe(recipe, PISSA)
    tokenizer = bases.load_tokenizer(loaded.base)
    adapted(loaded, bases.load_model(loaded.base), tokenizer, tmp_path / "initial", nf4=False)
    adapted(loaded, bases.load_model(loaded.base), tokenizer, tmp_path / "initial", nf4=False)
    other = bases.load_model(loaded.base)
    other.model.layers[0].mlp.down_proj.weight.data *= -1
    with pytest.raises(TrainingError, match="첫 값"):
        adapted(loaded, other, tokenizer, tmp_path / "initial", nf4=False)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["lora.init=loftq", "lora.alpha=4"], "nf4"),
        (["lora.tokens=['<no_token>']"], "<no_token>"),
    ],
)
def test_what_does_not_fit_the_base_is_one_line(recipe, tmp_path, changes, words):
    with pytest.raises(TrainingError, match=words):
        fit(load_recipe(recipe, changes), tmp_path / "run")


@pytest.mark.parametrize(("changes", "to"), [(["lora=null"], "adapter"), (TOKENS, "gguf-lora")])
def test_what_a_run_has_nothing_for_is_refused(recipe, tmp_path, changes, to):
    fit(load_recipe(recipe, [*changes, "training.steps=1", "dev={}"]), tmp_path / "run")
    with pytest.raises(TrainingError, match="gguf로"):
        export(tmp_path / "run", to)


def test_answers_written_together_are_those_written_alone(recipe):
    loaded = load_recipe(recipe)
    tokenizer, model = bases.load_tokenizer(loaded.base), bases.load_model(loaded.base).eval()
    prompts = [
        [2, *tokenizer.encode(text, add_special_tokens=False)]
        for text in ("물은", "바닷물로 전기를 만드는", "열")
    ]
    together = greedy(model, HubTokenizer(tokenizer), "tuned", prompts, 12)
    assert together == [
        greedy(model, HubTokenizer(tokenizer), "tuned", [prompt], 12)[0] for prompt in prompts
    ]


def test_a_qlora_run_is_compared_with_its_own_base(recipe, tmp_path):
    """Given a run on 4-bit weights, when its export is compared, then what 4 bits make of it is told beside."""
    fit(load_recipe(recipe, [*LOFTQ, "training.steps=1", "dev={}"]), tmp_path / "run")
    as_it_was, shipped = compare_all(tmp_path / "run", [str(tmp_path / "run" / "adapter")], None)
    assert as_it_was.against == "as trained (nf4)"
    assert shipped.moved < as_it_was.moved
