"""What is known about a question and each sentence of an article: a row of numbers a sentence, one for the whole.

Everything is counted from words, from what kind of thing is asked for, and from where a sentence stands; no model.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from techsum import korean
from techsum.cached import cached_property

Floats = NDArray[np.float64]

_ASKING = frozenset(
    [
        "무엇",
        "뭐",
        "누구",
        "언제",
        "어디",
        "왜",
        "어떻게",
        "어떤",
        "어느",
        "얼마",
        "얼마나",
        "몇",
        "알",
        "알리",
        "묻",
        "궁금",
        "설명",
        "말",
        "이유",
        "까닭",
        "방법",
        "때",
        "곳",
        "것",
        "점",
        "수",
        "사람",
        "정도",
        "안",
        "못",
        "좀",
        "혹시",
        "그냥",
        "진짜",
        "정말",
        "대체",
        "도대체",
        "제일",
        "가장",
        "더",
    ]
)
"""What a question says about itself, not about the article."""

_ASKS = {
    "number": re.compile(r"얼마|몇|며칠|어느 정도|언제|how (?:much|many|long)|when", re.IGNORECASE),
    "reason": re.compile(r"왜|이유|까닭|원인|근거|why", re.IGNORECASE),
    "manner": re.compile(r"어떻게|방법|방식|어떤 식|how\b", re.IGNORECASE),
    "actor": re.compile(r"누구|누가|who\b|어느 (?:팀|기관|회사|대학|나라)", re.IGNORECASE),
    "time": re.compile(r"언제|며칠|몇 (?:년|월|일|시)|시기|when", re.IGNORECASE),
    "place": re.compile(r"어디|어느 곳|장소|지역|where", re.IGNORECASE),
    "limit": re.compile(r"한계|단점|약점|문제|과제|부족|아쉬|걸림돌|어려움|주의|위험"),
    "plan": re.compile(r"앞으로|계획|예정|다음|향후|언제"),
    "thing": re.compile(r"무엇|뭐|뭘|어떤|어느|what", re.IGNORECASE),
}  # fmt: skip
"""What kind of thing a question asks for."""
_ASKS_FOR_ONE = ("number", "reason", "manner", "actor", "time", "place", "thing")
"""A question with none of these is answered with yes or no."""

_TELLS = {
    "number": re.compile(r"\d"),
    "reason": re.compile(r"때문|므로|해서|아서|어서|으로 인해|덕분|원인|이유|탓|니까|까닭|기 위|려고|려면|라서|여서"),
    "manner": re.compile(r"통해|이용|써서|사용|방식|방법|으?로 |도록"),
    "time": re.compile(
        r"\d\s?(?:년|월|일|시|분|개월|주|세기)|올해|지난해|내년|작년|이달|지난달|다음 달|오늘|봄|여름|가을|겨울"
    ),
    "limit": re.compile(r"다만|하지만|그러나|한계|단점|약점|못|않|없|어렵|부족|아직|우려|문제|위험"),
    "plan": re.compile(r"계획|예정|앞으로|내년|목표|전망|까지|다음"),
}  # fmt: skip
"""How a sentence that tells such a thing looks."""

_MEASURES = (
    (r"온도|몇 도|뜨거|차가|더위", r"℃|도\b|도[는가를로]|℉|K\b"),
    (r"비용|가격|값|금액|예산|얼마(?:인가|에|의 돈)|돈|요금|매출|투자", r"원|달러|유로|엔"),
    (
        r"시간|기간|얼마나 (?:오래|걸)|며칠|몇 (?:년|개월|달|주|시간|분|초|일)|동안",
        r"\d\s?(?:초|분|시간|일|주|개월|달|년)|하루|이틀|사흘|달",
    ),
    (
        r"크기|길이|높이|너비|두께|지름|거리|깊이|멀",
        r"\d\s?(?:m|㎜|㎝|㎞|km|cm|mm|nm|㎚|㎛|미터|나노|마이크로|배)",
    ),
    (r"무게|질량|얼마나 무거|몇 (?:kg|g|톤|㎏)", r"\d\s?(?:g|kg|㎏|㎎|톤|t|그램|킬로)"),
    (
        r"비율|몇 ?%|몇 퍼센트|정확도|효율|얼마나 (?:줄|늘|높|낮|많|오|올|떨|개선|빨)|확률|수율|정답률",
        r"%|퍼센트|배|절반|분의",
    ),
    (r"몇 ?명|참가자|인원|사람은", r"명|사람|인\b"),
    (r"몇 ?(?:개|곳|건|마리|종|가지|번|차례|회|대|장|편|점)", r"\d\s?(?:개|곳|건|마리|종|가지|번|차례|회|대|장|편|점)"),
)  # fmt: skip
"""Measures that a question names, and how their numbers look."""
_COMPILED = [
    (re.compile(question_pattern), re.compile(sentence_pattern))
    for question_pattern, sentence_pattern in _MEASURES
]
_DENIES = re.compile("못|않|없|아니")
_LETTERS = re.compile(r"[^가-힣A-Za-z0-9]")

_SATURATION, _LENGTH_SHARE = 1.2, 0.75
"""BM25's k1 and b, at their usual values."""
_FEW = 3

SENTENCE_NAMES = (
    "held", "held_titled", "nouns_held", "bm25", "bm25_absolute", "rank", "letters", "before", "after", "with_before", "with_after",
    "letters_before", "new_words", "words", "few_new_words", "number", "no_number", "measure", "no_measure", "reason", "reason_after",
    "reason_before", "manner", "actor", "time", "place_named", "limit", "plan", "yes_no", "position", "first", "opening", "last",
    "question", "quote", "both_deny", "denies", "verbs", "below_best", "best", "best_letters", "held_letters", "held_squared",
)  # fmt: skip
"""Features of a sentence."""
ARTICLE_NAMES = (
    "unknown", "unknown_nouns", "all_known", "most_held", "most_titled", "most_nouns", "most_letters", "second_held", "question_words",
    *(f"asks_{name}" for name in _ASKS), "asks_yes_no", "most_together", "most_bm25", "asks_measure", "sentences", "question_denies",
)  # fmt: skip
"""Features of the question beside the whole article."""


@dataclass(frozen=True)
class Features:
    """A question beside an article."""

    sentences: Floats
    """[sentences, features]."""
    article: Floats
    """[features]."""


class Indexed:
    """An article's sentences, counted once for all questions.

    Args:
        sentences: the article's.
        title: its title.
    """

    def __init__(self, sentences: Sequence[korean.Sentence], title: str = "") -> None:
        self.sentences = sentences
        self.words = [Counter(s.content) for s in sentences]
        self.title = frozenset(korean.content(title))
        self.known = self.title.union(*self.words) if sentences else self.title
        self.letters = [_bigrams(s.text) for s in sentences]
        self.mean_length = sum(c.total() for c in self.words) / max(len(sentences), 1) or 1.0

    @cached_property
    def named(self) -> list[bool]:
        """Whether each sentence holds a name."""
        return [any(t.tag == "NNP" for t in korean.tokens(s.text)) for s in self.sentences]

    @cached_property
    def tells(self) -> list[dict[str, bool]]:
        """What kinds of things each sentence tells."""
        return [{name: bool(p.search(s.text)) for name, p in _TELLS.items()} for s in self.sentences]

    def weight(self, word: str) -> float:
        """What a word weighs in this article."""
        holders = sum(word in words for words in self.words)
        return math.log(1 + len(self.sentences) / (holders or 0.5))

    def features(self, question: str) -> Features:
        """The features of a question; the article has at least one sentence."""
        return _QuestionFeatures(self, question).features()


def content(question: str) -> list[str]:
    """What a question says about the article: its meaningful morphemes, each once."""
    return [w for w in dict.fromkeys(korean.content(question)) if w not in _ASKING]


class _QuestionFeatures:
    """One question: shares of its weight that each sentence holds, and what is made of them."""

    def __init__(self, article: Indexed, question: str) -> None:
        self._article, self._question = article, question
        tokens = korean.tokens(question)
        self._words = content(question) or [question]
        verbs = {t.form for t in tokens if t.tag[:2] in ("VV", "VA")}
        self._verbs = [w for w in self._words if w in verbs]
        self._nouns = [w for w in self._words if w not in verbs]
        self._weights = {w: article.weight(w) for w in self._words}
        stripped = re.sub("|".join(sorted(_ASKING, key=len, reverse=True)), "", question)
        letters = _bigrams(stripped)
        self._letters = [len(letters & own) / max(1, len(letters)) for own in article.letters]
        self._asks = {name: bool(pattern.search(question)) for name, pattern in _ASKS.items()}
        self._one = any(self._asks[name] for name in _ASKS_FOR_ONE)
        self._measures = [
            sentence_pattern
            for question_pattern, sentence_pattern in _COMPILED
            if question_pattern.search(question)
        ]
        self._denies = bool(_DENIES.search(question))

    def _share_of(self, words: Sequence[str], places: Sequence[int]) -> float:
        """Share of the weight of these words that these sentences hold together, 0 to 1."""
        total = sum(self._weights[w] for w in words)
        own = self._article.words
        return sum(self._weights[w] for w in words if any(w in own[p] for p in places)) / (total or 1)

    def _bm25(self, place: int) -> float:
        words = self._article.words[place]
        length = 1 - _LENGTH_SHARE + _LENGTH_SHARE * words.total() / self._article.mean_length
        return sum(
            self._weights[w] * words[w] * (_SATURATION + 1) / (words[w] + _SATURATION * length)
            for w in self._words
        )

    def features(self) -> Features:
        count = len(self._article.sentences)
        shares = [self._share_of(self._words, [p]) for p in range(count)]
        given = sum(self._weights[w] for w in self._words if w in self._article.title) / (
            sum(self._weights.values()) or 1
        )
        titled = [h + (given / 2 if 0 < h < 1 else 0) for h in shares]
        nouns = [self._share_of(self._nouns, [p]) for p in range(count)]
        bm25 = [self._bm25(p) for p in range(count)]
        together = [self._share_of(self._words, range(max(0, p - 1), p + 1)) for p in range(count)]
        order = {p: n for n, p in enumerate(sorted(range(count), key=lambda p: -titled[p]))}
        most = max(shares), max(self._letters), max(bm25)
        rows = [
            self._sentence(p, shares, (titled[p], nouns[p], bm25[p], order[p], together[p]), most)
            for p in range(count)
        ]
        known = self._article.known
        unknown = [w not in known for w in self._words]
        unknown_nouns = [w not in known for w in self._nouns]
        article = [
            sum(unknown) / len(unknown), sum(unknown_nouns) / max(1, len(unknown_nouns)), not any(unknown), max(shares), max(titled),
            max(nouns), max(self._letters), sorted(shares)[-2] if count > 1 else 0.0, math.log(1 + len(self._words)),
            *self._asks.values(), not self._one, max(together), max(bm25) / (max(bm25) + 5), bool(self._measures), math.log(count),
            self._denies,
        ]  # fmt: skip
        return Features(np.array(rows, float), np.array(article, float))

    def _sentence(
        self,
        place: int,
        shares: Sequence[float],
        own: tuple[float, float, float, int, float],
        most: tuple[float, float, float],
    ) -> list[float]:
        titled, nouns, bm25, order, together = own
        most_held, most_letters, most_bm25 = most
        text, last = self._article.sentences[place].text, place + 1 == len(shares)
        words, asks, letters = self._article.words[place], self._asks, self._letters
        tells = self._article.tells[place]
        before = shares[place - 1] if place else 0.0
        after = 0.0 if last else shares[place + 1]
        reason_after = not last and self._article.tells[place + 1]["reason"]
        measured = any(sentence_pattern.search(text) for sentence_pattern in self._measures)
        new = len(words.keys() - set(self._words))
        denies = bool(_DENIES.search(text))
        verbs = sum(w in words for w in self._verbs) / len(self._verbs) if self._verbs else 0.5
        named = (asks["actor"] or asks["place"]) and self._article.named[place]
        return [
            shares[place], titled, nouns, bm25 / (most_bm25 or 1), bm25 / (bm25 + 5), 1 / (1 + order), letters[place], before, after,
            together, self._share_of(self._words, range(place, min(place + 2, len(shares)))), letters[place - 1] if place else 0.0,
            math.log(1 + new), math.log(1 + len(words)), new < _FEW, asks["number"] and tells["number"],
            asks["number"] and not tells["number"], measured, bool(self._measures) and not measured, asks["reason"] and tells["reason"],
            shares[place] if asks["reason"] and reason_after else 0.0, before if asks["reason"] else 0.0, asks["manner"] and tells["manner"],
            asks["actor"] and named, asks["time"] and tells["time"], asks["place"] and named, asks["limit"] and tells["limit"],
            asks["plan"] and tells["plan"], 0.0 if self._one else shares[place], place / len(shares), place == 0, place < _FEW, last,
            "?" in text, "“" in text or '"' in text, self._denies and denies, not self._denies and denies, verbs,
            most_held - shares[place], shares[place] == most_held, letters[place] == most_letters, shares[place] * letters[place],
            shares[place] ** 2,
        ]  # fmt: skip


def _bigrams(text: str) -> set[str]:
    """Pairs of letters that stand side by side: endings and compounds matter less than in whole words."""
    letters = _LETTERS.sub("", text)
    return {letters[n : n + 2] for n in range(len(letters) - 1)}
