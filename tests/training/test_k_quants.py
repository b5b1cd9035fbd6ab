"""K-quants by the engine's own quantizer: right bytes, llama.cpp's mixture, errors where they matter least."""

import numpy as np
import pytest

from support.tiny_checkpoint import write_checkpoint
from support.tiny_training import write_recipe
from techsum.training.exporting.export import export
from techsum.training.exporting.k_quants import kind_of, quantize
from techsum.training.fit import fit
from techsum.training.recipe_file import load_recipe


def restored(data, kind):
    import gguf

    return gguf.quants.dequantize(data, gguf.GGMLQuantizationType[kind])


@pytest.mark.parametrize(("kind", "error"), [("Q4_K", 0.08), ("Q5_K", 0.04), ("Q6_K", 0.02), ("Q5_0", 0.07)])
def test_a_quantized_matrix_reads_back_close_to_itself(kind, error):
    values = np.random.default_rng(0).normal(size=(8, 512)).astype(np.float32)
    data = quantize(values, kind, None)
    assert np.sqrt(np.mean((restored(data, kind) - values) ** 2)) < error


def test_errors_are_smaller_where_inputs_are_larger():
    generator = np.random.default_rng(0)
    values = generator.normal(size=(64, 512)).astype(np.float32)
    importance = np.where(np.arange(512) % 8 == 0, 100, 0.1).astype(np.float32)

    def weighed(with_importance):
        data = quantize(values, "Q4_K", importance if with_importance else None)
        return ((restored(data, "Q4_K") - values) ** 2 * importance).mean()

    assert weighed(with_importance=True) < 0.5 * weighed(with_importance=False)


def test_the_mixture_is_that_of_llama_quantize():
    """llama.cpp's rule for a Gemma 2 2B; files of ten layers were byte for byte those of llama-quantize b11434."""
    down = [kind_of(f"blk.{n}.ffn_down.weight", 9216, n, 26, "q4_k_m") for n in range(26)]
    better = [n for n, kind in enumerate(down) if kind == "Q6_K"]
    assert better == [0, 1, 2, 5, 8, 11, 14, 17, 20, 22, 23, 24, 25]
    assert kind_of("token_embd.weight", 2304, 0, 26, "q4_k_m") == "Q6_K"
    assert kind_of("blk.3.attn_q.weight", 2304, 3, 26, "q4_k_m") == "Q4_K"
    assert kind_of("blk.3.attn_q.weight", 640, 3, 26, "q4_k_m") == "Q5_0"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::DeprecationWarning")
def test_q4_k_m_is_exported_with_its_own_imatrix(tmp_path):
    import gguf

    recipe = load_recipe(
        write_recipe(tmp_path, write_checkpoint(tmp_path / "base", hidden=256)),
        ["training.steps=1", "dev={}"],
    )
    fit(recipe, tmp_path / "run")
    plain = export(tmp_path / "run", "gguf", tmp_path / "plain", "q4_k_m")
    weighed = export(tmp_path / "run", "gguf", tmp_path / "weighed", "q4_k_m", imatrix=True)
    kinds = {
        t.name: t.tensor_type.name
        for t in gguf.GGUFReader(next(weighed.path.glob("*.gguf"))).tensors
        if len(t.shape) > 1
    }
    assert kinds["blk.0.ffn_gate.weight"] == "Q4_K"
    assert kinds["token_embd.weight"] == "Q6_K"
    assert plain.compared.moved != weighed.compared.moved
