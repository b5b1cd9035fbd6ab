"""The check on claims that were written to be hard: one wrong point each, or true in other words and notations.

Found and falsely marked by kind, and the curve of the threshold, which was chosen on dev. The corruption set (`benchmarks/checking.py`) is kept beside it.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from common import PROJECT, finish, machine
from techsum.checking import Checker, Verifier
from techsum.checking.verifier import Odds, doubt
from techsum.contracts.article import Article
from techsum.contracts.notice import Notice
from techsum.generators import load_verifier
from techsum.generators.protocol import Judge

FOLDER = PROJECT / "data" / "techsum-ko"
TARGET_FOUND, TARGET_ALARMS, TARGET_KIND = 0.70, 0.08, 0.60
UNSURE = ("scope", "cause", "foreign")
"""Kinds that need not reach the target each."""


@dataclass(frozen=True)
class Judged:
    """A claim with what rules and model say of it."""

    text: str
    true: bool
    kind: str
    notices: tuple[Notice, ...]
    """What the rules say of it."""
    marked: bool
    """Whether a reader is told to doubt it."""
    odds: Odds | None


@cache
def articles() -> dict[str, Article]:
    """All articles of the data set by id."""
    found = {}
    for file in FOLDER.glob("articles.*.jsonl"):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            found[row["id"]] = Article(row["text"], row["title"])
    return found


def judged(split: str, judge: Judge | None) -> Iterator[Judged]:
    """The claims of a split, checked."""
    checkers: dict[str, tuple[Checker, Verifier | None]] = {}
    for line in (FOLDER / f"claims.{split}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        name = row["article"]
        if name not in checkers:
            article = articles()[name]
            about = (article.sentences, article.title or "")
            checkers = {name: (Checker(*about), Verifier(judge, *about) if judge else None)}
        checker, verifier = checkers[name]
        checked = checker.check(row["text"])
        odds = verifier.odds(row["text"]) if verifier else None
        marked = bool((verifier.sharpen(checked) if verifier else checked).notices)
        yield Judged(row["text"], row["label"], row["kind"], checked.notices, marked, odds)


def report(name: str, claims: Sequence[Judged]) -> tuple[float, float]:
    """Print one line a kind; the shares of false claims found and of true ones marked."""
    made: Counter[tuple[bool, str]] = Counter((c.true, c.kind) for c in claims)
    marked: Counter[tuple[bool, str]] = Counter((c.true, c.kind) for c in claims if c.marked)
    found, alarms = (
        sum(marked[k] for k in made if k[0] is true) / sum(made[k] for k in made if k[0] is true)
        for true in (False, True)
    )
    print(f"\n{name}: false claims found {found:.3f}, true ones marked {alarms:.3f}")
    for true, kind in sorted(made):
        key = (true, kind)
        print(f"  {'true ' if true else 'false'} {kind:<10} {made[key]:4} {marked[key] / made[key]:.3f}")
    return found, alarms


def curve(claims: Sequence[Judged]) -> None:
    """What is found and falsely marked as the threshold moves."""
    print("\n| threshold | found | true ones marked |\n|---|---|---|")
    for step in range(9):
        threshold = step / 2
        shares = []
        for true in (False, True):
            scores = [doubt(c.odds, c.notices) for c in claims if c.odds and c.true is true]
            shares.append(sum(s > threshold for s in scores) / len(scores))
        print(f"| {threshold:.1f} | {shares[0]:.3f} | {shares[1]:.3f} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--split", choices=("dev", "test", "train"), default="test")
    parser.add_argument("--rules", action="store_true", help="leave the verifier out")
    options = parser.parse_args()
    print(machine("kiwipiepy"))
    report("rules", list(judged(options.split, None)))
    if options.rules:
        return
    judge = load_verifier("extract")
    began = time.perf_counter()
    claims = list(judged(options.split, judge))
    seconds = (time.perf_counter() - began) / len(claims)
    found, alarms = report(f"rules and {judge.name}", claims)
    curve(claims)
    print(f"\n{seconds * 1000:.0f} ms a claim")
    finish(
        {
            f"at least {TARGET_FOUND} found": found >= TARGET_FOUND,
            f"at most {TARGET_ALARMS} marked": alarms <= TARGET_ALARMS,
            f"at least {PUBLISHED[0]} found, as published": found >= PUBLISHED[0],
            f"at most {PUBLISHED[1]} marked, as published": alarms <= PUBLISHED[1],
        }
    )


PUBLISHED = (0.60, 0.09)
"""Found and falsely marked, with the noise that both may move by."""


if __name__ == "__main__":
    main()
