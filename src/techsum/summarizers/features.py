"""What the ranker knows about an article's sentences: a row of numbers for each.

Everything is counted from the text and from the morphemes that the article was split with, in time that grows
with the article's length.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from techsum import korean

Floats = NDArray[np.float64]

_CUES = {
    "reports": re.compile(r"밝혔|발표했|개발했|보고했|선보였|공개했|내놓았|내놨|제시했|제안했|만들었|개발됐|나왔다|문을 열|시작했|착공|준공"),
    "improves": re.compile(r"줄었|늘었|높였|낮췄|줄였|늘렸|빨라|향상|개선|절감|단축|증가|감소|올랐|떨어졌|커졌|작아졌|달했|그쳤|높았|낮았|많았|적었"),
    "limits": re.compile(r"다만|한계|과제|숙제|아직|않았다|못했다|지적했|지적한|우려|걸림돌|부작용|어렵|주의|위험|하지만|그러나|단점"),
    "plans": re.compile(r"계획|예정|전망|목표|방침|추진|앞으로|내년|올해 안|할 것|까지 "),
    "says": re.compile(r"말했|설명했|전했|덧붙였|강조했|했다고|말한다|라고 했|고 했|반겼|밝힌다"),
    "cause": re.compile(r"때문|덕분|탓|까닭|이유|원인|덕에"),
    "study": re.compile(r"실험|시험|조사|분석|비교한|대상으로|추적|측정|관찰"),
    "scene": re.compile(r"이었다|였다|있었다|였습니다|보인다|속에|위에|앞에|아침|저녁|밤"),
}  # fmt: skip
"""Words of news and technical writing that tell what a sentence is for."""

_STATEMENT_END = re.compile(r"(?:[다요까음함됨임]|[.!。…])['\"”’)\]]*[.!。]?['\"”’)\]]*$")
_UNIT = re.compile(
    r"\d\s*(?:%|％|배|명|개|원|℃|도|㎜|㎝|㎞|㎏|[a-zA-Zμ㎚㎛]|만|억|조|년|시간|분|초|건|회|번|마리|그루|곳|편)"
)
_CONNECTIVE = re.compile(r"^(?:다만|하지만|그러나|반면|한편|또한|또|특히)[ ,]")
_POLITE = re.compile(r"(?:요|니다|죠)[.!?]?['\"”’)\]]*$")

_OPENING = 3
"""Sentences in which a report names who announces what."""
_THIRD = 2
_LONG, _SHORT = 110, 25
"""Characters of a sentence that holds two statements, and of one that is a fragment."""

NAMES = (
    "length", "long", "short", "list", "words", "mean_weight", "repeated", "new_words", "latin", "parentheses", "polite",
    "place", "first", "second", "third", "last", "last_third", "opens_paragraph", "article_length",
    "title_recall", "title_precision", "title_unknown", "title_before", "centroid", "degree", "like_first", "like_before",
    "length_rank", "centroid_rank", "title_rank", "numbers", "numbers_share", "numbers_title", "unit", "connective",
    *(f"cue_{name}" for name in _CUES),
    "limits_late", "plans_late", "report", "report_first", "report_place", "first_title",
)  # fmt: skip


def ends_as_statement(sentence: str) -> bool:
    """Whether the sentence ends as Korean statements do; headings and list items do not."""
    return bool(_STATEMENT_END.search(sentence)) and "?" not in sentence[-3:]


def sentence_features(sentences: Sequence[korean.Sentence], title: str) -> Floats:
    """The features of each sentence, about 0 to 1: shape [sentences, `NAMES`].

    Args:
        sentences: the article's; two characters between one and the next are the border of a paragraph.
        title: its title, or nothing.
    """
    count = len(sentences)
    bags = [frozenset(s.content) for s in sentences]
    uses = Counter(w for s in sentences for w in s.content)
    vectors = _vectors(bags)
    total: Counter[str] = Counter()
    for vector in vectors:
        total.update(vector)
    norm = math.sqrt(sum(v * v for v in total.values())) or 1.0
    near = np.array([_dot(v, total) for v in vectors])
    centroid, degree = near / norm, (near - 1) / max(count - 1, 1)
    titled = frozenset(korean.content(title))
    recall = np.array([len(bag & titled) / max(len(titled), 1) for bag in bags])
    lengths = np.array([len(s.text) for s in sentences], float)
    digits = np.array([sum(c.isdigit() for c in s.text) for s in sentences], float)
    opens = [True, *(b.start - a.end > 1 for a, b in pairwise(sentences))]
    ranks = [_ranks(values) for values in (lengths, centroid, recall)]
    # a report says what was found at once; a feature opens with a scene
    report = any(_CUES["reports"].search(s.text) for s in sentences[:_OPENING])
    seen: set[str] = set()
    rows = []
    for place, (sentence, bag) in enumerate(zip(sentences, bags, strict=True)):
        text, words, share = sentence.text, max(len(bag), 1), place / max(count - 1, 1)
        cues = {name: float(bool(cue.search(text))) for name, cue in _CUES.items()}
        figures = min(digits[place], 8) / 4
        rows.append((
            min(len(text), 160) / 60, len(text) > _LONG, len(text) < _SHORT, not ends_as_statement(text),
            math.log(1 + len(bag)), sum(math.log(1 + uses[w]) for w in bag) / words,
            sum(uses[w] > 1 for w in bag) / words, len(bag - seen) / words,
            sum(c.isascii() and c.isalpha() for c in text) / len(text), "(" in text, bool(_POLITE.search(text)),
            1 / (1 + place), place == 0, place == 1, place == _THIRD, place == count - 1, share > 2 / 3, opens[place],
            math.log(count) / 3,
            recall[place], len(bag & titled) / words, not titled, recall[place - 1] if place else 0.0,
            centroid[place], degree[place],
            _dot(vectors[place], vectors[0]) if place else 0.0,
            _dot(vectors[place], vectors[place - 1]) if place else 0.0,
            *(r[place] for r in ranks),
            figures, digits[place] / max(digits.sum(), 1), figures * recall[place],
            bool(_UNIT.search(text)), bool(_CONNECTIVE.search(text)),
            *cues.values(), cues["limits"] * share, cues["plans"] * share,
            report, report and place == 0, report / (1 + place),
            recall[place] * (place == 0),
        ))  # fmt: skip
        seen |= bag
    return np.asarray(rows, float)


def _vectors(bags: Sequence[frozenset[str]]) -> list[dict[str, float]]:
    """Each sentence's words, rare ones heavier, as a vector of length 1."""
    document_counts = Counter(w for bag in bags for w in bag)
    weights = {w: math.log(1 + len(bags) / n) for w, n in document_counts.items()}
    norms = [math.sqrt(sum(weights[w] ** 2 for w in bag)) or 1.0 for bag in bags]
    return [{w: weights[w] / norm for w in bag} for bag, norm in zip(bags, norms, strict=True)]


def _dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(v * other.get(w, 0.0) for w, v in one.items())


def _ranks(values: Iterable[float]) -> Floats:
    """For each value, the share of the values that are smaller."""
    found = np.fromiter(values, float)
    return np.searchsorted(np.sort(found), found) / len(found)
