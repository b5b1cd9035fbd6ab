"""Publishing an export: against a site that speaks the hub's protocol."""

import base64
import json

import pytest

from support.servers import Site, send
from techsum.errors import TrainingError
from techsum.training.exporting.publish import check_repository, publish

TOKEN = "hf_" + "a1b2" * 8


def body(request):
    """A request's body, also a chunked one."""
    if "Content-Length" in request.headers:
        return request.rfile.read(int(request.headers["Content-Length"]))
    parts = b""
    while size := int(request.rfile.readline(), 16):
        parts += request.rfile.read(size)
        request.rfile.readline()
    request.rfile.readline()
    return parts


class Hub:
    """What the hub was sent."""

    def __init__(self):
        self.created, self.files, self.tokens = {}, {}, set()

    def pages(self, refuse=False):
        def answer(act):
            def handle(request):
                self.tokens.add(request.headers["Authorization"])
                told = act(body(request))
                send(request, json.dumps(told).encode(), "application/json", 403 if refuse else 200)

            return handle

        return {
            "/api/repos/create": answer(self.create),
            "/api/validate-yaml": answer(lambda _: {"errors": [], "warnings": []}),
            "/api/models/owner/name/preupload/main": answer(self.preupload),
            "/api/models/owner/name/commit/main": answer(self.commit),
        }

    def create(self, content):
        self.created = json.loads(content)
        return {"url": "https://huggingface.co/owner/name", "error": "no right to write"}

    def preupload(self, content):
        files = json.loads(content)["files"]
        return {"files": [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in files]}

    def commit(self, content):
        for line in content.splitlines():
            told = json.loads(line)
            if told["key"] == "file":
                self.files[told["value"]["path"]] = base64.b64decode(told["value"]["content"])
        return {"commitOid": "a" * 40, "commitUrl": "https://huggingface.co/owner/name/commit/" + "a" * 40}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "README.md").write_text("---\nlicense: gemma\n---\n# tiny\n", "utf-8")
    (tmp_path / "out" / "tiny.gguf").write_bytes(b"GGUF")
    return tmp_path / "out"


def test_an_export_is_uploaded_with_its_card(folder, configure):
    hub = Hub()
    with Site(hub.pages()) as site:
        configure(HF_ENDPOINT=site.url, HF_TOKEN=TOKEN)
        address = publish(folder, "owner/name", private=True)
    assert address.startswith("https://huggingface.co/owner/name/commit/")
    assert hub.files == {"README.md": (folder / "README.md").read_bytes(), "tiny.gguf": b"GGUF"}
    assert hub.created["visibility"] == "private"
    assert hub.tokens == {f"Bearer {TOKEN}"}


def test_a_refusal_is_one_line_that_keeps_the_token(folder, configure):
    with Site(Hub().pages(refuse=True)) as site:
        configure(HF_ENDPOINT=site.url, HF_TOKEN=TOKEN)
        with pytest.raises(TrainingError) as refused:
            publish(folder, "owner/name", private=True)
    assert "403" in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert str(folder) in str(refused.value)


@pytest.mark.parametrize("name", ["name", "/name", "a/b/c", "owner/na me"])
def test_a_name_that_the_hub_has_not_is_refused_first(name, configure):
    configure(HF_TOKEN=TOKEN)
    with pytest.raises(TrainingError, match="OWNER/NAME"):
        check_repository(name)


def test_without_a_token_nothing_is_exported(configure, monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    configure()
    with pytest.raises(TrainingError, match="HF_TOKEN"):
        check_repository("owner/name")
