"""One question to everything that was saved, in SQLite and in PostgreSQL."""

import pytest

from support.texts import BODY, TITLE
from techsum.chat.features import content
from techsum.contracts.article import Article
from techsum.errors import UsageError
from techsum.library import Request
from techsum.library.questions import MOST_ARTICLES, ask_library
from techsum.library.retrieval import retrieve
from techsum.library.trash import Trash
from techsum.summarizers import extract

BEAR = Article(
    "겨울잠을 자는 곰은 일곱 달을 누워 지내도 다리 혈관에 피떡이 생기지 않는다. "
    "스웨덴 연구진은 곰의 혈소판에서 HSP47 단백질이 쉰 배 적은 것을 확인했다.\n\n"
    "연구진은 겨울과 여름에 곰 열세 마리의 피를 뽑아 견주었다. 다만 후보 물질은 아직 생쥐에서만 시험했다.",
    "겨울잠 자는 곰은 왜 피가 굳지 않을까",
)
SALT = Article(BODY, TITLE)


def saved(library, article, reader="mine", *, save=True, **begun):
    entry = library.begin(reader, Request("text", article.title), **begun)
    summary = extract(article)
    library.read(entry.id, article, summary)
    library.finish(entry.id, summary)
    if save:
        library.save(reader, entry.id)
    return entry.id


def answers(library, question, reader="mine"):
    return list(ask_library(library, reader, question, model="extract"))


def test_the_article_that_says_it_answers_with_its_places(library):
    saved(library, SALT)
    bear = saved(library, BEAR)
    ((entry, answer),) = answers(library, "곰의 혈소판에서 적은 단백질은 무엇인가요?")
    assert entry.id == bear
    places = [e for sentence in answer.sentences for e in sentence.evidence]
    assert "HSP47" in " ".join(BEAR.text[place.start : place.end] for place in places)
    assert answer.summary == bear


@pytest.mark.parametrize("question", ["화성의 위성은 몇 개인가요?", "이것은 무엇인가요?"])
def test_what_no_article_says_is_not_answered(library, question):
    saved(library, SALT)
    saved(library, BEAR)
    assert answers(library, question) == []


def test_only_what_the_reader_saved_is_asked(library):
    saved(library, BEAR, "other")
    saved(library, BEAR, save=False)
    discarded = saved(library, BEAR)
    Trash(library).discard("mine", discarded)
    assert answers(library, "곰의 혈소판에서 적은 단백질은 무엇인가요?") == []


def test_versions_of_one_source_answer_once(library):
    first = saved(library, BEAR)
    second = saved(library, BEAR, source_id=library.get("mine", first).source_id)
    found = answers(library, "곰의 혈소판에서 적은 단백질은 무엇인가요?")
    assert [entry.id for entry, _ in found] == [second]


def test_an_article_is_asked_while_it_is_summarised_again(library):
    first = saved(library, BEAR)
    library.begin("mine", Request("text", "글"), source_id=library.get("mine", first).source_id)
    assert [entry.id for entry, _ in answers(library, "곰의 혈소판에서 적은 단백질은 무엇인가요?")] == [first]


def test_rare_words_outweigh_common_ones(library):
    for n in range(3):
        saved(library, Article(f"{BODY}\n\n연구진은 단백질을 {n}번 확인했다.", f"{TITLE} {n}"))
    bear = saved(library, BEAR)
    first, *_ = retrieve(library, "mine", content("연구진이 확인한 혈소판 단백질"), MOST_ARTICLES)
    assert first.id == bear


def test_few_articles_are_asked_for_one_question(library):
    for n in range(MOST_ARTICLES + 2):
        saved(library, Article(BODY, f"{TITLE} {n}"))
    assert len(retrieve(library, "mine", content("소금물 저장 장치"), MOST_ARTICLES)) == MOST_ARTICLES


@pytest.mark.parametrize(("question", "words"), [("  ", "비어"), ("가" * 501, "500")])
def test_a_bad_question_is_one_line(library, question, words):
    with pytest.raises(UsageError, match=words):
        answers(library, question)
