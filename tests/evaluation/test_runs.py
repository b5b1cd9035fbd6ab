"""Running systems: each in a process of its own, resumed where it was stopped."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.errors import TechsumError
from techsum.evaluation.data import Example
from techsum.evaluation.runs import Cache, run
from techsum.evaluation.systems import BASELINES, Output, identity, make
from techsum.summarizers import SummaryOptions

OPTIONS = SummaryOptions()
EXAMPLES = [
    Example(1, TITLE, BODY, "섬에서 소금물로 전기를 저장한다."),
    Example(2, "", "\n\n".join(reversed(PARAGRAPHS)), "소금물 전지를 시험한다."),
]


@pytest.fixture(autouse=True)
def own_cache(configure, tmp_path):
    configure(cache_dir=tmp_path)


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_takes_three_sentences_in_the_articles_order(name):
    article = EXAMPLES[0].article
    text = make(name)(article, OPTIONS).text
    taken = [s.text for s in article.sentences if s.text in text]
    assert len(taken) == 3
    assert text == " ".join(taken)


def test_random_is_the_same_every_time():
    assert (
        make("random-3")(EXAMPLES[0].article, OPTIONS).text
        == make("random-3")(EXAMPLES[0].article, OPTIONS).text
    )


@pytest.mark.slow
def test_systems_run_beside_each_other_and_are_not_run_twice():
    on_progress = []
    first = run(["extract", "lead-3"], EXAMPLES, OPTIONS, lambda *news: on_progress.append(news))
    assert [r.system for r in first] == ["extract", "lead-3"]
    assert [len(r.outputs) for r in first] == [2, 2]
    assert all(r.megabytes > 50 for r in first)
    assert ("extract", 2, 2) in on_progress
    # what stands in the cache is what comes back
    cache = Cache("lead-3", OPTIONS)
    file = cache._path
    file.write_text(file.read_text("utf-8").replace("솔섬", "밤섬"), "utf-8")
    again = run(["lead-3"], EXAMPLES, OPTIONS)
    assert "밤섬" in again[0].outputs[0].text


def test_a_wrong_name_ends_it_before_anything_runs():
    with pytest.raises(TechsumError, match="extrakt"):
        run(["extract", "extrakt"], EXAMPLES, OPTIONS)


@pytest.mark.slow
def test_an_error_in_a_child_names_its_system():
    with pytest.raises(TechsumError, match=r"http://127.0.0.1:9/v1#m: ") as caught:
        run(["http://127.0.0.1:9/v1#m"], EXAMPLES, OPTIONS)
    assert "\n" not in str(caught.value)


def test_a_torn_last_line_costs_one_output():
    cache = Cache("torn", OPTIONS)
    cache.add("a", Output("가", 0.1), 10)
    cache.add("b", Output("나", 0.1), 20)
    with cache._path.open("rb+") as file:
        file.truncate(cache._path.stat().st_size - 5)
    after = Cache("torn", OPTIONS)
    assert list(after.outputs) == ["a"]
    after.add("b", Output("나", 0.1), 30)
    last = Cache("torn", OPTIONS)
    assert (list(last.outputs), last.megabytes) == (["a", "b"], 30)


def test_an_output_belongs_to_the_options_it_was_written_with():
    assert identity("extract", OPTIONS) == identity("extract", SummaryOptions())
    assert identity("extract", OPTIONS) != identity("extract", SummaryOptions("100"))
    assert identity("extract", OPTIONS) != identity("lead-3", OPTIONS)


def test_weights_that_were_trained_again_are_another_system(tmp_path):
    weights = tmp_path / "adapter_model.safetensors"
    weights.write_bytes(b"one")
    before = identity(f"hf:{tmp_path}", OPTIONS)
    weights.write_bytes(b"another")
    assert identity(f"hf:{tmp_path}", OPTIONS) != before


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was(tmp_path):
    data = tmp_path / "data.jsonl"
    rows = [{"title": f"{n}", "input": f"{n}번째 글이다. {BODY}", "output": "요약이다."} for n in range(60)]
    data.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    command = [sys.executable, "-m", "techsum", "eval", "--data", data, "--out", tmp_path / "out"]
    environment = {**os.environ, "TECHSUM_CACHE_DIR": str(tmp_path / "cache")}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        folder = tmp_path / "cache" / "evaluation"
        deadline = time.monotonic() + 60
        while (
            time.monotonic() < deadline and sum(len(f.read_bytes()) for f in folder.glob("extract*")) < 3000
        ):
            time.sleep(0.05)
        children = psutil.Process(process.pid).children(recursive=True)
        os.kill(process.pid, signal.SIGKILL)
    assert not psutil.wait_procs(children, timeout=20)[1], "a child went on working for nobody"
    kept = {f.name: f.read_bytes() for f in folder.glob("extract*")}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    for name, content in kept.items():
        whole = content[: content.rfind(b"\n") + 1]
        assert whole
        assert (folder / name).read_bytes().startswith(whole), "what was there was written again"
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert len(report["outputs"]) == 60
