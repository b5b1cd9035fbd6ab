"""What the checks find of what is wrong, and how often they doubt what is right.

Wrong sentences are made by program (`techsum.evaluation.corruptions`) from human-written summary sentences and from
sentences of the articles. Thresholds were tuned on `--split train`; the figures that count are those of `--split test`.

An alarm on a human-written sentence is no false one where the article truly lacks the name or the number: writers of
leads add what they know. Such alarms are counted apart, by a plain search for the string in the article.
"""

import argparse
import random
import time
from collections import Counter

from common import finish, machine, rows
from techsum import korean
from techsum.checking import Checker
from techsum.checking.names import squeeze
from techsum.contracts.article import Article
from techsum.evaluation.detection import Case, Detection, detect

FILES = {
    "train": ("kowiki-leads.train.jsonl.gz",),
    "test": ("kowiki-leads.test.jsonl.gz", "tech-tutorials.test.jsonl.gz"),
}
TARGETS = (
    ("numbers and units", ("number changed", "unit swapped"), 0.98),
    ("names", ("name replaced",), 0.90),
    ("negation", ("negation flipped",), 0.70),
    ("foreign sentences", ("foreign sentence",), 0.97),
)
FALSE_ALARMS = 0.05
MOST_MS = 5
"""Milliseconds of CPU for one sentence against 5,000 characters."""
VARIANTS = (
    "number changed",
    "number exchanged",
    "unit swapped",
    "name replaced",
    "name exchanged",
    "negation flipped",
    "opposite word",
    "foreign sentence",
)


def cases(name: str, limit: int) -> list[Case]:
    """Articles with their human summaries; of the training set the science part, as in the test set."""
    found = [r for r in rows(name) if r.get("domain", "scitech") == "scitech"]
    random.Random(1).shuffle(found)
    return [
        Case(
            Article("\n\n".join(p.strip() for p in r["input"].split("\n") if p.strip()), r["title"]),
            r["output"],
        )
        for r in found[:limit]
    ]


def truly_absent(data: list[Case], result: Detection) -> int:
    """Doubted human sentences of which everything that is doubted is a string that the article does not hold."""
    texts = {c.article.title: squeeze(f"{c.article.title} {c.article.text}") for c in data}
    return sum(
        all("found" in dict(n.values) and squeeze(str(dict(n.values)["found"])) not in texts[title] for n in s.notices)
        for title, s in result.doubted
    )  # fmt: skip


def speed() -> float:
    """Milliseconds to check one sentence against an article of 5,000 characters."""
    text = "\n\n".join(r["input"] for r in rows("kowiki-leads.test.jsonl.gz"))[:5000]
    article = Article(text)
    checker = Checker(article.sentences)
    sentences = [s.text for r in rows("kowiki-leads.test.jsonl.gz") for s in korean.sentences(r["output"])][
        :200
    ]
    checker.check(sentences[0])
    began = time.process_time()
    for sentence in sentences:
        checker.check(sentence)
    return (time.process_time() - began) / len(sentences) * 1000


def main() -> None:
    """Print a table for each data set."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--split", choices=FILES, default="test")
    parser.add_argument("--limit", type=int, default=1000, help="articles of each set")
    parser.add_argument("--examples", action="store_true", help="print what was doubted and missed")
    options = parser.parse_args()
    print(machine("kiwipiepy"))
    targets: dict[str, bool] = {}
    for name in FILES[options.split]:
        data = cases(name, options.limit)
        result = detect(data)
        report(name, data, result)
        if options.examples:
            for title, s in result.doubted:
                print([(n.kind, *dict(n.values).values()) for n in s.notices], title, "|", s.text)
            for c in random.Random(0).sample(result.missed, min(80, len(result.missed))):
                print(c.variant, "|", c.text)
        if name.startswith("kowiki") and options.limit >= 179 and options.split == "test":
            for label, variants, target in TARGETS:
                targets[f"{target} of {label}"] = result.rate(*variants) >= target
            alarms = (result.alarms["any"] - truly_absent(data, result)) / result.human
            targets[f"at most {FALSE_ALARMS} false alarms"] = alarms <= FALSE_ALARMS
    milliseconds = speed()
    print(f"\none sentence against 5,000 characters: {milliseconds:.1f} ms of CPU")
    finish({**targets, f"a sentence in {MOST_MS} ms": milliseconds < MOST_MS})


def report(name: str, data: list[Case], result: Detection) -> None:
    """The table of one data set."""
    print(f"\n{name}: {len(data)} articles, {result.human} human-written sentences")
    print(
        f"{'made wrong':<20} {'n':>5} {'found':>6}   {'in summary sentences':>20} {'in article sentences':>20}"
    )
    for variant in VARIANTS:
        n = sum(result.made[variant, source] for source in ("summary", "article"))
        each = [f"{result.rate(variant, source=s):20.3f}" for s in ("summary", "article")]
        print(f"{variant:<20} {n:5} {result.rate(variant):6.3f}   {' '.join(each)}")
    for label, variants, target in TARGETS:
        print(f"{label}: {result.rate(*variants):.3f} (target {target})")
    absent = truly_absent(data, result)
    kinds = Counter({k: v for k, v in result.alarms.items() if k != "any"})
    print(
        f"human-written sentences marked: {result.false_alarms:.3f}; of these truly not in the article {absent / result.human:.3f},"
        f" false alarms {(result.alarms['any'] - absent) / result.human:.3f} (target {FALSE_ALARMS});"
        f" by kind {', '.join(f'{k} {v / result.human:.3f}' for k, v in kinds.most_common())}",
        flush=True,
    )


if __name__ == "__main__":
    main()
