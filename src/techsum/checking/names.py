"""Names in a sentence, and whether an article has them, also in another script: 엔비디아 = NVIDIA."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from techsum.korean import Token

_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-.&'’][A-Za-z0-9]+)*|\d{1,9}[A-Za-z]+\b")
_GLOSS = re.compile(r"(?<=[가-힣A-Za-z0-9”\"’'])\s?\(([^()]*)\)")
_SHORTEST = 2

# What a consonant is called across scripts, coarsely: 엔비디아 has ㄴㅂㄷ, NVIDIA has n v d.
_ONSETS = "ggnddlmbbss-jjjgdb-"
_CODAS = "-gggnnndllllllllmbbssnjjgdb-"
_LETTERS = dict(zip("gkcqndtlrmbpfvsxzj", "ggggnddllmbbbbsssj", strict=True))
_CLOSE = 0.85
"""Share of consonants that two spellings of one name have in common."""
_SYLLABLES = 3
"""Fewer consonants say too little: NASA and NOS are the same two."""
_COMPOUND = 4
"""Syllables; shorter ones differ in one from many a word."""
_SUFFIX = re.compile("(?:[국주시군도해섬강산역어족인학론장율성점계형식])$")
"""A last syllable that makes a kind of thing of a name: 발트해, 벡터장."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a sentence, by character offsets."""

    start: int
    end: int
    text: str


def glosses(text: str) -> list[tuple[int, int]]:
    """Offsets of what stands in parentheses behind a word: its name in another language, an abbreviation."""
    return [m.span(1) for m in _GLOSS.finditer(text)]


def names(text: str, tokens: Sequence[Token]) -> Iterator[Name]:
    """Names of people, places, organisations and products: Kiwi's NNP, and capitalised or coded Latin words.

    Args:
        text: the sentence.
        tokens: Kiwi's analysis of it.
    """
    inside = glosses(text)
    for match in _LATIN.finditer(text):
        word = match.group()
        if any(a <= match.start() < b for a, b in inside):
            continue
        if (any(c.isupper() for c in word) or any(c.isdigit() for c in word)) and len(word) >= _SHORTEST:
            yield Name(*match.span(), word)
    for place, token in enumerate(tokens):
        attached = place and tokens[place - 1].start + tokens[place - 1].len == token.start
        if attached and tokens[place - 1].tag in ("NNG", "NNP", "XPN", "SL", "XR"):
            continue  # 슈퍼히어로: the word's last part is no name of its own
        if token.tag == "NNP" and token.len >= _SHORTEST and not any(a <= token.start < b for a, b in inside):
            yield Name(token.start, token.start + token.len, text[token.start : token.start + token.len])


def compounds(text: str, tokens: Sequence[Token]) -> Iterator[Name]:
    """Nouns written as one word with a name among them: 통합진보당, of which Kiwi takes 진보당 for the name.

    Args:
        text: the sentence.
        tokens: Kiwi's analysis of it.
    """
    for run in _noun_runs(tokens):
        start, end = run[0].start, run[-1].end
        if len(run) > 1 and end - start >= _COMPOUND and any(t.tag == "NNP" for t in run):
            yield Name(start, end, text[start:end])


def _noun_runs(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Runs of nouns and their affixes with no space between."""
    run: list[Token] = []
    for token in tokens:
        inside = token.tag[:2] in ("NN", "XP", "XS") and token.tag not in ("XSV", "XSA")
        if run and not (inside and run[-1].end == token.start):
            yield run
            run = []
        if inside:
            run.append(token)
    if run:
        yield run


class Names:
    """The words of one article, for looking names up."""

    def __init__(self, text: str) -> None:
        self._squeezed = squeeze(text)
        words = {w.lower() for w in re.findall(r"[A-Za-z][A-Za-z0-9]+", text)}
        self._latin = {sounds(w) for w in words}
        self._hangul: set[str] | None = None
        self._words: set[str] | None = None
        self._text = text

    def has(self, name: str) -> bool:
        """Whether the article has this name as it stands, without spaces, in part, or as it sounds."""
        parts = name.split()
        if len(parts) > 1:
            return any(self.has(p) for p in parts if len(p) >= _SHORTEST)
        squeezed = squeeze(name)
        stem = _SUFFIX.sub("", squeezed) if len(squeezed) > _SHORTEST else squeezed
        if squeezed in self._squeezed or stem in self._squeezed:
            return True
        sounded = sounds(name)
        if len(sounded) < _SYLLABLES:
            return False
        if re.search("[가-힣]", name):
            return any(_alike(sounded, word) for word in self._latin)
        if self._hangul is None:
            self._hangul = {sounds(w) for w in re.findall("[가-힣]{2,}", self._text)}
        # a Hangul word carries particles: its beginning is compared
        return any(_alike(word[: len(sounded)], sounded) for word in self._hangul)

    def misspells(self, word: str) -> bool:
        """Whether the article lacks this word and has one that differs from it in a single syllable."""
        if squeeze(word) in self._squeezed:
            return False
        if self._words is None:
            self._words = set(re.findall("[가-힣]+", self._text))
        size = len(word)
        return any(
            sum(a != b for a, b in zip(word, other, strict=False)) == 1
            for other in self._words
            if len(other) >= size
        )


def squeeze(text: str) -> str:
    """`text` without spaces and hyphens, lower-cased: how names are compared."""
    return re.sub(r"[\s·\-‐–.'’]", "", text).lower()


def sounds(word: str) -> str:
    """The consonants of a word, in Hangul or Latin letters, as one coarse alphabet."""
    sounded = []
    for letter in word.lower().replace("ng", "n"):
        if "가" <= letter <= "힣":
            code = ord(letter) - 0xAC00
            sounded += [_ONSETS[code // 588], _CODAS[code % 28]]
        else:
            sounded.append(_LETTERS.get(letter, "-"))
    return re.sub(r"(.)\1+", r"\1", "".join(sounded).replace("-", ""))


def _alike(one: str, other: str) -> bool:
    return one == other or (
        min(len(one), len(other)) > _SYLLABLES
        and SequenceMatcher(None, one, other, autojunk=False).ratio() >= _CLOSE
    )
