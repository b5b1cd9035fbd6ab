"""Pulling a model: against a site that speaks the hub's protocol, and breaks it on purpose."""

import os
import random
import subprocess
import sys
import time

import pytest

from support.hub import hub_file
from support.servers import Site, page, redirect
from support.tiny_gguf import write_gemma2
from techsum.errors import ModelError, StorageError, UsageError
from techsum.generators import hub as module
from techsum.generators.hub import pull
from techsum.generators.models import (
    EMBEDDED,
    TUNED,
    auto_model,
    model_file,
    models_folder,
    names,
    pulled,
)
from techsum.settings import set_default_model

NAME = "owner/repo:tiny.gguf"
PATH = "/owner/repo/resolve/main/tiny.gguf"
TOKEN = "hf_" + "a1b2" * 8


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return write_gemma2(tmp_path_factory.mktemp("hub") / "t.gguf").read_bytes()


@pytest.fixture
def hub(configure, tmp_path):
    def start(pages):
        site = Site(pages)
        configure(HF_ENDPOINT=site.url, cache_dir=tmp_path / "cache", HF_TOKEN=TOKEN)
        return site

    return start


def told(headers, name):
    """A header of a request; libraries spell it as they like."""
    return {k.lower(): v for k, v in headers.items()}.get(name)


def test_a_model_is_pulled_checked_and_listed(hub, content, tmp_path):
    seen = []
    with hub({PATH: hub_file(content)}):
        path = pull(NAME, lambda here, total: seen.append((here, total)))
    assert path.read_bytes() == content
    assert seen[0] == (0, len(content))
    assert seen[-1] == (len(content), len(content))
    assert pulled() == {"owner--tiny": path}
    assert "owner--tiny" in names()
    assert model_file("owner--tiny") == path
    assert [p.name for p in path.parent.iterdir()] == ["owner--tiny.gguf"]


def test_a_cut_download_goes_on_where_it_stopped(hub, content, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 1000)
    whole, away = hub_file(content, cut_at=5500), page("", status=500)
    answers = iter([whole, whole, away])  # HEAD, half of a GET, and then the hub breaks down
    with hub({PATH: lambda request: next(answers, whole)(request)}) as site:
        with pytest.raises(ModelError) as refused:
            pull(NAME)
        assert refused.value.key == "hub_failed"
        assert pulled() == {}
        # when the same command is given again
        pull(NAME)
        # then only the rest is asked for
        ranges = [told(h, "range") for method, _, h in site.hits if method == "GET"]
    assert ranges == [None, "bytes=5000-", "bytes=5000-"]
    assert pulled()["owner--tiny"].read_bytes() == content


def test_a_download_cut_off_once_goes_on_by_itself(hub, content, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 1000)
    seen = []
    with hub({PATH: hub_file(content, cut_at=5000)}):
        path = pull(NAME, lambda here, _total: seen.append(here))
    assert path.read_bytes() == content
    assert seen == sorted(seen)
    assert seen[-1] == len(content)


def test_a_server_that_cannot_resume_is_asked_for_everything(hub, content, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 1000)

    def unable(request):
        del request.headers["Range"]
        hub_file(content)(request)

    with hub({PATH: unable}) as site:
        part = models_folder() / "owner--tiny.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"x" * 5000)
        assert pull(NAME).read_bytes() == content
        assert [told(h, "range") for method, _, h in site.hits if method == "GET"] == ["bytes=5000-"]


def test_nothing_but_the_file_is_asked_for(hub, content):
    """No list of coding agents, no telemetry, no tree."""
    with hub({PATH: hub_file(content)}) as site:
        pull(NAME)
        assert [(method, path) for method, path, _ in site.hits] == [("HEAD", PATH), ("GET", PATH)]


def test_a_wrong_checksum_is_not_accepted(hub, content):
    with hub({PATH: hub_file(content, digest="0" * 64)}), pytest.raises(ModelError) as refused:
        pull(NAME)
    assert refused.value.key == "model_checksum"
    assert pulled() == {}


def test_a_file_that_is_no_gguf_is_not_accepted(hub):
    with hub({PATH: hub_file(b"not a model" * 100)}), pytest.raises(ModelError) as refused:
        pull(NAME)
    assert refused.value.key == "model_not_gguf"
    assert pulled() == {}


@pytest.mark.parametrize("status", [401, 403])
def test_a_gated_model_is_explained_without_the_token(hub, status):
    with hub({PATH: page("", status=status)}), pytest.raises(ModelError) as refused:
        pull(NAME)
    assert refused.value.key == "hub_gated"
    assert "HF_TOKEN" in str(refused.value)
    assert TOKEN not in str(refused.value)


def test_the_token_goes_to_the_hub_and_nowhere_else(hub, content):
    with Site({"/cdn": hub_file(content)}) as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost") + "/cdn"

        def answer(request):
            if request.command == "HEAD":
                hub_file(content)(request)
            else:
                redirect(elsewhere)(request)

        with hub({PATH: answer}) as site:
            pull(NAME)
            assert all(told(h, "authorization") == f"Bearer {TOKEN}" for _, _, h in site.hits)
        assert all(told(h, "authorization") is None for _, _, h in other.hits)


def test_missing_files_unknown_names_and_climbing_paths_are_refused(hub):
    with hub({}):
        with pytest.raises(ModelError) as refused:
            pull(NAME)
        assert refused.value.key == "hub_missing"
        for name in ("gemma-9", "owner/repo:../../x.gguf", "owner/repo:/etc/x.gguf", "a/b/c:x.gguf"):
            with pytest.raises(UsageError):
                pull(name)


def test_a_full_disk_is_one_line_and_leaves_no_model(hub, content, monkeypatch):
    import errno

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "_download", full)
    with hub({PATH: hub_file(content)}), pytest.raises(StorageError) as refused:
        pull(NAME)
    assert refused.value.key == "disk_full"
    assert pulled() == {}


def test_auto_prefers_the_chosen_then_the_best_pulled_model(configure, tmp_path, content):
    configure(cache_dir=tmp_path / "c", config_dir=tmp_path / "k", model="auto")
    assert auto_model() == "extract"
    folder = tmp_path / "c" / "models"
    folder.mkdir(parents=True)
    for name in ("other", "gemma-3-1b-it", "gemma-3-270m"):
        (folder / f"{name}.gguf").write_bytes(content)
    # a file that merely lies there is not known to be good, and the base model is known to be weak
    assert auto_model() == "gemma-3-1b-it"
    (folder / "gemma-2-2b-it.gguf").write_bytes(content)
    assert auto_model() == "gemma-2-2b-it"
    set_default_model("other")
    assert auto_model() == "other"
    configure(model="http://127.0.0.1:1/v1#m")
    assert auto_model() == "http://127.0.0.1:1/v1#m"


@pytest.mark.parametrize(("name", "file"), [(EMBEDDED, EMBEDDED), (TUNED, "gemma-3-270m-korean")])
def test_the_embedded_model_is_assembled_whole_or_not(configure, tmp_path, monkeypatch, name, file):
    from techsum.generators import models

    configure(cache_dir=tmp_path)
    # given a checksum that does not fit, nothing stays behind
    expected = models._ASSEMBLED[file]._replace(sha256="0" * 64)
    monkeypatch.setitem(models._ASSEMBLED, file, expected)
    with pytest.raises(ModelError) as refused:
        model_file(name)
    assert refused.value.key == "model_checksum"
    assert list((tmp_path / "models").iterdir()) == []
    # and with the right one the file appears, and is not made again
    monkeypatch.undo()
    configure(cache_dir=tmp_path)
    said = []
    path = model_file(name, lambda: said.append(1))
    assert model_file(name, lambda: said.append(1)) == path
    assert said == [1]
    assert [p.name for p in (tmp_path / "models").iterdir()] == [f"{file}.gguf"]


@pytest.mark.parametrize(("name", "needed"), [(EMBEDDED, "253 MB"), (TUNED, "369 MB")])
def test_no_room_for_the_embedded_model(configure, tmp_path, monkeypatch, name, needed):
    import shutil
    from types import SimpleNamespace

    configure(cache_dir=tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _p: SimpleNamespace(free=1000))
    with pytest.raises(StorageError) as refused:
        model_file(name)
    assert refused.value.key == "disk_full"
    assert needed in str(refused.value)


PULL = """
import sys, time
from techsum.generators import hub
hub._BLOCK = 1000
time.sleep = lambda _: None  # the library waits a second after a cut
hub.pull(sys.argv[1])
"""


def test_a_download_that_is_killed_again_and_again_ends_whole(hub, content, tmp_path):
    """Given a process that is killed at random moments of a pull, when one is let be, then the file is the hub's."""
    chance = random.Random(5)

    def dripping(request):
        time.sleep(0.002)
        return hub_file(content, cut_at=chance.randrange(1000, 40_000))(request)

    with hub({PATH: dripping}) as site:
        environment = os.environ | {
            "HF_ENDPOINT": site.url,
            "TECHSUM_CACHE_DIR": str(tmp_path / "cache"),
            "TECHSUM_TEST_ONLY_ALLOW_LOOPBACK": "1",
        }
        command = [sys.executable, "-c", PULL, NAME]
        for _ in range(int(os.environ.get("FAULT_MOMENTS", "5"))):
            with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
                time.sleep(chance.uniform(0.5, 2))
                process.kill()
            for whole in (tmp_path / "cache").rglob("*.gguf"):
                assert whole.read_bytes() == content  # under its name there is never half a file
        for _ in range(200):
            if (
                subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, check=False).returncode
                == 0
            ):
                break
    assert model_file("owner--tiny").read_bytes() == content
