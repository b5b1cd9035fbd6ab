"""What the embedded model gains from fewer tokens, and whether it says the same: two thirds of its weights are tokens.

The whole model beside the one with the tokens that Korean needs (`generators/vocabulary_pruning.py`), in turn, on
the articles and claims of dev: time to load, tokens a second, whole summaries, and how many come out the same.
"""

import json
import os
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from common import PROJECT, finish, machine
from techsum import korean
from techsum.checking import Verifier
from techsum.checking.verifier import is_doubted
from techsum.contracts.article import Article
from techsum.contracts.events import Done
from techsum.contracts.options import SummaryOptions
from techsum.contracts.summary import Summary
from techsum.generators.llama_cpp import LlamaCpp
from techsum.generators.models import EMBEDDED, TUNED, VERIFIER, model_file, shipped_adapter
from techsum.summarizers.compressive import Compressive

FOLDER = PROJECT / "data" / "techsum-ko"
ARTICLES, CLAIMS, LOADS = 24, 150, 4
CLAIM_CONTEXT = 1024
T = TypeVar("T")
TARGET_SPEED, TARGET_SAME = 1.25, 0.95
FILES = {"all tokens": EMBEDDED, "those that Korean needs": TUNED}


def dev_rows(file: str, count: int) -> list[dict[str, str]]:
    """The first rows of a file of the data set."""
    return [json.loads(line) for line in (FOLDER / file).read_text("utf-8").splitlines()[:count]]


def in_turn(sides: dict[str, T], number: int) -> list[tuple[str, T]]:
    """Both sides, the other one first each time."""
    return list(sides.items())[:: -1 if number % 2 else 1]


def load_seconds(file: Path) -> float:
    """Until a model is loaded."""
    began = time.perf_counter()
    LlamaCpp(file, "vocabulary", shipped_adapter()).close()
    return time.perf_counter() - began


def summary(article: Article, model: LlamaCpp) -> Summary:
    """The summary that this model writes."""
    *_, done = Compressive(article, model, SummaryOptions()).events()
    assert isinstance(done, Done)
    return done.summary


def measure_loads(files: dict[str, Path]) -> dict[str, float]:
    """Seconds until each file is loaded, the median."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for number in range(LOADS):
        for name, file in in_turn(files, number):
            seconds[name].append(load_seconds(file))
    return {name: statistics.median(found) for name, found in seconds.items()}


@dataclass
class Written:
    """What one side wrote."""

    summaries: list[Summary] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    """Tokens written a second."""


def write_summaries(files: dict[str, Path], articles: list[Article]) -> dict[str, Written]:
    """The summaries of each side."""
    models = {name: LlamaCpp(file, name, shipped_adapter()) for name, file in files.items()}
    for model in models.values():
        summary(articles[0], model)  # copies are loaded by then
    written = {name: Written() for name in files}
    for number, article in enumerate(articles):
        _ = article.sentences  # analysed once
        for name, model in in_turn(models, number):
            began = time.perf_counter()
            written[name].summaries.append(summary(article, model))
            written[name].seconds.append(time.perf_counter() - began)
            assert model.last_timing is not None
            written[name].rates.append(model.last_timing.written_per_second)
    for model in models.values():
        model.close()
    return written


def judge_claims(
    files: dict[str, Path], articles: dict[str, Article]
) -> tuple[dict[str, list[bool]], dict[str, float]]:
    """Which claims each side doubts, and the seconds that it takes for one."""
    judges = {n: LlamaCpp(f, n, shipped_adapter(VERIFIER), CLAIM_CONTEXT) for n, f in files.items()}
    doubted: dict[str, list[bool]] = defaultdict(list)
    seconds: dict[str, float] = defaultdict(float)
    for number, row in enumerate(dev_rows("claims.dev.jsonl", CLAIMS)):
        article = articles[row["article"]]
        for name, judge in in_turn(judges, number):
            verifier = Verifier(judge, article.sentences, article.title or "")
            began = time.perf_counter()
            doubted[name].append(is_doubted(verifier.odds(row["text"]), ()))
            seconds[name] += (time.perf_counter() - began) / CLAIMS
    for judge in judges.values():
        judge.close()
    return doubted, seconds


def main() -> None:
    """Print the table; fail where a target is missed."""
    print(machine("xllamacpp"), f"· {EMBEDDED} with its adapters, {ARTICLES} articles, {CLAIMS} claims")
    korean.warm()
    files = {name: model_file(model) for name, model in FILES.items()}
    articles = {r["id"]: Article(r["text"], r["title"]) for r in dev_rows("articles.dev.jsonl", 10_000)}
    loads = measure_loads(files)
    written = write_summaries(files, list(articles.values())[:ARTICLES])
    doubted, judging = judge_claims(files, articles)
    print("| | file, MB | loaded, s | a summary, s | tokens written a second | a claim, s |")
    print("|---|---|---|---|---|---|")
    for name, file in files.items():
        megabytes, side = file.stat().st_size / 1e6, written[name]
        print(
            f"| {name} | {megabytes:.0f} | {loads[name]:.2f} | {statistics.mean(side.seconds):.2f} | "
            f"{statistics.median(side.rates):.0f} | {judging[name]:.2f} |"
        )
    before, after = (written[name] for name in FILES)
    speed = sum(before.seconds) / sum(after.seconds)
    pairs = zip(before.summaries, after.summaries, strict=True)
    same = sum((a.title, a.text) == (b.title, b.text) for a, b in pairs)
    verdicts = sum(a == b for a, b in zip(*doubted.values(), strict=True))
    print(
        f"summaries {speed:.2f} times as fast; {same} of {ARTICLES} the same, and {verdicts} of {CLAIMS} verdicts"
    )
    finish(
        {
            f"summaries {TARGET_SPEED} times as fast": speed >= TARGET_SPEED,
            f"{TARGET_SAME:.0%} of the summaries the same": same >= TARGET_SAME * ARTICLES,
            f"{TARGET_SAME:.0%} of the verdicts the same": verdicts >= TARGET_SAME * CLAIMS,
        }
    )


if __name__ == "__main__":
    main()
