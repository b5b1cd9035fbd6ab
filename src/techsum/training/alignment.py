"""Short samples: a summary sentence, or a headline, with the one to three document sentences that carry it.

A small model cannot hold a whole article in mind, but it shortens two sentences well. What it learns that
from is cut out of ordinary rows by the alignment that also finds the evidence of a summary, after Jing and
McKeown, "The Decomposition of Human-Written Summary Sentences" (1999).
"""

import re
from collections.abc import Iterator, Sequence

from techsum import korean
from techsum.checking.evidence import Alignment

_COVERED = 0.6
"""Share of an output's content morphemes that its source and the title must hold: what stands in neither
would teach to invent."""

_DIGITS = re.compile(r"\d+")


def compressions(document: str, summary: str, title: str = "") -> Iterator[tuple[str, str]]:
    """Pairs of source and target: document sentences in their order, and the summary sentence they carry.

    Summary sentences that the document does not carry, in words or in numbers, are left out.
    """
    sentences = _sentences(document)
    alignment = Alignment(sentences, title)
    for target in korean.sentences(summary):
        found = alignment.find(set(target.content)).places
        source = _source(sentences, found)
        if source != target.text and _carried(target.text, f"{title} {source}"):
            yield source, target.text


def headlines(document: str, headline: str, title: str = "") -> Iterator[tuple[str, str]]:
    """One pair at most: the sentences that say what headline and title say, and the headline."""
    sentences = _sentences(document)
    found = Alignment(sentences).find(set(korean.content(f"{title} {headline}"))).places
    source = _source(sentences, found)
    if _carried(headline, source):
        yield source, headline


def _sentences(document: str) -> list[korean.Sentence]:
    """Its sentences; none crosses the end of a line."""
    return list(korean.sentences(document.replace("\n", "\n\n")))


def _source(sentences: Sequence[korean.Sentence], places: Sequence[int]) -> str:
    return " ".join(sentences[p].text for p in sorted(places))


def _carried(target: str, source: str) -> bool:
    words, source_words = set(korean.content(target)), set(korean.content(source))
    numbers = set(_DIGITS.findall(target))
    return len(words & source_words) >= _COVERED * len(words) and numbers <= set(_DIGITS.findall(source))
