"""The form of a library's tables: upgraded, taken back, and left alone where an operator says so."""

import pytest

from techsum.errors import StorageError, UsageError
from techsum.library import open_library
from techsum.library.database import migrate_to, newest_form, revision, revisions


def test_revisions_are_known_the_oldest_first():
    assert revisions()[0] == "0001"
    assert newest_form() == revisions()[-1] == f"{len(revisions()):04}"


def test_a_library_is_taken_back_and_upgraded_again(library):
    migrate_to(library.engine, "0005")
    assert revision(library.engine) == "0005"
    migrate_to(library.engine, newest_form())
    assert revision(library.engine) == newest_form()
    assert library.count("mine") == 0


def test_an_empty_database_gets_the_tables_of_a_revision(url):
    from techsum.library.database import make_engine

    engine = make_engine(url)
    migrate_to(engine, "0003")
    assert revision(engine) == "0003"
    engine.dispose()


def test_an_older_library_waits_for_its_operator(url, library, configure):
    # given a library of an older TechSum, and processes that may not upgrade it
    migrate_to(library.engine, "0007")
    configure(migrate="false")
    # when one opens it, then it says what to do, and has changed nothing
    with pytest.raises(StorageError, match="techsum library migrate"):
        open_library(url)
    assert revision(library.engine) == "0007"


def test_a_revision_that_is_none_is_one_line(library):
    with pytest.raises(UsageError, match=r"'0099'.*0001"):
        migrate_to(library.engine, "0099")
