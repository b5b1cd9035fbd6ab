"""A summary as one text."""

import pytest

from techsum.contracts.summary import joined


@pytest.mark.parametrize(("count", "paragraphs"), [(1, 1), (10, 1), (11, 3), (30, 6)])
def test_long_prose_has_paragraphs(count, paragraphs):
    sentences = [f"{n}번째 문장이다." for n in range(count)]
    text = joined(sentences, " ")
    assert len(text.split("\n\n")) == paragraphs
    assert text.replace("\n\n", " ") == " ".join(sentences)


def test_notes_are_a_line_each():
    assert joined(["하나", "둘"], "\n") == "- 하나\n- 둘"
