"""An article in another language is summarised in Korean, each sentence with the lines that it cites."""

import re
import threading
import time

import pytest

from support.scripted import Scripted
from techsum.chat import ask
from techsum.chat.writing import ChatQuestion, written
from techsum.checking import check
from techsum.contracts.article import Article
from techsum.contracts.events import Done, SentenceDone, TextPiece, Title
from techsum.errors import UsageError
from techsum.messages import speaking
from techsum.summarizers import SummaryOptions, events
from techsum.summarizers.abstractive import Abstractive
from techsum.summarizers.rounds import NumberedRound

SENTENCES = (
    "Researchers on the island of Solsom connected a salt-water battery to a solar plant in March.",
    "The device, built by Hanmul Labs, stores 2.4 million watt-hours and cannot catch fire.",
    "Its efficiency was 74 percent, nine points below that of a lithium battery.",
    "Dr. Oh Haram said that the salt comes from the ponds of the island [3].",
    "The team plans to publish two years of measurements next autumn.",
)
ENGLISH = Article(" ".join(SENTENCES), "A battery of salt water", language="en")
WRITTEN = (
    "[1] 솔섬 연구진이 3월에 소금물 배터리를 태양광 발전소에 연결했다.\n"
    "[2] Hanmul Labs가 만든 이 장치는 240만 와트시를 저장하고 불이 붙지 않는다.\n"
    "[3] 효율은 74%로 리튬 배터리보다 9%포인트 낮았다.\n"
)
TITLE = "섬을 밝힌 소금물 배터리"


def write(*answers, article=ENGLISH, **options):
    """All events, the summary, and the generator."""
    generator = Scripted(TITLE, *answers)
    seen = list(Abstractive(article, generator, SummaryOptions(**options)).events())
    assert isinstance(seen[-1], Done)
    return seen, seen[-1].summary, generator


def cited(sentence):
    return [e.text for e in sentence.evidence]


def kinds(summary):
    return [n.kind for n in summary.notices]


def test_each_korean_sentence_has_its_english_evidence():
    _, summary, _ = write(WRITTEN)
    assert [cited(s) for s in summary.sentences] == [[SENTENCES[0]], [SENTENCES[1]], [SENTENCES[2]]]
    assert all(not s.notices for s in summary.sentences)
    assert all(ENGLISH.text[e.start : e.end] == e.text for s in summary.sentences for e in s.evidence)
    assert kinds(summary) == ["translated"]
    assert summary.title == TITLE


def test_citations_are_never_shown():
    seen, summary, _ = write(WRITTEN)
    shown = "".join(e.text for e in seen if isinstance(e, TextPiece))
    assert "[" not in shown + summary.text
    assert tuple(e.sentence for e in seen if isinstance(e, SentenceDone)) == summary.sentences
    assert seen[0] == Title(TITLE)


def test_lines_are_numbered_and_own_bracketed_numbers_leave():
    _, _, generator = write(WRITTEN)
    prompt = generator.asked[-1][0][0].content
    assert f"[1] {SENTENCES[0]}\n[2] {SENTENCES[1]}" in prompt
    assert "island.\n" in prompt
    assert "island [3]" not in prompt


@pytest.mark.parametrize(
    "line",
    [
        "효율은 74%로 리튬 배터리보다 낮았다 [3].",
        "효율은 74%로 리튬 배터리보다 낮았다. [3]",
        "- [3] 효율은 74%로 리튬 배터리보다 낮았다.",
        "[3, 99] 효율은 74%로 리튬 배터리보다 낮았다.",
    ],
)
def test_citations_are_understood_wherever_they_stand(line):
    _, summary, _ = write(f"{line}\n", length="60")
    assert summary.text == "효율은 74%로 리튬 배터리보다 낮았다."
    assert cited(summary.sentences[0]) == [SENTENCES[2]]


def test_a_line_of_two_sentences_becomes_two():
    _, summary, _ = write("[2] 장치는 불이 붙지 않는다. 용량은 240만 와트시다.\n", length="60")
    assert len(summary.sentences) == 2
    assert all(cited(s) == [SENTENCES[1]] for s in summary.sentences)


def test_a_number_or_name_that_the_article_lacks_is_marked():
    _, summary, _ = write(
        "[3] 효율은 81%였다.\n[2] 장치는 Samsung이 만들었다.\n[1] 연구진이 3월에 배터리를 연결했다.\n[5] 측정값은 내년 가을에 나온다.\n[5] 자료는 2년 치다.\n"
    )
    marked = {s.text: [(n.kind, dict(n.values)["found"]) for n in s.notices] for s in summary.sentences}
    assert marked["효율은 81%였다."] == [("number", "81%")]
    assert marked["장치는 Samsung이 만들었다."] == [("name", "Samsung")]
    assert not marked["연구진이 3월에 배터리를 연결했다."]


def test_a_wrong_citation_is_mended_by_its_number():
    _, summary, _ = write("[5] 효율은 74%로 리튬 배터리보다 낮았다.\n", length="60")
    assert cited(summary.sentences[0]) == [SENTENCES[2], SENTENCES[4]]


def test_sentences_without_any_support_are_no_summary():
    _, summary, generator = write("연구진은 매우 기뻐했다.\n주민들도 좋아했다.\n모두가 웃었다.\n")
    assert kinds(summary) == ["fallback"]
    assert summary.model == "extract"
    assert len(generator.asked) == 3


def test_an_english_answer_is_no_summary():
    _, summary, _ = write("\n".join(f"[{n}] {s}" for n, s in enumerate(SENTENCES, 1)))
    assert summary.model == "extract"
    assert "fallback" in kinds(summary)


def test_a_long_article_keeps_its_evidence_through_all_rounds():
    long = Article(
        "\n\n".join(f"{s} It was paragraph {n}." for n in range(40) for s in SENTENCES), language="en"
    )
    parts = [
        f"[{n}] 효율은 74%로 리튬 배터리보다 낮았다.\n[{n}] 이 값은 리튬 배터리에 못 미친다.\n"
        for n in (5, 5)
    ]
    generator = Scripted(*parts, *(["[1] 효율은 74%로 리튬 배터리보다 낮았다.\n"] * 40), context=6000)
    *_, done = Abstractive(long, generator, SummaryOptions(length="60")).events()
    assert done.summary.model == "scripted"
    [sentence] = done.summary.sentences
    assert SENTENCES[2] in cited(sentence)


def test_without_a_capable_model_the_page_says_which_could():
    *_, done = events(ENGLISH, SummaryOptions(model="extract"))
    [note] = [n for n in done.summary.notices if n.kind == "no_translation"]
    assert "gemma" in note.message
    assert done.summary.sentences[0].text in SENTENCES


@pytest.mark.parametrize(
    ("language", "to", "asks"), [("en", None, False), ("en", "ko", True), ("ko", "source", False)]
)
def test_readers_of_korean_get_korean_unless_they_choose(language, to, asks):
    with speaking(language):
        *_, done = events(ENGLISH, SummaryOptions(model="extract", to=to))
    assert ("no_translation" in kinds(done.summary)) == asks


def test_a_range_of_lines_cites_each_of_them():
    _, summary, _ = write("[2-3] 장치의 효율은 74%이고 불이 붙지 않는다.\n", length="60")
    # the line that bears the number out comes first
    assert cited(summary.sentences[0]) == [SENTENCES[2], SENTENCES[1]]


def test_an_abbreviation_of_the_articles_words_is_no_stranger():
    article = Article(f"{ENGLISH.text} It uses artificial intelligence.", language="en")
    _, summary, _ = write("[6] 장치는 AI를 쓴다.\n", article=article, length="60")
    assert not summary.sentences[0].notices


def test_a_question_about_an_english_article_cites_its_lines():
    question = ChatQuestion(ENGLISH, "효율은 얼마인가요?", ())
    seen = list(written(question, Scripted("[3] 효율은 74%입니다.\n"), threading.Event()))
    (done,) = (e for e in seen if isinstance(e, SentenceDone))
    assert done.sentence.text == "효율은 74%입니다."
    assert cited(done.sentence) == [SENTENCES[2]]
    assert "".join(e.text for e in seen if isinstance(e, TextPiece)) == "효율은 74%입니다.\n"


def test_a_korean_question_needs_a_model_that_reads_english():
    with pytest.raises(UsageError, match="gemma"):
        list(ask(ENGLISH, "효율은 얼마인가요?", "extract"))


def test_a_korean_summary_of_an_english_article_is_checked():
    found = check(ENGLISH, "효율은 74%다.\n용량은 350만 와트시다.\n주민들이 좋아했다.")
    first, second, third = found.sentences
    assert cited(first) == [SENTENCES[2]]
    assert [n.kind for n in second.notices] == ["number"]
    assert not third.notices  # nothing to compare: neither borne out nor doubted
    assert [n.kind for n in found.notices] == ["other_language"]


def test_parts_begin_with_a_whole_numbered_line():
    article = Article(
        "\n\n".join(f"{s} It was day {n}." for n in range(80) for s in SENTENCES), language="en"
    )
    reads = NumberedRound.of(article)
    parts = reads.parts(Scripted("", context=4000))
    assert len(parts) > 2
    assert all(re.match(r"\[\d+\] \w", part.text) and not part.text.endswith("]") for part in parts)
    assert "".join(part.text for part in parts) == reads.text
    # and where the model cannot summarise one, its own first lines stand in
    assert reads.stand_in(parts[1])[0].text in parts[1].text


def test_a_title_has_no_citation():
    generator = Scripted("[1, 2] 섬을 밝힌 배터리", WRITTEN)
    *_, done = Abstractive(ENGLISH, generator, SummaryOptions()).events()
    assert done.summary.title == "섬을 밝힌 배터리"


def test_a_check_of_many_numbers_costs_little():
    article = Article(
        " ".join(f"Island {n} stores {n * 7} watt-hours of salt." for n in range(8_000)), language="en"
    )
    claims = "\n".join(f"섬은 {n * 7 + 1}와트시와 {n * 11}와트시를 담는다." for n in range(100))
    began = time.process_time()
    check(article, claims)
    assert time.process_time() - began < 10
