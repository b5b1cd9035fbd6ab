import os
import shutil
import threading
from pathlib import Path

import pytest

from support.app_server import app_server
from support.chat_server import chat_server
from support.documents import SCIENCETIMES
from support.servers import Site, page
from support.texts import PARAGRAPHS, TITLE

OUTSIDE = Path(__file__).parents[1] / "support" / "outside"
CRASHES = ("memory access out of bounds", "null function")
"""How WebAssembly ends where Flutter's drawing engine has lost its surface."""
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a test once more where Flutter's drawing engine crashed, which it does about once in a thousand
    pages without a GPU (flutter/flutter#168221, #172158): nothing but loading the page again helps."""
    errors = getattr(pyfuncitem.funcargs.get("open_app"), "errors", [])
    try:
        result = yield
    except Exception:
        if not _has_crashed(errors):
            raise
    else:
        if not _has_crashed(errors):
            return result
    errors.clear()
    names = pyfuncitem._fixtureinfo.argnames
    pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    return True


def _has_crashed(errors):
    return any(crash in error for crash in CRASHES for error in errors)


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, without a window.

    It ends with its file: Playwright's event loop runs in the thread of the tests, where
    the tests that come next may want to start their own.
    """
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        assert not os.environ.get("CI"), "CI installs Chromium"
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def news():
    """The outside web: an article of ScienceTimes; the server finds it at its name."""
    body = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    with Site({"/news/1": page(SCIENCETIMES.format(title=TITLE, body=body))}) as site:
        link = f"{site.url.replace('127.0.0.1', 'www.sciencetimes.co.kr')}/news/1"
        feed = f"<rss version='2.0'><channel><item><link>{link}</link></item></channel></rss>"
        site.pages["/rss"] = page(feed, "application/rss+xml")
        yield link


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """TechSum with the model that it ships."""
    data = tmp_path_factory.mktemp("data")
    outside = {"TECHSUM_TEST_ONLY_ALLOW_LOOPBACK": "1", "PYTHONPATH": str(OUTSIDE)}
    with app_server(data, TECHSUM_MODEL="gemma-3-270m-ko", **outside) as (url, _):
        yield url


@pytest.fixture
def unending(tmp_path):
    """TechSum whose model writes two sentences and no end; when it has hung up on the model."""
    left = threading.Event()
    with (
        chat_server(TITLE, f"{PARAGRAPHS[0]} 장치의", left=left) as model,
        app_server(tmp_path, TECHSUM_MODEL=model) as (url, _),
    ):
        yield url, left


@pytest.fixture
def open_page(browser, server):
    """Opens the app as a reader who was never here; every error on the console fails the test."""
    contexts, errors = [], []

    def open_at(path="/", width=1280, height=860, **more):
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="ko-KR", base_url=server, **more
        )
        contexts.append(context)
        opened = context.new_page()
        opened.set_default_timeout(90_000)
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.on(
            "console", lambda said: errors.append(said.text) if "Content Security" in said.text else None
        )
        opened.goto(path)
        return opened

    yield open_at
    for context in contexts:
        context.close()
    assert errors == []
