"""Wrong sentences, made by program from right ones, to measure what the checks find.

Each corruption changes one thing in one sentence (a number, a unit, a name, or whether it affirms) or takes a
sentence from another article. `exchanged` numbers and names stand elsewhere in the same article: the hard case.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from techsum import korean
from techsum.checking.names import names
from techsum.checking.polarity import OPPOSITE
from techsum.checking.quantities import Quantity, quantities

_UNIT_GROUPS = [
    group.split()
    for group in (
        "mm cm m km", "밀리미터 센티미터 미터 킬로미터", "나노미터 마이크로미터 밀리미터", "nm μm mm", "mg g kg t", "그램 킬로그램 톤",
        "초 분 시간", "년 개월 주 일", "원 달러 유로 엔", "% %p 배", "퍼센트 퍼센트포인트 배", "명 개 마리 대 건 곳 종", "W kW MW",
        "와트 킬로와트 메가와트", "킬로와트시 메가와트시 와트시", "kWh MWh", "도 퍼센트 미터", "℃ ℉ %", "KB MB GB TB", "Hz kHz MHz GHz", "세 년 명", "번 개 년",
        "권 편 장 쪽", "호 년 번", "위 명 배", "세기 년 월", "년대 년 개", "월 일 년", "광년 년 km", "km/h m/s km",
    )
]  # fmt: skip
_CHANGES = 8  # attempts at a digit that makes another number


@dataclass(frozen=True)
class Corruption:
    """A sentence with one thing made wrong."""

    kind: str
    """The kind of notice that should find it."""
    variant: str
    """How it was made, for the table."""
    original: str
    text: str


@dataclass
class Corruptor:
    """Makes corruptions of the sentences of one article.

    Args:
        article: the article's text.
        others: sentences of other articles.
        other_names: names of other articles.
        rng: the source of chance; the same seed gives the same set.
    """

    article: str
    others: Sequence[str]
    other_names: Sequence[str]
    rng: random.Random
    _numbers: list[Quantity] = field(init=False)
    _figures: set[Fraction] = field(init=False)
    _names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = quantities(self.article)
        self._figures = {q.figure for q in self._numbers}
        self._names = sorted(set(names_of(self.article)))

    def all(self, sentence: str) -> list[Corruption]:
        """One corruption of each variant that this sentence allows."""
        makers: dict[str, tuple[str, Callable[[str], str | None]]] = {
            "number changed": ("number", self._changed_number),
            "number exchanged": ("number", self._exchanged_number),
            "unit swapped": ("unit", self._swapped_unit),
            "name replaced": ("name", lambda s: self._other_name(s, self._foreign_names())),
            "name exchanged": ("name", lambda s: self._other_name(s, self._names)),
            "negation flipped": ("negation", negated),
            "opposite word": ("negation", lambda s: with_opposite(s, self.rng)),
        }
        made = []
        for variant, (kind, maker) in makers.items():
            text = maker(sentence)
            if text and text != sentence:
                made.append(Corruption(kind, variant, sentence, text))
        if self.others:
            made.append(Corruption("unsupported", "foreign sentence", sentence, self.rng.choice(self.others)))
        return made

    def _digits(self, sentence: str) -> list[Quantity]:
        return [q for q in quantities(sentence) if not q.spelled]

    def _changed_number(self, sentence: str) -> str | None:
        found = self._digits(sentence)
        if not found:
            return None
        one = self.rng.choice(found)
        surface = sentence[one.start : one.end]
        places = [m.start() for m in re.finditer(r"\d", surface)]
        known = {(q.value, q.dimension) for q in (*quantities(sentence), *self._numbers)}
        for _ in range(_CHANGES):
            place = self.rng.choice(places)
            digit = self.rng.choice([d for d in "123456789" if d != surface[place]])
            changed = (
                sentence[: one.start] + surface[:place] + digit + surface[place + 1 :] + sentence[one.end :]
            )
            new = {(q.value, q.dimension) for q in quantities(changed)} - known
            # certainly wrong only if the article does not say it elsewhere
            if new and all(f not in self._figures for f, d in new if d is None):
                return changed
        return None

    def _exchanged_number(self, sentence: str) -> str | None:
        found = [q for q in self._digits(sentence) if q.dimension]
        self.rng.shuffle(found)
        here = {q.value for q in found}
        for one in found:
            same = [q for q in self._numbers if q.dimension == one.dimension and q.value not in here]
            if same:
                other = self.rng.choice(same)
                return sentence[: one.start] + self.article[other.start : other.end] + sentence[one.end :]
        return None

    def _swapped_unit(self, sentence: str) -> str | None:
        found = [q for q in self._digits(sentence) if q.dimension]
        self.rng.shuffle(found)
        known = {(q.value, q.dimension) for q in (*quantities(sentence), *self._numbers)}
        for one in found:
            unit = re.sub(r"^[\d.,\s십백천만억조여]+", "", sentence[one.start : one.end])
            groups = [g for g in _UNIT_GROUPS if unit in g]
            if groups:
                other = self.rng.choice([u for g in groups for u in g if u != unit])
                swapped = sentence[: one.end - len(unit)] + fitted(other, sentence[one.end :])
                if not {(q.value, q.dimension) for q in quantities(swapped)} <= known:
                    return swapped
        return None

    def _foreign_names(self) -> list[str]:
        squeezed = self.article.replace(" ", "").lower()
        return [n for n in self.other_names if n.replace(" ", "").lower() not in squeezed]

    def _other_name(self, sentence: str, pool: Sequence[str]) -> str | None:
        own = set(names_of(sentence))
        found = [n for n in names(sentence, korean.tokens(sentence)) if n.text in own]
        usable = [n for n in pool if n not in sentence and not any(n in f.text or f.text in n for f in found)]
        if not found or not usable:
            return None
        one = self.rng.choice(found)
        # Latin for Latin, Hangul for Hangul: anything else would be found by its script
        alike = [n for n in usable if n[0].isascii() == one.text[0].isascii()]
        if not alike:
            return None
        return sentence[: one.start] + fitted(self.rng.choice(alike), sentence[one.end :])


def names_of(text: str) -> list[str]:
    """The names in a text that are names when they stand alone, too: Kiwi guesses at words it does not know."""
    found = dict.fromkeys(
        n.text for s in korean.sentences(text) for n in names(s.text, korean.tokens(s.text))
    )
    return [n for n in found if n.isascii() or [t.tag for t in korean.tokens(n)] == ["NNP"]]


_OPEN = {
    "은": "은(는)",
    "는": "은(는)",
    "이": "이(가)",
    "가": "이(가)",
    "을": "을(를)",
    "를": "을(를)",
    "과": "과(와)",
    "와": "과(와)",
}


def fitted(word: str, rest: str) -> str:
    """`word` and what follows it, with the particle fitted to the new word."""
    return korean.fit_particles(word + _particle(rest))


def _particle(rest: str) -> str:
    match = re.match(r"(은|는|이|가|을|를|과|와)(?=[\s,.])", rest)
    return _OPEN[match.group()] + rest[1:] if match else rest


def negated(sentence: str) -> str | None:
    """The sentence with its last predicate denied, or affirmed where it was denied; None where it has none."""
    tokens = korean.tokens(sentence)
    last = next((n for n in range(len(tokens) - 1, -1, -1) if tokens[n].tag == "EF"), 0)
    stem = last - 1
    while stem > 0 and tokens[stem].tag == "EP":
        stem -= 1
    if stem <= 0:
        return None
    tag = tokens[stem].tag.split("-")[0]
    tail = [(t.form, t.tag) for t in tokens[stem + 1 :]]
    if tag == "VX" and tokens[stem].form in ("않", "못하") and tokens[stem - 1].form == "지":
        stem -= 2
        verb = tokens[stem]
        if tail[0] == ("는다", "EF") and (ord(verb.form[-1]) - 0xAC00) % 28 == 0:
            tail[0] = ("ᆫ다", "EF")
        new = [(verb.form, verb.tag)]
    elif tag in ("VV", "VA", "XSV", "XSA"):
        new = [(tokens[stem].form, tokens[stem].tag), ("지", "EC"), ("않", "VX")]
        if tail[0][0] in ("ᆫ다", "는다"):
            tail[0] = ("는다", "EF")
    elif tag == "VCP":
        noun = korean.fit_particles(sentence[: tokens[stem].start] + "이(가)")
        return f"{noun} {korean.analyser().join([('아니', 'VCN'), *tail])}"
    elif tag == "VCN":
        stem -= 1
        new = [("이", "VCP")]
    else:
        return None
    return sentence[: tokens[stem].start] + str(korean.analyser().join([*new, *tail]))


def _is_predicate(tokens: Sequence[korean.Token], place: int) -> bool:
    if tokens[place].tag in ("NNG", "XR"):
        return place + 1 < len(tokens) and tokens[place + 1].tag.startswith(("XSV", "XSA"))
    return bool(tokens[place].tag.startswith(("VV", "VA")))


def with_opposite(sentence: str, rng: random.Random) -> str | None:
    """The sentence with one word replaced by its opposite, or None where it has none."""
    tokens = korean.tokens(sentence)
    places = [n for n, t in enumerate(tokens) if t.form in OPPOSITE and _is_predicate(tokens, n)]
    if not places:
        return None
    place = rng.choice(places)
    end = place + 1
    while end < len(tokens) and tokens[end].start <= tokens[end - 1].start + tokens[end - 1].len:
        end += 1
    one = tokens[place]
    opposite = OPPOSITE[one.form]
    if one.tag in ("NNG", "XR"):
        return sentence[: one.start] + fitted(opposite, sentence[one.start + one.len :])
    rest = tokens[place + 1 : end]
    stop = rest[-1].start + rest[-1].len if rest else one.start + one.len
    joined = korean.analyser().join([(opposite, one.tag), *((t.form, t.tag) for t in rest)])
    return sentence[: one.start] + str(joined) + sentence[stop:]
