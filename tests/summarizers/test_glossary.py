"""Terms that an article itself explains."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techsum.contracts.article import Article
from techsum.contracts.summary import Summary, SummarySentence
from techsum.summarizers.glossary import MOST, glossary

DATA = Path(__file__).parents[2] / "data" / "techsum-ko"
REST = "연구진은 이 결과를 국제 학술지에 발표했다."


def terms(text):
    return [one.term for one in glossary(Article(f"{text}\n\n{REST}"))]


@pytest.mark.parametrize(
    ("sentence", "term"),
    [
        ("수소가 금속에 스며들어 깨지게 하는 '수소취성'이 문제였다.", "수소취성"),
        ("목성을 도는 탐사선 '글림'이 지난달 유로파를 스쳐 지났다.", "글림"),
        ("노동자 1만 명당 산업용 로봇의 수를 '로봇 밀도'라고 한다.", "로봇 밀도"),
        ("곤충의 세포 속에 사는 볼바키아라는 세균을 썼다.", "볼바키아"),
        ("다음 조건은 베이즈 최적화라는 통계 방법으로 고른다.", "베이즈 최적화"),
        ("위험한 약을 위험하다고 한 비율(민감도)은 91%였다.", "민감도"),
        ("서버를 통째로 액체에 담그는 액침냉각(immersion cooling)이 대안이다.", "액침냉각"),
        ("산소를 뗀 비율을 뜻하는 환원율은 91%에 이르렀다.", "환원율"),
        ("나노입자는 크기가 1~100㎚인 알갱이를 말한다.", "나노입자"),
        ("그래프란 점과 선의 이음만 남긴 그림이다.", "그래프"),
        ("IgA는 코와 목의 점막을 지키는 항체다.", "IgA"),
        (
            "머리방향세포는 머리가 특정한 쪽을 향할 때 신호를 내는 신경세포로, 나침반처럼 일한다.",
            "머리방향세포",
        ),
        ("탄화규소(SiC) 웨이퍼는 비싸지만 SiC 반도체는 열에 강하다.", "SiC"),
    ],
)
def test_a_term_is_found_where_it_is_explained(sentence, term):
    assert terms(sentence) == [term]


@pytest.mark.parametrize(
    "sentence",
    [
        "프로그램은 '불가능'이라는 답을 내놓았다.",
        "이용자들은 '느리다'는 평가를 남겼다.",
        "문제는 아직 풀지 못한 숙제다.",
        "카메라는 신호등의 색을 읽는 유일한 감각이다.",
        "흰 쌀밥은 높은 산, 현미밥은 낮은 언덕인 곡선이다.",
        "피가 늘 모자라는 응급 현장의 부담을 던다.",
        "탐사를 이끈 잉게 솔베르그렌(Inge Solbergren) 박사가 밝혔다.",
        "장치의 용량은 가구가 하룻밤 쓸 수 있는 크기다.",
        "국립연구원(원장 마은비)은 모형을 발표했다.",
        "값이 오른 것은 500t이라는 무게를 견뎌야 하기 때문이다.",
        "팀장은 이것을 '하얀 자갈'이라고 부른다.",
    ],
)
def test_what_is_no_explained_term_is_left_out(sentence):
    assert terms(sentence) == []


def test_an_explanation_is_the_articles_own_sentence():
    article = Article(f"{REST}\n\n□ 유로파는 달보다 조금 작은 얼음 위성이다.")
    (found,) = glossary(article)
    assert found.explanation.text == "유로파는 달보다 조금 작은 얼음 위성이다."
    assert article.text[found.explanation.start : found.explanation.end] == found.explanation.text


def test_a_name_for_that_takes_the_sentence_before():
    what = "태양광이 늘수록 낮의 전기값이 내려간다."
    (found,) = glossary(Article(f"{what} 이 현상을 '제 살 깎기 효과'라고 부른다."))
    assert found.term == "제 살 깎기 효과"
    assert found.explanation.text.startswith(what)


def test_a_definition_stands_before_an_expansion():
    first = "코점막의 면역글로불린A(IgA) 항체가 늘었다."
    definition = "IgA는 코와 목의 점막을 지키는 항체다."
    found = {one.term: one.explanation.text for one in glossary(Article(f"{first} {definition}"))}
    assert found["IgA"] == definition


def test_a_list_of_terms_stays_short():
    names = ("가람", "나래", "다온", "라온", "마루", "바다", "사랑", "아라", "자람", "차오름")
    text = "\n\n".join(f"목성을 도는 탐사선 '{name}호'가 떠났다." for name in names)
    assert len(glossary(Article(text))) == MOST


@pytest.mark.parametrize(
    ("model", "written", "listed"),
    [
        ("extract", "유로파는 달보다 조금 작은 얼음 위성이에요.", ["나노입자"]),  # in another register
        ("m", "유로파는 달보다 조금 작은 얼음 위성이다.", ["나노입자"]),
        ("m", "얼음 위성인 유로파를 본다.", ["유로파", "나노입자"]),
    ],
)
def test_what_the_summary_quotes_needs_no_entry_beside_it(model, written, listed):
    article = Article("유로파는 달보다 조금 작은 얼음 위성이다. 나노입자는 크기가 100㎚인 알갱이를 말한다.")
    terms = glossary(article)
    sentence = SummarySentence(written, (terms[0].explanation,))
    summary = Summary(
        title="", text="", sentences=(sentence,), model=model, coverage=1.0, seconds=0.0, glossary=terms
    )
    assert [one.term for one in summary.glossary] == ["유로파", "나노입자"]
    assert [one.term for one in summary.glossary_beside] == listed


def test_terms_of_one_sentence_stand_in_its_order():
    text = "질화갈륨(GaN), 탄화규소(SiC), 산화갈륨(GaOx)을 견줬다. GaOx, SiC, GaN 순이었다."
    assert terms(text) == ["GaN", "SiC", "GaOx"]


def test_an_article_in_another_language_has_none():
    assert glossary(Article("Perovskite is a mineral called 'calcium titanate'. " * 5)) == ()


@given(st.text("가나다세포는은를을이라고란부른다 'A‘’(),.\n□", max_size=120))
@settings(max_examples=150)
def test_any_text_gives_terms_that_it_has(text):
    article = Article(text)
    for one in glossary(article):
        place = one.explanation
        assert one.term in text
        assert article.text[place.start : place.end] == place.text


def test_terms_of_the_dev_articles_are_right():
    # given: the terms that a reader marked in 45 articles
    texts = map(json.loads, (DATA / "articles.dev.jsonl").read_text("utf-8").splitlines())
    articles = {row["id"]: row for row in texts}
    right = wrong = found_definitions = definitions = 0
    for line in (DATA / "terms.dev.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        source = articles[row["article"]]
        # when
        found = glossary(Article(source["text"].replace("\n", "\n\n"), title=source["title"]))
        marked = [t["term"] for t in row["terms"]]
        hits = [one.term for one in found if any(one.term in t or t in one.term for t in marked)]
        right, wrong = right + len(hits), wrong + len(found) - len(hits)
        defined = [t["term"] for t in row["terms"] if t["grade"] != "weak"]
        definitions += len(defined)
        found_definitions += sum(any(h in t or t in h for h in hits) for t in defined)
    # then: 0.94 and 0.26 on 2026-11-27; one more wrong term is noise
    assert right / (right + wrong) >= 0.88
    assert found_definitions / definitions >= 0.24
