"""The adapter's dropout on a CPU: one draw for all projections that read the same input."""

import pytest
import torch

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
def test_a_share_is_zero_and_the_mean_stays(rate, shape):
    torch.manual_seed(0)
    values = torch.ones(shape)
    found = SharedDropout(rate)(values)
    assert found.shape == values.shape
    assert (found == 0).float().mean().item() == pytest.approx(rate, rel=0.05)
    assert found.mean().item() == pytest.approx(1, rel=0.01)
    assert found.unique().tolist() == pytest.approx([0, 1 / (1 - rate)])


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
