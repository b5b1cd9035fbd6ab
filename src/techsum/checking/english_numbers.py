"""The numbers of a text in English or another language, against those of a Korean sentence about it.

"3.5 million" is 350만, "March" is 3월, "a dozen" is 열두 개. Units are not compared, only the values.
"""

import re
from fractions import Fraction

from techsum.checking.quantities import Quantity

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
)
_WORDS = {word: n for n, word in enumerate(f"{_ONES} seventeen eighteen nineteen".split())}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_TENS |= {"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_MONTHS = "january february march april may june july august september october november december"
_WORDS |= {word: n for n, word in enumerate(_ORDINALS.split(), 1)}
_WORDS |= {word: n for n, word in enumerate(_MONTHS.split(), 1)} | {
    word[:3]: n for n, word in enumerate(_MONTHS.split(), 1) if word != "may"
}
_WORDS |= _TENS
_WORDS |= {"once": 1, "twice": 2, "double": 2, "doubled": 2, "twofold": 2, "both": 2, "pair": 2, "couple": 2}
_WORDS |= {"triple": 3, "tripled": 3, "threefold": 3, "tenfold": 10, "dozen": 12, "decade": 10, "decades": 10}
_WORDS |= {"half": 50, "quarter": 25, "century": 100, "centuries": 100}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALES |= {"k": 1000, "m": 10**6, "bn": 10**9}

_FIGURE = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,30})(\.\d{1,30})?[\s-]?([a-z]{1,8})?", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_NEAR, _ROUNDED = Fraction(1, 20), Fraction(1, 200)
"""How far a number with 약 or 여, and a rounded one of four digits, may lie from the article's."""
_LONG = 1000


class EnglishNumbers:
    """What the numbers of a text are worth.

    Args:
        text: in any language; number words are known in English alone.
    """

    def __init__(self, text: str) -> None:
        self._values: set[Fraction] = set()
        for whole, part, following in _FIGURE.findall(text):
            value = Fraction(whole.replace(",", "") + part)
            self._values |= {value, value * _SCALES.get(following.lower(), 1)}
        self._add_words([word.lower() for word in _WORD.findall(text)])

    def _add_words(self, words: list[str]) -> None:
        for place, word in enumerate(words):
            value = _WORDS.get(word)
            if value is None:
                continue
            following = words[place + 1] if place + 1 < len(words) else ""
            one = _WORDS.get(following, 10)
            if word in _TENS and one < 10:  # noqa: PLR2004 - twenty-one
                value += one
                following = words[place + 2] if place + 2 < len(words) else ""
            self._values |= {Fraction(value), Fraction(value * _SCALES.get(following, 1))}

    def has(self, number: Quantity) -> bool:
        """Whether the text gives this number, as it stands or as it is worth."""
        return any(_same(number, one) for one in self._values)


def _same(number: Quantity, value: Fraction) -> bool:
    if value in (number.figure, number.value):
        return True
    apart = abs(value - number.figure)
    if number.hedged and apart <= number.figure * _NEAR:
        return True
    if number.decimals and round(value, number.decimals) == number.figure:
        return True
    return number.figure >= _LONG and apart <= number.figure * _ROUNDED
