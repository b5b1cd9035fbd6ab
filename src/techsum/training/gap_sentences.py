"""Gap sentences: a summary made of a document's own sentences that say most about the rest.

After PEGASUS (Zhang et al. 2020), with one difference that matters here: the chosen sentences stay in the
document. The model learns to choose and to copy, not to guess what was taken away.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from techsum import korean

_PASSAGE = (450, 1_500)
"""Characters of a passage: a news article has 700 to 2,000, and a longer one costs more than it teaches."""

_FEWEST_SENTENCES = 5
_MOST_CHOSEN = 4
_SENTENCE = (20, 160)
"""Characters of a sentence that may be chosen: no heading, no list."""

_NEAR = 0.6
"""Share of the shorter sentence's words from which a second one says the same."""


@dataclass(frozen=True)
class Passage:
    """Part of a document and the sentences of it that stand for the whole."""

    text: str
    summary: str


def make_passage(document: str, rng: random.Random) -> Passage | None:
    """A passage of the document with its gap sentences, or None where there is none to be had.

    The document's beginning is as likely as every other place together, for articles begin at theirs.
    """
    sentences = list(korean.sentences(document))
    characters = rng.randint(*_PASSAGE)
    starts = [
        n for n, s in enumerate(sentences) if n == 0 or "\n" in document[sentences[n - 1].end : s.start]
    ]
    if not starts:
        return None
    first = 0 if rng.random() < 0.5 else rng.choice(starts)  # noqa: PLR2004
    last = first
    while last < len(sentences) and sentences[last].end - sentences[first].start <= characters:
        last += 1
    inside = sentences[first:last]
    if len(inside) < _FEWEST_SENTENCES or inside[-1].end - inside[0].start < _PASSAGE[0]:
        return None
    chosen = choose(inside, rng.randint(1, min(_MOST_CHOSEN, len(inside) // 2)))
    if not chosen:
        return None
    text = document[inside[0].start : inside[-1].end]
    return Passage(text, " ".join(inside[n].text for n in sorted(chosen)))


def choose(sentences: Sequence[korean.Sentence], count: int) -> list[int]:
    """Places of the sentences that, one after the other, add most to the F1 of their words and the rest's."""
    words = [Counter(s.content) for s in sentences]
    total: Counter[str] = sum(words, Counter())
    chosen: list[int] = []
    counts: Counter[str] = Counter()
    while len(chosen) < count:
        best, best_score = None, 0.0
        for n, one in enumerate(words):
            if n in chosen or not _fit(sentences[n].text) or _known(one, [words[c] for c in chosen]):
                continue
            score = _f1(counts + one, total - counts - one)
            if score > best_score:
                best, best_score = n, score
        if best is None:
            break
        chosen.append(best)
        counts += words[best]
    return chosen


def _fit(sentence: str) -> bool:
    return _SENTENCE[0] <= len(sentence) <= _SENTENCE[1] and sentence.endswith("다.")


def _known(words: Counter[str], chosen: Sequence[Counter[str]]) -> bool:
    return any(len(words.keys() & other.keys()) >= _NEAR * min(len(words), len(other)) for other in chosen)


def _f1(candidate: Counter[str], rest: Counter[str]) -> float:
    common = (candidate & rest).total()
    return 2 * common / (candidate.total() + rest.total()) if common else 0.0
