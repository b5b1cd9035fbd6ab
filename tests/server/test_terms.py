"""Where a text has terms that its article explains."""

import pytest

from techsum.contracts.summary import Evidence, GlossaryTerm
from techsum.server.terms import term_pieces

EXPLANATION = "유로파는 달보다 조금 작은 얼음 위성이다."


def explained(text, *terms):
    every = [GlossaryTerm(term, Evidence(0, 5, EXPLANATION)) for term in terms or ("유로파",)]
    return [(piece, of) for piece, of in term_pieces(every)(text) if piece]


def test_a_term_is_marked_with_its_explanation():
    assert explained("탐사선이 유로파를 지났다.") == [
        ("탐사선이 ", ""),
        ("유로파", EXPLANATION),
        ("를 지났다.", ""),
    ]


@pytest.mark.parametrize(
    "text", ["유로파행성학회가 열렸다.", "신유로파는 없다.", "유로파도시가 섰다.", "유로파이론이다."]
)
def test_a_part_of_a_longer_noun_is_no_term(text):
    assert explained(text) == [(text, "")]


@pytest.mark.parametrize("text", ["유로파에서는 춥다.", "그것은 유로파였다.", "유로파(목성)를 본다."])
def test_a_term_is_marked_before_its_particles(text):
    assert [piece for piece, of in explained(text) if of] == ["유로파"]


def test_a_term_is_marked_once_a_text():
    marked = [piece for piece, of in explained("유로파와 유로파의 얼음") if of]
    assert marked == ["유로파"]


def test_the_longer_of_two_terms_is_marked():
    marked = [piece for piece, of in explained("벡터 검색을 쓴다.", "벡터", "벡터 검색") if of]
    assert marked == ["벡터 검색"]


def test_the_explanation_itself_stays_plain():
    assert explained(f"{EXPLANATION} 그렇다.") == [(f"{EXPLANATION} 그렇다.", "")]


def test_a_text_comes_back_whole():
    text = "유로파 <b>유로파</b> & 유로파"
    assert "".join(piece for piece, _ in explained(text)) == text
