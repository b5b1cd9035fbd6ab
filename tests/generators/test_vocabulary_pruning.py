"""A GGUF file with a part of its tokens: what stays is as it was, and Korean is read and written as before."""

import pytest
from gguf import GGUFReader
from hypothesis import given, settings
from hypothesis import strategies as st

from support.texts import BODY, PARAGRAPHS
from support.tiny_gguf import write_gemma2
from techsum.generators import EXTRACT, Options, load, load_verifier
from techsum.generators.llama_cpp import load_llama
from techsum.generators.models import EMBEDDED, TUNED, VERIFIER, model_file, shipped_adapter
from techsum.generators.vocabulary_pruning import is_needed_for_korean, prune_vocabulary
from techsum.prompts import VERDICTS, compression_messages, verdict_messages

TOKENS = "tokenizer.ggml.tokens"
ROWS = "token_embd.weight"
CONTROL = 3


@pytest.fixture(scope="module")
def tuned():
    return load(TUNED)


@pytest.fixture(scope="module", params=[32, 64], ids=lambda n: f"aligned to {n} bytes")
def source(tmp_path_factory, request):
    return write_gemma2(tmp_path_factory.mktemp("vocabulary") / "tiny.gguf", alignment=request.param)


def pieces(generator, text):
    """The tokens of a text, as what they stand for."""
    request = {"content": text, "with_pieces": True}
    answer = generator._client.post("/tokenize", json=request).raise_for_status()
    return [token["piece"] for token in answer.json()["tokens"]]


@given(left_out=st.sets(st.integers(6, 120)))
@settings(max_examples=20, deadline=None)
def test_what_stays_is_as_it_was(source, tmp_path_factory, left_out):
    # given any choice of tokens that leaves the control tokens in
    def chosen(number, _token, kind):
        return kind == CONTROL or number not in left_out

    path = tmp_path_factory.mktemp("cut") / "cut.gguf"
    with source.open("rb") as whole, path.open("wb") as file:
        count = prune_vocabulary(whole, file, chosen, source)
    before, after = GGUFReader(source), GGUFReader(path)
    # then these tokens stand in their order, each with its own row, type and score
    names = before.fields[TOKENS].contents()
    kinds = before.fields["tokenizer.ggml.token_type"].contents()
    kept = [n for n, (name, kind) in enumerate(zip(names, kinds, strict=True)) if chosen(n, name, kind)]
    assert len(kept) == count
    for key in ("tokens", "scores", "token_type"):
        whole, part = (f.fields[f"tokenizer.ggml.{key}"].contents() for f in (before, after))
        assert part == [whole[n] for n in kept]
    for old, new in zip(before.tensors, after.tensors, strict=True):
        assert (old.name, old.tensor_type) == (new.name, new.tensor_type)
        assert (new.data == (old.data[kept] if old.name == ROWS else old.data)).all()
    # and the ids of the control tokens are those of the same tokens
    for key in (key for key in before.fields if key.endswith("_token_id")):
        old, new = before.fields[key].contents(), after.fields[key].contents()
        assert names[old] == after.fields[TOKENS].contents()[new]


def test_a_cut_file_is_sound_for_llama_cpp(source, tmp_path):
    path = tmp_path / "cut.gguf"
    with source.open("rb") as whole, path.open("wb") as file:
        prune_vocabulary(whole, file, lambda _n, token, _k: token != "소금", source)
    assert "".join(
        load_llama(path).stream(compression_messages("소금", fmt="gemma", characters=20), Options(4))
    )


@given(
    text=st.text(
        st.one_of(
            st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3),
            st.sampled_from(" .,0123456789%·‘’“”℃㎡\n'\"()[]/-~:;!?&+=<>"),
        )
    )
)
@settings(max_examples=100, deadline=None)
def test_korean_has_the_tokens_that_it_had(gemma, tuned, text):
    assert pieces(tuned, text) == pieces(gemma, text)


def test_rare_words_are_read_in_more_tokens(gemma, tuned):
    text = "Chrysanthemum 꽃잎과 Ψυχή"
    assert len(tuned.tokenize(text)) > len(gemma.tokenize(text))
    assert tuned._text(tuned.tokenize(text)) == text


def test_a_sentence_is_shortened_as_with_all_tokens(tuned):
    whole = load_llama(model_file(EMBEDDED), "whole", shipped_adapter())
    for paragraph in PARAGRAPHS:
        request = compression_messages(paragraph, fmt="tuned", characters=60)
        written = ["".join(model.stream(request, Options(60))) for model in (whole, tuned)]
        assert written[0] == written[1] != ""


def test_a_claim_is_judged_as_with_all_tokens():
    whole = load_llama(model_file(EMBEDDED), "whole", shipped_adapter(VERIFIER), 1024)
    for claim in ("저장 장치를 태양광 발전소에 연결했다.", "섬의 백 가구가 하룻밤 쓸 수 있다."):
        request = verdict_messages(BODY, claim, fmt=whole.format)
        odds = [judge.odds(request, list(VERDICTS.values())) for judge in (whole, load_verifier(EXTRACT))]
        assert odds[0] == pytest.approx(odds[1], abs=0.01)


@pytest.mark.parametrize(
    ("token", "kind", "stays"),
    [
        ("물질", 1, True),
        ("▁연구", 1, True),
        ("”라고", 1, True),
        ("\n\n\n", 4, True),
        (".%", 1, True),
        ("<0xEC>", 6, True),
        ("<end_of_turn>", 3, True),
        ("<unused7>", 3, False),
        ("▁исследование", 1, False),
        ("研究", 1, False),
        ("研", 1, True),
    ],
)
def test_what_korean_prose_needs(token, kind, stays):
    assert is_needed_for_korean(60_000, token, kind) is stays


def test_rare_english_is_left_out():
    assert is_needed_for_korean(1000, "▁plans", 1)
    assert not is_needed_for_korean(60_000, "▁annealings", 1)
