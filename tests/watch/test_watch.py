"""Feeds become summaries in the library and one page a day, each article once."""

import os
import re
import signal
import subprocess
import sys
import time
from datetime import date

import pytest

from support.forked import COMMAND, run_command, run_forked
from support.servers import Site, page
from support.texts import PARAGRAPHS
from techsum.errors import StorageError
from techsum.watch.seen import Seen

XML = '<?xml version="1.0" encoding="UTF-8"?>'


def article(name, extra=""):
    body = "".join(f"<p>{name}의 소식이다. {p}{extra}</p>" for p in PARAGRAPHS)
    return page(
        f"<html><head><title>{name}</title></head><body><article><h1>{name}</h1>{body}</article></body></html>"
    )


def rss(site, names):
    items = "".join(f"<item><title>{n}</title><link>{site.url}/{n}</link></item>" for n in names)
    return page(
        f"{XML}<rss version='2.0'><channel><title>소식</title>{items}</channel></rss>", "application/rss+xml"
    )


def atom(names):
    entries = "".join(
        f"<entry><title>{n}</title><link rel='self' href='/x'/><link href='/{n}'/></entry>" for n in names
    )
    return page(f"{XML}<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>", "application/atom+xml")


def watch(data, *arguments, **environment):
    own = {"TECHSUM_DATA_DIR": str(data), "TECHSUM_CACHE_DIR": str(data / "cache"),
           "TECHSUM_TEST_ONLY_ALLOW_LOOPBACK": "1", "TECHSUM_MODEL": "extract"}  # fmt: skip
    return run_forked(["watch", *arguments], server=COMMAND, timeout=120, **{**own, **environment})


def library(data):
    code, listed, _ = run_command("library", "list", TECHSUM_DATA_DIR=str(data))
    assert code == 0
    return listed.splitlines()


@pytest.mark.slow
def test_each_new_article_is_summarised_once(tmp_path):
    today = date.today().isoformat()
    with Site({}) as site:
        # given a feed of two articles, one of which is a page without an article
        site.pages |= {"/a": article("섬 하나"), "/b": page("<html><body>없음</body></html>")}
        site.pages["/feed"] = rss(site, ["a", "b"])
        # when it is watched
        first = watch(tmp_path, f"{site.url}/feed")
        # then the one is in the library and on the page, and the other is told
        assert first.returncode == 0, first.stderr
        assert "· 섬 하나" in first.stdout
        assert "본문을 찾지 못했습니다" in first.stdout
        assert [line.rpartition("  ")[0].endswith("섬 하나") for line in library(tmp_path)] == [True]
        # when nothing is new, nothing is fetched but the feed and what failed
        site.hits.clear()
        second = watch(tmp_path, f"{site.url}/feed")
        assert "새 글 0건" in second.stdout
        assert sorted(path for _, path, _ in site.hits) == ["/b", "/feed", "/robots.txt"]
        # when an article came
        site.pages |= {"/c": article("섬 <둘>"), "/feed": rss(site, ["c", "a", "b"])}
        third = watch(tmp_path, f"{site.url}/feed")
        assert "새 글 1건" in third.stdout
        fourth = watch(tmp_path, f"{site.url}/feed")
        # then what failed three times is given up
        assert "못 읽은 것 0건" in fourth.stdout
    assert len(library(tmp_path)) == 2
    written = (tmp_path / "digest" / f"{today}.md").read_text("utf-8")
    assert f"# {date.today().year}년" in written
    assert written.count("\n## ") == 2
    assert "솔섬에서 바닷물로 전기를 저장하는 시험이 시작됐다." in written
    mail = (tmp_path / "digest" / f"{today}.html").read_text("utf-8")
    assert "2건의 기사" in mail
    assert "섬 &lt;둘&gt;" in mail
    assert not re.findall(r"<(?:script|link|img|style)", mail)
    assert sorted(p.name for p in (tmp_path / "digest").iterdir()) == [
        ".lock", f"{today}.html", f"{today}.md", "seen.jsonl",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_kill_in_mid_run_repeats_nothing(tmp_path):
    names = [f"{n}번 글" for n in range(6)]
    with Site({}) as site:
        site.pages |= {f"/{n}": article(name) for n, name in enumerate(names)}
        site.pages["/feed"] = rss(site, [str(n) for n in range(6)])
        own = {"TECHSUM_DATA_DIR": str(tmp_path), "TECHSUM_CACHE_DIR": str(tmp_path / "cache"),
               "TECHSUM_TEST_ONLY_ALLOW_LOOPBACK": "1"}  # fmt: skip
        command = [sys.executable, "-m", "techsum", "watch", f"{site.url}/feed", "--model", "extract"]
        process = subprocess.Popen(command, env=os.environ | own, stdout=subprocess.PIPE)
        for _ in range(2):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert 2 <= len(library(tmp_path)) < 6
        # a summary that was kept and not noted is not made again
        seen = tmp_path / "digest" / "seen.jsonl"
        seen.write_bytes(seen.read_bytes().splitlines(keepends=True)[0] + b'{"half')
        done = watch(tmp_path, f"{site.url}/feed", "--model", "extract")
        assert done.returncode == 0, done.stderr
    assert len(library(tmp_path)) == 6
    page_ = (tmp_path / "digest" / f"{date.today().isoformat()}.md").read_text("utf-8")
    assert page_.count("\n## ") == 6


@pytest.mark.slow
def test_a_feed_that_fails_spoils_no_other(tmp_path):
    with Site({}) as site:
        site.pages |= {"/a": article("섬 하나"), "/b": article("섬 둘")}
        site.pages |= {"/one": rss(site, ["a"]), "/two": atom(["a", "b"])}
        done = watch(tmp_path, f"{site.url}/gone", f"{site.url}/one", f"{site.url}/two")
    assert done.returncode == 0
    assert "404" in done.stdout
    assert "새 글 2건" in done.stdout
    assert len(library(tmp_path)) == 2


def test_a_run_that_robots_leave_nothing_fails(tmp_path):
    with Site({}) as site:
        site.pages |= {"/a": article("섬"), "/feed": rss(site, ["a"])}
        site.pages["/robots.txt"] = page("User-agent: *\nDisallow: /a", "text/plain")
        done = watch(tmp_path, f"{site.url}/feed")
    assert "robots.txt" in done.stdout
    assert done.returncode == 1


def test_an_unknown_model_or_unwritable_folder_is_one_line(tmp_path):
    for more, code in ((["--model", "없는모델"], 2), (["--out", "/proc/none"], 1)):
        done = watch(tmp_path, "http://127.0.0.1:1/feed", *more)
        assert done.returncode == code
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_two_at_once_in_one_folder_do_not_work_twice(tmp_path):
    def slow(request):
        time.sleep(3)
        return article("섬")(request)

    with Site({}) as site:
        site.pages |= {"/a": slow, "/feed": rss(site, ["a"])}
        command = [sys.executable, "-m", "techsum", "watch", f"{site.url}/feed", "--model", "extract"]
        own = {"TECHSUM_DATA_DIR": str(tmp_path), "TECHSUM_CACHE_DIR": str(tmp_path / "c"),
               "TECHSUM_TEST_ONLY_ALLOW_LOOPBACK": "1"}  # fmt: skip
        with subprocess.Popen(command, env=os.environ | own, stdout=subprocess.PIPE) as first:
            while not any(path == "/a" for _, path, _ in site.hits):
                time.sleep(0.05)
            second = watch(tmp_path, f"{site.url}/feed")
            assert second.returncode == 2
            assert "다른 프로세스" in second.stderr
            first.communicate()
    assert len(library(tmp_path)) == 1


def test_seen_remembers_across_runs_and_gives_up_after_three_failures(tmp_path):
    for attempt in range(3):
        seen = Seen(tmp_path)
        assert not seen.is_settled("https://site.kr/bad")
        seen.add("https://site.kr/bad", f"2026-11-2{attempt}", error="fetch_timeout")
    Seen(tmp_path).add("https://site.kr/good", "2026-11-25", entry="abc")
    seen = Seen(tmp_path)
    assert seen.is_settled("https://site.kr/bad")
    assert seen.is_settled("https://site.kr/good")
    assert seen.days() == [("2026-11-25", ["abc"])]


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\r", "\n"])
def test_a_line_end_in_a_link_breaks_no_next_run(tmp_path, character):
    # given a run that noted a link in which a line might end, and another one after it
    link = f"https://site.kr/섬{character}하나"
    Seen(tmp_path).add(link, "2026-11-25", entry="abc")
    Seen(tmp_path).add("https://site.kr/2", "2026-11-26", entry="def")
    # when the next run reads what they did
    seen = Seen(tmp_path)
    # then it knows both
    assert seen.is_settled(link)
    assert seen.days() == [("2026-11-25", ["abc"]), ("2026-11-26", ["def"])]


def test_a_folder_that_is_a_file_is_one_line(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(StorageError, match="x"):
        Seen(tmp_path / "x")
