"""ROUGE that is valid for Korean, and agrees with Google's where both see the same tokens."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score import rouge_scorer

from support.texts import BODY, PARAGRAPHS
from techsum import korean
from techsum.evaluation.rouge import characters, longest_common_subsequence, rouge

WORDS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=40)


class Spaces:
    """A tokenizer for rouge-score that leaves the tokens alone."""

    def tokenize(self, text):
        return text.split()


def test_identical_korean_texts_score_one():
    for tokens in (korean.morphemes(BODY), characters(BODY)):
        score = rouge(tokens, tokens)
        assert (score.rouge1, score.rouge2, score.rouge_l) == (1.0, 1.0, 1.0)


def test_unrelated_texts_score_zero():
    score = rouge(["가"], ["나"])
    assert (score.rouge1, score.rouge2, score.rouge_l) == (0.0, 0.0, 0.0)
    assert rouge([], []).rouge1 == 0.0


@given(WORDS, WORDS)
def test_it_agrees_with_googles_on_the_same_tokens(reference, candidate):
    theirs = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], tokenizer=Spaces()).score(
        " ".join(reference), " ".join(candidate)
    )
    ours = rouge(reference, candidate)
    for mine, key in ((ours.rouge1, "rouge1"), (ours.rouge2, "rouge2"), (ours.rouge_l, "rougeL")):
        assert mine == pytest.approx(theirs[key].fmeasure, abs=1e-4)


@given(WORDS, WORDS)
def test_the_longest_common_subsequence_is_that_of_the_textbook(a, b):
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + 1 if x == y else max(table[i][j + 1], table[i + 1][j])
    assert longest_common_subsequence(a, b) == table[-1][-1]


def test_a_thousand_pairs_take_less_than_twenty_seconds():
    pairs = [(korean.morphemes(p), korean.morphemes(BODY)) for p in PARAGRAPHS]
    began = time.process_time()
    for n in range(1000):
        rouge(*pairs[n % 3])
    assert time.process_time() - began < 20
