"""Attention by blocks: what transformers' plain attention gives, and its gradients."""

import json

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
    inputs = tensors(300, 300)
    found, _ = blocked_attention(torch.nn.Module(), *inputs, None)
    torch.testing.assert_close(found, plain(*inputs, mask_of(300, 300)))


def test_empty_places_of_a_cache_stay_unseen():
    query, key, value = tensors(7, 300)
    found, _ = blocked_attention(torch.nn.Module(), query, key, value, None)
    torch.testing.assert_close(found, plain(query, key[:, :, :7], value[:, :, :7], mask_of(7, 7)))


def test_one_query_without_a_mask_sees_all_keys():
    inputs = tensors(1, 300)
    found, _ = blocked_attention(torch.nn.Module(), *inputs, None)
    torch.testing.assert_close(found, plain(*inputs, mask_of(1, 300)))


@pytest.mark.parametrize("more", [{"is_causal": False}, {"position_bias": 1}, {"s_aux": 1}])
def test_what_it_cannot_do_is_an_error(more):
    with pytest.raises(ValueError, match="causal"):
        blocked_attention(torch.nn.Module(), *tensors(7, 7), None, **more)


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
def test_a_model_says_the_same_as_with_plain_attention(tmp_path, family, monkeypatch):
    """Given a window of 64, when 200 tokens are read and rows of unlike lengths go on, then nothing differs."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    where = write_checkpoint(tmp_path / family, TEMPLATE_4 if family == "gemma4" else TEMPLATE, family=family)
    config = json.loads((where / "config.json").read_text("utf-8"))
    (where / "config.json").write_text(json.dumps(config | {"sliding_window": 64}), "utf-8")
    models = [
        bases.load_model(Base(name=str(where), precision="fp32", attention=one)).eval()
        for one in ("auto", "eager")
    ]
    assert models[0].config._attn_implementation == "blocked"
    ids = torch.arange(200)[None] % 300 + 10
    rows = torch.cat([ids[:, :100], ids[:, 100:]])
    seen = torch.ones_like(rows)
    rows[1, :30], seen[1, :30] = 0, 0
    with torch.inference_mode():
        found, wanted = (model(input_ids=ids).logits for model in models)
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)
        written = [
            model.generate(rows, attention_mask=seen, max_new_tokens=12, do_sample=False) for model in models
        ]
    assert torch.equal(*written)
