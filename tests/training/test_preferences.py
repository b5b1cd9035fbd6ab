"""DPO: pairs from rows and from corruptions, the loss, and a run that learns which answer is better."""

import json
import random
import shutil

import pytest

from support.tiny_training import rows, write_recipe, write_rows
from techsum.errors import TrainingError
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.training import bases
from techsum.training.drawing import draw
from techsum.training.fit import fit, labelled
from techsum.training.losses import answer_scores, preference_loss
from techsum.training.preferences import corrupted
from techsum.training.recipe_file import load_recipe

BETA = ["training.preference={beta: 0.1}"]


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preferences")
    path = write_recipe(folder)
    worse = "아무 말이나 쓴 요약이다. 글에 없는 말이다."
    for name, count in (("train.jsonl", 24), ("dev.jsonl", 3)):
        write_rows(folder / name, [row | {"rejected": worse} for row in rows(count)])
    return path


def test_one_thing_is_made_wrong():
    document = "연구진은 12개월 동안 34명을 살폈다. 혈압이 평균 8mmHg 떨어졌다. 부작용은 2명에게서 나타났다."
    output = "연구진은 34명을 살폈다. 혈압이 8mmHg 떨어졌다."
    wrong = corrupted(output, document, random.Random(0))
    assert wrong != output
    assert len(wrong.split(". ")) == 2
    assert corrupted("", document, random.Random(0)) is None


def test_a_rejected_column_answers_the_same_request(tmp_path):
    path = write_recipe(tmp_path, base=tmp_path / "base")
    for change in ("data.0.task=compression", "data.0.rehearsed=0.1", "data.0.parentheses=drop"):
        with pytest.raises(TrainingError, match="rejected: corrupted"):
            load_recipe(path, [*BETA, change])


def test_the_loss_falls_as_the_chosen_answer_gains():
    import torch

    reference = torch.tensor([-10.0, -10.0])
    even = preference_loss(torch.tensor([-10.0, -10.0]), reference, 0.1)
    better = preference_loss(torch.tensor([-8.0, -12.0]), reference, 0.1)
    assert even.item() == pytest.approx(0.6931, abs=1e-4)
    assert better.item() == pytest.approx(-torch.nn.functional.logsigmoid(torch.tensor(0.4)).item())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::DeprecationWarning")
class TestRun:
    def test_scores_are_those_of_the_whole_sequence(self, recipe):
        """Given a pair, when scored together, padded and by the answer's columns alone, then as each by itself in full."""
        import torch

        from techsum.training.trainer import collated

        loaded = load_recipe(recipe, BETA)
        tokenizer, model = bases.load_tokenizer(loaded.base), bases.load_model(loaded.base).eval()
        (pair,) = draw(loaded, HubTokenizer(tokenizer), 1).samples
        row = labelled([pair])
        with torch.inference_mode():
            batch = collated([row], pad=0, packed=False)
            scores = answer_scores(model, batch).tolist()
            for score, answer in zip(scores, (pair.answer, pair.rejected), strict=True):
                ids = torch.tensor([[*pair.prompt, *answer]])
                each = model(ids).logits[0, :-1].log_softmax(-1).gather(1, ids[0, 1:, None])[:, 0]
                assert score == pytest.approx(each[-len(answer) :].sum().item(), abs=0.01)

    def test_a_run_learns_which_answer_is_better(self, recipe, tmp_path):
        fit(load_recipe(recipe, BETA), tmp_path / "run")
        log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text("utf-8").splitlines()]
        losses = [line["loss"] for line in log if "loss" in line]
        assert losses[0] == pytest.approx(0.6931, abs=0.01)
        assert losses[-1] < 0.6
        assert [line["dev_loss"] for line in log if "dev_loss" in line][-1] < 0.65

    def test_a_resumed_run_ends_as_one_that_was_not_stopped(self, recipe, tmp_path):
        """Given a run of pairs, when its last steps are taken again from a checkpoint, then its losses are the same."""
        loaded = load_recipe(recipe, [*BETA, "dev={}"])
        fit(loaded, tmp_path / "run")
        log = tmp_path / "run" / "log.jsonl"
        before = [json.loads(line)["loss"] for line in log.read_text("utf-8").splitlines()]
        shutil.rmtree(tmp_path / "run" / "adapter")
        shutil.rmtree(tmp_path / "run" / "checkpoints" / "checkpoint-6")
        log.unlink()
        fit(loaded, tmp_path / "run", resume=True)
        after = [json.loads(line)["loss"] for line in log.read_text("utf-8").splitlines()]
        assert after == pytest.approx(before[4:], abs=1e-5)

    def test_corruptions_stand_in_for_rejected_answers(self, recipe, tmp_path):
        loaded = load_recipe(recipe, [*BETA, "data.0.rejected=corrupted", "training.steps=1", "dev={}"])
        fit(loaded, tmp_path / "run")
        assert json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["samples"] == 2

    def test_rows_without_a_rejected_answer_are_told(self, recipe, tmp_path):
        write_rows(recipe.parent / "plain.jsonl", rows())
        with pytest.raises(TrainingError, match="rejected"):
            fit(load_recipe(recipe, [*BETA, "data.0.path=plain.jsonl"]), tmp_path / "run")
