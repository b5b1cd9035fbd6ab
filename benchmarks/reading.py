"""Reading a 300 KB page: TechSum beside plain trafilatura, CPU time of one process.

TechSum's side decodes, looks for the ScienceTimes layouts, extracts, cleans paragraphs and counts nesting;
trafilatura's side is `bare_extraction` of the same bytes with its default settings, and in its fast mode.
"""

import random
import time
from functools import partial

from trafilatura import bare_extraction

from common import finish, machine, paired
from techsum.reading.web import read_html

RUNS = 15
LIMIT_MS = 150


def make_page(size: int) -> bytes:
    """A news page: an article of 6,000 characters within menus, scripts, comments and related links."""
    rng = random.Random(0)
    words = [
        "소금물",
        "저장",
        "장치",
        "연구소",
        "섬",
        "발전소",
        "태양광",
        "전기",
        "용량",
        "효율",
        "겨울",
        "시험",
        "결과",
        "안전",
        "염전",
        "가구",
        "밤",
        "온도",
    ]

    def sentence() -> str:
        return (
            " ".join(rng.choice(words) + rng.choice(["은", "를", "의", "에서", ""]) for _ in range(9))
            + " 보였다."
        )

    article = "".join(f"<p>{' '.join(sentence() for _ in range(4))}</p>" for _ in range(40))
    links = (
        f'<li class="item"><a href="/news/{n}" title="{sentence()}">{sentence()}</a></li>'
        for n in range(10**6)
    )
    page = f"<!doctype html><html lang=ko><head><meta charset=utf-8><title>소금물 저장</title></head><body><article><h1>소금물 저장</h1>{article}</article><ul>"
    while len(page.encode()) < size:
        page += "".join(next(links) for _ in range(50))
    return (page + "</ul></body></html>").encode()


def main() -> None:
    """Print CPU milliseconds and ratios."""
    page = make_page(300_000)
    text = page.decode()
    address = "https://example.com/news/1"
    assert len(read_html(page, address).text) > 5000

    def ours() -> object:
        return read_html(page, address)

    print(machine("trafilatura", "lxml"))
    targets: dict[str, bool] = {}
    print(f"page of {len(page) // 1000} KB, median of {RUNS} runs, CPU time")
    for name, fast in (("trafilatura, default", False), ("trafilatura, fast mode", True)):
        mine, plain = paired(
            ours,
            partial(bare_extraction, text, url=address, fast=fast, with_metadata=True),
            RUNS,
            time.process_time,
        )
        print(f"techsum {mine * 1000:.0f} ms | {name} {plain * 1000:.0f} ms | ratio {mine / plain:.2f}")
        targets[f"a page in {LIMIT_MS} ms beside {name}"] = mine * 1000 < LIMIT_MS
    finish(targets)


if __name__ == "__main__":
    main()
