"""How many of the questions about an article are answered, and how many that it does not answer are refused.

Three ways give the article's own sentences: word overlap alone (BM25, the two best sentences, refused below the
score that refuses 12 % of dev's answerable questions), TechSum's ranker, and the ranker with the verifier. An answer
holds the gold content if it has 0.6 of the gold answer's meaningful morphemes. Everything was chosen on dev.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from functools import cache

from common import PROJECT, finish, machine
from techsum import chat, korean
from techsum.chat.features import SENTENCE_NAMES, Indexed
from techsum.contracts.article import Article
from techsum.generators import load_verifier

FOLDER = PROJECT / "data" / "techsum-ko"
ENOUGH = 0.6
LEAST = {"answered": 0.65, "unanswerable refused": 0.85}
MOST = {"refused": 0.12}
BM25_LEAST = 3.7
"""Refuses 12 % of dev's answerable questions."""

Answerer = Callable[[Article, str], list[str]]


def asked(split: str) -> Iterator[tuple[Article, str, str | None]]:
    """Article, question and gold answer (None: the article has none)."""
    for line in (FOLDER / f"articles.{split}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        article = Article(row["text"], row["title"])
        for one in row["questions"]:
            yield article, one["question"], one["answer"]


@cache
def _indexed(article: Article) -> Indexed:
    return Indexed(article.sentences, article.title or "")


def bm25(article: Article, question: str) -> list[str]:
    """The two sentences with the most words of the question."""
    scores = _bm25(article, question)
    best = sorted(range(len(scores)), key=lambda p: -scores[p])[:2]
    return [article.sentences[p].text for p in best] if scores[best[0]] >= BM25_LEAST else []


def _bm25(article: Article, question: str) -> list[float]:
    shares = _indexed(article).features(question).sentences[:, SENTENCE_NAMES.index("bm25_absolute")]
    return [float(s / (1 - s) * 5) for s in shares]


def report(name: str, answer: Answerer, split: str) -> dict[str, float]:
    """Answer every question and print the shares."""
    counts = {"answerable": 0, "answered": 0, "refused": 0, "unanswerable": 0, "unanswerable refused": 0}
    for article, question, gold in asked(split):
        said = answer(article, question)
        if gold is None:
            counts["unanswerable"] += 1
            counts["unanswerable refused"] += not said
            continue
        words = set(korean.content(gold))
        counts["answerable"] += 1
        counts["refused"] += not said
        counts["answered"] += len(words & set(korean.content(" ".join(said)))) >= ENOUGH * len(words)
    rates = {
        "answered": counts["answered"] / counts["answerable"],
        "refused": counts["refused"] / counts["answerable"],
        "unanswerable refused": counts["unanswerable refused"] / counts["unanswerable"],
    }
    print(f"| {name} | {' | '.join(f'{r:.2f}' for r in rates.values())} |", flush=True)
    return rates


def main() -> None:
    """Print the table. Ends with an error where a target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--rules", action="store_true", help="leave the verifier out")
    options = parser.parse_args()
    print(machine("kiwipiepy"))
    print("\n| | gold content | refused | unanswerable refused |\n|---|---|---|---|")
    report("BM25, two sentences", bm25, options.split)
    words = report("TechSum, words alone", lambda a, q: [s.text for s in chat.quoted(a, q)], options.split)
    floors = {
        f"at least {PUBLISHED[0]} of the gold content by words alone": words["answered"] >= PUBLISHED[0],
        f"at most {PUBLISHED[1]} refused by words alone": words["refused"] <= PUBLISHED[1],
    }
    rates = words
    if not options.rules:
        judge = load_verifier()
        rates = report(
            "TechSum", lambda a, q: [s.text for s in chat.quoted(a, q, judge=judge)], options.split
        )
    least = {f"at least {share} {name}": rates[name] >= share for name, share in LEAST.items()}
    most = {f"at most {share} {name}": rates[name] <= share for name, share in MOST.items()}
    finish({**floors, **least, **most})


PUBLISHED = (0.57, 0.23)
"""Gold content and refused by words alone, with the noise that both may move by."""


if __name__ == "__main__":
    main()
