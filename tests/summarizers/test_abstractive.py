"""What a model writes is looked at, mended or replaced before it stands as a summary."""

import threading
from dataclasses import replace

import psutil
import pytest

from support.scripted import Scripted
from support.texts import BODY, PARAGRAPHS, TITLE
from support.tiny_gguf import write_gemma2
from techsum.contracts.article import Article
from techsum.contracts.events import Done, KeySentences, Progress, SentenceDone, TextPiece, Title, Withdrawn
from techsum.errors import CancelledError
from techsum.generators.llama_cpp import load_llama
from techsum.summarizers import SummaryOptions, events
from techsum.summarizers.abstractive import Abstractive
from techsum.summarizers.extractive import extract
from techsum.summarizers.parts import split

ARTICLE = Article(BODY, TITLE)
GOOD = (
    "한물연구소는 소금물을 전해질로 쓰는 전기 저장 장치를 솔섬의 태양광 발전소에 연결했다. "
    "장치의 용량은 240킬로와트시이며 불이 붙지 않는다. 연구소는 내년 가을에 결과를 공개한다."
)


def write(*answers, article=ARTICLE, **options):
    """All events, the summary, and the generator that was asked."""
    generator = answers[0] if isinstance(answers[0], Scripted) else Scripted(*answers)
    seen = list(Abstractive(article, generator, SummaryOptions(**options)).events())
    assert isinstance(seen[-1], Done)
    return seen, seen[-1].summary, generator


def kinds(summary):
    return [n.kind for n in summary.notices]


def test_a_good_text_stands_with_evidence_for_each_sentence():
    _, summary, generator = write(GOOD)
    assert summary.text == GOOD
    assert summary.model == "scripted"
    assert summary.notices == ()
    assert len(generator.asked) == 1
    assert all(s.supported and s.evidence for s in summary.sentences)
    assert all(BODY[e.start : e.end] == e.text for s in summary.sentences for e in s.evidence)


def test_pieces_come_in_order_and_add_up():
    seen, summary, _ = write(GOOD)
    assert isinstance(seen[0], Title)
    assert "".join(e.text for e in seen if isinstance(e, TextPiece)) == GOOD
    assert tuple(e.sentence for e in seen if isinstance(e, SentenceDone)) == summary.sentences
    # the pieces between two settled sentences are one sentence, from its first letter to its last
    open_text = ""
    for event in seen:
        if isinstance(event, TextPiece):
            open_text += event.text
        elif isinstance(event, SentenceDone):
            assert open_text.strip() == event.sentence.text
            open_text = ""


@pytest.mark.parametrize(
    "preamble",
    [
        "다음은 글의 요약입니다:\n",
        "**요약**: \n",
        "네, 요약해 드리겠습니다.\n",
        "Here is a summary:\n",
        "요약:\n\n",
    ],
)
def test_a_preamble_is_left_out(preamble):
    _, summary, _ = write(preamble + GOOD)
    assert summary.text == GOOD


def test_markdown_and_bullets_are_left_out():
    _, summary, _ = write(
        "- **한물연구소**는 소금물 저장 장치를 태양광 발전소에 연결했다.\n- 장치의 용량은 `240킬로와트시`이다.\n"
    )
    assert [s.text for s in summary.sentences] == [
        "한물연구소는 소금물 저장 장치를 태양광 발전소에 연결했다.",
        "장치의 용량은 240킬로와트시이다.",
    ]


def test_an_image_in_a_summary_cannot_become_a_request():
    _, summary, _ = write(
        "장치의 용량은 240킬로와트시이다. ![a](http://evil.example/?q=1) 소금은 섬의 염전에서 얻는다."
    )
    assert "http" not in summary.text
    assert "evil" not in summary.text


def test_a_loop_ends_the_text_after_what_was_good():
    first = GOOD.split(". ", maxsplit=1)[0] + ". "
    seen, summary, generator = write(first + "소금물을 쓴다 " * 200)
    assert summary.text == first.strip()
    assert "dropped" in kinds(summary)
    written = sum(len(e.text) for e in seen if isinstance(e, TextPiece))
    assert written < len(first) + 100, "the model went on although it was looping"
    assert generator.closed == 1


def test_a_sentence_said_twice_is_kept_once():
    sentence = "한물연구소는 소금물을 전해질로 쓰는 저장 장치를 연결했다. "
    _, summary, _ = write(sentence * 5, length="120")
    assert summary.text == sentence.strip()


def test_a_sentence_repeated_with_one_letter_changed_is_left_out():
    sentence = "한물연구소는 소금물 저장 장치를 발전소에 연결했다."
    _, summary, _ = write(f"{sentence} {sentence.replace('한물', '한불')}", length="120")
    assert summary.text == sentence


@pytest.mark.parametrize("name", ["J. 오하람", '"C. salina"', "오하람 et al. 연구진"])
def test_an_initial_or_an_abbreviation_ends_no_sentence(name):
    sentence = f"한물연구소의 {name} 팀이 소금물 저장 장치를 태양광 발전소에 연결했다."
    _, summary, _ = write(sentence, article=Article(f"{BODY}\n\n{sentence}"), length="120")
    assert [s.text for s in summary.sentences] == [sentence]


def test_an_announced_list_that_does_not_follow_is_dropped():
    _, summary, _ = write(GOOD.replace(". 연", ". 장치의 용량은 다음과 같다. 연"))
    assert summary.text == GOOD


def test_a_text_that_breaks_off_at_an_initial_is_unfinished():
    _, summary, _ = write(GOOD + " 소금물 저장 장치는 한물연구소의 J.", article=Article(BODY + " (J. Oh)"))
    assert summary.text == GOOD


def test_a_miscopied_sentence_is_given_in_the_articles_own_words():
    # a lost particle, a tail cut off; and a sentence that was really rewritten stays as the model wrote it
    rewritten = "소금은 섬의 염전에서 얻으므로 리튬 전지와 다르다."
    _, summary, _ = write(
        f"장치 용량은 240킬로와트시로 섬의 스물여섯 가구가 하룻밤 쓸 수 있는 양이다. {rewritten}"
    )
    assert [s.text for s in summary.sentences] == [ARTICLE.sentences[2].text, rewritten]


def test_an_unfinished_last_sentence_is_left_out():
    _, summary, _ = write(GOOD + " 책임자인 오하람 박사는 섬에서는 안전이 효율")
    assert summary.text == GOOD


@pytest.mark.parametrize(
    "sentence",
    [
        "장치는 Гамма 방식을 쓴다. ",
        "소금은 塩田에서 얻는다. ",
        "저장 장치는 とても 안전하다. ",
        "섬에는 wonderful 장치가 있다. ",
    ],
)
def test_a_script_that_the_article_lacks_is_left_out(sentence):
    _, summary, _ = write(sentence + GOOD)
    assert summary.text == GOOD
    assert "dropped" in kinds(summary)


def test_a_number_that_the_article_lacks_is_marked():
    _, summary, _ = write("장치의 용량은 999킬로와트시이다. " + GOOD)
    wrong, *right = summary.sentences
    assert [(n.kind, wrong.text[slice(*n.span)]) for n in wrong.notices] == [("number", "999킬로와트시")]
    assert not any(s.notices for s in right)
    assert kinds(summary) == ["marked"]


def test_spans_of_notices_fit_the_register_that_was_asked():
    _, summary, _ = write(GOOD + " 연구소는 이를 999곳에 연결한다.", register="합니다체", length="400")
    doubtful = summary.sentences[-1]
    assert doubtful.text.endswith("니다.")
    assert [doubtful.text[slice(*n.span)] for n in doubtful.notices] == ["999곳"]


def test_a_strict_reader_gets_the_articles_nearest_sentence_instead():
    _, summary, _ = write("장치의 용량은 999킬로와트시로 섬의 가구가 쓴다. " + GOOD, strict=True)
    first = summary.sentences[0]
    assert first.text == ARTICLE.sentences[2].text
    assert first.evidence[0].text == first.text
    assert not any(s.notices for s in summary.sentences)
    assert kinds(summary) == ["replaced"]


def test_a_strict_reader_sees_no_unsupported_sentence():
    _, summary, _ = write(GOOD + " 고양이는 치즈를 좋아한다.", strict=True, length="400")
    assert "고양이" not in summary.text
    assert kinds(summary) == ["dropped"]


def test_a_failed_text_is_written_again_once():
    seen, summary, generator = write("Sorry, I cannot.", GOOD)
    assert summary.text == GOOD
    assert [o.temperature for _, o in generator.asked] == [0.0, 0.4]
    assert any(isinstance(e, Withdrawn) and e.everything for e in seen)
    assert "fallback" not in kinds(summary)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("", "아무것도"),
        ("소금물을 쓴다 " * 100, "되풀이"),
        ("This is English.", "한국어"),
        ("달의 뒷면에는 고양이가 산다. 고양이는 치즈를 좋아한다.", "근거"),
        ("장치의 용량은 77킬로와트시이다.", "본문과 다름"),
        ("소금은 염전에서 얻는다.", "짧음"),
    ],
)
def test_twice_bad_means_the_articles_own_sentences_and_a_notice(bad, reason):
    _, summary, generator = write(bad)
    assert len(generator.asked) == 2
    assert summary.sentences == extract(ARTICLE).sentences
    assert summary.model == "extract"
    assert kinds(summary) == ["fallback"]
    assert reason in summary.notices[0].message


@pytest.mark.parametrize(
    ("register", "ending"), [("해요체", "요."), ("합니다체", "니다."), ("한다체", "다.")]
)
def test_every_sentence_ends_in_the_register_that_was_asked(register, ending):
    # whatever the model does: here it mixes all three
    mixed = GOOD.replace("연결했다.", "연결했어요.").replace("공개한다.", "공개합니다.")
    _, summary, generator = write(mixed, register=register)
    assert all(s.text.endswith(ending) for s in summary.sentences)
    if register == "한다체":
        assert summary.text == GOOD
    assert {"해요체": "‘-해요’", "합니다체": "‘-합니다’", "한다체": "‘-한다’"}[register] in generator.asked[
        0
    ][0][0].content


def test_note_style_is_one_statement_a_line():
    _, summary, _ = write(GOOD, style="개조식")
    lines = summary.text.split("\n")
    assert len(lines) == 3
    assert all(line.startswith("- ") and line.endswith(("음", "함", "임")) for line in lines)


def test_the_length_is_kept_within_a_sentence():
    many = " ".join(s.text for s in ARTICLE.sentences)
    for characters in (60, 120, 200):
        _, summary, generator = write(many, length=str(characters))
        assert characters <= len(summary.text) <= characters + 80
        assert str(characters) in generator.asked[0][0][0].content


def test_the_model_is_stopped_when_the_length_is_reached():
    _, _, generator = write(" ".join(s.text for s in ARTICLE.sentences) + " 남은 글이다." * 500, length="60")
    assert generator.closed == 1


def test_a_title_is_asked_for_only_where_missing():
    untitled = replace(ARTICLE, title=None)
    _, summary, generator = write(Scripted("소금물로 전기 저장", GOOD), article=untitled)
    assert summary.title == "소금물로 전기 저장"
    assert len(generator.asked) == 2
    _, summary, generator = write(GOOD)
    assert summary.title == TITLE
    assert len(generator.asked) == 1


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "Title",
        "달나라 고양이의 치즈 사랑",
        "남해의 작은 섬 솔섬에서",
        "소금 소금 소금 소금",
        "아주 " * 20 + "긴 제목",
    ],
)
def test_a_bad_title_becomes_a_phrase_of_the_article(bad):
    _, summary, _ = write(Scripted(bad, GOOD), article=replace(ARTICLE, title=None))
    assert summary.title in BODY
    assert 4 <= len(summary.title) <= 20


def test_cancel_stops_the_model_and_raises():
    cancel = threading.Event()
    generator = Scripted(GOOD)
    running = Abstractive(ARTICLE, generator, SummaryOptions(), cancel).events()
    for event in running:
        if isinstance(event, TextPiece):
            cancel.set()
            break
    with pytest.raises(CancelledError):
        list(running)
    assert generator.closed == 1


def long_article(paragraphs):
    return Article(
        "\n\n".join(f"{n}번째 섬의 이야기다. {PARAGRAPHS[n % 3]}" for n in range(paragraphs)), "긴 글"
    )


def test_a_long_article_is_split_at_sentences_without_loss():
    article = long_article(40)
    parts = split(article, Scripted("", context=2500))
    assert len(parts) >= 3
    assert "".join(p.text for p in parts) == article.text
    starts = {s.start for s in article.sentences}
    assert all(p.start in starts for p in parts)
    assert all(len(p.text) <= 2500 - 700 for p in parts)


def test_an_overlong_sentence_is_cut_without_loss():
    article = Article("소금" * 4000)
    parts = split(article, Scripted("", context=2500))
    assert "".join(p.text for p in parts) == article.text


def test_each_part_is_summarised_with_what_came_before():
    article = long_article(40)
    seen, summary, generator = write(Scripted(GOOD, context=3000), article=article)
    parts = len(split(article, generator))
    progress = [dict(e.values) for e in seen if isinstance(e, Progress)]
    assert [p["part"] for p in progress[:parts]] == list(range(1, parts + 1))
    assert {p["total"] for p in progress[:parts]} == {parts}
    assert "앞부분의 요약" not in generator.asked[0][0][0].content
    assert GOOD.split(". ", maxsplit=1)[0] in generator.asked[1][0][0].content
    assert summary.coverage == 1.0
    assert summary.text == GOOD


def test_the_first_text_comes_with_the_first_part():
    seen, summary, _ = write(Scripted(GOOD, context=3000), article=long_article(40))
    first_text = next(n for n, e in enumerate(seen) if isinstance(e, TextPiece))
    second_part = [n for n, e in enumerate(seen) if isinstance(e, Progress)][1]
    assert first_text < second_part
    # what stands after the last thing that was taken back is the summary
    last = max(n for n, e in enumerate(seen) if isinstance(e, Withdrawn) and e.everything)
    assert tuple(e.sentence for e in seen[last:] if isinstance(e, SentenceDone)) == summary.sentences


def test_a_context_too_small_gives_the_articles_own_sentences():
    # given a model that copies what it gets, and parts as short as their summaries
    class Copier(Scripted):
        def stream(self, messages, options, cancel=None):  # noqa: ARG002 - the protocol's signature
            self.asked.append((messages, options))
            assert len(self.asked) < 200, "no end in sight"
            yield from ARTICLE.sentences[len(self.asked) % 7].text + " " + ARTICLE.sentences[1].text

    _, summary, _ = write(Copier("", context=900), article=long_article(12))
    assert summary.model == "extract"
    assert "너무 짧음" in summary.notices[-1].message


def test_parts_that_fail_are_announced():
    article = long_article(40)
    parts = len(split(article, Scripted("", context=3000)))
    answers = ["no", "no"] + [GOOD] * 50
    _, summary, _ = write(Scripted(*answers, context=3000), article=article)
    assert kinds(summary) == ["parts_extracted"]
    assert f"{parts}부분 가운데 1부분" in summary.notices[0].message


def test_key_sentences_come_before_the_model_is_there(tmp_path):
    model = write_gemma2(tmp_path / "tiny.gguf")
    seen = [type(e) for e in events(ARTICLE, SummaryOptions(model=str(model)))]
    assert seen[0] is KeySentences
    assert seen[1] is Progress
    assert seen[-1] is Done


@pytest.mark.slow
def test_a_hundred_pages_are_summarised_in_constant_memory(tmp_path):
    # given the text of 20 and of 100 pages, and a model so small that its memory does not hide the rest
    model = load_llama(write_gemma2(tmp_path / "tiny.gguf", context=4096))

    def grown(pages):
        article = long_article(pages * 4)  # about 470 characters a page, as in a printed report
        seen = Abstractive(article, model, SummaryOptions()).events()
        last = None
        for last in seen:
            pass
        assert last.summary.coverage == 1.0
        return psutil.Process().memory_info().rss

    small, large = grown(20), grown(100)
    assert large - small < 70 * 1024 * 1024


@pytest.mark.slow
def test_the_embedded_gemma_writes_a_korean_summary_of_the_sample(gemma, project):
    from techsum import read

    article = read(project / "samples" / "article.txt")
    *_, done = Abstractive(article, gemma, SummaryOptions()).events()
    assert done.summary.model == "gemma-3-270m"
    assert "experimental" in kinds(done.summary)
    assert 150 <= len(done.summary.text) <= 330
    assert all(s.supported and s.text.endswith("다.") for s in done.summary.sentences)
