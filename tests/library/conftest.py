import pytest
from sqlalchemy import create_engine

from support.postgres import postgres
from techsum.library import open_library
from techsum.library.database import migrate


@pytest.fixture(scope="session")
def postgres_url():
    """One server for all tests."""
    with postgres() as server:
        yield server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/data/library.db"
        return
    found = request.getfixturevalue("postgres_url")
    yield found
    engine = create_engine(found)
    migrate(engine, "base", down=True)
    engine.dispose()


@pytest.fixture
def library(url):
    """An empty library of each kind."""
    opened = open_library(url)
    yield opened
    opened.close()
