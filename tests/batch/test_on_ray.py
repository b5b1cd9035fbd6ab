"""The same batches on a real Ray, which starts its own processes."""

import json
import os
import subprocess
import sys
import time

import psutil
import pytest

from support.servers import Site, page
from support.texts import BODY, PARAGRAPHS

pytestmark = pytest.mark.slow
HEAD = "<html><head><title>솔섬</title></head><body><article><h1>솔섬</h1>"


def rows(count):
    return [{"id": f"글{n}", "text": f"{n}번째 글이다. {BODY}"} for n in range(count)]


def jsonl(path, found):
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in found), "utf-8")
    return path


def made(out):
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def start(source, out, *more):
    command = [sys.executable, "-m", "techsum", "batch", str(source), "--out", str(out), "--model", "extract"]
    return subprocess.Popen(
        [*command, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"TECHSUM_TEST_ONLY_ALLOW_LOOPBACK": "1"},
    )  # fmt: skip


def bare(found):
    return [{k: v for k, v in row.items() if not k.endswith("seconds")} for row in found]


def test_ray_gives_the_local_rows_whatever_is_killed(tmp_path):
    # given an input with a bad row and a link
    body = HEAD + "".join(f"<p>{p}</p>" for p in PARAGRAPHS) + "</article></body></html>"
    with Site({"/a": page(body)}) as site:
        found = rows(600)
        found[7] = {"id": "나쁜 줄"}
        found[9] = {"id": "링크", "source": f"{site.url}/a"}
        source, out, local = (
            jsonl(tmp_path / "in.jsonl", found),
            tmp_path / "ray.jsonl",
            tmp_path / "local.jsonl",
        )
        _, errors = start(source, local).communicate(timeout=120)
        assert [
            line for line in errors.splitlines() if "초당" not in line
        ] == []  # progress, each half a minute
        # when an actor is killed in mid-run, then the driver with everything, and it is started again
        process = start(source, out, "--engine", "ray", "--workers", "2")
        actor = killed(process, out)
        assert actor
        time.sleep(1)
        assert heard_by_others(process) == []
        whole = [process, *psutil.Process(process.pid).children(recursive=True)]
        for one in whole:
            one.kill()
        process.communicate()
        before = len(made(out))
        said, errors = start(source, out, "--engine", "ray", "--workers", "2").communicate(timeout=180)
    # then every row is there once, in order, and is the row that one machine makes
    assert [line for line in errors.splitlines() if "초당" not in line] == []
    assert "600건" in said
    assert before > 0
    assert bare(made(out)) == bare(made(local))


def heard_by_others(process):
    """Addresses beyond this machine on which the processes listen."""
    everyone = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    open_ = [c.laddr.ip for p in everyone for c in p.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
    assert open_
    return [ip for ip in open_ if ip not in ("127.0.0.1", "::1", "::ffff:127.0.0.1")]


def killed(process, out):
    """Kill an actor once rows arrive. Returns whether there was one."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if out.exists() and out.stat().st_size:
            for child in psutil.process_iter(["cmdline"]):
                if any("ray::MapWorker" in part for part in child.info["cmdline"] or ()):
                    child.kill()
                    return True
        time.sleep(0.1)
    return False


def test_errors_are_one_line_through_ray_too(tmp_path):
    (tmp_path / "in.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    for source, more, words in [
        (tmp_path / "none.jsonl", [], "없습니다"),
        (tmp_path / "in.jsonl.gz", [], "읽지 못했습니다"),
        (jsonl(tmp_path / "in.jsonl", rows(3)), ["--model", "http://127.0.0.1:1#m"], "127.0.0.1:1"),
    ]:
        _, errors = start(source, tmp_path / "out.jsonl", "--engine", "ray", *more).communicate(timeout=120)
        assert words in errors
        assert len(errors.splitlines()) == 1
