"""What a sentence affirms and what it denies, and whether its evidence says the opposite.

Seen without a model: a negated predicate (`-지 않다`, `못`, `-ㄹ 수 없다`, `아니다`) and words with an opposite
(늘다/줄다, 높다/낮다). `줄지 않았다` and `늘었다` are on the same side.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from techsum.korean import Token

_OPPOSITES = """
늘/줄 늘어나/줄어들 늘리/줄이 증가/감소 상승/하락 상승/하강 오르/내리 올리/내리 올라가/내려가 높/낮 높아지/낮아지 높이/낮추 크/작 커지/작아지 많/적 많아지/적어지
빠르/느리 빨라지/느려지 강하/약하 강/약 강화/약화 세지/약해지 길/짧 길어지/짧아지 깊/얕 넓/좁 넓히/좁히 넓어지/좁아지 두껍/얇 무겁/가볍 밝/어둡 뜨겁/차갑 덥/춥 따뜻/서늘
확대/축소 확장/축소 팽창/수축 증설/감축 가속/감속 가열/냉각 흡수/방출 흡열/발열 생성/소멸 발생/소멸 추가/삭제 추가/제거 포함/제외 허용/금지 허가/불허 승인/거부 승인/반려
찬성/반대 동의/반대 성공/실패 합격/불합격 통과/탈락 개선/악화 호전/악화 나아지/나빠지 좋/나쁘 좋아지/나빠지 쉽/어렵 쉬워지/어려워지 유리/불리 안전/위험 흑자/적자 이익/손실 수출/수입
이기/지 승리/패배 얻/잃 열/닫 켜/끄 켜지/꺼지 시작/종료 시작하/끝나 개통/폐쇄 가동/중단 재개/중단 계속/중단 유지/폐지 도입/폐지 설립/해체 연결/차단 결합/분리 상향/하향 인상/인하
최대/최소 최고/최저 최초/최후 이상/이하 초과/미만 플러스/마이너스 양수/음수 양극/음극 직류/교류 단기/장기 내부/외부 가깝/멀 가능/불가능 충분/부족 충분/불충분 안정/불안정 필요/불필요
완전/불완전 규칙/불규칙 투명/불투명 합법/불법 공식/비공식 공개/비공개 정상/비정상 대칭/비대칭 유선/무선 유료/무료 긍정/부정 촉진/억제 활성/비활성 건조/습윤 젖/마르
"""


def _pairs() -> tuple[dict[str, tuple[str, int]], dict[str, str]]:
    axes: dict[str, tuple[str, int]] = {}
    opposite: dict[str, str] = {}
    for pair in _OPPOSITES.split():
        plus, minus = pair.split("/")
        # a word with two opposites (내리: 오르, 올리) keeps the axis of its first pair
        axis = axes.get(plus, axes.get(minus, (plus, 1)))[0]
        axes.setdefault(plus, (axis, 1))
        axes.setdefault(minus, (axis, -1))
        opposite.setdefault(plus, minus)
        opposite.setdefault(minus, plus)
    return axes, opposite


_AXES, OPPOSITE = _pairs()
_MORE = {
    "늘",
    "늘어나",
    "늘리",
    "증가",
    "상승",
    "오르",
    "올리",
    "올라가",
    "높",
    "높아지",
    "높이",
    "크",
    "커지",
    "많",
    "많아지",
    "인상",
    "상향",
    "확대",
}
"""Positive words of the pairs that say which way a number went: 18% 줄었다 is the same as 18% 적게."""

# predicates that deny by themselves, and what they deny
_DENYING = {"없": "있", "아니": "이", "모르": "알", "못하": "하", "없애": "있", "없어지": "생기", "않": "하"}
_IMPLIED = frozenset(
    [
        "막",
        "멈추",
        "빠지",
        "빼",
        "놓치",
        "잃",
        "그치",
        "어렵",
        "힘들",
        "실패",
        "끊",
        "끊기",
        "끊어지",
        "반대",
        "거부",
        "거절",
        "중단",
        "금지",
        "제외",
        "비슷",
        "같",
        "그대로",
        "마찬가지",
        "똑같",
        "남",
        "머무르",
        "머물",
        "버리",
        "감추",
        "사라지",
        "무디",
        "설치",
        "지우",
        "망가지",
        "깨지",
        "부족",
        "모자라",
        "드물",
        "적",
        "낮",
        "작",
        "줄",
        "피하",
        "참",
        "포기",
        "미루",
        "늦",
        "밀리",
        "이르",
        "불과",
        "한하",
        "뿐",
        "밖에",
        "아래",
        "미만",
        "이하",
        "안쪽",
        "차단",
        "면하",
        "벗어나",
        "벗",
        "다시",
        "새로",
        "지키",
        "유지",
        "온전",
        "무사",
    ]
)
"""Words that deny without a negation: what they are said of is often told as `-지 않다`."""
_OF_A_NUMBER = frozenset({"되", "미치", "넘", "지나", "걸리", "차", "못하", "모자라"})
"""Predicates whose denial only bounds a number: 1분이 채 걸리지 않는다."""
_PREFIXES = {"불", "비", "미", "무", "부", "몰"}
_EMPTY = {"하", "되", "이", "있", "것", "수"}
"""Predicates that say too little to be compared one by one."""


# Tuned with the corruption set: stricter values halve the alarms on right sentences and lose as many wrong ones.
_SAME_MAIN_CLAUSE = 0.01
_SAME_CLAUSE = 0.4
"""Share of a claim's words that the evidence's clause must hold to speak of the same thing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One word that affirms or denies."""

    axis: str
    """The predicate, or the positive word of its pair of opposites."""
    sign: int
    """1 or -1."""
    negated: bool
    """Whether a negation stands with it (`않`, `못`, `없`), whatever the word itself means."""
    words: frozenset[str]
    """Content words of its clause, without itself."""
    numbers: frozenset[str]
    """Numbers of its clause, in digits."""
    last: bool
    """Whether the sentence ends in it: its main claim."""
    start: int
    end: int
    """Character offsets of the word with its negation."""


def claims(tokens: Sequence[Token]) -> list[Claim]:
    """The claims of one sentence, in order.

    Args:
        tokens: Kiwi's analysis of the sentence.
    """
    found = []
    for clause in _clauses(tokens):
        content = [t for t in clause if t.tag[:2] in ("NN", "VV", "VA", "XR", "SL", "SN")]
        for place, token in enumerate(clause):
            word = _word(clause, place)
            if word is None:
                continue
            negations = list(_negations(clause, place))
            axis, sign = _AXES.get(word, (word, 1))
            if word in _DENYING:
                axis, sign = _DENYING[word], -1
                negations.append(place)
            sign = -sign if len(negations) % 2 and word not in _DENYING else sign
            if axis in _EMPTY and not negations:
                continue
            last = clause[max([place, *negations])]
            first = clause[min([place, *negations])]
            words = frozenset(t.form for t in content if t is not token)
            negated = bool(len(negations) % 2)
            numbers = frozenset(t.form for t in content if t.tag == "SN")
            end = last.start + last.len
            found.append(Claim(axis, sign, negated, words, numbers, False, first.start, end))
    if found:
        found[-1] = replace(found[-1], last=True)
    return found


def _clauses(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Runs of tokens that end in a connective ending, a quotation or the sentence's end."""
    clause: list[Token] = []
    for place, token in enumerate(tokens):
        clause.append(token)
        follows = tokens[place + 1].tag if place + 1 < len(tokens) else ""
        if token.tag == "EC" and token.form not in ("지", "게") and follows != "VX":
            yield clause
            clause = []
    if clause:
        yield clause


def _word(clause: Sequence[Token], place: int) -> str | None:
    """The predicate or pair word at this place, or None where no claim stands."""
    token = clause[place]
    tag = token.tag.split("-")[0]
    if tag in ("VV", "VA", "VCN"):
        return str(token.form)
    if tag in ("NNG", "XR"):
        prefixed = place and clause[place - 1].tag == "XPN" and clause[place - 1].form in _PREFIXES
        word = f"{clause[place - 1].form if prefixed else ''}{token.form}"
        follows = clause[place + 1].tag if place + 1 < len(clause) else ""
        if follows.startswith(("XSV", "XSA")):
            return word
    return None


def _negations(clause: Sequence[Token], place: int) -> Iterator[int]:
    """Places of what negates the word at `place`: 안/못 before it, 지 않/못하 or 수 없 behind it."""
    if place and clause[place - 1].tag == "MAG" and clause[place - 1].form in ("안", "못"):
        yield place - 1
    for near in range(place + 1, min(place + 9, len(clause))):
        token = clause[near]
        tag = token.tag.split("-")[0]
        new_word = tag in ("VV", "NNG") and clause[near - 1].tag not in ("XSN", "NNG")
        if new_word and token.form not in ("못하", "않"):
            return
        between = clause[place + 1 : near]
        if any(t.form in ("밖에", "뿐") for t in between) or any(t.form == "채" for t in clause[:near]):
            return  # 만들 수밖에 없다 affirms, 1분이 채 걸리지 않는다 bounds a number
        cannot = token.form == "없" and any(t.tag == "NNB" and t.form in ("수", "길", "리") for t in between)
        if (tag == "VX" and token.form in ("않", "못하", "말")) or cannot or tag == "VCN":
            yield near


def contradiction(
    stated_claims: Iterable[Claim], evidence: Sequence[Claim], *, implied: bool = True
) -> Claim | None:
    """The first claim that the evidence denies.

    The same predicate stands there in the clause most like this one, with another sign. Or the sentence ends in a
    denial, and nothing at all is denied where it comes from, nor `implied` by a word (막다, 빠지다, 그치다).
    """
    evidence = list(evidence)
    denies = any(
        c.negated or (implied and (c.axis in _IMPLIED or c.words & _IMPLIED or c.sign < 0)) for c in evidence
    )
    for claim in stated_claims:
        if _goes_the_other_way(claim, evidence):
            return claim
        same = [c for c in evidence if c.axis == claim.axis]
        alike = max((_alike(claim, c) for c in same), default=0.0)
        if same:
            enough = _SAME_MAIN_CLAUSE if claim.last and claim.negated else _SAME_CLAUSE
            if alike >= enough and all(c.sign != claim.sign for c in same if _alike(claim, c) == alike):
                return claim
        elif (
            claim.last and claim.negated and not denies and not (claim.numbers and claim.axis in _OF_A_NUMBER)
        ):
            return claim
    return None


def _goes_the_other_way(claim: Claim, evidence: Iterable[Claim]) -> bool:
    """Whether the evidence says of the same number that it went up where this claim says down, or down for up."""
    if claim.axis not in _MORE or not claim.numbers:
        return False
    same = [c for c in evidence if c.axis in _MORE and c.numbers & claim.numbers]
    return bool(same) and all(c.sign != claim.sign for c in same)


def _alike(one: Claim, other: Claim) -> float:
    """Share of the first claim's words that stand in the other's clause, 0 to 1."""
    return len(one.words & other.words) / len(one.words) if one.words else 0.5
