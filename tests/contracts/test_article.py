"""An article's sentences know their place."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from techsum.contracts.article import Article


def test_sentences_know_their_place(article):
    assert [article.text[s.start : s.end] for s in article.sentences] == [s.text for s in article.sentences]
    assert len(article.sentences) == 7
    assert article.sentences[3].text.startswith("리튬 전지와 달리")


KOREAN = st.text(
    st.sampled_from("가나다라 한국어문장이다.?!“”\"'()\n0123456789.,%℃aB😀漢\u1100\u1161"), max_size=300
)


@settings(max_examples=150, deadline=None)
@given(st.lists(KOREAN, max_size=6).map("\n\n".join))
def test_every_offset_slices_back_to_its_sentence(text):
    sentences = Article(text).sentences
    for one in sentences:
        assert text[one.start : one.end] == one.text
        assert one.text == one.text.strip() != ""
        assert "\n\n" not in one.text
    # in order, without overlap, and nothing but white space between them
    ends = [0, *(s.end for s in sentences)]
    starts = [*(s.start for s in sentences), len(text)]
    assert all(not text[a:b].strip() for a, b in zip(ends, starts, strict=True))


def test_a_paragraph_of_a_million_characters_without_a_full_stop():
    text = "가나다 " * 25_000
    began = time.monotonic()
    sentences = Article(text).sentences
    assert time.monotonic() - began < 60
    assert all(text[s.start : s.end] == s.text for s in sentences)
