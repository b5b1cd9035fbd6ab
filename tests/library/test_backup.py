"""A copy brings the library back, whole, whoever uses it."""

import sqlite3
import subprocess
from contextlib import closing

import pytest

from support.postgres import binaries, postgres
from support.texts import BODY, TITLE
from techsum.contracts.article import Article
from techsum.contracts.entry import Request
from techsum.errors import StorageError
from techsum.library import open_library
from techsum.library.backup import backup, integrity, restore
from techsum.library.database import migrate
from techsum.summarizers import extract

ARTICLE = Article(BODY, TITLE)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/data/library.db"


@pytest.fixture
def used(url):
    """A library that a server has open."""
    library = open_library(url)
    yield library
    library.close()


def keep(library):
    return library.keep("mine", Request("text", "글"), ARTICLE, extract(ARTICLE)).id


def test_a_library_in_use_goes_back_to_its_copy(used, url, tmp_path):
    # given a copy, and what was saved and deleted after it
    before = keep(used)
    backup(used, tmp_path / "copy.db")
    after = keep(used)
    used.delete("mine", before)
    # when it is restored while a server has it open
    kept = restore(url, tmp_path / "copy.db")
    # then the server has what the copy has, and the rest is beside it
    assert used.get("mine", before).result.sentences
    assert used.get("mine", after) is None
    assert integrity(used) == []
    aside = open_library(f"sqlite:///{kept}")
    assert (aside.get("mine", before), aside.get("mine", after).title) == (None, TITLE)
    aside.close()
    assert kept.stat().st_mode & 0o077 == 0


def test_what_a_wal_file_holds_does_not_come_back(used, url, tmp_path):
    backup(used, tmp_path / "copy.db")
    # given a reader who keeps the last writes in the -wal file
    with closing(sqlite3.connect(tmp_path / "data/library.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM summaries").fetchone()
        after = keep(used)
        assert (tmp_path / "data/library.db-wal").stat().st_size > 0
        restore(url, tmp_path / "copy.db")
    used.close()
    again = open_library(url)
    assert again.get("mine", after) is None
    again.close()


def test_a_copy_of_an_older_version_is_upgraded(used, url, tmp_path):
    entry_id = keep(used)
    backup(used, tmp_path / "copy.db")
    old = open_library(f"sqlite:///{tmp_path}/copy.db")
    migrate(old.engine, "0006", down=True)
    old.close()
    restore(url, tmp_path / "copy.db")
    assert used.get("mine", entry_id).title == TITLE


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_what_is_no_copy_changes_nothing(used, url, tmp_path, content):
    entry_id = keep(used)
    if content is not None:
        (tmp_path / "copy.db").write_bytes(content)
    with pytest.raises(StorageError, match="library backup"):
        restore(url, tmp_path / "copy.db")
    assert used.get("mine", entry_id)
    assert not list(tmp_path.glob("data/library-before-*"))


def test_a_copy_of_a_newer_version_changes_nothing(used, url, tmp_path):
    backup(used, tmp_path / "copy.db")
    copy = sqlite3.connect(tmp_path / "copy.db")
    copy.execute("UPDATE alembic_version SET version_num = '9999'")
    copy.commit()
    copy.close()
    with pytest.raises(StorageError, match="9999"):
        restore(url, tmp_path / "copy.db")


def test_a_database_of_something_else_changes_nothing(used, url, tmp_path):
    entry_id = keep(used)
    with closing(sqlite3.connect(tmp_path / "copy.db")) as other:
        other.execute("CREATE TABLE alembic_version (version_num TEXT)")
        other.execute("INSERT INTO alembic_version VALUES ('0008')")
        other.commit()
    with pytest.raises(StorageError):
        restore(url, tmp_path / "copy.db")
    assert used.get("mine", entry_id)


@pytest.mark.parametrize("damage", ["newer", "no database"])
def test_a_library_that_cannot_be_opened_is_restored(url, tmp_path, damage):
    library = open_library(url)
    entry_id = keep(library)
    backup(library, tmp_path / "copy.db")
    library.close()
    path = tmp_path / "data/library.db"
    if damage == "newer":
        with closing(sqlite3.connect(path)) as live:
            live.execute("UPDATE alembic_version SET version_num = '9999'")
            live.commit()
    else:
        path.write_bytes(b"no database " * 1_000)
    before = restore(url, tmp_path / "copy.db")
    again = open_library(url)
    assert again.get("mine", entry_id)
    again.close()
    assert before.stat().st_size > 0


def test_what_was_being_made_is_interrupted_and_stays_saved(used, url, tmp_path):
    entry = used.begin("mine", Request("text", "글"))
    used.save("mine", entry.id)
    backup(used, tmp_path / "copy.db")
    restore(url, tmp_path / "copy.db")
    found = used.get("mine", entry.id)
    assert (found.status, found.error.kind, found.saved is not None) == ("failed", "interrupted", True)


def test_a_library_written_all_the_time_is_one_line(used, url, tmp_path, monkeypatch):
    monkeypatch.setattr("techsum.library.backup._BUSY_SECONDS", 0.2)
    entry_id = keep(used)
    backup(used, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "data/library.db")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked"):
            restore(url, tmp_path / "copy.db")
    assert used.get("mine", entry_id)


def test_an_older_copy_is_restored_where_migrations_wait(used, url, tmp_path, configure):
    kept = keep(used)
    backup(used, tmp_path / "copy.db")
    copy = open_library(f"sqlite:///{tmp_path}/copy.db")
    migrate(copy.engine, "0006", down=True)
    copy.close()
    configure(migrate="false")
    restore(url, tmp_path / "copy.db")
    assert used.get("mine", kept).title == TITLE


def test_a_dump_of_postgresql_brings_the_library_back(tmp_path):
    """The commands of docs/operations.md and of the nightly CronJob."""
    with postgres() as server:
        # given a dump, and a reader deleted after it
        address, dump = server.url.replace("+psycopg", ""), tmp_path / "techsum.dump"
        library = open_library(server.url)
        entry_id = keep(library)
        run(binaries() / "pg_dump", "--format=custom", f"--file={dump}", address)
        library.delete("mine", entry_id)
        library.close()
        # when it is restored
        run(binaries() / "pg_restore", "--clean", "--if-exists", f"--dbname={address}", dump)
        # then the summary is there, and is found
        again = open_library(server.url)
        assert again.get("mine", entry_id).result.sentences
        assert [entry.id for entry in again.find("mine", "소금물").entries] == [entry_id]
        again.close()


def run(*command):
    subprocess.run([str(part) for part in command], check=True, timeout=60)
