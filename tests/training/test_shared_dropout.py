"""The adapter's dropout on a CPU: one draw for all projections that read the same input."""

import pytest
import torch
import torch.utils.checkpoint

from support.tiny_training import write_recipe
from techsum.training.fit import fit
from techsum.training.recipe_file import load_recipe
from techsum.training.shared_dropout import SharedDropout, share_dropout


class Projection(torch.nn.Module):
    """As much of PEFT's layer as counts: `lora_dropout` by the adapter's name."""

    def __init__(self, rate):
        super().__init__()
        kept = torch.nn.Dropout(rate) if rate else torch.nn.Identity()
        self.lora_dropout = torch.nn.ModuleDict({"default": kept})

    def forward(self, values):
        return self.lora_dropout["default"](values)


class Block(torch.nn.Module):
    def __init__(self, *rates):
        super().__init__()
        self.q, self.k, self.o = map(Projection, rates)

    def forward(self, values):
        first = self.q(values)
        return first, self.k(values), self.o(first + 1)


@pytest.mark.parametrize("rate", [0.05, 0.5])
@pytest.mark.parametrize("shape", [(1, 999, 101), (3, 5, 20_000)])
def test_a_share_is_zero_and_the_others_are_larger(rate, shape):
    torch.manual_seed(0)
    values = torch.ones(shape)
    found = SharedDropout(rate)(values)
    assert found.shape == values.shape
    assert (found == 0).float().mean().item() == pytest.approx(rate, rel=0.05)
    assert found.unique().tolist() == pytest.approx([0, 1 / (1 - rate)])


def test_the_mean_stays_in_bf16():
    torch.manual_seed(0)
    values = 1 + torch.rand(1, 999, 1001).bfloat16()
    found = SharedDropout(0.05)(values)
    assert found.dtype == torch.bfloat16
    assert found.float().mean().item() == pytest.approx(values.float().mean().item(), rel=1e-3)


def test_it_passes_gradients_where_it_kept_values():
    values = torch.ones(1, 10, 100, requires_grad=True)
    found = SharedDropout(0.3)(values)
    found.sum().backward()
    assert torch.equal(values.grad, found.detach())


def test_projections_of_one_input_share_it():
    block = Block(0.3, 0.3, 0.3)
    share_dropout(block)
    values = torch.ones(1, 50, 100)
    queries, keys, out = block(values)
    assert queries is keys
    assert not torch.equal(out == 0, queries == 0)
    assert not torch.equal(block(values)[0], queries)  # the next step draws anew


def test_a_projection_without_dropout_stays_without():
    block = Block(0.3, 0.0, 0.3)
    share_dropout(block)
    values = torch.ones(1, 50, 100)
    assert block(values)[1] is values


def test_nothing_is_left_out_where_nothing_is_trained():
    block = Block(0.3, 0.3, 0.3)
    share_dropout(block)
    values = torch.ones(1, 50, 100)
    assert block.eval()(values)[0] is values


def test_from_the_same_random_state_it_draws_the_same():
    state, drop = torch.get_rng_state(), SharedDropout(0.3)
    first = [drop(torch.ones(1, 9, 9)) for _ in range(3)]
    torch.set_rng_state(state)
    assert all(map(torch.equal, first, [drop(torch.ones(1, 9, 9)) for _ in range(3)]))
    assert not torch.equal(first[0], first[1])


class Stacked(torch.nn.Module):
    """Ends in a projection, as the feed-forward of models without a norm behind it."""

    def __init__(self):
        super().__init__()
        self.o = Projection(0.3)

    def forward(self, values):
        return self.o(values * 2)


def test_a_recomputation_draws_the_same_and_keeps_nothing():
    """Given checkpointing, when gradients are asked for, then they are those of what was seen forward."""
    block = Stacked()
    share_dropout(block)
    values = torch.ones(1, 50, 100, requires_grad=True)
    found = torch.utils.checkpoint.checkpoint(block, values, use_reentrant=False)
    found.sum().backward()
    assert torch.equal(values.grad, found.detach())
    assert block.o.lora_dropout["default"]._last is None


@pytest.mark.slow
@pytest.mark.parametrize("checkpointing", [False, True])
def test_the_trainer_lets_projections_read_one_bf16_input(tmp_path, monkeypatch, checkpointing):
    recipe = load_recipe(write_recipe(tmp_path), [
        "base.precision=bf16", "lora.dropout=0.3", "training.steps=2", "dev={}",
        f"training.checkpointing={checkpointing}",
    ])  # fmt: skip
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    drawn, forward = [], SharedDropout.forward

    def watched(self, values):
        found = forward(self, values)
        drawn.append((values.dtype, self.training, id(self), id(found)))
        return found

    monkeypatch.setattr(SharedDropout, "forward", watched)
    fit(recipe, tmp_path / "run")
    trained = [one for one in drawn if one[1]]
    assert {dtype for dtype, *_ in trained} == {torch.bfloat16}
    # seven projections a layer, and four inputs
    assert len({one[2] for one in trained}) == 4  # attention and feed-forward of two layers
    first = trained[:7]
    assert [len({one[3] for one in part}) for part in (first[:3], first[4:6])] == [1, 1]
    assert len({one[3] for one in first}) == 4
