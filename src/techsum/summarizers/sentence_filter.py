"""What a model wrote is looked at before a reader sees it as a summary.

Small models begin with a preamble, loop, break off and drift into other scripts. Each check
here answers with the catalogue key of its reason, or None.
"""

import re
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher

from techsum import korean
from techsum.checking.evidence import same_meaning
from techsum.reading.parsed import clean_line

_INITIAL = r"(?<!\b[A-Za-z]\.)(?<!\b(?:al|vs|Dr|Mr|St|No)\.)"
"""Not behind the full stop of an initial (J. Moreau, C. brinkmani) or a Latin abbreviation."""
SENTENCE_END = re.compile(rf"(?:(?<![.!?。…])[.!?。…]++{_INITIAL}['\"”’)\]]*+(?=\s)|\n)")
"""Where a streamed sentence may end: a closing mark before white space, so that 3.5 stays whole."""

_COMPLETE = re.compile(rf"(?:[.!?。…]{_INITIAL}|[다요음함됨임])['\"”’)\]]*$")
_PREAMBLE = re.compile(
    r"^(?:네[,.!]|물론|알겠습니다|다음은|아래는|이 글(?:을|의) (?:핵심을 )?요약"
    r"|요약(?:문|하면|하자면|본)?\s*[:：]?$|요약\s*[:：]|제목\s*[:：]"
    r"|here(?:'s| is)|sure|certainly|summary\s*:|글의 핵심(?:은|을)? (?:다음|요약))",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"^\s*(?:[-*•·▪◦]|#{1,6}|\d{1,2}[.)]|[①-⑳])\s+|\*\*|__|`|!?\[[^\]\[]*\]\([^()]*\)")
_AHEAD = re.compile(r"(?:다음과|아래와) 같(?:다|은|이|습니다|아요)[^.]{0,24}[.:]?$")
_LOOP_UNIT = 10
_LOOP_TIMES = 3
_COPIED = 0.85


def tidy(sentence: str) -> str:
    """The sentence on one line, without Markdown, bullets, invisible characters and a stray bracket."""
    text = clean_line(_MARKUP.sub("", sentence))
    if text.endswith(")") and text.count(")") > text.count("("):
        text = text[:-1].rstrip()
    return f"{text}." if text.endswith("다") else text


def is_near_copy(sentence: str, original: str) -> bool:
    """Whether the sentence is the article's own, miscopied: a particle lost, a tail cut off.

    It must say nothing that the original does not say, and agree with it in nearly all letters.
    """
    if not set(korean.content(sentence)) <= set(korean.content(original)):
        return False
    return _alike(sentence, original)


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _COPIED


def is_preamble(sentence: str) -> bool:
    """Whether the model talks about the summary instead of summarising."""
    return bool(_PREAMBLE.search(sentence))


def is_complete(sentence: str) -> bool:
    """Whether the sentence ends as a Korean sentence does."""
    return bool(_COMPLETE.search(sentence))


def points_ahead(sentence: str) -> bool:
    """Whether the sentence announces a list or a formula that does not follow: "특징은 다음과 같다."."""
    return bool(_AHEAD.search(sentence))


def loops(open_text: str) -> bool:
    """Whether the end of a text repeats itself: the last ten characters stand in it three times."""
    tail = open_text[-_LOOP_UNIT:]
    return (
        len(open_text) >= _LOOP_UNIT * _LOOP_TIMES
        and bool(tail.strip())
        and open_text.count(tail) >= _LOOP_TIMES
    )


def repeats(sentence: str, earlier: Sequence[str]) -> bool:
    """Whether the sentence says again what an earlier one said: in nearly its letters, or in its words."""
    words = set(korean.content(sentence))
    return any(_alike(sentence, o) or same_meaning(words, set(korean.content(o))) for o in earlier)


def scripts(text: str) -> set[str]:
    """The scripts of the letters in `text`, by the first word of their Unicode names."""
    letters = {c for c in text if c.isalpha()}
    return {unicodedata.name(c, "UNKNOWN").split()[0].split("-")[0] for c in letters}


def sentence_fault(sentence: str, article_scripts: AbstractSet[str]) -> str | None:
    """Why this finished sentence may not stand, as a catalogue key, or None."""
    if not re.search("[가-힣]", sentence):
        return "reason_not_korean"
    if scripts(sentence) - article_scripts - {"HANGUL"}:
        return "reason_script"
    return None
