"""Sentence endings: 해요체, 합니다체, 한다체, and the noun endings of note style (개조식).

Only the last word of a sentence is rewritten, by Kiwi's morphological generator; the rest stays as it is.
"""

import re
from collections.abc import Sequence

from techsum import korean
from techsum.contracts.options import Register

_CLOSING = re.compile(r"(?<![.!?。…\s\"'”’)\]])[.!?。…\s\"'”’)\]]*+$")
_STATEMENT = re.compile(
    r"^(?:다|ᆫ다|는다|습니다|ᆸ니다|어요|아요|에요|예요|여요|ᆫ다는|죠|지요|네요|음|ᆷ|ᆫ답니다|답니다|랍니다|오|소|네|지)$"
)
_VERBAL = ("VV", "VA", "VX", "VCP", "VCN", "XSV", "XSA")


def with_register(sentence: str, register: Register) -> str:
    """The statement in this register; questions, quotations and fragments are returned as they are."""
    return _with_ending(
        sentence, {"합니다체": ("습니다", "EF"), "해요체": ("어요", "EF"), "한다체": ("다", "EF")}[register]
    )


def register_of(sentence: str) -> str:
    """The register that a sentence ends in: one of the three, or `명사` for a noun or another ending."""
    body = sentence[: _CLOSING.search(sentence).start()]  # type: ignore[union-attr]
    for ending, register in (("니다", "합니다체"), ("요", "해요체"), ("다", "한다체")):
        if body.endswith(ending):
            return register
    return "명사"


def as_note(sentence: str) -> str:
    """The statement in note style: `개발했다.` becomes `개발했음`, `150원이다.` becomes `150원임`."""
    changed = _with_ending(sentence, ("음", "ETN"))
    return changed.rstrip(".。 ") if changed != sentence else sentence


def _with_ending(sentence: str, ending: tuple[str, str]) -> str:
    body = sentence[: _CLOSING.search(sentence).start()]  # type: ignore[union-attr]
    closing = sentence[len(body) :]
    if "?" in closing or not body:
        return sentence
    written = _thing(body, ending[0]) or _copula(body, ending[0]) or _verb(sentence, body, ending)
    return written + closing if written else sentence


_THING = re.compile(r"(?:겁니다|(?<=\s)거(?:예요|에요|다|임))$")
_MODIFIER_FINALS = (4, 8)
"""ㄴ and ㄹ among the final consonants: what a verb before 거 ends in (`할겁니다`)."""
_THING_FORMS = {"습니다": "겁니다", "어요": "거예요", "다": "것이다", "음": "것임"}


def _thing(body: str, ending: str) -> str | None:
    """`body` that ends in 거 and the copula, which are written as one (`할 겁니다`)."""
    found = _THING.search(body)
    if not found or not found.start():
        return None
    before = body[found.start() - 1]
    if before != " " and not (_closed(before) and (ord(before) - 0xAC00) % 28 in _MODIFIER_FINALS):
        return None
    if ending == "다" and found.group().endswith("다") and found.group() != "겁니다":
        return body
    return body[: found.start()] + _THING_FORMS[ending]


_COPULA = re.compile(
    r"(?P<past>이었|였)?(?:(?(past)습니다|입니다)|(?(past)어요|(?:이에요|이예요|예요|에요))|이?다|이?[음임])$"
)
_COPULA_FORMS = {
    "습니다": ("입니다", "입니다"),
    "어요": ("이에요", "예요"),
    "다": ("이다", "다"),
    "음": ("임", "임"),
}
"""After a consonant and after a vowel."""
_HOURS = ("와트시", "암페어시")
_SIGNS = r"0-9A-Za-z%％‰℃℉°㎝㎞㎜㎡㎥㎢㎏㎎가-힣\u4e00-\u9fff"
_LAST_SIGN = re.compile(rf"[{_SIGNS}][^{_SIGNS}]{{0,3}}$")


def _copula(body: str, ending: str) -> str | None:
    """`body` that ends in the copula after a sign (`118%입니다`), which Kiwi takes for a verb.

    It takes the last syllable of `240만 와트시다` for an honorific.
    """
    found = _COPULA.search(body)
    before = body[: found.start()] if found else ""
    sign = _LAST_SIGN.search(before)
    if not found or not sign or ("가" <= sign.group()[0] <= "힣" and not before.endswith(_HOURS)):
        return None
    if found.group("past"):
        return before + found.group("past") + ending
    if ending == "다" and re.search("(?<!니)다$", body):
        return body
    after_consonant, after_vowel = _COPULA_FORMS[ending]
    return before + (after_vowel if _reads_open(before[: sign.start() + 1]) else after_consonant)


def _reads_open(text: str) -> bool:
    """Whether what `text` ends in is read with a vowel at its end; where nobody knows, 이다 fits both."""
    last = text[-1]
    if last.isdigit():
        is_money = re.search(r"[$€£¥₩]\s?[\d,.]{1,20}$", text)
        return last in "2459" and not is_money
    if last in "%％‰℃℉°㎝㎞㎜㎡㎥㎢시":
        return True
    word = re.search(r"[A-Za-z]{1,20}$", text)
    return bool(word) and word.group().isupper() and last not in "LMNR"  # type: ignore[union-attr]


def _verb(sentence: str, body: str, ending: tuple[str, str]) -> str | None:
    start = body.rfind(" ") + 1
    analysed = [t for t in korean.tokens(sentence) if t.start < len(body)]
    tokens = [t for t in analysed if t.start >= start]
    if len(tokens) < 2 or not _is_statement(tokens):  # noqa: PLR2004
        return None
    if ending[0] == "다" and tokens[-1].form.endswith("다") and not tokens[-1].form.endswith("니다"):
        return None
    stem = tokens[:-1]
    last_verb = max((i for i, t in enumerate(stem) if t.tag.split("-")[0] in _VERBAL), default=None)
    if last_verb is None:
        return None
    # Kiwi gives the stem of irregular verbs, so the verb's own first letter is where rewriting begins.
    cut = stem[last_verb].start
    verb = [(t.form, t.tag) for t in stem[last_verb:]]
    describes = _describes(analysed[: len(analysed) - len(tokens) + last_verb + 1])
    written = str(korean.analyser().join([*verb, _fitted(verb, ending, describes=describes)]))
    if verb[0] == ("이", "VCP") and cut and not _closed(body[cut - 1]):
        written = re.sub("^이다$", "다", re.sub("^이에요$", "예요", written)).replace("이었", "였", 1)
    return body[:cut] + written


def _is_statement(tokens: list[korean.Token]) -> bool:
    last = tokens[-1]
    return last.tag in ("EF", "ETN") and bool(_STATEMENT.match(last.form))


def _describes(tokens: Sequence[korean.Token]) -> bool:
    """Whether the last of these, a helping verb, takes the endings of an adjective (`크지 않다`)."""
    if len(tokens) < 3 or tokens[-1].tag != "VX":  # noqa: PLR2004
        return False
    verb, link, helper = tokens[-3:]
    return bool(helper.form == "싶" or (link.form == "지" and verb.tag.split("-")[0] in ("VA", "XSA", "VCP")))


def _fitted(verb: list[tuple[str, str]], ending: tuple[str, str], *, describes: bool) -> tuple[str, str]:
    """The form of the ending that the last morpheme takes."""
    form, tag = verb[-1][0], verb[-1][1].split("-")[0]
    if tag in ("VCP", "VCN") and ending[0] == "어요":
        return ("에요", "EF")
    if ending[0] == "다" and tag in ("VV", "XSV", "VX") and not (form in ("있", "없") or describes):
        return ("는다", "EF") if _closed(form[-1]) else ("ᆫ다", "EF")
    return ending


def _closed(letter: str) -> bool:
    """Whether the syllable ends in a consonant."""
    return "가" <= letter <= "힣" and (ord(letter) - 0xAC00) % 28 > 0
