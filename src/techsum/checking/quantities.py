"""Numbers with their units, compared by what they are worth: 3만5천 원 = 35,000원, 3km = 3,000m."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from techsum.checking.units import BEFORE, FORM, PARTICLE, SPEED, UNITS

_SCALES = {"십": 10, "백": 100, "천": 1000, "만": 10**4, "억": 10**8, "조": 10**12}
_DIGITS = {c: n for n, c in enumerate("영일이삼사오육칠팔구")}
ONES = {
    "한": 1,
    "하나": 1,
    "두": 2,
    "둘": 2,
    "세": 3,
    "셋": 3,
    "네": 4,
    "넷": 4,
    "다섯": 5,
    "여섯": 6,
    "일곱": 7,
    "여덟": 8,
    "아홉": 9,
}
TENS = {"열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70}
TENS |= {"여든": 80, "아흔": 90}

_FIGURE = re.compile(
    r"(?P<figure>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?P<scale>\s?(?:[십백천]?[만억조](?!각)|[십백천](?![가-힣])"
    rf"|[십백천](?=여|{FORM.pattern})))?"
)
_NATIVE = re.compile(
    rf"(?<![가-힣\d])(?!한[가-힣])(?P<tens>{'|'.join(TENS)})?(?P<ones>{'|'.join(sorted(ONES, key=len, reverse=True))})?"
    r"(?=\s?[가-힣])"
)
_SINO = re.compile(
    rf"(?<![가-힣\d])(?=[일이삼사오육칠팔구십백천만억조]{{2}}|[백천만]\s(?:{FORM.pattern}))[일이삼사오육칠팔구십백천만억조 ]*[일이삼사오육칠팔구십백천만억조]"
)
_CODE = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9])(?=[A-Za-z0-9.-]{0,40}[A-Za-z])(?=[A-Za-z.-]{0,40}[0-9])"
    r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*"
)
_HEDGE_BEFORE = re.compile(r"(?:약|대략|거의|최대|최소|무려|어림잡아|줄잡아)\s?$")
_HEDGE_AFTER = re.compile(
    r"\s?(?:가량|정도|쯤|남짓|안팎|내외|이상|이하|여|가까|넘|미만|초과|을 넘|를 넘|이 넘|가 넘|에 가까|에 이르)"
)
_UNKNOWN = re.compile("[가-힣]{2}")
"""What stands right behind a number without being a unit that we know still tells numbers apart: 2차원, 2가."""
_RANGE = re.compile(r"\s?[~∼〜～–—-]\s?$")

_DIMENSIONS = {dimension for dimension, _ in UNITS.values()}

_LONGEST_FIGURE = 30
"""Characters; a longer run of digits is no number of an article, and Python converts no 5,000 of them."""
_SHORT_WORDS = 10
"""Number words up to ten have one or two syllables and are found by chance where no space follows."""

_EXACT = 100
_ROUNDED = 10
"""Smaller numbers are not rounded: 2.4 is no 2."""

_NEAR = Fraction(1, 20)
"""How far a number with 약, 여 or 가량 may lie from the article's: a twentieth."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text."""

    start: int
    end: int
    """Character offsets of the number with its unit."""
    figure: Fraction
    """The number as it stands, with 만, 억 and 조 applied."""
    dimension: str | None
    """What it counts or measures; None where no known unit follows."""
    value: Fraction
    """`figure` in the dimension's base unit."""
    hedged: bool = False
    """Whether the text says that it is approximate."""
    decimals: int = 0
    """Digits behind the point, for rounding."""
    spelled: bool = False
    """Written in words (`스물여섯`)."""

    @property
    def counting(self) -> bool:
        """Whether it may be the writer's own count of things, as in 세 가지: a summary may say how many it names."""
        return self.spelled and self.figure < _SHORT_WORDS and self.dimension != "배"


def quantities(text: str) -> list[Quantity]:
    """The numbers of `text` in order, in digits and in words.

    Digits inside a name (`GPT-4`, `5G`) are part of that name and are not numbers.
    """
    names = [m.span() for m in _CODE.finditer(text) if not _is_measure(m.group())]
    found = [q for q in (*_figures(text), *_in_words(text)) if not any(a <= q.start < b for a, b in names)]
    found.sort(key=lambda q: q.start)
    return _shared_units(text, found)


def _is_measure(code: str) -> bool:
    """Whether this mix of digits and letters is a number and its unit: 35kg."""
    match = re.fullmatch(r"[\d.,]+([A-Za-z][A-Za-z0-9]*)", code)
    return bool(match and match.group(1) in UNITS)


def _figures(text: str) -> list[Quantity]:
    found: list[Quantity] = []
    last: tuple[int, int, Fraction] | None = None  # end of the figure, its smallest scale, its number
    for match in _FIGURE.finditer(text):
        if len(match["figure"]) > _LONGEST_FIGURE:
            continue
        scale = 1
        for letter in (match["scale"] or "").strip():
            scale *= _SCALES[letter]
        number = Fraction(match["figure"].replace(",", "")) * scale
        start, end = match.span()
        if last and scale < last[1] and start - last[0] <= 1 and not text[last[0] : start].strip():
            # 1억 2,000만: a smaller scale right behind a larger one goes on with the same number
            start, number = found.pop().start, last[2] + number
        decimals = len(match["figure"].partition(".")[2]) if scale == 1 else 0
        last = (match.end(), scale, number)
        found.append(_measured(text, start, end, number, decimals))
    return found


def _in_words(text: str) -> list[Quantity]:
    found = []
    for match in _NATIVE.finditer(text):
        if match.group():
            number = TENS.get(match["tens"] or "", 0) + ONES.get(match["ones"] or "", 0)
            found.append(_measured(text, *match.span(), Fraction(number), spelled=True))
    found += [
        _measured(text, *match.span(), Fraction(sino(match.group())), spelled=True)
        for match in _SINO.finditer(text)
    ]
    # a word is a number only where something is counted: 한 is also "one" in 한편, 열 also "heat" in 열도
    return [
        q
        for q in found
        if q.dimension in _DIMENSIONS and (q.figure > _SHORT_WORDS or " " in text[q.start : q.end])
    ]


def sino(word: str) -> int:
    """A number in Sino-Korean words: 백오십 is 150."""
    total = group = digit = 0
    for letter in word.replace(" ", ""):
        if letter in _DIGITS:
            digit = _DIGITS[letter]
            continue
        scale = _SCALES[letter]
        if scale < _SCALES["만"]:
            group += (digit or 1) * scale
        else:
            total += (group + digit or 1) * scale
            group = 0
        digit = 0
    return total + group + digit


def _measured(
    text: str, start: int, end: int, figure: Fraction, decimals: int = 0, *, spelled: bool = False
) -> Quantity:
    """The number at these offsets with the unit that stands around it."""
    hedged = bool(_HEDGE_BEFORE.search(text, max(0, start - 6), start))
    unit_at = end
    if text[end : end + 1] == "여" or text[end : end + 2] == " 여":
        hedged, unit_at = True, text.index("여", end) + 1
    if text[unit_at : unit_at + 1] == " ":
        unit_at += 1
    unit = FORM.match(text, unit_at)
    dimension, factor = UNITS[unit.group()] if unit else (None, Fraction(1))
    before = text[max(0, start - 4) : start].rstrip()
    if unit:
        end = unit.end()
        if dimension == "℃" and before.endswith("화씨"):
            dimension = "℉"
        if dimension == "m" and before[-2:] in SPEED:
            dimension, factor = "m/s", factor * SPEED[before[-2:]]
    elif before[-1:] in BEFORE:
        dimension = BEFORE[before[-1:]]
    elif (noun := _UNKNOWN.match(text, end)) and not PARTICLE.match(text, end):
        dimension = noun.group()
    hedged = hedged or bool(_HEDGE_AFTER.match(text, end))
    return Quantity(start, end, figure, dimension, figure * factor, hedged, decimals, spelled)


def _shared_units(text: str, found: list[Quantity]) -> list[Quantity]:
    """3~5개: the first number of a range has the unit of the second."""
    for place in range(len(found) - 2, -1, -1):
        one, other = found[place], found[place + 1]
        if one.dimension is None and other.dimension and _RANGE.fullmatch(text, one.end, other.start):
            factor = other.value / other.figure if other.figure else Fraction(1)
            found[place] = replace(one, dimension=other.dimension, value=one.figure * factor)
    return found


class Quantities:
    """The numbers of one article, for looking up."""

    def __init__(self, text: str) -> None:
        self._by_figure: dict[Fraction, set[str | None]] = defaultdict(set)
        self._by_dimension: dict[str | None, set[Fraction]] = defaultdict(set)
        for quantity in quantities(text):
            self._by_figure[quantity.figure].add(quantity.dimension)
            self._by_dimension[quantity.dimension].add(quantity.value)
        for code in _CODE.finditer(text):
            for digits in re.findall(r"\d+", code.group()[:_LONGEST_FIGURE]):
                self._by_figure[Fraction(digits)].add(None)

    def fault(self, quantity: Quantity) -> str | None:
        """`number` if the article lacks this number, `unit` if it has it with other units only."""
        dimensions = self._by_figure.get(quantity.figure, set())
        values = self._by_dimension.get(quantity.dimension, set())
        if quantity.value in values or (dimensions and quantity.dimension is None):
            return None
        if dimensions == {None} or self._rounded(quantity, values):
            return None
        return "unit" if dimensions else "number"

    @staticmethod
    def _rounded(quantity: Quantity, values: Iterable[Fraction]) -> bool:
        """Whether an article number gives this one when it is rounded, or lies near where it is hedged."""
        factor = quantity.value / quantity.figure if quantity.figure else Fraction(1)
        # 약 506명 is meant exactly
        rounded = quantity.figure < _EXACT or quantity.figure % _ROUNDED == 0
        for value in values:
            if quantity.hedged and rounded and abs(value - quantity.value) <= _NEAR * abs(value):
                return True
            exact = value / factor
            if (
                quantity.figure >= _ROUNDED
                and exact % 1
                and round(exact, quantity.decimals) == quantity.figure
            ):
                return True
        return False
