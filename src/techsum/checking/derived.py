"""Numbers that follow from an article's numbers: a third from 33 %, 11 ℃ from 94 and 83 ℃, twice from 29 and 58 %.

A careful summary says a number in another way more often than it repeats it. What follows from the sentences that it
comes from is no other number; how near it must lie, the words around it say (`넘는`, `가까이`, `약`).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations

from techsum.checking.quantities import ONES, TENS, Quantity, quantities, sino

RATIO, DURATION = "ratio", "duration"

_NEAR = 0.025
"""How far a plain number may lie from the exact one at most: half of its last digit, and no more than this."""
_ROUNDED = 0.005
"""A number with a finer last digit is not rounded, whatever stands before it."""
_COARSE = 0.06
"""The same for simple fractions."""
_OVER, _UNDER = 1.4, 0.6
"""How far 넘는 and 가까이 reach."""
_ABOUT = 0.05
"""How far a number that is called approximate may lie."""
_ROUND_WORD = 0.12
"""A word such as 절반 that is hedged says no more than this."""

_NATIVE = ONES | TENS
_DAYS = {
    "하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7, "여드레": 8, "아흐레": 9, "열흘": 10, "보름": 15,
    "일주일": 7, "한 세기": 36_500, "열하루": 11, "열이틀": 12, "열사흘": 13, "열나흘": 14, "열여드레": 18, "석 달": 91.3, "넉 달": 121.7, "반년": 182.5,
}  # fmt: skip
_COUNT = "하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉"
_FRACTION = re.compile(
    r"(?P<of>\d[\d,.]{0,15}\s?[십백천만]?|[이삼사오육칠팔구십백천]{1,8})\s?분의\s?(?P<part>\d[\d,.]{0,15}|[일이삼사오육칠팔구])"
)
_TENTHS = re.compile(r"(?P<n>\d(?:\.\d)?|[일이삼사오육칠팔구])\s?할(?!\s?[수인])")
_HALF = re.compile(r"절반|(?<![가-힣])(?<![간년달루흘틀] )반(?=[으이은을도에])")
_HALF_HOUR = re.compile(r"(?<![가-힣])반\s?시간")
_OUT_OF = re.compile(rf"(?P<of>열|백|스물|{_COUNT})\s?(?:에|가운데|중)\s?(?P<part>{_COUNT})")
_DOUBLE = re.compile(r"[갑곱]절")
_AND_A_HALF = re.compile(r"\s?반(?=[\s만이은을에으마])")
_RATE = re.compile(r"(?:에|마다|당|가운데|중|중에)\s?$")
_RATE_AFTER = re.compile(r"\s?꼴")
_DAY_WORD = re.compile("|".join(rf"(?<![가-힣]){w}(?!살이)" for w in sorted(_DAYS, key=len, reverse=True)))

_OVER_AFTER = re.compile(
    r"(?:짜리)?\s?(?:을|를|이|가|도|보다)?\s?(?:조금\s|훌쩍\s|크게\s)?(?:넘|웃[도돌돈]|이상|초과|남짓|여(?=[\s가-힣])|많|더\s|위)"
)
_UNDER_AFTER = re.compile(
    r"(?:에|이|가|도|에도|의|을|를|으로도|도에)?\s?(?:거의\s|조금\s|크게\s|한참\s)?"
    r"(?:가까|못 ?미|미치지|채\s|미만|이하|안 되|안 됐|밑[도돌돈]|안에|아래|안쪽|되지 않|걸리지 않|지나지 않|모자)"
)
_ABOUT_AFTER = re.compile(r"(?:에|이|가)?\s?(?:가량|정도|쯤|안팎|내외|꼴|수준|남짓|선(?=[이에]))")
_ABOUT_BEFORE = re.compile(r"(?:약|대략|거의|어림잡아|줄잡아|무려)\s?$")

# units of time in days; a month has 30 of them, or a twelfth of a year
_TIME = {"s": 1 / 86_400, "일": 1.0, "주": 7.0, "개월": 365 / 12, "년": 365.0}
_RATE_GAP = 6
"""Characters between the two numbers of a rate."""
_MOST = 40
"""Numbers that are tried in pairs."""
_TIME_SLACK = 0.03
"""Months and years have no fixed number of days."""

_FIRST_YEAR = 1000
_MONTH_BEFORE = re.compile(r"월\s?$")
_LASTING = re.compile(
    r"\s?(?:동안|간|만|뒤|후|전|이?면|쯤|가량|정도|이 |에 걸|안에|이상|넘|내|마다|에 한|에서|이었|이다|로|까지|씩|보다|을|은|치|째|분|남짓|새|사이|짜리|꼴)"
)
"""What follows a number of days that last; without it they are a date."""

_CHANGE = re.compile(
    r"줄|늘|높|낮|차이|떨어|오르|올랐|올라|내렸|내려|뛰|뛴|감소|증가|보다|짧|길어|일찍|늦|빨|느려|가벼|무거|비싸|잃|개선|더|깎|단축|절감|상승|하락|좁|넓|만큼"
)
_NO_MEASURE = frozenset(
    {
        None,
        "월",
        "년",
        "일",
        "시",
        "번째",
        "세기",
        "년대",
        "호",
        "위",
        "차",
        "차원",
        "단계",
        "등",
        "등급",
        "세대",
        "급",
    }
)
"""What numbers name and do not measure: nothing is counted with these."""
_SHARE = re.compile(r"중[ 에]|가운데|나머지|꼴")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with the span that it may lie in."""

    start: int
    end: int
    """Character offsets."""
    kind: str | None
    """`ratio`, `duration`, or what it counts or measures."""
    value: float
    low: float
    high: float
    """Where the exact number may lie."""
    loose: bool = False
    """Whether the text itself says that the number is not exact: 약, 넘는, 3분의 1, two months."""
    quantity: Quantity | None = None
    """The number as it stands, where it is one in digits or a counted one."""
    parts: tuple["Amount", ...] = ()
    """The two numbers that this ratio is made of."""
    rate: bool = False
    """Whether it is half of a rate (`1분에 두 번꼴`), which may be told for another base."""

    @property
    def exact(self) -> bool:
        """Whether it has too many digits to be a rounded number."""
        return self.quantity is not None and _rounding(self.quantity) < _ROUNDED


def amounts(text: str) -> list[Amount]:
    """The numbers of a text in order, fractions, shares and days among them; no two overlap."""
    taken = bytearray(len(text))  # a mark a character: an article may have thousands of numbers
    words = list(_words(text, taken))
    rest = [q for q in quantities(text) if not any(taken[q.start : q.end])]
    found = sorted([*words, *_joined_times(text, rest)], key=lambda a: a.start)
    return [_with_span(text, a) for a in _rates(text, found)]


def _rates(text: str, found: Sequence[Amount]) -> Iterator[Amount]:
    """Two numbers that make one: `100건에 17건`, `다섯 명 중 한 명` are a ratio, `1분에 두 번` a rate."""
    place = 0
    while place < len(found):
        one = found[place]
        other = found[place + 1] if place + 1 < len(found) else None
        if other and other.start - one.end <= _RATE_GAP and _RATE.search(text, one.end, other.start):
            countable = one.kind not in (RATIO, DURATION) and other.kind not in (RATIO, DURATION)
            if countable and one.kind == other.kind and 0 < other.value < one.value:
                value = other.value / one.value
                # both numbers may stand in the article as they are
                yield Amount(
                    one.start,
                    other.end,
                    RATIO,
                    value,
                    value * (1 - _ROUND_WORD),
                    value * (1 + _ROUND_WORD),
                    parts=(one, other),
                )
                place += 2
                continue
            rate = bool(_RATE_AFTER.match(text, other.end)) or (
                one.kind == DURATION and other.quantity is not None and other.quantity.counting
            )
            yield replace(one, rate=rate)
            yield replace(other, rate=rate)
            place += 2
            continue
        yield replace(one, rate=True) if _RATE_AFTER.match(text, one.end) else one
        place += 1


def _words(text: str, taken: bytearray) -> Iterator[Amount]:
    """Fractions, tenths, halves, `열에 아홉`, and days that are words; none lies in another: see `taken`."""
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            amount = read(match)
            if amount and not any(taken[amount.start : amount.end]):
                taken[amount.start : amount.end] = b"\1" * (amount.end - amount.start)
                yield amount


def _fraction(match: re.Match[str]) -> Amount | None:
    of = _number(match["of"])
    return _amount(match, RATIO, _number(match["part"]) / of, _COARSE) if of else None


def _out_of(match: re.Match[str]) -> Amount | None:
    of, part = _number(match["of"]), _number(match["part"])
    return _amount(match, RATIO, part / of, _COARSE) if part < of else None


def _days(match: re.Match[str]) -> Amount:
    half = _AND_A_HALF.match(match.string, match.end())
    amount = _amount(match, DURATION, _DAYS[match.group()] + (0.5 if half else 0), _TIME_SLACK)
    return replace(amount, end=half.end()) if half else amount


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Amount | None]], ...] = (
    (_FRACTION, _fraction),
    (_TENTHS, lambda match: _amount(match, RATIO, _number(match["n"]) / 10, _COARSE)),
    (_OUT_OF, _out_of),
    (_HALF, lambda match: _amount(match, RATIO, 0.5, _COARSE)),
    (_DOUBLE, lambda match: _amount(match, RATIO, 2.0, _COARSE)),
    (_HALF_HOUR, lambda match: _amount(match, DURATION, 1 / 48, _NEAR)),
    (_DAY_WORD, _days),
)


def _number(word: str) -> float:
    word = word.replace(",", "").replace(" ", "")
    if word in _NATIVE:
        return float(_NATIVE[word])
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)([십백천만]?)", word):
        return float(match[1]) * {"": 1, "십": 10, "백": 100, "천": 1000, "만": 10_000}[match[2]]
    return float(sino(word))


def _amount(match: re.Match[str], kind: str, value: float, slack: float) -> Amount:
    return Amount(*match.span(), kind, value, value * (1 - slack), value * (1 + slack), loose=True)


def _joined_times(text: str, found: Sequence[Quantity]) -> Iterator[Amount]:
    """Quantities as amounts; `1시간 19분` is one."""
    last: Amount | None = None
    unit = 0.0
    for one in found:
        now = _of(text, one)
        if now.kind == DURATION and (half := _AND_A_HALF.match(text, now.end)):
            more = now.value / float(one.figure or 1) / 2
            now = replace(
                now,
                end=half.end(),
                value=now.value + more,
                low=(now.value + more) * 0.98,
                high=(now.value + more) * 1.02,
                quantity=None,
            )
        factor = _TIME.get(one.dimension or "", 0.0) * float(one.value / one.figure if one.figure else 1)
        if (
            last
            and last.kind == now.kind == DURATION
            and factor < unit
            and text[last.end : one.start] in ("", " ")
        ):
            value = last.value + now.value
            last = replace(last, end=now.end, value=value, low=value * 0.99, high=value * 1.01, quantity=None)
            unit = factor
            continue
        if last:
            yield last
        last, unit = now, factor
    if last:
        yield last


def _of(text: str, one: Quantity) -> Amount:
    value, kind, slack = float(one.value), one.dimension, _rounding(one)
    if kind == "%":
        value, kind = value / 100, RATIO
    elif kind == "%p":
        value /= 100
    elif kind == "배":
        kind = RATIO
    elif kind in _TIME and not _is_date(text, one):
        value, kind, slack = value * _TIME[kind], DURATION, _TIME_SLACK if kind in ("개월", "년") else slack
    if kind in _NO_MEASURE:
        slack = 0.0
    loose = kind == DURATION and one.dimension in ("개월", "년")
    return Amount(one.start, one.end, kind, value, value * (1 - slack), value * (1 + slack), loose, one)


def _is_date(text: str, one: Quantity) -> bool:
    """Whether this is a point in time: 2024년, 3월 2일, the 3일 of `3일 밝혔다`."""
    if one.dimension == "년":
        return one.figure >= _FIRST_YEAR or text.startswith("대", one.end)
    return one.dimension == "일" and (
        bool(_MONTH_BEFORE.search(text, max(0, one.start - 5), one.start))
        or not _LASTING.match(text, one.end)
    )


def _rounding(one: Quantity) -> float:
    """Half of the last digit, as a share of the number."""
    figure = one.figure
    if not figure:
        return 0.0
    digit = Fraction(1, 10**one.decimals)
    while not one.decimals and figure % (digit * 10) == 0:
        digit *= 10
    return min(_NEAR, float(digit / 2 / figure))


def _with_span(text: str, one: Amount) -> Amount:
    """The amount with what the words around it say of how exact it is."""
    if one.kind in _NO_MEASURE or one.exact:
        return one  # 약 506명 is meant exactly
    if _UNDER_AFTER.match(text, one.end):
        return replace(one, low=one.value * _UNDER)
    if _OVER_AFTER.match(text, one.end):
        return replace(one, high=one.value * _OVER)
    if _ABOUT_AFTER.match(text, one.end) or _ABOUT_BEFORE.search(text, max(0, one.start - 8), one.start):
        slack = _ABOUT if one.quantity else _ROUND_WORD
        return replace(one, low=one.value * (1 - slack), high=one.value * (1 + slack), loose=True)
    return one


def same(one: Amount, other: Amount) -> bool:
    """Whether both may be the same number."""
    return one.kind == other.kind and (
        one.low <= other.value <= one.high
        or (other.loose and not one.exact and other.low <= one.value <= other.high)
    )


def among(one: Amount, known: Iterable[Amount]) -> bool:
    """Whether this number is one of these; `40 of 65` needs both where 65 is among them."""
    every = [p for a in known for p in (a, *a.parts)]
    if one.parts and any(same(one.parts[0], other) for other in every):
        return all(any(same(p, other) for other in every) for p in one.parts)
    return any(same(one, other) for other in every)


def follows(one: Amount, evidence: Sequence[Amount], sentence: str) -> bool:
    """Whether a number of a sentence is one of these, or follows from one or two of them.

    Args:
        one: the number.
        evidence: the numbers of the sentences that it comes from.
        sentence: the sentence that it stands in: differences and ratios are tried where its words speak of such.
    """
    if among(one, evidence):
        return True
    known = [p for a in evidence for p in (a, *a.parts)]
    if one.parts and any(same(one.parts[0], other) for other in known):
        return False
    return any(
        kind == one.kind and one.low <= value <= one.high
        for kind, value in _derived(known, one.kind, sentence)
    )


def _derived(  # noqa: C901 - the ways in which a number may follow, one by one
    known: Sequence[Amount], target_kind: str | None, sentence: str
) -> Iterator[tuple[str | None, float]]:
    """What follows from one or two of these numbers, of the wanted kind."""
    changes, shares = bool(_CHANGE.search(sentence)), bool(_SHARE.search(sentence))
    values = {
        (a.kind, a.value) for a in known[:_MOST]
    }  # of a table without sentences, pairs would be too many
    for kind, value in values:
        if kind == target_kind == RATIO:
            yield RATIO, 1 - value
            if changes:
                yield RATIO, 1 + value
                yield RATIO, value - 1
    for (kind, a), (other, b) in permutations(values, 2):
        if kind == other and kind not in _NO_MEASURE and a > 0 and b > 0:
            if target_kind == RATIO and (kind != RATIO or changes):
                yield RATIO, a / b
            if target_kind == RATIO and kind != RATIO and changes:
                yield RATIO, abs(a - b) / a
            if kind == RATIO and target_kind == "%p" and a > b:
                yield "%p", a - b
            if target_kind == kind != RATIO and a > b and (changes or shares):
                yield kind, a - b
        elif kind == RATIO and shares and target_kind == other and other not in _NO_MEASURE:
            yield other, a * b
