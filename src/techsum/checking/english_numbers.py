"""The numbers of a text in English or another language, against those of a Korean sentence about it.

"3.5 million" is 350만, "March" is 3월, "two thirds" 3분의 2. Units are not compared, only the values.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from fractions import Fraction

from techsum.cached import cached_property
from techsum.checking.quantities import Quantity

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_UNITS = {word: n for n, word in enumerate(_SMALL.split())}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_TENS |= {"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT_SCALES = {"k": 10**3, "m": 10**6, "bn": 10**9, "hundred": 100} | _SCALES
_MONTHS = "january february march april may june july august september october november december"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_OTHERS = {word: n for n, word in enumerate(_ORDINALS.split(), 1)}
_OTHERS |= {word: n for n, word in enumerate(_MONTHS.split(), 1)}
_OTHERS |= {word[:3]: n for n, word in enumerate(_MONTHS.split(), 1)}
_OTHERS |= {
    "sept": 9,
    "once": 1,
    "twice": 2,
    "double": 2,
    "doubled": 2,
    "both": 2,
    "pair": 2,
    "couple": 2,
    "triple": 3,
}
_OTHERS |= {"tripled": 3, "dozen": 12, "decade": 10, "decades": 10, "century": 100, "centuries": 100}
_PARTS = {"half": 2, "halves": 2, "halved": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4}
_PARTS |= {"fifth": 5, "fifths": 5, "tenth": 10, "tenths": 10}

_FIGURE = re.compile(
    r"(\d{1,3}(?:,\d{3}){1,9}|\d{1,30}|(?<![\d.])(?=\.\d))(\.\d{1,30})?[\s-]?([a-z]{1,8})?", re.IGNORECASE
)
_CLOCK = re.compile(r"\b(\d{1,2}):(\d{2})\b|\b(\d{1,2}) ?p\.?m\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_SHARE = re.compile(r"(\d{1,4})분의 (\d{1,4})")
_NEAR, _ROUNDED = 1 / 20, 1 / 200
"""How far a number with 약 or 여, and a rounded one of four digits, may lie from the article's."""
_LONG = 1000
_LARGEST = 10**18
"""A larger number in words is none."""
_NOON = 12


def shares(sentence: str) -> Iterator[tuple[int, int, Fraction]]:
    """The fractions of a Korean sentence (`3분의 2`), which are no minutes: offsets and value."""
    for found in _SHARE.finditer(sentence):
        if int(found[1]):
            yield *found.span(), Fraction(int(found[2]), int(found[1]))


class EnglishNumbers:
    """What the numbers of a text are worth.

    Args:
        text: in any language; number words are known in English alone.
    """

    def __init__(self, text: str) -> None:
        found: set[Fraction] = set()
        for whole, part, following in _FIGURE.findall(text):
            value = Fraction((whole.replace(",", "") or "0") + part)
            found |= {value, value * _SHORT_SCALES.get(following.lower(), 1)}
        for hour, minute, evening in _CLOCK.findall(text):
            hours = int(hour or evening)
            twelve = hours - _NOON if hours > _NOON else hours + _NOON
            found |= {Fraction(twelve), Fraction(int(minute or 0))}
        words = [word.lower() for word in _WORD.findall(text)]
        found |= set(_counted(words)) | set(_parts(words))
        found |= {Fraction(_OTHERS[word]) for word in words if word in _OTHERS}
        self.values = {float(value) for value in found}
        """Each number as it stands, and as it is worth with the word behind it."""

    @cached_property
    def _sorted(self) -> list[float]:
        return sorted(self.values)

    def has(self, number: Quantity) -> bool:
        """Whether the text gives this number, as it stands or as it is worth."""
        return self.match(number) is not None

    def match(self, number: Quantity) -> float | None:
        """The value by which the text gives this number; None: it does not."""
        figure = float(number.figure)
        exact = next((v for v in (figure, float(number.value)) if v in self.values), None)
        if exact is not None:
            return exact
        reach = 0.5 * 10**-number.decimals if number.decimals else 0.0
        if number.hedged:
            reach = max(reach, figure * _NEAR)
        if figure >= _LONG:
            reach = max(reach, figure * _ROUNDED)
        place = bisect_left(self._sorted, figure - reach)
        near = self._sorted[place] if reach and place < len(self._sorted) else None
        return near if near is not None and near <= figure + reach else None

    def has_share(self, share: Fraction) -> bool:
        """Whether the text gives this part of a whole, in words or as a percentage."""
        percent = float(share * 100)
        place = bisect_left(self._sorted, percent - 1)
        is_near = place < len(self._sorted) and self._sorted[place] < percent + 1
        return float(share) in self.values or is_near


def _counted(words: Sequence[str]) -> Iterator[Fraction]:
    """Numbers in words: `two hundred and fifty`, `three hundred thousand`, `tenfold`."""
    total = open_part = 0
    last = ""
    for word in (*words, ""):
        stem = word.removesuffix("fold")
        if stem in _UNITS or stem in _TENS:
            value = _UNITS.get(stem, 0) or _TENS.get(stem, 0)
            if last == "unit" or (last == "ten" and stem in _TENS):  # two numbers beside each other
                yield Fraction(total + open_part)
                total = open_part = 0
            open_part, last = open_part + value, "unit" if stem in _UNITS else "ten"
        elif stem == "hundred":
            open_part, last = min((open_part or 1) * 100, _LARGEST), "scale"
        elif stem in _SCALES:
            total = min(total + (open_part or 1) * _SCALES[stem], _LARGEST)
            open_part, last = 0, "scale"
        elif word != "and" or not last:
            if last:
                yield Fraction(total + open_part)
            total, open_part, last = 0, 0, ""


def _parts(words: Sequence[str]) -> Iterator[Fraction]:
    """Parts of a whole: `a third`, `three quarters` (also as percent), `half a million`."""
    for place, word in enumerate(words):
        if word not in _PARTS:
            continue
        count = _UNITS.get(words[place - 1], 1) if place else 1
        share = Fraction(count or 1, _PARTS[word])
        yield from (share, share * 100)
        scale = next((_SCALES[w] for w in words[place + 1 : place + 3] if w in _SCALES), None)
        if scale:
            yield share * scale
