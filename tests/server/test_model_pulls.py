"""A reader whose machine is the server's downloads a model with a button; nobody does on a public server."""

import httpx
import pytest

from support.app_server import app_server, client, summarised
from support.hub import held_file
from support.servers import Site, send
from support.tiny_gguf import write_gemma2
from support.waiting import until
from techsum.server.model_pulls import pulls_allowed

MODEL = "gemma-4-e4b-it"
PATH = "/google/gemma-4-E4B-it-qat-q4_0-gguf/resolve/main/gemma-4-E4B_q4_0-it.gguf"
ENGLISH = " ".join(
    [
        "Researchers on the island of Solsom connected a salt-water battery to a solar plant in March.",
        "The device stores 2.4 million watt-hours and cannot catch fire.",
        "Its efficiency was 74 percent, nine points below that of a lithium battery.",
    ]
)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return write_gemma2(tmp_path_factory.mktemp("model") / "t.gguf").read_bytes()


@pytest.fixture(scope="module")
def hub():
    with Site({}) as site:
        yield site


@pytest.fixture(scope="module")
def server(hub, tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with app_server(
        folder, HF_ENDPOINT=hub.url, TECHSUM_CACHE_DIR=str(folder / "cache"), TECHSUM_MODEL="auto"
    ) as (url, _):
        yield url


@pytest.fixture
def reader(server):
    with client(server) as one:
        yield one


def pull_state(reader, name=MODEL):
    return reader.get(f"/api/models/{name}/pull").raise_for_status().json()


def begin(reader, name=MODEL):
    """Press the button; returns the page that follows."""
    pressed = reader.post(f"/models/{name}/pull", data={"back": "/"}, follow_redirects=True)
    return pressed.raise_for_status().text


def test_a_model_that_fits_is_offered(reader):
    known = reader.get("/api/models").json()
    assert known["recommended"]["pull"] == {
        "name": MODEL,
        "state": "absent",
        "bytes": 0,
        "total": 0,
        "error": "",
    }
    assert known["recommended"]["may_pull"]
    assert f'action="/models/{MODEL}/pull"' in reader.get("/").text


def test_a_download_that_fails_says_why(reader, hub):
    hub.pages[PATH] = lambda request: send(request, b"", status=500)
    begin(reader)
    until(lambda: pull_state(reader)["state"] == "failed", 60)
    assert "500" in pull_state(reader)["error"]
    assert 'role="alert"' in reader.get("/").text


def test_a_stopped_download_is_offered_again(reader, hub, content):
    # given a download that waits for its hub
    hub.pages[PATH], go_on = held_file(content)
    begin(reader)
    until(lambda: pull_state(reader)["total"] == len(content), 60)
    # when its reader stops it
    page = reader.post(f"/models/{MODEL}/pull/stop", data={"back": "/"}, follow_redirects=True).text
    # then it is offered again, and as soon as the hub has let go of it another can be begun
    assert "<progress" not in page
    assert f'action="/models/{MODEL}/pull"' in page
    go_on.set()
    other = "gemma-3-1b-it"
    until(lambda: reader.post(f"/api/models/{other}/pull").status_code == 202, 60)
    until(lambda: pull_state(reader, other)["state"] == "failed", 60)  # this hub does not have it


def test_a_download_shows_progress_and_ends_as_auto(reader, hub, content):
    # given a hub that sends half of the file and then waits
    hub.pages[PATH], go_on = held_file(content)
    # when the button is pressed
    page = begin(reader)
    # then the page shows a bar, and no second model can be begun
    assert "<progress" in page
    until(lambda: pull_state(reader)["total"] == len(content), 60)
    second = reader.post("/api/models/gemma-3-1b-it/pull")
    assert (second.status_code, MODEL in second.json()["title"]) == (422, True)
    # and when the hub goes on, the model is there and is meant by `auto`
    go_on.set()
    until(lambda: pull_state(reader)["state"] == "here", 60)
    assert reader.get("/api/models").json()["auto"] == MODEL
    assert "<progress" not in reader.get("/").text
    assert 'name="difficulty"' in reader.get("/").text


def test_an_english_article_says_what_could_read_it(reader):
    entry = summarised(reader, source=ENGLISH, model="extract")
    assert [n["kind"] for n in entry["result"]["notices"]] == ["not_korean", "no_translation"]
    page = reader.get(f"/s/{entry['id']}").text
    assert f'name="model" value="{MODEL}"' in page or f'action="/models/{MODEL}/pull"' in page


def test_a_path_elsewhere_is_not_returned_to(reader):
    pressed = reader.post(f"/models/{MODEL}/pull", data={"back": "//evil.example/"})
    assert pressed.headers["location"] == "/"


@pytest.mark.parametrize("name", ["gemma-9", "owner%2Frepo:file.gguf"])
def test_only_known_models_are_downloaded(reader, name):
    assert reader.post(f"/api/models/{name}/pull").status_code in {404, 422}


def test_readers_of_a_public_server_download_nothing(tmp_path):
    with app_server(tmp_path, TECHSUM_HOSTS="127.0.0.1", TECHSUM_MODEL="auto") as (url, _):
        answer = httpx.post(f"{url}/api/models/{MODEL}/pull", trust_env=False)
        page = httpx.get(url, trust_env=False).text
    assert answer.status_code == 403
    assert f"techsum models pull {MODEL}" in answer.json()["title"]
    assert "/pull" not in page


@pytest.mark.parametrize(
    "headers",
    [{"Host": "techsum.example"}, {"X-Forwarded-For": "203.0.113.5"}, {"Forwarded": "for=203.0.113.5"}],
)
def test_strangers_behind_a_proxy_or_name_download_nothing(server, headers):
    answer = httpx.post(f"{server}/api/models/{MODEL}/pull", headers=headers, trust_env=False)
    assert answer.status_code == 403
    assert "/pull" not in httpx.get(server, headers=headers, trust_env=False).text


@pytest.mark.parametrize(
    ("host", "environment", "allowed"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("localhost", {}, True),
        ("0.0.0.0", {}, False),
        ("", {}, False),
        ("127.0.0.1", {"hosts": "techsum.example"}, False),
        ("127.0.0.1", {"proxies": "10.0.0.1"}, False),
        ("127.0.0.1", {"oidc_issuer": "https://id.example"}, False),
        ("0.0.0.0", {"model_pulls": "true"}, True),
        ("127.0.0.1", {"model_pulls": "false"}, False),
    ],
)
def test_downloads_need_a_server_of_ones_own(configure, host, environment, allowed):
    configure(**environment)
    assert pulls_allowed(host) == allowed
