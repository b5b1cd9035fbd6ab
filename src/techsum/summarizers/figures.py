"""The figures of a summary: each number with its unit, what it is of, and its place in the article.

Read from the article's own sentences by rule; nothing is computed or written.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from techsum import korean
from techsum.checking.quantities import Quantity, quantities
from techsum.checking.shortening import ACTORS
from techsum.contracts.summary import Figure, SummarySentence

_MOST = 6
"""More numbers are a table, not the figures that a reader remembers."""

_DATES = frozenset({"년", "월", "일", "시", "년대", "세기", "번째", "주"})
"""When something was said or happens: no finding."""

_NUMBER = re.compile(r"\d[\d.,]*(?:\s?[십백천만억조]+(?:\s?\d[\d.,]*(?=\s?[십백천만억조]))?)*")
_NOUN = ("NNG", "NNP", "XR", "XPN", "XSN", "SL", "SN", "SH")
_BETWEEN = ("MAG", "MM", "JX", "JKO", "JKS", "JKG", "SP")
"""What may stand between a number and what it is of: 전력을 약 23%, 값의 31%."""
_MOST_BETWEEN = 3
_APPROXIMATE = frozenset({"약", "최대", "최소", "평균", "거의", "무려", "모두", "총", "각각", "전체"})
_LONGEST = 14
_NO_THING = frozenset(
    {
        "때",
        "하루",
        "위",
        "아래",
        "뒤",
        "앞",
        "평소",
        "순간",
        "동안",
        "사이",
        "당시",
        "전",
        "후",
        "이후",
        "이전",
        "매년",
        "해마다",
    }
)
"""Nouns that say when or where, not of what."""


def figures(sentences: Sequence[SummarySentence]) -> tuple[Figure, ...]:
    """The figures that stand in a summary's sentences and in their evidence, in order, each once."""
    found: dict[tuple[str, str, str], Figure] = {}
    for sentence in sentences:
        stated = {(q.value, q.dimension) for q in quantities(sentence.text)}
        for evidence in sentence.evidence:
            for value, figure in _figures(evidence.text, evidence.start):
                if value in stated:
                    found.setdefault((figure.number, figure.unit, figure.of), figure)
    return tuple(found.values())[:_MOST]


def _figures(text: str, offset: int) -> Iterator[tuple[tuple[Fraction, str | None], Figure]]:
    """The figures of one article sentence, each behind its value and dimension."""
    found = [q for q in quantities(text) if not q.spelled and q.dimension and q.dimension not in _DATES]
    tokens = korean.tokens(text) if found else ()
    for one in found:
        number = _NUMBER.match(text[one.start : one.end])
        of = _counted(text, tokens, one)
        if not number or not of:
            continue
        unit = text[one.start + number.end() : one.end].strip()
        if unit:
            figure = Figure(number.group(), unit, of, offset + one.start, offset + one.end)
            yield (one.value, one.dimension), figure


def _marks_topic(token: Any) -> bool:
    return bool(token.tag == "JKS" or (token.tag == "JX" and token.form in ("은", "는")))


def _counted(text: str, tokens: Sequence[korean.Token], quantity: Quantity) -> str:
    """The noun phrase before a number: `냉방 전력을 23%` gives `냉방 전력`."""
    before = [t for t in tokens if t.start + t.len <= quantity.start]
    between = 0
    while before and (before[-1].tag in _BETWEEN or before[-1].form in _APPROXIMATE):
        before.pop()
        between += 1
        if between > _MOST_BETWEEN:
            return ""
    if before and before[-1].tag == "JKB":
        # a place or a condition ("같은 조건에서 74%"): what is measured is the topic
        while before and not _marks_topic(before[-1]):
            before.pop()
        before = before[:-1]
    if not before or before[-1].tag not in _NOUN or before[-1].form in _NO_THING:
        return ""
    end = before[-1].start + before[-1].len
    start = end
    for token in reversed(before):
        if token.tag not in _NOUN or token.form in _NO_THING or end - token.start > _LONGEST:
            break
        start = token.start
    phrase = text[start:end].strip()
    named = re.search("[가-힣A-Za-z]{2}", phrase) and not phrase.endswith(ACTORS)
    return phrase if named else ""
