"""Questions that fit any report: its limits, what comes next, what it costs, how it differs, why, how it was found.

They name nothing of the article, so that words cannot find the answer; how such sentences look can.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One such question."""

    key: str
    """Its name: of a kind that is suggested, the question in the catalogue."""
    words: frozenset[str]
    """Meaningful morphemes of its wordings; a question with others asks for something of its own."""
    sentence_pattern: re.Pattern[str]
    """What a sentence that answers it holds."""
    question_pattern: re.Pattern[str] | None = None
    """What the question must hold besides: its words alone could ask for anything. Such a kind is not suggested."""


def _kind(key: str, words: str, sentence_pattern: str, question_pattern: str = "") -> Kind:
    return Kind(
        key,
        frozenset(words.split()),
        re.compile(sentence_pattern),
        re.compile(question_pattern) if question_pattern else None,
    )


KINDS = (
    _kind("suggest_limit", "한계 남 문제 문제점 단점 약점 과제 부족 아쉽 걸림돌 기술 연구 결과 장치 방법 있",
          r"다만|한계|과제|아직|우려|걸림돌|어렵|부작용|지적|못했|못한다|않았다|단점|약점"),
    _kind("suggest_plan", "앞 계획 예정 다음 향후 하 연구 연구팀 회사 앞으로 어떻",
          r"계획|예정|방침|추진|내년|목표로|앞으로"),
    _kind("suggest_cost", "비용 값 가격 돈 들 얼마나 있", r"\d[\d,.]*\s?(?:만|억|조|천)?\s?원"),
    _kind("suggest_compare", "기존 방식 다르 차이 차이점 기술 방법 제품 것 나 장점 낫", r"기존|종래|지금까지|이전|보통|일반"),
    _kind("suggest_reason", "그렇 결과 나오 원인 이유 일어나 생기", r"때문|덕분|탓|까닭|원인"),
    _kind("asked_who", "만들 개발 연구 하 발표 내놓 팀 기관 회사 곳 일",
          r"(?:연구(?:소|팀|진|실|원)|대학|대 |센터|연구단|회사|팀|사는|㈜).{0,200}(?:만들|개발|밝혔|발표|내놓|공개|선보|출시)",
          question_pattern=r"누가|누구|어디서 |어디에서 |어느 (?:팀|기관|회사|대학|연구)"),
    _kind("suggest_method", "방법 확인 실험 시험 조사 연구 어떻 하 알아내 방식", r"(?:실험|시험|조사|분석|측정|관찰|비교)(?:한|했|해|하|을|를)"),
)  # fmt: skip


def kind_of(question: str, words: Sequence[str]) -> Kind | None:
    """The kind of question that has these content words and no others; None for a question of its own."""
    return next(
        (
            kind
            for kind in KINDS
            if words
            and kind.words.issuperset(words)
            and (not kind.question_pattern or kind.question_pattern.search(question))
        ),
        None,
    )
