"""Korean sentences and morphemes, on one Kiwi analyser that loads when it is first used."""

import ctypes
import os
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from sys import intern
from typing import Any, Protocol, cast

from techsum.other_languages import is_korean, sentence_spans, words

CONTENT_TAGS = frozenset({"NNG", "NNP", "NR", "VV", "VA", "XR", "SL", "SN", "SH", "W_SERIAL", "MAG"})
"""Sejong tags (Kiwi's names) of morphemes that carry meaning: nouns, verbs, roots, Latin, numbers, Hanja."""

COMMON_SYLLABLES = frozenset("이다는의에을가고하은로도지를사기한")
"""A quarter of the syllables of Korean prose; of letters that only look like Hangul hardly any."""
LIST_LETTERS = "가나다라마바사아자차카타파하"
"""What numbers the items of a list: `가.`, `나)`."""

_LONGEST_PIECE = 4_000
# A hostile line without a border must not become one huge analysis, which holds Python's lock (170 ms for
# 4,000 characters without a space), so a paragraph is analysed in pieces of this many characters at most; the
# longest paragraph in 4,593 encyclopedia articles has 4,111.

_LONGEST_SENTENCE = 600
"""Characters; a longer one is a list, or has lost its full stops."""
_CLAUSE_ENDS = frozenset({"EC", "EF"})

_PROSE = 40
"""Letters of a paragraph that has sentences."""

_LIGHT_VERBS = frozenset({"하", "되", "있", "없", "이", "않", "말", "밝히", "대하", "위하", "따르", "통하"})
# These verbs stand in every news sentence and say nothing about what it is about.


class Token(Protocol):
    """A morpheme with its place, in characters."""

    @property
    def form(self) -> str: ...  # noqa: D102

    @property
    def tag(self) -> str: ...  # noqa: D102

    @property
    def start(self) -> int: ...  # noqa: D102

    @property
    def len(self) -> int: ...  # noqa: D102

    @property
    def end(self) -> int: ...  # noqa: D102


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
_elsewhere: Any = None
_threads = 2
"""An article is split a third faster with two; more find nothing to do."""


def use_threads(count: int) -> None:
    """Set the analyser's threads, before its first use: one in a process with one core."""
    global _threads  # noqa: PLW0603 - one analyser a process
    _threads = count


def analyser() -> Any:
    """The process's Kiwi; the first call takes about 1 s and 220 MB, the first analysis 100 MB more."""
    with _lock:
        return _elsewhere or _build()


def analyse_in(kiwi: Any) -> None:
    """Let this analyser answer in place of the process's own: a `KiwiProcess`, or None for none."""
    global _elsewhere  # noqa: PLW0603 - one analyser a process
    _elsewhere = kiwi


def warm() -> None:
    """Load Kiwi and let it analyse once, so that no request waits for it: for a process that stays."""
    content("물을 담는다.")
    # glibc gives back what loading has freed only when it is told to
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim:
        trim(0)


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of `text` with offsets into it, in order; none crosses an empty line.

    Kiwi's splitter (F1 .906 over the published Korean sets) on one paragraph at a time. It takes a paragraph
    in another language for one sentence, so that is split by its punctuation.
    """
    pieces = list(_pieces(text))
    other = {piece for piece in pieces if _is_other(text[piece[0] : piece[1]])}
    korean = [piece for piece in pieces if piece not in other]
    found = iter(analyser().split_into_sents((text[a:b] for a, b in korean), return_tokens=True))
    for piece in pieces:
        if piece in other:
            yield from _other_sentences(text, piece)
        else:
            yield from _korean_sentences(text, piece[0], next(found))


def _is_other(piece: str) -> bool:
    """Whether a piece is prose in another language: a line of codes or numbers is left to Kiwi."""
    return sum(map(str.isalpha, piece)) >= _PROSE and not is_korean(piece)


def _other_sentences(text: str, piece: tuple[int, int]) -> Iterator[Sentence]:
    for start, end in sentence_spans(text[piece[0] : piece[1]]):
        a, b = _trim(text, piece[0] + start, piece[0] + end)
        if a < b:
            yield Sentence(a, b, text[a:b], words(text[a:b]))


def _korean_sentences(text: str, offset: int, split: Any) -> Iterator[Sentence]:
    open_piece: Sentence | None = None
    for start, end, found in _spans(text, offset, split):
        sentence = Sentence(start, end, text[start:end], content_of(found))
        # chains of them would be copied again and again
        is_short = open_piece is not None and end - open_piece.start < _LONGEST_JOINED
        if open_piece and is_short and _goes_on(open_piece.text, sentence.text):
            both = text[open_piece.start : end]
            sentence = Sentence(open_piece.start, end, both, open_piece.content + sentence.content)
        elif open_piece:
            yield open_piece
        open_piece = sentence
    if open_piece:
        yield open_piece


def _spans(text: str, offset: int, split: Any) -> Iterator[tuple[int, int, Sequence[Token]]]:
    """Offsets and tokens of each sentence; one without an end is cut at clauses, or words."""
    for one in split:
        start, end = _trim(text, offset + one.start, offset + one.end)
        while end - start > _LONGEST_SENTENCE:
            latest = start + _LONGEST_SENTENCE
            inside = [(offset + t.end, t.tag) for t in one.tokens if start < offset + t.end <= latest]
            words = [(place, tag) for place, tag in inside if text[place : place + 1].isspace()]
            clauses = [place for place, tag in words if tag in _CLAUSE_ENDS]
            cut = max(clauses or [place for place, _ in words or inside], default=latest)
            yield start, cut, [t for t in one.tokens if start <= offset + t.start < cut]
            start, end = _trim(text, cut, end)
        if start < end:
            yield start, end, [t for t in one.tokens if start <= offset + t.start < end]


_QUESTION = re.compile(r"(?:까|는지|은지|[을를] 지|어쩌나|않나|없나|있나)$")
_WORRY = re.compile(r"(?:걱정|고민|의문|우려|염려|두려|궁금|의심)")
_ITEM_NUMBER = re.compile(rf"(?:^|\s)(?:\d{{1,2}}|[{LIST_LETTERS}])$")
"""The number of an item before its bracket (`1)`), which closes nothing."""
_LONGEST_ASIDE, _LONGEST_JOINED = 200, 1_000


def _goes_on(before: str, after: str) -> bool:
    """Whether Kiwi split one sentence: in a bracket, or before a question's noun (`될까 걱정이다`)."""
    if _QUESTION.search(before) and _WORRY.match(after):
        return True
    aside = before[-_LONGEST_ASIDE:].rfind("(")
    if aside < 0 or ")" in before[-_LONGEST_ASIDE:][aside:]:
        return False
    closes, opens = after[:_LONGEST_ASIDE].find(")"), after[:_LONGEST_ASIDE].find("(")
    is_item = closes >= 0 and _ITEM_NUMBER.search(after[:closes])
    return closes >= 0 and not is_item and (opens < 0 or closes < opens)


LINE_END = "\ufdd0"
"""Stands where a line ended between two letters, and a word may go on (a Unicode noncharacter)."""
_AROUND_LINE_END = re.compile(rf"([^{LINE_END}\n]{{0,14}}){LINE_END}(?=([^{LINE_END}\n]{{0,14}}))")
_MOST_LINE_ENDS = 500
"""Line ends of a text that are analysed, 5 ms each; the others are taken for what most of these are."""


def join_lines(text: str) -> str:
    """`text` with a space or nothing for each `LINE_END`.

    Kiwi is right at 98 % of the places where articles were cut at will (n=481, half of them within a word).
    """
    marks = text.count(LINE_END)
    if not marks:
        return text
    line_ends = words_end = 0

    def glued(match: re.Match[str]) -> str:
        nonlocal line_ends, words_end
        if line_ends < _MOST_LINE_ENDS:
            is_space = _is_space(match.group(1), match.group(2))
            line_ends, words_end = line_ends + 1, words_end + is_space
        else:
            is_space = words_end * 2 > line_ends
        return match.group(1) + (" " if is_space else "")

    return _AROUND_LINE_END.sub(glued, text)


_VERB_OF_NOUN = re.compile(r"됐|되|된|될|돼|했|하고|하는|하며|하지|합니|해야")


def _is_space(before: str, after: str) -> bool:
    """Whether a space stands between two pieces of a text."""
    kiwi = analyser()
    if _VERB_OF_NOUN.match(after) and (found := tokens(before)) and found[-1].tag in ("NNG", "XR"):
        return False  # 시작됐다: Kiwi parts these
    _, has_space = kiwi.glue([before, after], return_space_insertions=True)
    return bool(has_space[0])


def morphemes(text: str) -> list[str]:
    """All morphemes of `text` but punctuation, as `form/tag`: the tokens of morpheme ROUGE."""
    return [f"{t.form}/{t.tag}" for t in tokens(text) if t.tag[0] != "S" or t.tag in CONTENT_TAGS]


def tokens(text: str) -> Sequence[Token]:
    """Kiwi's analysis of `text`."""
    return cast("Sequence[Token]", analyser().tokenize(text))


def prepare(texts: Sequence[str]) -> None:
    """Say which texts `tokens` and `content` are asked for next: a Kiwi elsewhere takes them together."""
    if _elsewhere:
        _elsewhere.prepare(texts)


def content(text: str) -> tuple[str, ...]:
    """The morphemes of `text` that carry meaning, lower-cased."""
    return content_of(tokens(text))


def content_of(tokens: Sequence[Token]) -> tuple[str, ...]:
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
            latest = start + _LONGEST_PIECE
            # a sentence's end in the later half before a word's
            cuts = (text.rfind(mark, start + _LONGEST_PIECE // 2, latest) for mark in ("\n", ". ", " "))
            cut = next((cut + 1 for cut in cuts if cut >= 0), latest)
            yield start, cut
            start = cut
        yield start, end


_FINAL = re.compile(r"[가-힣A-Za-z0-9%]")
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
        if not before or re.fullmatch("[A-Za-z]", before[-1]):
            return match.group()
        closed, opened = _PARTICLES[match.group()]
        last = before[-1].replace("%", "트")  # read 퍼센트
        rieul = 8
        final = (ord(last) - 0xAC00) % 28 if not last.isdigit() else _DIGIT_FINALS.get(last, 0)
        if match.group() == "(으)로" and final == rieul:
            return opened
        return closed if final else opened

    return _PARTICLE.sub(fit, text)
