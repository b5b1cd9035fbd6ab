"""Summaries of one source are versions of one entry, in SQLite and in PostgreSQL."""

import time
from dataclasses import replace

from support.texts import BODY, TITLE
from techsum.contracts.article import Article
from techsum.contracts.entry import CHECKED_BY, Failure
from techsum.library import Request, open_library
from techsum.library.database import migrate
from techsum.library.files import exported, imported
from techsum.library.trash import Trash
from techsum.summarizers import extract

ARTICLE = Article(BODY, TITLE, url="https://example.org/1")
SUMMARY = extract(ARTICLE)
LINK = Request("link", "https://example.org/1")


def made(library, request=LINK, reader="mine", *, text="", **begun):
    """A finished summary's id."""
    entry = library.begin(reader, request, **begun)
    library.read(entry.id, ARTICLE, SUMMARY)
    library.finish(entry.id, replace(SUMMARY, text=text, line=text) if text else SUMMARY)
    return entry.id


def failed(library, request=LINK, **begun):
    entry = library.begin("mine", request, **begun)
    library.fail(entry.id, Failure("fetch_timeout", "기다려도 답이 없습니다."))
    return entry.id


def listed(library, query="", *, saved=False, reader="mine", **how):
    return [e.id for e in library.find(reader, query, saved=saved, **how).entries]


def test_a_list_shows_the_newest_version_of_a_link(library):
    first, second = made(library), made(library)
    assert listed(library) == [second]
    assert [e.id for e in library.versions("mine", first)] == [second, first]


def test_the_same_link_of_two_readers_is_two_sources(library):
    mine, other = made(library), made(library, reader="other")
    assert (listed(library), listed(library, reader="other")) == ([mine], [other])
    assert library.versions("other", mine) == []


def test_texts_are_versions_only_when_made_again(library):
    text = Request("text", "글")
    first, other = made(library, text), made(library, text)
    again = made(library, text, source_id=library.get("mine", first).source_id)
    assert listed(library) == [again, other]


def test_failures_stand_behind_what_is_there(library):
    done = made(library)
    failed(library)
    failed(library)
    assert listed(library) == [done]


def test_of_failures_alone_the_newest_is_listed(library):
    failed(library)
    newest = failed(library)
    assert listed(library) == [newest]


def test_a_new_version_inherits_saving_and_tags(library):
    first = made(library)
    library.tag("mine", first, ["물리"])
    second = made(library)
    entry = library.get("mine", second)
    assert entry.saved
    assert entry.tags == ("물리",)
    assert listed(library, saved=True, tag="물리") == [second]


def test_what_is_saved_is_saved_in_every_version(library):
    first, second = made(library), made(library)
    library.save("mine", first)
    assert listed(library, saved=True) == [second]
    library.save("mine", second, saved=False)
    assert listed(library, saved=True) == []
    assert Trash(library).forget(time.time() + 1) == 2


def test_a_failed_version_is_not_kept(library):
    library.save("mine", made(library))
    again = failed(library)
    assert library.get("mine", again).saved is None
    assert Trash(library).forget(time.time() + 1) == 1


def test_a_search_finds_the_version_that_has_the_word(library):
    older = made(library, text="방추파가 기억을 굳힌다.")
    newer = made(library, text="잠이 기억을 돕는다.")
    assert listed(library, "방추파") == [older]
    assert listed(library, "기억") == [newer]


def test_a_check_is_no_version(library):
    check = made(library, versioned=False)
    summary = made(library)
    assert listed(library) == [summary, check]
    assert [e.id for e in library.versions("mine", check)] == [check]


def test_two_checks_have_nothing_in_common(library):
    one, other = made(library, versioned=False), made(library, versioned=False)
    library.tag("mine", one, ["물리"])
    assert library.get("mine", other).tags == ()
    Trash(library).discard("mine", one, every_version=True)
    assert listed(library) == [other]
    assert Trash(library).restore("mine", one)


def test_the_version_after_a_failure_inherits_saving(library):
    library.save("mine", made(library))
    failed(library)
    again = made(library)
    assert listed(library, saved=True) == [again]


def test_what_is_being_made_or_was_stopped_is_not_exported(library):
    library.save("mine", made(library))
    stopped = library.begin("mine", LINK)
    library.cancel(stopped.id)
    library.begin("mine", LINK)
    lines = list(exported(library, "mine"))
    assert len(lines) == 1
    assert imported(library, "other", "".join(lines)) == 1


def test_all_versions_are_deleted_together(library):
    first, second = made(library), made(library)
    assert library.delete("mine", second, every_version=True)
    assert library.get("mine", first) is None


def test_all_versions_are_discarded_and_restored_together(library):
    first, second = made(library), made(library)
    Trash(library).discard("mine", second, every_version=True)
    assert listed(library) == []
    assert Trash(library).restore("mine", second)
    assert [e.id for e in library.versions("mine", first)] == [second, first]


def test_without_its_newest_version_the_one_before_is_listed(library):
    first, second = made(library), made(library)
    Trash(library).discard("mine", second)
    assert listed(library) == [first]


def test_versions_come_back_from_an_export(library):
    library.save("mine", made(library))
    library.save("mine", made(library))
    assert imported(library, "other", "".join(exported(library, "mine"))) == 2
    (newest,) = listed(library, reader="other")
    assert len(library.versions("other", newest)) == 2


def test_an_older_export_can_be_made_again(library):
    library.save("mine", made(library))
    (line,) = exported(library, "mine")
    start = line.index('"source_id"')
    older = line[:start] + line[line.index(",", start) + 1 :]
    assert imported(library, "other", older) == 1
    assert library.get("other", listed(library, reader="other")[0]).source_id


def test_an_upgrade_finds_the_versions_of_a_link(url):
    library = open_library(url)
    first, second = made(library), made(library)
    check = library.begin("mine", LINK, versioned=False).id
    library.finish(check, replace(SUMMARY, model=f"{CHECKED_BY}rules"))
    migrate(library.engine, "0006", down=True)
    library.close()
    again = open_library(url)
    assert [e.id for e in again.versions("mine", first)] == [second, first]
    assert again.get("mine", check).source_id is None
    again.close()
