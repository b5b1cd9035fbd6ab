import os
from pathlib import Path

import hypothesis
import pytest

from support.texts import BODY, TITLE
from techsum.contracts.article import Article
from techsum.settings import settings

# a machine that does something else meanwhile is no failure; what must be fast is measured in ratios
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


@pytest.fixture(autouse=True)
def korean_user(monkeypatch, tmp_path_factory):
    """Every test speaks Korean, keeps its own configuration and sees no key of the developer's."""
    for name in [n for n in os.environ if n.startswith(("TECHSUM_", "HF_", "HUGGINGFACE"))]:
        if name != "TECHSUM_CACHE_DIR":
            monkeypatch.delenv(name)
    monkeypatch.setenv("TECHSUM_LANG", "ko")
    monkeypatch.setenv("TECHSUM_MODEL", "extract")  # a test that is about a model names it
    monkeypatch.setenv("TECHSUM_CHECK", "rules")  # so does one that is about the verifier
    monkeypatch.setenv("TECHSUM_CONFIG_DIR", str(tmp_path_factory.mktemp("config")))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def configure(monkeypatch):
    """Set TechSum's settings for one test."""

    def set_values(**values):
        for name, value in values.items():
            monkeypatch.setenv(name if name.isupper() else f"TECHSUM_{name.upper()}", str(value))
        settings.cache_clear()

    return set_values


@pytest.fixture
def loopback(configure):
    """The test-only setting that lets the fetcher open 127.0.0.1."""
    configure(test_only_allow_loopback="1")


@pytest.fixture(scope="session")
def article():
    return Article(BODY, TITLE)


@pytest.fixture(scope="session")
def gemma():
    """The embedded Gemma 3 270M, loaded once for all tests."""
    from techsum.generators import load

    return load("gemma-3-270m")


@pytest.fixture
def project():
    return Path(__file__).parents[1]
