"""What stands below a summary: a limit, the next step, and questions."""

import json
from pathlib import Path

import pytest

from techsum.chat import quoted
from techsum.chat.answer_card import MOST_SUGGESTIONS, answer_card
from techsum.chat.quoting import cited
from techsum.contracts.article import Article
from techsum.contracts.summary import Summary
from techsum.messages import text
from techsum.summarizers import SummaryOptions, events

FOUND = "연구팀은 배터리 수명을 두 배로 늘리는 전해질을 개발해 1,200번 충전한 뒤에도 용량의 91%를 지켰다."
LIMIT = "다만 영하 20도 아래에서는 출력이 절반으로 떨어지는 문제를 아직 풀지 못했다."
NEXT_STEP = "연구팀은 내년 상반기에 전기차용 시제품을 만들어 시험할 계획이다."
FILLER = "전해질은 리튬염과 용매를 섞어 만들며 첨가제의 비율을 1%에서 5%까지 바꾸었다."
DEV = Path(__file__).parents[2] / "data/techsum-ko/articles.dev.jsonl"


def article(*sentences):
    return Article(text="\n\n".join([" ".join([FOUND, FILLER]), *sentences]), title="수명이 두 배인 전해질")


def card(made, shown=()):
    summary = Summary(title="", text="", sentences=tuple(shown), model="x", coverage=1.0, seconds=0.0)
    return answer_card(made, summary, quoted)


def texts(items):
    return [item.text for item in items]


def test_limit_and_next_step_are_the_articles_own_sentences():
    made = article(LIMIT, NEXT_STEP)
    found = card(made)
    assert (texts(found.limits), texts(found.next_steps)) == ([LIMIT], [NEXT_STEP])
    for one in (*found.limits, *found.next_steps):
        (place,) = one.evidence
        assert made.text[place.start : place.end] == one.text


def test_what_the_summary_says_is_not_said_again():
    made = article(LIMIT, NEXT_STEP)
    shown = [cited(s) for s in made.sentences if s.text in (LIMIT, NEXT_STEP)]
    found = card(made, shown)
    assert (found.limits, found.next_steps) == ((), ())
    assert not {text("suggest_limit", "ko"), text("suggest_plan", "ko")}.intersection(found.suggestions)


def test_a_limit_that_is_announced_stands_in_the_next_sentence():
    made = article(f"다만 한계도 있다. {FILLER.replace('첨가제', '수분')}")
    assert texts(card(made).limits) == [FILLER.replace("첨가제", "수분")]


@pytest.mark.parametrize(
    "sentence",
    [
        "당초 2024년까지 시험을 마칠 계획이었으나 자금이 없어 한 해를 미루었다.",
        "서버 가동률이 계획한 70%가 아니라 54%에 머물러 나온 열도 그만큼 적었다.",
        "상대가 방금 앞으로 걷고 있었다면 다음 장면에서도 걷고 있으리라 본다.",
    ],
)
def test_what_happened_is_no_next_step(sentence):
    assert card(article(sentence)).next_steps == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "큰 전력을 다루는 방송 송신기에는 진공관이 아직 남아 있다.",
        "자료를 담은 큐비트를 직접 재지 않고 이웃한 넷이 서로 맞는지만 묻는다.",
    ],
)
def test_what_is_merely_negated_is_no_limit(sentence):
    assert card(article(sentence)).limits == ()


def test_suggested_questions_are_answered_by_what_the_card_lacks():
    rows = [json.loads(line) for line in DEV.read_text("utf-8").splitlines()[:8]]
    asked = 0
    for row in rows:
        made = Article(text=row["text"], title=row["title"])
        *_, done = events(made, SummaryOptions("short", model="extract"))
        found = answer_card(made, done.summary, quoted)
        stated = {e.start for s in done.summary.sentences for e in s.evidence}
        stated |= {e.start for s in (*found.limits, *found.next_steps) for e in s.evidence}
        assert len(found.suggestions) <= MOST_SUGGESTIONS
        for question in found.suggestions:
            assert any(e.start not in stated for s in quoted(made, question) for e in s.evidence)
        asked += len(found.suggestions)
    assert asked
