"""Feeds and what came from them, in SQLite and in PostgreSQL."""

import time

import pytest
from sqlalchemy import text

from techsum.contracts.entry import Failure
from techsum.contracts.summary import Summary, SummarySentence
from techsum.errors import UsageError
from techsum.library import Request, open_library
from techsum.library.database import migrate
from techsum.library.feeds import MOST_FEEDS_READER, PAUSED_SECONDS, Feeds
from techsum.library.transfer import Transfer
from techsum.library.trash import Trash

FEED = "https://example.org/rss"
_SENTENCE = SummarySentence("시험이 시작됐다.")
RESULT = Summary(
    title="소금물 전지",
    line=_SENTENCE.text,
    text=_SENTENCE.text,
    sentences=(_SENTENCE,),
    model="extract",
    coverage=1.0,
    seconds=0.1,
)


@pytest.fixture
def feeds(library):
    return Feeds(library)


def claimed(feeds, after=60.0):
    return feeds.claim(time.time() - after)


def brought(library, feeds, feed, link="https://example.org/1", day="2026-11-27", *, fails=False):
    """The summary of an article that a feed brought."""
    entry = library.begin(feed.reader, Request("link", link))
    if fails:
        library.fail(entry.id, Failure("fetch_timeout", "기다려도 답이 없습니다."))
    else:
        library.finish(entry.id, RESULT)
    assert feeds.add_item(feed, link, entry.id, day)
    return entry.id


def test_a_feed_is_claimed_once_until_it_is_due_again(feeds):
    feeds.add("mine", FEED)
    assert claimed(feeds).url == FEED
    assert claimed(feeds) is None
    assert claimed(feeds, after=-1).url == FEED


def test_a_feed_is_followed_once_and_by_its_reader_alone(feeds):
    feeds.add("mine", FEED)
    feeds.add("mine", FEED)
    (feed,) = feeds.of("mine")
    assert feeds.of("other") == []
    assert not feeds.remove("other", feed.number)
    assert feeds.remove("mine", feed.number)
    assert feeds.of("mine") == []


def test_a_reader_follows_only_so_many(feeds):
    for n in range(MOST_FEEDS_READER):
        feeds.add("mine", f"{FEED}/{n}")
    with pytest.raises(UsageError, match=str(MOST_FEEDS_READER)):
        feeds.add("mine", FEED)
    feeds.add("other", FEED)


def test_feeds_pause_while_nobody_opens_the_briefing(feeds, monkeypatch):
    feeds.add("mine", FEED)
    later = time.time() + PAUSED_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert claimed(feeds) is None
    feeds.visit("mine")
    assert claimed(feeds).url == FEED


def test_a_feed_is_being_read_until_that_is_settled(feeds):
    feeds.add("mine", FEED)
    assert feeds.of("mine")[0].being_read
    feed = claimed(feeds)
    assert feeds.of("mine")[0].being_read
    feeds.settle(feed, "기다려도 답이 없습니다.")
    (settled,) = feeds.of("mine")
    assert (settled.being_read, settled.error) == (False, "기다려도 답이 없습니다.")


def test_an_article_is_new_once(library, feeds):
    feeds.add("mine", FEED)
    feed, links = claimed(feeds), ["https://example.org/2", "https://example.org/1"]
    brought(library, feeds, feed)
    assert feeds.new_links(feed, links) == links[:1]


def test_a_failed_article_is_tried_three_times(library, feeds):
    feeds.add("mine", FEED)
    feed, link = claimed(feeds), "https://example.org/1"
    for _ in range(3):
        assert feeds.new_links(feed, [link]) == [link]
        brought(library, feeds, feed, link, fails=True)
    assert feeds.new_links(feed, [link]) == []
    assert feeds.days("mine") == []


def test_what_was_forgotten_is_not_new_again(library, feeds):
    feeds.add("mine", FEED)
    feed = claimed(feeds)
    brought(library, feeds, feed)
    assert Trash(library).forget(time.time() + 1) == 1
    assert feeds.new_links(feed, ["https://example.org/1"]) == []
    assert feeds.days("mine") == []


def test_a_day_counts_what_is_unread(library, feeds):
    feeds.add("mine", FEED)
    feed = claimed(feeds)
    first = brought(library, feeds, feed)
    second = brought(library, feeds, feed, "https://example.org/2")
    feeds.mark_read("other", summary=first)
    feeds.mark_read("mine", summary=first)
    (day,) = feeds.days("mine")
    assert (day.day, day.count, day.unread) == ("2026-11-27", 2, 1)
    assert [(i.entry.id, i.read) for i in feeds.briefing("mine", day.day)] == [(second, False), (first, True)]
    feeds.mark_read("mine", day=day.day)
    assert feeds.days("mine")[0].unread == 0
    assert feeds.briefing("other", day.day) == []


def test_feeds_go_with_a_reader_who_signs_in(library, feeds):
    feeds.add("visitor", FEED)
    feed = claimed(feeds)
    brought(library, feeds, feed)
    Transfer(library).adopt("visitor", "account-1")
    assert [one.url for one in feeds.of("account-1")] == [FEED]
    assert len(feeds.briefing("account-1", "2026-11-27")) == 1


def test_after_signing_in_a_feed_of_both_is_followed_once(feeds, library):
    feeds.add("visitor", FEED)
    feeds.add("account-1", FEED)
    Transfer(library).adopt("visitor", "account-1")
    assert len(feeds.of("account-1")) == 1


def test_what_came_before_a_reader_signed_in_comes_again(library, feeds):
    feeds.add("visitor", FEED)
    feed, link = claimed(feeds), "https://example.org/1"
    Transfer(library).adopt("visitor", "account-1")
    brought(library, feeds, feed, link)  # begun before, for the visitor
    now = feeds.current(feed)
    assert now.reader == "account-1"
    assert feeds.new_links(now, [link]) == [link]


def test_an_article_of_two_feeds_stands_once_in_the_briefing(library, feeds):
    feeds.add("mine", FEED)
    feeds.add("mine", f"{FEED}/science")
    first, second = claimed(feeds), claimed(feeds)
    entry_id = brought(library, feeds, first)
    assert feeds.add_item(second, "https://example.org/1", entry_id, "2026-11-27")
    (day,) = feeds.days("mine")
    assert (day.count, day.unread) == (1, 1)
    assert [item.entry.id for item in feeds.briefing("mine", day.day)] == [entry_id]


def test_feeds_of_who_has_gone_are_forgotten(feeds, monkeypatch):
    feeds.add("mine", FEED)
    feeds.forget()
    assert len(feeds.of("mine")) == 1
    later = time.time() + 31 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    feeds.forget()
    assert feeds.of("mine") == []


def test_an_upgrade_that_was_stopped_goes_on(url):
    library = open_library(url)
    migrate(library.engine, "0007", down=True)
    if library.engine.dialect.name == "sqlite":  # which keeps what was made before the stop
        with library.engine.begin() as connection:
            connection.execute(text("CREATE TABLE feeds (number INTEGER PRIMARY KEY, reader VARCHAR(64))"))
            connection.execute(text("CREATE INDEX feeds_of_reader ON feeds (reader)"))
    library.close()
    open_library(url).close()


def test_articles_of_a_removed_feed_are_not_kept(library, feeds):
    feeds.add("mine", FEED)
    feed = claimed(feeds)
    feeds.remove("mine", feed.number)
    assert not feeds.add_item(feed, "https://example.org/1", "id", "2026-11-27")
