"""How a model is asked: the words of every prompt.

The article always stands before the task, so that the title, the summary and every question about one
article share the longest possible prefix.
"""

from collections.abc import Sequence
from typing import Literal

from techsum.prompts.families import FAMILIES, Format, Message

Verdict = Literal["supported", "contradicted", "absent"]
VERDICTS: dict[Verdict, str] = {"supported": "참", "contradicted": "거짓", "absent": "없음"}
"""What a verifier says of a claim: each is one token of Gemma's vocabulary behind a space."""

ANSWERED = ("있음", "없음")
"""What a verifier says to whether sentences answer a question: they do, they do not."""

_REGISTER_WORDS = {
    "해요체": "‘-해요’로 끝나는",
    "합니다체": "‘-합니다’로 끝나는",
    "한다체": "‘-한다’로 끝나는",
}

_DIFFICULTIES = {
    "쉽게": "중학생도 이해할 수 있게 쉬운 낱말과 짧은 문장을 쓰고, 글에 용어의 설명이 있으면 그 설명으로 풀어 쓰세요. ",
    "전문가": "그 분야의 전문가가 읽을 글이니 전문 용어를 쉬운 말로 바꾸지 말고, 방법과 수치를 구체적으로 쓰세요. ",
}

_CITED = "한 줄에 한 문장씩, 각 문장 앞에 그 내용이 나온 글의 줄 번호를 [2] 또는 [2, 5]처럼 붙여서"

# A base model follows an example, not an instruction. Made up for TechSum; its summary reports, keeps the
# numbers, and does not begin with the article's first words.
_EXAMPLE_ARTICLE = (
    "달의 남극에는 햇빛이 들지 않는 분화구가 많다. 바닥의 온도는 영하 200도 아래로 내려간다. 탐사 연구진은 궤도선이 잰 "
    "중성자 자료를 다시 분석해 이 분화구의 흙 속에 얼음 6억t이 있다고 추정했다. 얼음은 마실 물과 산소, 로켓 연료의 원료가 "
    "된다. 그러나 땅을 파서 확인한 값이 아니어서 오차가 클 수 있다. 연구진은 2년 뒤 착륙선을 보내 1m 깊이까지 직접 팔 계획이다."
)
_EXAMPLE_SUMMARY = (
    "탐사 연구진은 달 남극의 분화구 흙 속에 얼음 6억t이 있다고 추정했다. 땅을 파서 확인한 값이 아니어서 오차가 클 수 있다. "
    "연구진은 2년 뒤 착륙선을 보내 직접 팔 계획이다."
)
_EXAMPLE_TITLE = "달 남극 분화구에 얼음 6억t"

_STEP = 50
_SENTENCE_STEP = 10
"""Characters between two lengths of a summary, and of a sentence, that a tuned model is taught to tell apart."""


def summary_messages(
    article: str,
    *,
    fmt: Format,
    characters: int,
    register: str | None = "한다체",
    bullets: bool = False,
    before: str = "",
    title: str = "",
    difficulty: str = "보통",
    cited: bool = False,
) -> list[Message]:
    """Ask for a summary.

    Args:
        article: the article's text, or one part of a long one.
        fmt: the model's format.
        characters: about how long the summary should be.
        register: `해요체`, `합니다체` or `한다체`; None: whatever the model writes.
        bullets: one short statement a line.
        before: the summary of the parts before this one, for a long document.
        title: the article's own title, where it has one.
        difficulty: `쉽게`, `보통` or `전문가`; an instruct model alone follows it.
        cited: the article's lines are numbered, and each sentence is to name those that it reports.
    """
    if fmt == "tuned":
        return [Message("user", _tuned(article, title, f"요약({_rounded(characters, _STEP)}자)"))]
    if fmt == "plain":
        return [Message("user", _continuation(article, "요약"))]
    form = "한 줄에 한 문장씩, 번호나 기호 없이" if bullets else "한 문단으로"
    if cited:
        form = _CITED
    context = (
        f"앞부분의 요약은 다음과 같습니다. 되풀이하지 말고 이어지는 내용만 요약하세요.\n{before}\n\n"
        if before
        else ""
    )
    endings = f"모든 문장을 {_REGISTER_WORDS[register]} 문장으로 끝맺고, " if register else ""
    task = (
        f"{context}위 글의 핵심을 {characters}자 안팎의 한국어로 {form} 요약하세요. {endings}"
        f"{_DIFFICULTIES.get(difficulty, '')}글에 있는 사실과 숫자만 쓰세요. 인사말이나 설명 없이 요약만 쓰세요."
    )
    return [Message("user", _with_task(article, task))]


def compression_messages(source: str, *, fmt: Format, characters: int, title: str = "") -> list[Message]:
    """Ask for one to three sentences of an article as one short sentence.

    Args:
        source: the sentences.
        fmt: the model's format.
        characters: about how long the sentence should be.
        title: the article's title: what the sentences are about.
    """
    if fmt == "tuned":
        label = f"한 문장({_rounded(characters, _SENTENCE_STEP)}자)"
        return [Message("user", _tuned(source, title, label))]
    if fmt == "plain":
        return [Message("user", _continuation(source, "요약"))]
    task = (
        f"위 글을 {characters}자 안팎의 한국어 한 문장으로 줄이세요. ‘-한다’로 끝나는 문장으로, 글에 있는 사실과 숫자만 쓰고, "
        "설명 없이 그 문장만 쓰세요."
    )
    return [Message("user", _with_task(f"{title}\n\n{source}" if title else source, task))]


def title_messages(article: str, *, fmt: Format) -> list[Message]:
    """Ask for a headline of up to 20 characters."""
    if fmt == "tuned":
        return [Message("user", _tuned(article, "", "제목"))]
    if fmt == "plain":
        return [Message("user", _continuation(article, "제목"))]
    task = "위 글의 제목을 20자 이내의 한국어로 지으세요. 따옴표나 설명 없이 제목만 쓰세요."
    return [Message("user", _with_task(article, task))]


NOT_ANSWERED = "본문에 없는 내용입니다."
"""What a model is asked to say where the article does not answer."""


def question_messages(
    article: str,
    question: str,
    *,
    fmt: Format,
    before: Sequence[tuple[str, str]] = (),
    cited: bool = False,
) -> list[Message]:
    """Ask a question that is to be answered from the article alone.

    Args:
        article: its text.
        question: what is asked now.
        fmt: the model's format.
        before: earlier questions with their answers, the newest last.
        cited: the article's lines are numbered, and each sentence is to name those that it comes from.
    """
    if fmt == "tuned":
        return [Message("user", _tuned(article, "", f"질문: {question}\n대답"))]
    if fmt == "plain":
        return [Message("user", _continuation(article, f"질문: {question}\n대답"))]
    form, bare = (f"{_CITED} ", "번호 없이 ") if cited else ("", "")
    task = f"위 글만 보고 질문에 한국어로 {form}답하세요. 글에 답이 없으면 {bare}‘{NOT_ANSWERED}’라고만 쓰세요.\n질문: "
    questions = [*(q for q, _ in before), question]
    turns = [Message("user", _with_task(article, task + questions[0]))]
    for (_, answer), following in zip(before, questions[1:], strict=True):
        # earlier answers stand here without their citations, and would be imitated
        again = f"{_CITED} 답하세요. " if cited else ""
        turns += [Message("assistant", answer), Message("user", f"{again}질문: {following}")]
    return turns


def verdict_messages(source: str, claim: str, *, fmt: Format, title: str = "") -> list[Message]:
    """Ask whether sentences of an article support a claim; the answer is one of `VERDICTS`.

    Args:
        source: the sentences.
        claim: one sentence.
        fmt: the model's format.
        title: the article's title: what the sentences are about.
    """
    if not FAMILIES[fmt].instruct:
        return [Message("user", _tuned(source, title, f"주장: {' '.join(claim.split())}\n판정"))]
    task = (
        "위 글에 비추어 다음 주장이 맞으면 ‘참’, 글과 어긋나면 ‘거짓’, 글만으로 알 수 없으면 ‘없음’이라고만 답하세요.\n"
        f"주장: {claim}"
    )
    return [Message("user", _with_task(f"{title}\n\n{source}" if title else source, task))]


def answerable_messages(source: str, question: str, *, fmt: Format, title: str = "") -> list[Message]:
    """Ask whether sentences of an article answer a question; the answer is one of `ANSWERED`."""
    if not FAMILIES[fmt].instruct:
        return [Message("user", _tuned(source, title, f"질문: {' '.join(question.split())}\n판정"))]
    task = f"위 글에 다음 질문의 답이 있으면 ‘있음’, 없으면 ‘없음’이라고만 답하세요.\n질문: {question}"
    return [Message("user", _with_task(f"{title}\n\n{source}" if title else source, task))]


def instruction_messages(article: str, instruction: str, *, fmt: Format) -> list[Message]:
    """Ask what a row of training data asks, in its own words."""
    if FAMILIES[fmt].instruct:
        return [Message("user", _with_task(article, instruction))]
    return [Message("user", _tuned(article, "", instruction))]


def _with_task(article: str, task: str) -> str:
    return f"다음은 글 한 편입니다.\n\n{article}\n\n{task}"


def _rounded(characters: int, step: int) -> int:
    return max(step, round(characters / step) * step)


def _tuned(article: str, title: str, label: str) -> str:
    lines = "\n".join(flat for line in article.split("\n") if (flat := " ".join(line.split())))
    head = f"제목: {' '.join(title.split())}\n" if title.strip() else ""
    return f"{head}글: {lines}\n{label}:"


def _continuation(article: str, label: str) -> str:
    # One line: a base model takes an empty line for the end of the document.
    flat = " ".join(article.split())
    return f"글: {_EXAMPLE_ARTICLE}\n요약: {_EXAMPLE_SUMMARY}\n제목: {_EXAMPLE_TITLE}\n\n글: {flat}\n{label}:"
