"""Key sentences: TechSum beside textrankr, sumy's TextRank and LexRank, and the lead, at equal length.

Every system ranks the same sentences with the same Kiwi morphemes and is cut at exactly the same number of
characters (in article order, the last sentence shortened), so no system wins by choosing long sentences.
ROUGE F1 on Kiwi morphemes without punctuation, 95 % intervals from 1,000 paired bootstrap samples.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import textrankr
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer

from common import PROJECT, finish, machine, rows
from techsum import korean
from techsum.evaluation.rouge import rouge
from techsum.summarizers.ranker import rank

BUDGETS = (150, 220, 400)
NEWS = PROJECT / "data" / "techsum-ko" / "articles.test.jsonl"
SETS = (NEWS, "kowiki-leads.test.jsonl.gz", "tech-tutorials.test.jsonl.gz")
PEERS = ("lead", "longest first", "textrankr", "sumy TextRank", "sumy LexRank")
"""The ranker must be above each of these on news, at every length, beyond chance."""


@dataclass
class Case:
    """One test article with its reference."""

    title: str
    sentences: list[korean.Sentence]
    morphemes: list[list[str]]
    reference: list[str]


def load(name: str | Path, limit: int) -> list[Case]:
    """Articles with at least four sentences."""
    cases = []
    for row in rows(name):
        text = "\n\n".join(p.strip() for p in row.get("input", row.get("text", "")).split("\n") if p.strip())
        found = list(korean.sentences(text))
        if len(found) >= 4:
            cases.append(
                Case(
                    row["title"],
                    found,
                    [korean.morphemes(s.text) for s in found],
                    korean.morphemes(row.get("output") or row["summary"]),
                )
            )
        if len(cases) == limit:
            break
    return cases


@cache
def content(sentence: str) -> tuple[str, ...]:
    """Morphemes of a sentence, analysed once: the analysis is nobody's cost in this comparison."""
    return korean.content(sentence)


class KiwiTokenizer:
    """What sumy asks of a tokenizer, answered by Kiwi; sentences come ready."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        """Morphemes that carry meaning."""
        return content(sentence)


def sumy_with(summarizer: LexRankSummarizer | TextRankSummarizer) -> Callable[[Case, int], list[int]]:
    """A ranking by one of sumy's summarizers."""

    def ranked(case: Case, _budget: int) -> list[int]:
        sumy = [Sentence(s.text, KiwiTokenizer()) for s in case.sentences]
        places = {id(s): n for n, s in enumerate(sumy)}
        document = ObjectDocumentModel([Paragraph(sumy)])
        ratings: dict[int, float] = {}
        for count in range(1, len(sumy) + 1):  # the order in which sentences join the summary is their rank
            for chosen in summarizer(document, count):
                ratings.setdefault(places[id(chosen)], count)
            if len(ratings) >= 12:
                break
        return sorted(ratings, key=ratings.__getitem__)

    return ranked


def by_textrankr(case: Case, _budget: int) -> list[int]:
    """textrankr, which splits the text itself at line ends."""
    engine = textrankr.TextRank(lambda s: list(content(s)) or ["-"])
    lines = [s.text.rstrip(".") for s in case.sentences]
    chosen = engine.summarize("\n".join(lines), 12, verbose=False)
    places = [
        next((n for n, line in enumerate(lines) if line.strip() in one or one in line), None)
        for one in chosen
    ]
    return [p for p in places if p is not None]


SYSTEMS: dict[str, Callable[[Case, int], list[int]]] = {
    # ranked well past the budget, as the others are: the cut is the same for all
    "techsum": lambda case, budget: rank(case.sentences, case.title, 2 * budget),
    "techsum, no title": lambda case, budget: rank(case.sentences, "", 2 * budget),
    "lead": lambda case, _budget: list(range(len(case.sentences))),
    "longest first": lambda case, _budget: sorted(
        range(len(case.sentences)), key=lambda n: -len(case.sentences[n].text)
    ),
    "textrankr": by_textrankr,
    "sumy TextRank": sumy_with(TextRankSummarizer()),
    "sumy LexRank": sumy_with(LexRankSummarizer()),
}


def scored(case: Case, places: list[int], budget: int) -> tuple[float, float, float]:
    """ROUGE-1, -2, -L of these sentences, cut at the budget."""
    kept: list[tuple[int, list[str]]] = []
    used = 0
    for place in dict.fromkeys(
        [*places, *range(len(case.sentences))]
    ):  # whoever stops early is filled with the lead
        length = len(case.sentences[place].text)
        share = min(1.0, (budget - used) / length)
        kept.append((place, case.morphemes[place][: round(len(case.morphemes[place]) * share)]))
        used += length
        if used >= budget:
            break
    score = rouge(case.reference, [m for _, tokens in sorted(kept) for m in tokens])
    return score.rouge1, score.rouge2, score.rouge_l


def interval(differences: list[float]) -> tuple[float, float]:
    """95 % bootstrap interval of the mean."""
    rng = random.Random(0)
    means = sorted(statistics.fmean(rng.choices(differences, k=len(differences))) for _ in range(1000))
    return means[25], means[975]


def main() -> None:
    """Print a table for each data set and budget."""
    options = argparse.ArgumentParser()
    options.add_argument("--limit", type=int, default=1000, help="articles of each set")
    limit = options.parse_args().limit
    print(machine("kiwipiepy", "sumy", "textrankr"))
    targets: dict[str, bool] = {}
    for name in SETS:
        cases = load(name, limit)
        for budget in BUDGETS:
            place = f"{getattr(name, 'name', name)}, {len(cases)} articles, {budget} characters"
            print(f"{place}:\n| system | R-1 | R-2 | R-L | TechSum minus it, R-1+2+L | ms an article |")
            print("|---|---|---|---|---|---|")
            ours: list[float] = []
            for system, choose in SYSTEMS.items():
                began = time.process_time()
                chosen = [choose(case, budget) for case in cases]
                cost = (time.process_time() - began) / len(cases) * 1000
                scores = [scored(case, places, budget) for case, places in zip(cases, chosen, strict=True)]
                sums = [sum(s) for s in scores]
                ours = ours or sums
                low, high = interval([(a - b) * 100 for a, b in zip(ours, sums, strict=True)])
                if name == NEWS and system in PEERS and limit >= len(cases):
                    targets[f"better than {system} at {budget} characters"] = low > 0
                means = [statistics.fmean(s[k] for s in scores) * 100 for k in range(3)]
                margin = "" if system == "techsum" else f"{low:+.1f} to {high:+.1f}"
                print(
                    f"| {system} | {means[0]:.2f} | {means[1]:.2f} | {means[2]:.2f} | {margin} | {cost:.1f} |",
                    flush=True,
                )
    finish(targets)


if __name__ == "__main__":
    main()
