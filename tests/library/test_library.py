"""What a reader keeps is there again, is found, and is nobody else's: in SQLite and in PostgreSQL."""

import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import inspect, text

from support.texts import BODY, TITLE
from techsum.contracts.answer import Answer
from techsum.contracts.article import Article
from techsum.contracts.entry import CHECKED_BY, Failure
from techsum.contracts.notice import notice
from techsum.contracts.options import SummaryOptions
from techsum.errors import StorageError
from techsum.library import Library, Request, open_library
from techsum.library.conversations import Conversations
from techsum.library.database import migrate
from techsum.library.files import exported, imported
from techsum.library.library import PAGE, UNDO_SECONDS
from techsum.library.shares import Shares
from techsum.library.transfer import Transfer
from techsum.library.trash import Trash
from techsum.library.words import initials, query_terms, tag_word, words
from techsum.summarizers import extract

ARTICLE = Article(BODY, TITLE, url="https://example.org/1", notices=(notice("encoding", encoding="cp949"),))
SUMMARY = replace(extract(ARTICLE), seconds=0.1)
ANSWER = Answer(question="왜?", text="글에 없는 내용입니다.", model="extract", seconds=0.1)
LINK = Request("link", "https://example.org/1")


def finished(library, reader="mine", request=None, title=None, save=True):
    """A summary that was asked for, made and saved; by default of a text."""
    entry = library.begin(reader, request or Request("text", "글"))
    library.read(entry.id, ARTICLE, SUMMARY)
    library.finish(entry.id, replace(SUMMARY, title=title or SUMMARY.title))
    if save:
        library.save(reader, entry.id)
    return entry.id


def titles(found):
    return [e.title for e in found.entries]


def test_a_summary_is_kept_whole_from_asking_to_done(library):
    entry = library.begin("mine", LINK)
    assert (entry.status, entry.request, entry.article, entry.saved) == ("queued", LINK, None, None)
    library.read(entry.id, ARTICLE, SUMMARY)
    running = library.get("mine", entry.id)
    assert (running.status, running.article, running.title) == ("running", ARTICLE, TITLE)
    library.finish(entry.id, SUMMARY)
    done = library.get("mine", entry.id)
    assert (done.status, done.result, done.error) == ("done", SUMMARY, None)


def test_an_id_is_never_taken_for_an_option(library, monkeypatch):
    made = iter(["-first", "-second", "third"])
    monkeypatch.setattr("techsum.library.library.secrets.token_urlsafe", lambda _: next(made))
    assert library.begin("mine", Request("text", "글")).id == "third"


def test_it_is_there_when_the_library_is_opened_again(url):
    library = open_library(url)
    entry_id = finished(library)
    library.close()
    again = open_library(url)
    assert again.get("mine", entry_id).result == SUMMARY
    again.close()


def test_another_reader_can_do_nothing_with_it(library):
    entry_id = finished(library)
    assert library.get("other", entry_id) is None
    assert library.find("other").entries == ()
    assert library.find("other", "소금물").entries == ()
    assert not library.save("other", entry_id, saved=False)
    assert not library.retitle("other", entry_id, "훔친 제목")
    assert not library.delete("other", entry_id)
    assert Shares(library).create("other", entry_id) is None
    assert Shares(library).revoke("other", entry_id) == 0
    assert not Conversations(library).add("other", entry_id, ANSWER)
    assert Conversations(library).of("other", entry_id) == []
    assert library.of_source("other", LINK.source, LINK.options) is None
    assert library.get("mine", entry_id).title == TITLE


@pytest.mark.parametrize("query", ["소금물", "저장 장치", "ㅅㄱㅁ", "ㅅㄱ", "240", "솔섬 ㅈㅈ", "소금물을"])
def test_it_is_found_by_words_beginnings_and_initials(library, query):
    entry_id = finished(library)
    assert [e.id for e in library.find("mine", query).entries] == [entry_id]


@pytest.mark.parametrize(
    "query", ["고양이", "ㅋㅋㅋㅋ", "소금물 고양이", '"', "* OR 1", "'); DROP TABLE", "&|!()", "…"]
)
def test_what_is_not_there_is_not_found_and_breaks_nothing(library, query):
    finished(library)
    assert library.find("mine", query).entries == ()
    assert len(library.find("mine").entries) == 1


def test_atomic_clock_is_found_by_its_initials(library):
    finished(library, title="원자시계가 1초를 다시 정하다")
    assert initials("원자시계") == "ㅇㅈㅅㄱ"
    assert len(library.find("mine", "ㅇㅈㅅㄱ").entries) == 1
    assert len(library.find("mine", "ㅅㄱ").entries) == 1


def test_lists_go_by_page_and_either_way_round(library):
    for n in range(PAGE + 3):
        finished(library, title=f"제목 {n:02}")
    first, second = library.find("mine"), library.find("mine", page=1)
    assert (len(first.entries), first.more) == (PAGE, True)
    assert (titles(second), second.more) == (["제목 02", "제목 01", "제목 00"], False)
    assert titles(library.find("mine", oldest_first=True))[:2] == ["제목 00", "제목 01"]
    assert library.count("mine") == PAGE + 3
    assert len(list(Transfer(library).everything("mine"))) == PAGE + 3


def test_tags_are_set_listed_and_searched(library):
    one, _ = finished(library, title="하나"), finished(library, title="둘")
    library.tag("mine", one, ["에너지", " 바다  기술 ", "에너지", ""])
    assert library.get("mine", one).tags == ("에너지", "바다 기술")
    assert titles(library.find("mine", tag="바다 기술")) == ["하나"]
    assert titles(library.find("mine", "에너지")) == ["하나"]
    assert library.find("mine", tag="에너").entries == ()


def test_a_correction_is_kept_beside_the_original_and_found(library):
    entry_id = finished(library)
    library.correct("mine", entry_id, "고양이가 장치를 지킨다.")
    entry = library.get("mine", entry_id)
    assert (entry.correction, entry.result) == ("고양이가 장치를 지킨다.", SUMMARY)
    assert [e.correction for e in library.find("mine", "고양이").entries] == ["고양이가 장치를 지킨다."]
    library.correct("mine", entry_id, None)
    assert library.find("mine", "고양이").entries == ()


def test_the_same_link_and_options_find_what_was_made(library):
    entry_id = finished(library, request=LINK, save=False)
    assert library.of_source("mine", LINK.source, LINK.options).id == entry_id
    assert library.of_source("mine", LINK.source, SummaryOptions("long")) is None
    assert library.of_source("mine", "https://example.org/2", LINK.options) is None


def test_an_articles_words_find_its_summary(library):
    entry_id = finished(library)
    said = SUMMARY.text
    word = next(w for s in ARTICLE.sentences for w in s.content if len(w) > 1 and w not in said + TITLE)
    assert [e.id for e in library.find("mine", word).entries] == [entry_id]
    library.retitle("mine", entry_id, "다른 제목")
    assert [e.id for e in library.find("mine", word).entries] == [entry_id]


def test_articles_of_an_older_library_are_searched_later(library):
    entry_id = finished(library)
    with library.writing() as connection:
        connection.execute(text("UPDATE summaries SET article_words = NULL"))
    library.retitle("mine", entry_id, TITLE)
    word = next(
        w for s in ARTICLE.sentences for w in s.content if len(w) > 1 and w not in SUMMARY.text + TITLE
    )
    assert library.find("mine", word).entries == ()
    assert Transfer(library).index_articles()
    assert not Transfer(library).index_articles()
    assert [e.id for e in library.find("mine", word).entries] == [entry_id]


def test_a_check_of_a_link_is_not_its_summary(library):
    entry = library.begin("mine", LINK, versioned=False)
    library.read(entry.id, ARTICLE, SUMMARY)
    library.finish(entry.id, replace(SUMMARY, model=f"{CHECKED_BY}rules"))
    assert library.of_source("mine", LINK.source, LINK.options) is None


def test_an_upgrade_that_was_stopped_goes_on(url):
    library = open_library(url)
    entry_id = finished(library)
    migrate(library.engine, "0005", down=True)
    with library.engine.begin() as connection:  # SQLite keeps a column that was added before the stop
        connection.execute(text("ALTER TABLE summaries ADD COLUMN article_words TEXT"))
    library.close()
    again = open_library(url)
    assert again.get("mine", entry_id).line
    again.close()


def test_what_is_discarded_is_nowhere_and_can_be_restored(library):
    entry_id = finished(library)
    token = Shares(library).create("mine", entry_id)
    assert Trash(library).discard("mine", entry_id)
    assert not Trash(library).discard("other", entry_id)
    assert library.get("mine", entry_id) is Shares(library).entry(token) is None
    assert library.find("mine").entries == library.find("mine", "소금물").entries == ()
    assert list(Transfer(library).everything("mine")) == []
    assert library.of_source("mine", LINK.source, LINK.options) is None
    assert Trash(library).discarded("mine", entry_id).title == TITLE
    assert not Trash(library).restore("other", entry_id)
    assert Trash(library).restore("mine", entry_id)
    assert not Trash(library).restore("mine", entry_id)
    assert library.get("mine", entry_id).result == SUMMARY
    assert Shares(library).entry(token).id == entry_id
    assert titles(library.find("mine", "소금물")) == [TITLE]


def test_what_is_discarded_goes_for_good_after_an_hour(library, monkeypatch):
    entry_id = finished(library)
    Trash(library).discard("mine", entry_id)
    assert Trash(library).forget(0) == 0
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + UNDO_SECONDS + 1)
    assert Trash(library).forget(0) == 1
    assert not Trash(library).restore("mine", entry_id)


def test_deleting_takes_questions_links_and_words_along(library):
    entry_id = finished(library)
    Conversations(library).add("mine", entry_id, ANSWER)
    token = Shares(library).create("mine", entry_id)
    assert library.delete("mine", entry_id)
    assert library.get("mine", entry_id) is None
    assert Shares(library).entry(token) is None
    assert library.find("mine", "소금물").entries == ()
    assert not library.delete("mine", entry_id)


def test_questions_keep_their_order_and_their_answers(library):
    entry_id = finished(library)
    for question in ("용량은?", "가격은?"):
        assert Conversations(library).add(
            "mine", entry_id, replace(ANSWER, question=question, text=question[:2])
        )
    assert [(q.question, q.answer.text) for q in Conversations(library).of("mine", entry_id)] == [
        ("용량은?", "용량"), ("가격은?", "가격"),
    ]  # fmt: skip


def test_a_share_link_is_read_only_and_can_be_revoked(library):
    entry_id = finished(library)
    token = Shares(library).create("mine", entry_id)
    assert Shares(library).entry(token).id == entry_id
    assert library.get(token, entry_id) is None
    assert Shares(library).revoke("mine", entry_id) == 1
    assert Shares(library).entry(token) is None
    assert Shares(library).entry("guessed") is None


def test_what_nobody_saved_is_forgotten_in_time(library):
    kept, unsaved = finished(library), finished(library, save=False)
    waiting = library.begin("mine", LINK).id
    assert Trash(library).forget(time.time() - 60) == 0
    assert Trash(library).forget(time.time() + 60) == 1
    assert library.get("mine", kept)
    assert library.get("mine", waiting)
    assert library.get("mine", unsaved) is None


def test_a_server_that_starts_says_what_was_interrupted(library):
    waiting, done = library.begin("mine", LINK).id, finished(library)
    assert library.interrupt(Failure("interrupted", "서버가 다시 시작됐습니다.")) == 1
    assert library.get("mine", waiting).status == "failed"
    assert library.get("mine", waiting).error.kind == "interrupted"
    assert library.get("mine", done).status == "done"


def test_many_write_at_once_and_nothing_is_lost(library):
    def work(reader):
        for _ in range(5):
            finished(library, reader)

    threads = [threading.Thread(target=work, args=(f"reader{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [library.count(f"reader{n}") for n in range(6)] == [5] * 6


def forget_tag(library, entry_id):
    """Take the tag's word out of the index, as the first form had none."""
    with library.engine.begin() as connection:
        if library.engine.dialect.name == "sqlite":
            connection.execute(
                text("UPDATE summary_words SET words = replace(words, :word, '')"), {"word": tag_word("물리")}
            )
        else:
            connection.execute(
                text("UPDATE summaries SET summary_words = ts_delete(summary_words, :word)"),
                {"word": tag_word("물리")},
            )


def test_what_is_corrected_tagged_or_shared_is_saved(library):
    for keep in (
        lambda i: library.correct("mine", i, "내 말"),
        lambda i: library.tag("mine", i, ["물리"]),
        lambda i: Shares(library).create("mine", i),
    ):
        entry = finished(library)
        library.save("mine", entry, saved=False)
        keep(entry)
        assert library.get("mine", entry).saved
    assert Trash(library).forget(time.time() + 1) == 0


def test_an_answer_to_what_was_deleted_meanwhile_is_dropped(library, monkeypatch):
    entry = finished(library)
    known = library.get("mine", entry)
    monkeypatch.setattr(library, "get", lambda *_: known)
    library.delete("mine", entry)
    assert not Conversations(library).add("mine", entry, ANSWER)


def test_everything_is_told_once_while_something_is_deleted(library):
    ids = [finished(library) for _ in range(45)]
    told = []
    for entry in Transfer(library).everything("mine"):
        told.append(entry.id)
        if len(told) == 5:
            library.delete("mine", ids[0])
    assert told == ids


@pytest.mark.parametrize("query", ["소금물 이야기", "긴 이야기"])
def test_a_title_is_found_by_its_own_words(library, query):
    entry = finished(library)
    library.retitle("mine", entry, "아주 긴 소금물 이야기")
    assert [e.id for e in library.find("mine", query).entries] == [entry]


def test_migrations_go_down_and_up_again_with_data(library: Library):
    # given a library of the first form with a tagged summary in it
    entry = finished(library)
    library.tag("mine", entry, ["물리"])
    migrate(library.engine, "0001", down=True)
    forget_tag(library, entry)
    # when it is brought up to date, then it is whole and its tags are found as new ones are
    migrate(library.engine)
    assert library.get("mine", entry).result == SUMMARY
    assert [e.id for e in library.find("mine", tag="물리").entries] == [entry]
    migrate(library.engine, "base", down=True)
    assert set(inspect(library.engine).get_table_names()) <= {"alembic_version"}
    migrate(library.engine)
    finished(library)
    assert library.count("mine") == 1


def test_the_tables_are_what_the_migrations_make(library: Library):
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from techsum.library.tables import metadata

    with library.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found = compare_metadata(context, metadata)
    # what a search and a link need is each database's own and not in the metadata
    assert [d for d in found if "words" not in str(d) and "summaries_links" not in str(d)] == []


def test_a_database_that_cannot_be_opened_is_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    for url in (f"sqlite:///{tmp_path}/file/library.db", "postgresql+psycopg://x@127.0.0.1:9/none"):
        with pytest.raises(StorageError) as refused:
            open_library(url)
        assert "TECHSUM_DATABASE_URL" in str(refused.value)


def test_words_stay_within_bounds():
    assert len(words(BODY * 50)) <= 400
    assert all(len(w) <= 40 for w in words("가" * 5000))
    assert query_terms("ㅅㄱ 소금물을") == ["ㅅㄱ", "소금물"]


def test_what_an_older_version_kept_is_listed_and_exported(library):
    old, other = finished(library), finished(library)
    with library.writing() as connection:
        connection.execute(
            text("UPDATE summaries SET error = :error, result = :result WHERE id = :id"),
            {"id": old, "error": '{"message": "까닭"}', "result": '{"title": 3}'},
        )
    assert {e.id for e in library.find("mine").entries} == {old, other}
    assert library.get("mine", old).error.message == "까닭"
    assert library.get("mine", old).result is None
    assert len(list(exported(library, "mine"))) == 2


def test_what_another_hand_wrote_answers_no_request_for_its_link(library):
    imported(library, "mine", "# 제목\n\n<https://example.org/1>\n\n- 한 문장이다.\n")
    assert library.of_source("mine", LINK.source, LINK.options) is None


def test_strict_and_other_requests_are_told_apart(library):
    strict = SummaryOptions(strict=True)
    entry_id = finished(library, request=replace(LINK, options=strict), save=False)
    assert library.of_source("mine", LINK.source, strict).id == entry_id
    assert library.of_source("mine", LINK.source, LINK.options) is None
