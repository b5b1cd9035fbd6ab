"""Feeds become a briefing: a real server, and a real site with a feed."""

import time

import pytest

from support.app_server import app_server, client
from support.servers import Site, page, send
from support.texts import PARAGRAPHS

NAMES = ("sea", "moon", "bear")


def article(name):
    body = "".join(f"<p>{name}의 소식이다. {p}</p>" for p in PARAGRAPHS)
    return page(
        f"<html><head><title>{name}</title></head><body><article><h1>{name}</h1>{body}</article></body></html>"
    )


def rss(site, names):
    items = "".join(f"<item><title>{n}</title><link>{site.url}/{n}</link></item>" for n in names)
    return page(f"<rss version='2.0'><channel>{items}</channel></rss>", "application/rss+xml")


@pytest.fixture(scope="module")
def site():
    with Site({f"/{name}": article(name) for name in NAMES}) as running:
        running.pages["/rss"] = rss(running, NAMES)
        running.pages["/gone"] = lambda request: send(request, b"", status=410)
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    own = {"TECHSUM_TEST_ONLY_ALLOW_LOOPBACK": "1", "TECHSUM_CACHE_DIR": str(data / "cache")}
    with app_server(data, **own) as (url, _):
        yield url


@pytest.fixture
def reader(server):
    with client(server) as one:
        yield one


def wait_until(condition, seconds=90):
    """The condition's first true answer."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def done(reader, count):
    articles = reader.get("/api/briefing").json()["articles"]
    return articles if sum(one["status"] == "done" for one in articles) == count else None


def test_new_articles_of_a_feed_are_summarised_once(reader, site):
    reader.post("/api/feeds", params={"url": f"{site.url}/rss"}).raise_for_status()
    articles = wait_until(lambda: done(reader, len(NAMES)))
    assert [one["source"].rpartition("/")[2] for one in articles] == list(NAMES)
    assert not any(one["read"] for one in articles)
    (feed,) = wait_until(lambda: [f for f in reader.get("/api/feeds").json() if f["checked"]])
    assert feed["error"] == ""
    assert sum(path == "/sea" for _, path, _ in site.hits) == 1


def test_an_opened_article_is_read(reader, site):
    reader.post("/api/feeds", params={"url": f"{site.url}/rss"}).raise_for_status()
    first, *_ = wait_until(lambda: done(reader, len(NAMES)))
    assert reader.get(f"/s/{first['id']}").status_code == 200
    assert [one["read"] for one in reader.get("/api/briefing").json()["articles"]] == [True, False, False]
    assert reader.get("/api/briefing").json()["days"][0]["unread"] == 2


def test_a_feed_that_cannot_be_read_says_why(reader, site):
    reader.post("/api/feeds", params={"url": f"{site.url}/gone"}).raise_for_status()
    error = wait_until(lambda: reader.get("/api/feeds").json()[0]["error"])
    assert "410" in error
    assert error in reader.get("/briefing").text


def test_another_reader_sees_none_of_it(server, reader, site):
    reader.post("/api/feeds", params={"url": f"{site.url}/rss"}).raise_for_status()
    (feed,) = reader.get("/api/feeds").json()
    with client(server) as other:
        assert other.get("/api/feeds").json() == []
        assert other.get("/api/briefing").json()["articles"] == []
        assert other.delete(f"/api/feeds/{feed['id']}").status_code == 404
    assert reader.delete(f"/api/feeds/{feed['id']}").status_code == 204
    assert reader.get("/api/feeds").json() == []


@pytest.mark.parametrize("url", ["", "ftp://example.org/rss", "no address"])
def test_what_is_no_address_is_refused(reader, url):
    answer = reader.post("/api/feeds", params={"url": url})
    assert answer.status_code == 422
    assert reader.get("/api/feeds").json() == []


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**70])
def test_a_number_that_no_feed_has_is_refused(reader, number):
    assert reader.delete(f"/api/feeds/{number}").status_code == 422
    assert reader.post(f"/briefing/feeds/{number}/delete").status_code == 422
