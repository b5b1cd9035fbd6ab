"""What an operator sees of readers, and a reader removed wholly."""

from sqlalchemy import insert, select, text

from support.texts import BODY, TITLE
from techsum.contracts.answer import Answer
from techsum.contracts.article import Article
from techsum.contracts.entry import Request
from techsum.library.administration import delete_reader, reader_usage
from techsum.library.conversations import Conversations
from techsum.library.feeds import Feeds
from techsum.library.sessions import Sessions
from techsum.library.shares import Shares
from techsum.library.tables import events, metadata
from techsum.summarizers import extract

ARTICLE = Article(BODY, TITLE)
ANSWER = Answer(question="무엇인가?", text="소금물이다.", model="extract", seconds=0.1)


def keep(library, reader, count=1):
    made = [library.keep(reader, Request("text", f"글 {n}"), ARTICLE, extract(ARTICLE)) for n in range(count)]
    return [entry.id for entry in made]


def test_readers_are_listed_who_keeps_most_first(library):
    keep(library, "하나")
    keep(library, "둘", 2)
    begun = library.begin("셋", Request("text", "아직"))
    usage = reader_usage(library)
    assert [(one.reader, one.summaries, one.saved) for one in usage][:2] == [("둘", 2, 2), ("하나", 1, 1)]
    assert usage[0].bytes > usage[1].bytes > 1_000
    assert usage[0].last > 1_700_000_000
    assert (usage[2].reader, usage[2].saved, bool(begun)) == ("셋", 0, True)


def test_a_deleted_reader_leaves_no_row_behind(library):
    # given two readers with all that a reader can have
    for reader in ("account-a", "account-b"):
        (entry_id,) = keep(library, reader)
        Conversations(library).add(reader, entry_id, ANSWER)
        Shares(library).create(reader, entry_id)
        feed = follow(library, reader)
        Feeds(library).add_item(feed, "https://example.com/1", entry_id, "2026-11-27")
        Sessions(library).begin(reader)
        with library.writing() as connection:
            event = {"summary": entry_id, "number": 1, "at": 0.0, "name": "done", "data": {}, "last": True}
            connection.execute(insert(events).values(event))
    kept = rows(library)
    assert len(kept) == len(metadata.sorted_tables) - 2 + (library.engine.dialect.name == "sqlite")
    # when one is deleted
    assert delete_reader(library, "account-a") == 1
    # then half of everything is left, and it is the other's
    assert {name: 2 * count for name, count in rows(library).items()} == kept
    assert [one.reader for one in reader_usage(library)] == ["account-b"]
    assert library.find("account-b", "소금물").entries
    assert delete_reader(library, "account-a") == 0


def test_a_reader_without_summaries_is_listed_and_deleted(library):
    follow(library, "account-c")
    Sessions(library).begin("account-c")
    assert [(one.reader, one.summaries) for one in reader_usage(library)] == [("account-c", 0)]
    assert delete_reader(library, "account-c") == 0
    assert reader_usage(library) == []


def test_sessions_end_for_one_or_for_all(library):
    sessions = Sessions(library)
    first, second, third = (sessions.begin(name) for name in ("account-a", "account-a", "account-b"))
    assert sessions.end_all("account-a") == 2
    assert [sessions.account(one) for one in (first, second, third)] == [None, None, "account-b"]
    assert sessions.end_all() == 1


def follow(library, reader):
    Feeds(library).add(reader, "https://example.com/rss")
    return Feeds(library).of(reader)[0]


def rows(library):
    """How many rows there are in each table that has any, but for what belongs to nobody; and found words."""
    with library.reading() as connection:
        counts = {t.name: len(connection.execute(select(t)).all()) for t in metadata.sorted_tables}
        if library.engine.dialect.name == "sqlite":
            counts["words"] = len(connection.execute(text("SELECT rowid FROM summary_words")).all())
    return {name: count for name, count in counts.items() if count and name not in ("keys", "workers")}
