"""Key sentences without a model."""

import time

import pytest

from support.texts import BODY, TITLE
from techsum import read, summarize
from techsum.contracts.article import Article
from techsum.errors import UsageError
from techsum.summarizers import SummaryOptions, events, extract, parse_length
from techsum.summarizers.extractive import alone, standing
from techsum.summarizers.title import headline

ARTICLE = Article(BODY, TITLE)


def test_sentences_are_the_articles_own_in_their_order():
    summary = extract(ARTICLE)
    places = [s.evidence[0].start for s in summary.sentences]
    assert places == sorted(places)
    assert [BODY[s.evidence[0].start : s.evidence[0].end] for s in summary.sentences] == [
        s.text for s in summary.sentences
    ]
    assert summary.model == "extract"
    assert summary.coverage == 1.0


@pytest.mark.parametrize("characters", [60, 120, 220, 450])
def test_the_length_is_kept(characters):
    length = len("".join(s.text for s in extract(ARTICLE, SummaryOptions(str(characters))).sentences))
    assert (
        length <= characters * 1.15 or len(extract(ARTICLE, SummaryOptions(str(characters))).sentences) == 1
    )


def test_one_sentence_longer_than_the_length_is_better_than_none():
    article = Article("소금물 저장 장치는 " + "매우 " * 60 + "안전하다.")
    assert len(extract(article, SummaryOptions("60")).sentences) == 1


def test_headings_and_questions_are_avoided():
    article = Article(
        "소금물 저장 장치의 안전과 용량\n\n소금물 저장 장치는 안전할까?\n\n소금물 저장 장치의 특징과 안전은 다음과 같다.\n\n"
        "소금물 저장 장치는 불이 붙지 않아 섬에서 쓰기에 안전하다.\n\n섬의 발전소는 저장 장치의 용량을 내년에 늘린다."
    )
    texts = [s.text for s in extract(article, SummaryOptions("70")).sentences]
    assert texts == [
        "소금물 저장 장치는 불이 붙지 않아 섬에서 쓰기에 안전하다.",
        "섬의 발전소는 저장 장치의 용량을 내년에 늘린다.",
    ]


@pytest.mark.parametrize(
    ("sentence", "tied", "shown"),
    [
        ("그러나 용량은 아직 작다.", True, "그러나 용량은 아직 작다."),
        ("그러나 용량은 아직 작다.", False, "용량은 아직 작다."),
        ("또 다른 연구에서도 값은 같았다.", False, "또 다른 연구에서도 값은 같았다."),
        ("다만, 값이 비싸다.", False, "값이 비싸다."),
        ('보증을 거부하는 회사가 아직 있다."', False, "보증을 거부하는 회사가 아직 있다."),
        ("“같은 부피로 따지면 열을 더 나른다.", False, "같은 부피로 따지면 열을 더 나른다."),
        ('그는 "아직 이르다"고 말했다.', False, '그는 "아직 이르다"고 말했다.'),
    ],
)
def test_a_sentence_that_stands_alone_loses_what_tied_it(sentence, tied, shown):
    assert alone(sentence, tied=tied) == shown


@pytest.mark.parametrize(
    ("places", "shown"),
    [
        ([1], ["염전에서 소금을 얻는다."]),
        ([1, 2], ["첫째, 염전에서 소금을 얻는다.", "두 번째로, 불이 붙지 않는다."]),
        ([0, 2], ["장점은 둘이다.", "불이 붙지 않는다."]),
    ],
    ids=["alone", "with the other", "the other alone"],
)
def test_an_ordinal_stays_where_its_list_does(places, shown):
    article = Article("장점은 둘이다. 첫째, 염전에서 소금을 얻는다. 두 번째로, 불이 붙지 않는다.")
    assert list(standing(article.sentences, places).values()) == shown


def test_the_same_thing_is_not_said_twice():
    twice = "한물연구소는 소금물 저장 장치를 섬의 발전소에 연결했다. "
    other = "겨울의 추위에서 효율이 얼마나 떨어지는지는 아직 재지 못했다."
    texts = [s.text for s in extract(Article(twice * 3 + other), SummaryOptions("75")).sentences]
    assert other in texts


def test_2000_characters_take_under_a_tenth_of_a_second(project):
    article = read(project / "samples" / "article.txt")
    text = (article.text + "\n\n") * 3
    extract(Article(text[:2000]))
    best = min(_timed(Article(text[: 2000 + n])) for n in range(5))
    assert best < 0.1


def _timed(article):
    began = time.process_time()
    extract(article)
    return time.process_time() - began


def test_it_repeats():
    assert extract(ARTICLE).sentences == extract(Article(BODY, TITLE)).sentences


def test_a_headline_is_a_phrase_of_the_article():
    title = headline(ARTICLE)
    assert title in BODY
    assert 4 <= len(title) <= 20
    assert title[-1] not in "은는이가을를의에"


def test_an_english_article_gets_no_korean_model():
    english = Article(
        "A team on the island of Solsom connected a salt-water battery to a solar plant. " * 2, language="en"
    )
    assert headline(english) == "A team on the island of Solsom…"
    *_, done = events(english, SummaryOptions(model="gemma-3-270m-ko"))
    assert done.summary.model == "extract"


@pytest.mark.parametrize(
    ("length", "characters"), [("short", 120), ("medium", 220), ("long", 450), ("300", 300), (60, 60)]
)
def test_lengths(length, characters):
    assert parse_length(length) == characters


@pytest.mark.parametrize("length", ["", "tiny", "59", "2001", "-5", "1e3", "١٢٠"])
def test_lengths_that_mean_nothing(length):
    with pytest.raises(UsageError):
        parse_length(length)


def test_as_a_library():
    summary = summarize(BODY, "extract", length="short", register="해요체")
    assert all(s.text.endswith("요.") for s in summary.sentences)
    for wrong in ({"style": "시"}, {"register": "반말"}, {"length": "x"}):
        with pytest.raises(UsageError):
            summarize(BODY, "extract", **wrong)


def test_one_line_is_the_sentence_that_says_what_was_found():
    whole = extract(ARTICLE)
    line = summarize(BODY, "extract", length="line")
    assert len(line.sentences) == 1
    assert line.text == line.line
    assert whole.line in [s.text for s in whole.sentences]
