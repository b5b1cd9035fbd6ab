"""Attention by blocks: what transformers' plain attention gives, and its gradients."""

import pytest
import torch

from support.tiny_checkpoint import write_checkpoint
from support.tiny_gguf import TEMPLATE, TEMPLATE_4
from techsum.training import bases
from techsum.training.blocked_attention import blocked_attention
from techsum.training.recipe import Base

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

HEADS, KEY_HEADS, WIDTH = 4, 2, 16


def tensors(queries, keys, batch=1, dtype=torch.float32):
    torch.manual_seed(0)
    shapes = ((batch, HEADS, queries, WIDTH), *((batch, KEY_HEADS, keys, WIDTH),) * 2)
    return [torch.randn(shape, dtype=dtype, requires_grad=True) for shape in shapes]


def mask_of(queries, keys, window=None):
    at = torch.arange(keys - queries, keys)[:, None]
    seen = torch.arange(keys)[None]
    visible = seen <= at
    return (visible & (seen > at - window) if window else visible)[None, None]


def plain(query, key, value, mask, softcap=None):
    """As the formula says: every query with every key."""
    key, value = (kept.repeat_interleave(HEADS // KEY_HEADS, 1) for kept in (key, value))
    scores = query @ key.transpose(2, 3) * WIDTH**-0.5
    scores = torch.tanh(scores / softcap) * softcap if softcap else scores
    weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1)
    return (weights @ value).transpose(1, 2)


def gradients(found, inputs):
    torch.manual_seed(1)
    return torch.autograd.grad(found, inputs, torch.randn(found.shape))


@pytest.mark.parametrize("softcap", [None, 2.0])
@pytest.mark.parametrize("window", [None, 1, 100, 1000])
@pytest.mark.parametrize(("queries", "keys"), [(1, 1), (1, 300), (127, 127), (300, 300), (140, 300)])
def test_it_is_the_formula_for_every_length_and_window(queries, keys, window, softcap):
    inputs, mask = tensors(queries, keys), mask_of(queries, keys, window)
    wanted = plain(*inputs, mask, softcap)
    found, _ = blocked_attention(torch.nn.Module(), *inputs, mask, softcap=softcap, sliding_window=window)
    torch.testing.assert_close(found, wanted)
    for one, other in zip(gradients(found, inputs), gradients(wanted, inputs), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_without_a_mask_no_query_sees_what_comes_later():
    for queries in (300, 7):
        inputs = tensors(queries, 300)
        found, _ = blocked_attention(torch.nn.Module(), *inputs, None)
        torch.testing.assert_close(found, plain(*inputs, mask_of(queries, 300)))


def test_samples_packed_into_one_row_stay_apart():
    """Given two samples in a row, when the first one changes, then the second one's result does not."""
    inputs, visible = tensors(300, 300), mask_of(300, 300)
    visible[:, :, 140:, :140] = False
    before, _ = blocked_attention(torch.nn.Module(), *inputs, visible, sliding_window=200)
    changed = [torch.cat([torch.ones_like(x[:, :, :140]), x[:, :, 140:]], 2) for x in inputs]
    after, _ = blocked_attention(torch.nn.Module(), *changed, visible, sliding_window=200)
    assert torch.equal(before[:, 140:], after[:, 140:])
    assert not torch.equal(before[:, :140], after[:, :140])


def test_rows_padded_on_the_left_are_those_alone():
    inputs = tensors(300, 300, batch=2)
    visible = mask_of(300, 300).repeat(2, 1, 1, 1)
    visible[1, :, :, :50] = False
    found, _ = blocked_attention(torch.nn.Module(), *inputs, visible)
    assert found.isfinite().all()  # a row of padding sees nothing
    alone, _ = blocked_attention(torch.nn.Module(), *(x[1:, :, 50:] for x in inputs), None)
    torch.testing.assert_close(found[1:, 50:], alone)


@pytest.mark.slow
@pytest.mark.parametrize("family", ["gemma2", "gemma3", "gemma4"])
def test_a_model_says_the_same_as_with_plain_attention(tmp_path, family):
    template = TEMPLATE_4 if family == "gemma4" else TEMPLATE
    where = str(write_checkpoint(tmp_path / family, template, family=family))
    ids = torch.arange(200)[None] % 300 + 10
    with torch.inference_mode():
        models = [
            bases.load_model(Base(name=where, precision="fp32", attention=one)) for one in ("auto", "eager")
        ]
        found, wanted = (model(input_ids=ids).logits for model in models)
        assert models[0].config._attn_implementation == "blocked"
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)
        written = [model.generate(ids[:, :20], max_new_tokens=12, do_sample=False) for model in models]
    assert torch.equal(*written)
