"""Korean sentences and morphemes, on one Kiwi analyser that loads when it is first used."""

import ctypes
import os
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from sys import intern
from typing import Any, cast

CONTENT_TAGS = frozenset({"NNG", "NNP", "NR", "VV", "VA", "XR", "SL", "SN", "SH", "W_SERIAL", "MAG"})
"""Sejong tags (Kiwi's names) of morphemes that carry meaning: nouns, verbs, roots, Latin, numbers, Hanja."""

_LONGEST_PIECE = 4_000
# A hostile line without a border must not become one huge analysis, so a paragraph is analysed in pieces of
# this many characters at most; the longest paragraph in 4,593 encyclopedia articles has 4,111.

_LIGHT_VERBS = frozenset({"하", "되", "있", "없", "이", "않", "말", "밝히", "대하", "위하", "따르", "통하"})
# These verbs stand in every news sentence and say nothing about what it is about.


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a text, by character offsets, with the morphemes that carry its meaning."""

    start: int
    end: int
    text: str
    content: tuple[str, ...]


@cache
def _build() -> Any:
    from kiwipiepy import Kiwi

    # the dictionary of 252,000 names of several words (titles of encyclopedia articles) takes 180 MB and half
    # the loading time; without it no figure of the leaderboards moves by more than 0.1
    return Kiwi(num_workers=_threads, load_multi_dict=False)


_lock = threading.Lock()
_threads = 2
"""An article is split a third faster with two; more find nothing to do."""


def use_threads(count: int) -> None:
    """How many threads the analyser has, said before its first use: one in a process that has one core."""
    global _threads  # noqa: PLW0603 - one analyser a process
    _threads = count


def analyser() -> Any:
    """The process's Kiwi; the first call takes about 1 s and 220 MB, the first analysis 100 MB more."""
    with _lock:
        return _build()


def warm() -> None:
    """Load Kiwi and let it analyse once, so that no request waits for it: for a process that stays."""
    content("물을 담는다.")
    # glibc gives back what loading has freed only when it is told to
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim:
        trim(0)


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of `text` with offsets into it, in order; none crosses an empty line.

    Kiwi's splitter (F1 .906 over the published Korean sets) on one paragraph at a time.
    """
    pieces = list(_pieces(text))
    kiwi = analyser()
    found = kiwi.split_into_sents((text[a:b] for a, b in pieces), return_tokens=True)
    for (offset, _), split in zip(pieces, found, strict=True):
        for one in split:
            start, end = _trim(text, offset + one.start, offset + one.end)
            if start < end:
                yield Sentence(start, end, text[start:end], content_of(one.tokens))


def morphemes(text: str) -> list[str]:
    """All morphemes of `text` but punctuation, as `form/tag`: the tokens of morpheme ROUGE."""
    return [
        f"{t.form}/{t.tag}" for t in analyser().tokenize(text) if t.tag[0] != "S" or t.tag in CONTENT_TAGS
    ]


def tokens(text: str) -> Sequence[Any]:
    """Kiwi's analysis of `text`: tokens with `form`, `tag`, `start` and `len` in characters."""
    return cast("Sequence[Any]", analyser().tokenize(text))


def content(text: str) -> tuple[str, ...]:
    """The morphemes of `text` that carry meaning, lower-cased."""
    return content_of(analyser().tokenize(text))


def content_of(tokens: Sequence[Any]) -> tuple[str, ...]:
    """The morphemes that carry meaning among Kiwi's `tokens`, lower-cased."""
    return tuple(
        intern(t.form.lower())
        for t in tokens
        if t.tag.split("-")[0] in CONTENT_TAGS and t.form not in _LIGHT_VERBS
    )


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the paragraphs, the long ones cut at a space."""
    for paragraph in re.finditer(r"(?:(?!\n\n).)+", text, re.DOTALL):
        start, end = paragraph.span()
        while end - start > _LONGEST_PIECE:
            cut = max(text.rfind(mark, start, start + _LONGEST_PIECE) for mark in (". ", " ", "\n"))
            cut = cut + 1 if cut > start else start + _LONGEST_PIECE
            yield start, cut
            start = cut
        yield start, end


_FINAL = re.compile(r"[가-힣A-Za-z0-9]")
_DIGIT_FINALS = {"0": 21, "1": 8, "3": 16, "6": 1, "7": 8, "8": 8}  # 영, 일, 삼, 육, 칠, 팔
_PARTICLES = {
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
}
_PARTICLE = re.compile("|".join(re.escape(p) for p in _PARTICLES))


def fit_particles(text: str) -> str:
    """`text` with each open particle (`은(는)`, `을(를)`, `(으)로` …) fitted to the word before it.

    Words in Latin letters keep the open form, because their reading is not known.
    """

    def fit(match: re.Match[str]) -> str:
        before = _FINAL.findall(text[max(0, match.start() - 4) : match.start()])
        if not before or (before[-1].isascii() and not before[-1].isdigit()):
            return match.group()
        closed, opened = _PARTICLES[match.group()]
        last = before[-1]
        rieul = 8
        final = (ord(last) - 0xAC00) % 28 if not last.isdigit() else _DIGIT_FINALS.get(last, 0)
        if match.group() == "(으)로" and final == rieul:
            return opened
        return closed if final else opened

    return _PARTICLE.sub(fit, text)
