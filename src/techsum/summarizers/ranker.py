"""The ranker: which of an article's sentences say most, learned from annotated articles.

Two linear models over the features of a sentence (`ranker.json`, fitted by `techsum fit-ranker`): one finds the
sentence that says what the one-line summary says, which is always taken; the other predicts how many morphemes of
a summary a sentence holds, a character, and fills the rest greedily, less where a sentence repeats what is chosen
(after Carbonell and Goldstein, "The Use of MMR", 1998).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from techsum import korean
from techsum.checking.evidence import same_meaning
from techsum.summarizers.features import NAMES, Floats, ends_as_statement, sentence_features
from techsum.summarizers.sentence_filter import points_ahead

DocumentKind = Literal["news", "entry"]
"""`entry`: a page of an encyclopedia or a glossary, titled by its headword; `news`: everything else."""
DOCUMENT_KINDS: tuple[DocumentKind, ...] = get_args(DocumentKind)
Target = Literal["line", "summary"]
"""What a model was fitted to find: the one-line summary, or the whole."""
TARGETS: tuple[Target, ...] = get_args(Target)

COEFFICIENTS = Path(__file__).with_name("ranker.json")

_REPEATS = 1.0
"""What is taken from a sentence whose words are all chosen already. Between 0.5 and 2 nothing changes on dev."""

_LENGTH_EXPONENT = 0.3
"""Power of the length in a sentence's value. Per character alone (0) many clipped sentences win, which read badly;
at 0.3 half a sentence fewer stands in 220 characters for 0.5 of 91.5 points of ROUGE-1+2+L in cross-validation."""
_USUAL_LENGTH = 60

_OVERRUN = 1.15
"""A sentence may pass the asked length by this factor rather than be left out."""

_LONGEST_GROUP = 3
"""Sentences that may be needed to understand the last of them; more is a passage, not a summary sentence."""

_HEADWORD_WORDS, _HEADWORD_CHARACTERS = 3, 16
_NO_HEADWORD = re.compile(r"[.…,?!'\"“”‘’:;·]|\d")

_NOISE = re.compile(
    r"기자\s*[=(]|기자$|\S@\S|https?://|www\.|저작권자|ⓒ|©|무단\s?(?:전재|복제|배포)|재배포|관련\s?기사\s*[:：]?|사진\s*[=:/|]|자료\s*[=:]|제공\s*[=:)]"
    r"|\[사진|\(사진|▶|☞|구독\s?(?:하기|신청|은|을 눌러)|문의\s*[:：]|연락처|전화\s*[:：]|담당\s*[:：]|입력\s*\d{4}|수정\s*\d{4}|댓글\s*\d|좋아요\s*\d"
)
"""Bylines, captions, rights, contacts, links: never a part of a summary."""

_CONNECTIVE = re.compile(
    r"^(?:그러나|하지만|그런데|그리고|또한|게다가|다만|한편|특히|반면|반대로|물론|또(?! 다른)),?\s+"
)
_LEANS = re.compile(
    r"^(?:이는|이에|이를|이로|이런|이러한|이렇게|이처럼|이때|이와|이어|이들|이들은|이들이|이|그는|그녀는|그|그들|그들은|그런|그렇다면|그렇게|그래서|그만큼"
    r"|그때|따라서|여기에|여기서|여기엔|거기에|거기서|덕분에|때문에|대신|반면에|즉|곧|둘 다|두|앞의|같은)(?=[\s,])"
)

_FEWEST_WORDS = 4
"""A sentence with fewer meaningful morphemes ("다만 한계도 있다.") only fills the space that is left."""


def document_kind(title: str) -> DocumentKind:
    """What kind of document has such a title."""
    name = re.sub(r"\([^()]*\)", "", title).strip()
    short = 0 < len(name) <= _HEADWORD_CHARACTERS and len(name.split()) <= _HEADWORD_WORDS
    return "entry" if short and not _NO_HEADWORD.search(name) else "news"


@dataclass(frozen=True)
class Scores:
    """What each sentence of an article is worth, one number a sentence."""

    line: Floats
    """As the one line that says what was found."""
    summary: Floats
    """As a part of a summary, a character."""


def scores(sentences: Sequence[korean.Sentence], title: str) -> Scores:
    """Both models' scores of the sentences."""
    features, kind = sentence_features(sentences, title), document_kind(title)
    found = {target: features @ weights + intercept for target, (intercept, weights) in _models(kind).items()}
    return Scores(**found)


def rank(sentences: Sequence[korean.Sentence], title: str, characters: int) -> list[int]:
    """Places of the sentences to take until they hold `characters`, the one that says what was found first.

    A sentence that leans on the one before it ("이 구멍은 …") comes with it or not at all.
    """
    if not sentences:
        return []
    worth = scores(sentences, title)
    words = [frozenset(s.content) for s in sentences]
    lengths = np.array([len(s.text) for s in sentences], float)
    length_weights = (lengths / _USUAL_LENGTH) ** _LENGTH_EXPONENT
    left = _telling(sentences, words) or set(range(len(sentences)))
    repeated = np.zeros(len(sentences))
    covered: set[str] = set()
    chosen: list[int] = []

    def value(group: tuple[int, ...], gains: Floats) -> float:
        places = list(group)
        return float(gains[places] @ lengths[places] / lengths[places].sum())

    # the first one says by itself what was found
    alone: list[tuple[int, ...]] = [(p,) for p in left if len(_with_antecedents(sentences, p, (), left)) == 1]
    while left and (room := characters * _OVERRUN - lengths[chosen].sum()) > characters * (_OVERRUN - 1):
        groups = [g for p in left if (g := _with_antecedents(sentences, p, chosen, left))]
        if not chosen:
            groups = alone or groups or [(p,) for p in left]
        fitting = [g for g in groups if lengths[list(g)].sum() <= room]
        if not fitting and (chosen or not groups):
            break
        # with nothing chosen and nothing short enough, one long sentence is better than none
        gains = (worth.summary - _REPEATS * repeated) * length_weights if chosen else worth.line
        best = max(fitting or groups, key=lambda g: (value(g, gains), -g[0]))
        chosen += best
        covered.update(*(words[p] for p in best))
        left = {p for p in left if p not in best and not any(same_meaning(words[p], words[b]) for b in best)}
        for place in left:
            repeated[place] = len(words[place] & covered) / max(len(words[place]), 1)
    return chosen


def find_line(sentences: Sequence[korean.Sentence], title: str) -> int | None:
    """The place of the sentence that says what was found; None where there is no sentence."""
    ranked = rank(sentences, title, 1)
    return ranked[0] if ranked else None


def without_connective(sentence: str) -> str:
    """The sentence without the word that ties it to the one before ("그러나", "또한")."""
    return _CONNECTIVE.sub("", sentence)


def is_noise(sentence: str) -> bool:
    """Whether this is a byline, a caption, a right, a contact or a link."""
    return bool(_NOISE.search(sentence))


def _with_antecedents(
    sentences: Sequence[korean.Sentence], place: int, chosen: Sequence[int], left: set[int]
) -> tuple[int, ...]:
    """The sentence behind those that it needs and that are not chosen yet; nothing where one cannot be had."""
    group: tuple[int, ...] = (place,)
    while group[0] and _LEANS.match(without_connective(sentences[group[0]].text)):
        before = group[0] - 1
        if before in chosen:
            break
        if before not in left or len(group) == _LONGEST_GROUP:
            return ()
        group = (before, *group)
    return group


def _telling(sentences: Sequence[korean.Sentence], words: Sequence[frozenset[str]]) -> set[int]:
    """Places of the sentences that state something: no headings, questions, fillers, bylines, lists to come."""
    return {
        place
        for place, sentence in enumerate(sentences)
        if len(words[place]) >= _FEWEST_WORDS
        and ends_as_statement(sentence.text)
        and not points_ahead(sentence.text)
        and not is_noise(sentence.text)
    }


@cache
def _models(kind: DocumentKind) -> dict[Target, tuple[float, Floats]]:
    """Intercept and weights for each target, the weights in the order of `NAMES`.

    An encyclopedia's lead is no one-line summary: where no line was fitted, the summary's model stands for it.
    """
    kept = json.loads(COEFFICIENTS.read_text("utf-8"))[kind]
    kept = {"line": kept["summary"], **kept}
    return {
        target: (kept[target]["intercept"], np.array([kept[target]["weights"][name] for name in NAMES]))
        for target in TARGETS
    }
