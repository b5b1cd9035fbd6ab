"""Batches on this machine: what goes in, what comes out, and what a kill costs."""

import csv
import gzip
import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from email.utils import formatdate
from pathlib import Path

import psutil
import pytest

import support
from support.documents import pdf
from support.servers import Site, page
from support.texts import BODY, PARAGRAPHS
from techsum.batch import batch
from techsum.batch.items import Item, RemainingItems, items
from techsum.contracts.options import SummaryOptions
from techsum.contracts.serialization import dump
from techsum.errors import FetchError, ReadingError, StorageError, UsageError
from techsum.reading.polite import Polite
from techsum.summarizers import summarize

EXTRACT = SummaryOptions(model="extract")
HEAD = "<html><head><title>솔섬</title></head><body><article><h1>솔섬</h1>"


def text(number):
    return f"{number}번째 글이다. {BODY}"


def rows(count):
    return [{"id": f"글{n}", "text": text(n), "title": f"제목 {n}"} for n in range(count)]


def jsonl(path, found):
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in found), "utf-8")
    return path


def run(source, out, wish=EXTRACT, **more):
    *_, last = batch(source, out, wish, **more)
    return last


def made(out):
    if out.suffix == ".jsonl":
        return [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    from pyarrow import parquet

    return [r for part in sorted(out.glob("part-*.parquet")) for r in parquet.read_table(part).to_pylist()]


def write(path, found):
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, found[0])
            writer.writeheader()
            writer.writerows(found)
    elif path.suffix == ".gz":
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(r) + "\n" for r in found)
    elif path.suffix == ".parquet":
        import pyarrow as pa
        from pyarrow import parquet

        parquet.write_table(pa.Table.from_pylist(found), path)
    else:
        jsonl(path, found)
    return path


@pytest.mark.parametrize("name", ["in.jsonl", "in.csv", "in.parquet", "in.jsonl.gz"])
@pytest.mark.parametrize("out", ["out.jsonl", "out.parquet"])
def test_rows_become_the_summaries_that_summarize_gives_with_their_ids(tmp_path, name, out):
    source = write(tmp_path / name, rows(3))
    last = run(source, tmp_path / out)
    assert (last.done, last.made, last.errors, last.share) == (3, 3, 0, 1.0)
    found = made(tmp_path / out)
    assert [r["id"] for r in found] == ["글0", "글1", "글2"]
    alone = dump(summarize(text(1), "extract"))
    assert found[1]["summary"] == alone["summary"]
    assert found[1]["title"] == "제목 1"
    assert (found[1]["line"], found[1]["figures"]) == (alone["line"], alone["figures"])
    assert alone["figures"]
    assert [s["evidence"] for s in found[1]["sentences"]] == [s["evidence"] for s in alone["sentences"]]
    assert found[1]["error"] is None
    assert found[1]["seconds"] >= 0


def test_a_folder_is_read_file_by_file(tmp_path):
    folder = tmp_path / "글"
    (folder / "둘").mkdir(parents=True)
    (folder / "가.txt").write_text(BODY, "utf-8")
    (folder / "둘" / "나.pdf").write_bytes(pdf([PARAGRAPHS]))
    (folder / "다.md").write_text("짧다", "utf-8")
    (folder / ".숨은").write_text(BODY, "utf-8")
    last = run(folder, tmp_path / "out.jsonl")
    found = {r["id"]: r for r in made(tmp_path / "out.jsonl")}
    assert list(found) == ["가.txt", "다.md", "둘/나.pdf"]
    assert "240킬로와트시" in found["둘/나.pdf"]["summary"]
    assert found["다.md"]["error_kind"] == "source_short"
    assert last.errors == 1


BAD_ROWS = [
    ("{broken", "batch_row"),
    ("[]", "batch_row"),
    ('{"id": 5}', "batch_row"),
    ('{"text": "짧다"}', "source_short"),
    ('{"source": "../../etc/passwd"}', "batch_outside"),
    ('{"source": "/etc/passwd"}', "batch_outside"),
    ('{"source": "없는 파일.pdf"}', "source_missing"),
    ('{"source": "http://127.0.0.1/"}', "url_private"),
    ('{"source": "http://[/"}', "url_no_dns"),
]


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory):
    """What becomes of a file in which a good row follows each bad one: its rows, and the last progress."""
    folder = tmp_path_factory.mktemp("spoiled")
    good = json.dumps({"text": BODY}, ensure_ascii=False)
    (folder / "in.jsonl").write_text("".join(f"{row}\n{good}\n" for row, _ in BAD_ROWS), "utf-8")
    last = run(folder / "in.jsonl", folder / "out.jsonl")
    return made(folder / "out.jsonl"), last


@pytest.mark.parametrize(("place", "kind"), list(enumerate(kind for _, kind in BAD_ROWS)))
def test_a_bad_row_is_an_error_among_summaries(spoiled, place, kind):
    bad, fine = spoiled[0][2 * place : 2 * place + 2]
    assert bad["error_kind"] == kind
    assert bad["error"]
    assert bad["summary"] is None
    assert fine["summary"]
    assert spoiled[1].errors == len(BAD_ROWS)


def test_a_file_beside_the_input_may_be_named(tmp_path):
    (tmp_path / "글.txt").write_text(BODY, "utf-8")
    source = jsonl(tmp_path / "in.jsonl", [{"source": "글.txt"}])
    assert run(source, tmp_path / "out.jsonl").errors == 0


def test_an_item_crosses_to_another_process_unchanged(article):
    for item in (
        Item(3, "글", 0.5, article=article, reading_seconds=1.5),
        Item(1, 7, 1.0, problem=("fetch_status", {"url": "u", "status": "404"})),
    ):
        assert Item.from_json(item.as_json()) == item


@pytest.mark.slow
def test_links_are_fetched_politely_and_not_twice(tmp_path, loopback, configure):
    # given a site with a robots.txt, a page with a version, and one that asks to be left alone for a moment
    configure(cache_dir=tmp_path / "cache")
    times, busy = [], []
    body = HEAD + "".join(f"<p>{p}</p>" for p in PARAGRAPHS) + "</article></body></html>"

    def versioned(request):
        times.append(time.monotonic())
        if request.headers.get("If-None-Match") == '"1"':
            return page("", status=304)(request)
        return page(body, ETag='"1"')(request)

    def twice(request):
        busy.append(time.monotonic())
        return page("", status=503, Retry_After="2")(request) if len(busy) == 1 else page(body)(request)

    robots = "User-agent: techsum\nDisallow: /private/*.html\nUser-agent: *\nDisallow: /"
    with Site({"/robots.txt": page(robots, "text/plain"), "/a": versioned, "/busy": twice,
               "/private/x.html": page(body)}) as site:  # fmt: skip
        links = [
            "# 읽을 것",
            f"{site.url}/a",
            f"{site.url}/private/x.html",
            "글",
            f"{site.url}/gone",
            f"{site.url}/busy",
        ]
        (tmp_path / "links.txt").write_text("\n".join(links), "utf-8")
        # when it is run twice
        for name in ("one.jsonl", "two.jsonl"):
            run(tmp_path / "links.txt", tmp_path / name)
        asked = [path for _, path, _ in site.hits]
    # then what may be read was, in the list's order
    found = made(tmp_path / "one.jsonl")
    assert [r["error_kind"] for r in found] == [None, "fetch_robots", "batch_no_link", "fetch_status", None]
    assert found[0]["url"] == f"{site.url}/a"
    assert "/private/x.html" not in asked
    assert asked.count("/robots.txt") == 2
    # then a second passed between two requests, and two where the server asked for two
    assert busy[1] - busy[0] >= 2
    # then the second run got nothing anew where nothing was new
    again = made(tmp_path / "two.jsonl")
    assert again[0]["summary"] == found[0]["summary"]
    assert len(times) == 2


def test_a_busy_host_is_left_alone_until_its_date(loopback):
    # given a host that names a date, in whole seconds as HTTP does
    asked, begin = [], []

    def busy(request):
        asked.append(time.time())
        if len(asked) > 1:
            return page("글")(request)
        begin.append(math.ceil(time.time()) + 1)
        return page("", status=503, Retry_After=formatdate(begin[0], usegmt=True))(request)

    with Site({"/a": busy}) as site:
        assert Polite(gap=0).fetch(f"{site.url}/a").body == "글".encode()
    # then it is asked again then, sooner than one that names none
    assert len(asked) == 2
    assert begin[0] <= asked[1] < asked[0] + 5


@pytest.mark.parametrize("ahead", [3600, 10**9])
def test_a_host_busy_for_long_is_not_waited_for(loopback, ahead):
    busy = page("", status=503, Retry_After=formatdate(time.time() + ahead, usegmt=True))
    with Site({"/a": busy}) as site:
        with pytest.raises(FetchError) as refused:
            Polite(gap=0).fetch(f"{site.url}/a")
        asked = [path for _, path, _ in site.hits]
    assert refused.value.values["status"] == 503
    assert asked.count("/a") == 1


def test_robots_that_fail_forbid_and_missing_ones_allow(tmp_path, loopback, configure):
    configure(cache_dir=tmp_path / "cache")
    body = HEAD + "".join(f"<p>{p}</p>" for p in PARAGRAPHS) + "</article></body></html>"
    with (
        Site({"/robots.txt": page("", status=500), "/a": page(body)}) as broken,
        Site({"/a": page(body)}) as none,
    ):
        (tmp_path / "links.txt").write_text(f"{broken.url}/a\n{none.url}/a\n", "utf-8")
        run(tmp_path / "links.txt", tmp_path / "out.jsonl")
    assert [r["error_kind"] for r in made(tmp_path / "out.jsonl")] == ["fetch_robots", None]


@pytest.mark.slow
def test_a_slow_host_holds_up_no_other(tmp_path, loopback, configure):
    configure(cache_dir=tmp_path / "cache")
    body = HEAD + "".join(f"<p>{p}</p>" for p in PARAGRAPHS) + "</article></body></html>"

    def slow(request):
        time.sleep(3)
        return page(body)(request)

    with Site({"/a": slow}) as first, Site({"/a": page(body)}) as second:
        source = jsonl(
            tmp_path / "in.jsonl",
            [{"id": 1, "source": f"{first.url}/a"}, {"id": 2, "source": f"{second.url}/a"}, *rows(300)],
        )
        run(source, tmp_path / "out.jsonl")
    assert [r["id"] for r in made(tmp_path / "out.jsonl")] == [1, 2, *(f"글{n}" for n in range(300))]


@pytest.mark.parametrize("name", ["in.xlsx", "in.pdf"])
def test_another_kind_of_input_is_one_line(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UsageError, match="한꺼번에"):
        run(tmp_path / name, tmp_path / "out.jsonl")


def test_input_and_output_that_cannot_be_are_one_line(tmp_path):
    source = jsonl(tmp_path / "in.jsonl", rows(2))
    with pytest.raises(ReadingError, match="없습니다"):
        run(tmp_path / "none.jsonl", tmp_path / "out.jsonl")
    with pytest.raises(UsageError, match=r"\.parquet"):
        run(source, tmp_path / "out.xlsx")
    own = jsonl(tmp_path / "own.jsonl", [{"mine": 1}])
    with pytest.raises(UsageError, match="이미 있고"):
        run(source, own)
    assert own.read_text() == '{"mine": 1}\n'
    with pytest.raises(StorageError, match="쓸 수 없습니다"):
        run(source, Path("/proc/none/out.jsonl"))


@pytest.mark.slow
def test_it_goes_on_only_as_it_was_begun(tmp_path):
    source, out = jsonl(tmp_path / "in.jsonl", rows(3)), tmp_path / "out.jsonl"
    assert run(source, out).made == 3
    assert run(source, out).made == 0  # nothing is left to do
    with pytest.raises(UsageError, match="length=medium"):
        run(source, out, SummaryOptions("short", model="extract"))
    jsonl(source, rows(5))  # it grew: the rest is summarised
    assert run(source, out).made == 2
    jsonl(source, rows(6)[1:])  # it is another one
    with pytest.raises(UsageError, match="글4"):
        run(source, out)
    assert len(made(out)) == 5


def test_two_at_once_do_not_write_one_output(tmp_path):
    source, out = jsonl(tmp_path / "in.jsonl", rows(3)), tmp_path / "out.jsonl"
    first = batch(source, out, EXTRACT)
    next(first)
    with pytest.raises(UsageError, match="다른 프로세스"):
        run(source, out)
    first.close()
    assert run(source, out).done == 3


@pytest.mark.slow
def test_a_worker_that_dies_costs_no_row(tmp_path):
    source, out = jsonl(tmp_path / "in.jsonl", rows(60)), tmp_path / "out.jsonl"
    killed, moments = 0, [10, 30]
    for moment in batch(source, out, EXTRACT, workers=2):
        if moments and moment.made >= moments[0]:
            moments.pop(0)
            for child in psutil.process_iter(["ppid", "cmdline"]):
                own = child.info["ppid"] == os.getpid() and "techsum.batch.worker" in (
                    child.info["cmdline"] or ()
                )
                if own and killed < 4:
                    child.kill()
                    killed += 1
    assert killed >= 2  # a worker that was killed may not have its successor by the second moment
    found = made(out)
    assert [r["id"] for r in found] == [f"글{n}" for n in range(60)]
    assert all(r["error"] is None for r in found)


def test_an_article_that_kills_its_worker_becomes_an_error(tmp_path, monkeypatch):
    deadly = Path(support.__file__).parent / "deadly_worker.py"
    monkeypatch.setattr("techsum.batch.local.WORKER", [sys.executable, str(deadly)])
    found = rows(12)
    found[4]["text"] = "치명 " + found[4]["text"]
    source, out = jsonl(tmp_path / "in.jsonl", found), tmp_path / "out.jsonl"
    last = run(source, out, workers=2, slots=3)
    assert [r["error_kind"] for r in made(out)] == [None] * 4 + ["batch_crashed"] + [None] * 7
    assert last.errors == 1


def test_without_its_model_server_a_batch_ends_and_spoils_nothing(tmp_path):
    source, out = jsonl(tmp_path / "in.jsonl", rows(3)), tmp_path / "out.jsonl"
    with pytest.raises(Exception, match=r"127\.0\.0\.1:1"):
        run(source, out, SummaryOptions(model="http://127.0.0.1:1#m"))
    assert made(out) == []


def test_the_input_is_read_no_further_than_needed(tmp_path):
    """Memory does not grow with the input: what is not written yet is bounded."""
    source = jsonl(tmp_path / "in.jsonl", rows(500))
    furthest = 0
    real = RemainingItems.items

    def watched(left):
        nonlocal furthest
        for item in real(left):
            furthest = item.number
            yield item

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RemainingItems, "items", watched)
        for moment in batch(source, tmp_path / "out.jsonl", EXTRACT):
            assert furthest - moment.done <= 70
            if moment.made == 100:
                break


def command(source, out, *more):
    return [
        sys.executable,
        "-m",
        "techsum",
        "batch",
        str(source),
        "--out",
        str(out),
        "--model",
        "extract",
        *more,
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet"])
def test_a_kill_at_any_moment_loses_nothing_and_repeats_nothing(tmp_path, name):
    source, out, chance = jsonl(tmp_path / "in.jsonl", rows(200)), tmp_path / name, random.Random(7)
    kills = 0
    while True:
        process = subprocess.Popen(
            command(source, out, "--workers", "2"), start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            said, errors = process.communicate(timeout=chance.uniform(1.5, 4))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            kills += 1
            if kills < 3:
                continue
            said, errors = subprocess.Popen(
                command(source, out, "--workers", "2"),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ).communicate()
        break
    assert errors == ""
    assert "200건" in said
    whole = tmp_path / "whole.jsonl"
    run(source, whole)
    timings = ("seconds", "reading_seconds")
    bare = [[{k: v for k, v in r.items() if k not in timings} for r in made(path)] for path in (out, whole)]
    if name == "out.parquet":
        assert [(r["id"], r["summary"]) for r in bare[0]] == [(r["id"], r["summary"]) for r in bare[1]]
    else:
        assert bare[0] == bare[1]


def test_workers_end_with_the_process_that_started_them(tmp_path):
    source = jsonl(tmp_path / "in.jsonl", rows(3000))
    process = subprocess.Popen(command(source, tmp_path / "out.jsonl"), stdout=subprocess.PIPE)
    while not (children := psutil.Process(process.pid).children()):
        time.sleep(0.05)
    process.kill()
    process.communicate()
    gone, alive = psutil.wait_procs(children, timeout=10)
    assert gone
    assert not alive


def test_ctrl_c_keeps_what_was_made(tmp_path):
    source, out = jsonl(tmp_path / "in.jsonl", rows(3000)), tmp_path / "out.jsonl"
    process = subprocess.Popen(
        command(source, out), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (out.exists() and out.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert errors == "멈췄습니다.\n"
    assert process.returncode == 130
    assert made(out)


def test_a_batch_in_which_every_row_failed_is_a_failure(tmp_path):
    source = jsonl(tmp_path / "in.jsonl", [{"text": "짧다"}])
    done = subprocess.run(
        command(source, tmp_path / "out.jsonl"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "오류 1건" in done.stdout


def test_items_are_numbered_without_a_gap(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": "가"}\n\n{"text": "나"}\n', "utf-8")
    assert [(i.number, i.id) for i in items(tmp_path / "in.jsonl")] == [(1, 1), (2, 2)]
