"""A small model makes the chosen sentences shorter, and what it gets wrong gives way to the article's own."""

import threading

import pytest

from support.scripted import Scripted
from support.texts import BODY, TITLE
from techsum.contracts.article import Article
from techsum.contracts.events import Done, SentenceDone, TextPiece, Title, Withdrawn
from techsum.errors import CancelledError
from techsum.summarizers import SummaryOptions
from techsum.summarizers.compressive import Compressive, trimmed
from techsum.summarizers.ranker import rank

FOUND = "한물연구소가 소금물을 전해질로 쓰는 저장 장치로 섬의 전기 값을 31% 낮췄다고 14일 밝혔다."
PLAIN = "바닷가 마을에서는 오래전부터 소금물을 끓여 소금을 얻어 왔다고 한다."
ARTICLE = Article(
    f"{FOUND} {PLAIN}\n\n연구소는 내년 가을까지 섬 세 곳에 같은 장치를 놓을 계획이라고 덧붙였다.", TITLE
)
SHORTER = "한물연구소가 소금물 저장 장치로 섬의 전기 값을 31% 낮췄다."


def tuned(*answers, **options):
    generator = Scripted(*answers, **options)
    generator.format = "tuned"
    return generator


def write(generator, article=ARTICLE, **options):
    seen = list(Compressive(article, generator, SummaryOptions(**options)).events())
    assert isinstance(seen[-1], Done)
    return seen, seen[-1].summary


def test_a_shorter_sentence_stands_with_its_source():
    _, summary = write(tuned(SHORTER), length="60")
    assert summary.text == SHORTER
    (sentence,) = summary.sentences
    assert [e.text for e in sentence.evidence] == [FOUND]
    assert ARTICLE.text[sentence.evidence[0].start : sentence.evidence[0].end] == FOUND
    assert (summary.model, summary.coverage) == ("scripted", 1.0)


@pytest.mark.parametrize(
    "wrong",
    [
        "한물연구소가 소금물 저장 장치로 섬의 전기 값을 41% 낮췄다.",
        "한물연구소가 소금물 저장 장치로 섬의 전기 값을 낮추지 못했다.",
        "가람연구소가 소금물 저장 장치로 섬의 전기 값을 31% 낮췄다.",
        "한물연구소가 소금물 저장 장치로 섬의 전기",
        "고양이는 달에서 산다.",
        "한물연구소가 소금물 저장 장치로 島의 전기 값을 31% 낮췄다.",
        FOUND + " 정말로 그렇게 밝혔다.",
        "",
    ],
)
def test_what_is_wrong_gives_way_to_the_articles_sentences(wrong):
    seen, summary = write(tuned(wrong), length="60")
    assert summary.text == FOUND
    assert (summary.model, [n.kind for n in summary.notices]) == ("extract", ["fallback"])
    # and what had been shown of it is taken back
    last = max(n for n, e in enumerate(seen) if isinstance(e, Withdrawn) and e.everything)
    assert tuple(e.sentence for e in seen[last:] if isinstance(e, SentenceDone)) == summary.sentences


def test_one_wrong_sentence_gives_way_alone():
    _, summary = write(tuned(SHORTER, "고양이는 달에서 산다."), length="400")
    assert SHORTER in summary.text
    assert "고양이" not in summary.text
    assert summary.model == "scripted"
    assert summary.notices == ()


@pytest.mark.parametrize(
    ("sentence", "shorter"),
    [
        ("박사팀은 농도를 0.09%로 낮췄다고 8일 국제 학술지에 보고했다.", "박사팀은 농도를 0.09%로 낮췄다."),
        ("단정할 수는 없다고 센터는 밝혔다.", "단정할 수는 없다."),
        ("두 조의 점수는 같았다(78.4점과 78.1점).", "두 조의 점수는 같았다."),
        ('그는 "아직 이르다"고 말했다.', '그는 "아직 이르다"고 말했다.'),
        ("약효가 없다고 일부 환자는 전했다.", "약효가 없다고 일부 환자는 전했다."),
        ("(이 글은 기자가 검토한 것이다.)", "(이 글은 기자가 검토한 것이다.)"),
    ],
)
def test_asides_and_who_reported_it_when_are_left_out(sentence, shorter):
    assert trimmed(sentence) == shorter


def test_a_short_sentence_is_not_sent_to_the_model():
    generator = tuned("아무 말이다.")
    article = Article("섬의 전기 값이 31% 낮아졌다. " + BODY, TITLE)
    _, summary = write(generator, article, length="400")
    asked = [messages[0].content for messages, _ in generator.asked]
    assert not any("섬의 전기 값이 31% 낮아졌다." in prompt for prompt in asked)
    assert summary.sentences


def test_only_the_chosen_sentences_are_shown_to_the_model():
    generator = tuned(SHORTER)
    write(generator, length="60")
    (messages, _), *rest = generator.asked
    assert not rest
    assert trimmed(FOUND) in messages[0].content
    assert PLAIN not in messages[0].content


def test_each_finished_sentence_replaces_its_pieces():
    seen, summary = write(tuned(SHORTER, "연구소는 내년 가을까지 섬 세 곳에 장치를 놓는다."), length="400")
    assert isinstance(seen[0], Title)
    assert tuple(e.sentence for e in seen if isinstance(e, SentenceDone)) == summary.sentences
    assert "".join(e.text for e in seen if isinstance(e, TextPiece)).startswith(SHORTER)


def test_sentences_stand_in_the_articles_order_and_register():
    _, summary = write(tuned(SHORTER), length="400", register="해요체")
    starts = [s.evidence[0].start for s in summary.sentences]
    assert starts == sorted(starts)
    assert all(s.text.endswith("요.") for s in summary.sentences)


def test_an_untitled_article_is_named_from_its_best_sentences():
    generator = tuned("소금물 장치로 섬 전기 값 31%↓", SHORTER)
    article = Article(ARTICLE.text)
    _, summary = write(generator, article, length="60")
    assert summary.title == "소금물 장치로 섬 전기 값 31%↓"
    best = article.sentences[rank(article.sentences, "", 60)[0]].text
    assert best in generator.asked[0][0][0].content


def test_a_foreign_headline_becomes_a_phrase_of_the_article():
    _, summary = write(tuned("달에 사는 고양이 발견", SHORTER), Article(ARTICLE.text), length="60")
    assert summary.title in ARTICLE.text


def test_stopping_stops_the_model():
    cancel = threading.Event()
    generator = tuned(SHORTER)
    running = Compressive(ARTICLE, generator, SummaryOptions(), cancel).events()
    while not isinstance(next(running), TextPiece):
        pass
    cancel.set()
    with pytest.raises(CancelledError):
        list(running)
    assert generator.closed >= 1


def test_a_long_article_costs_no_more_than_a_short_one():
    generator = tuned(SHORTER)
    _, summary = write(generator, Article("\n\n".join([ARTICLE.text, BODY] * 60), TITLE), length="220")
    assert len(generator.asked) < 10
    assert max(len(messages[0].content) for messages, _ in generator.asked) < 400
    assert summary.coverage == 1.0


class Together(Scripted):
    """Writes two answers at once, and no answer before another is being written too."""

    parallel = 2
    meeting = threading.Barrier(2, timeout=20)

    def stream(self, messages, options, cancel=None):  # noqa: ARG002 - the protocol's signature
        self.meeting.wait()
        answer = self.answers[0] if FOUND[:20] in messages[0].content else self.answers[1]
        return iter(answer)


def test_sentences_are_written_together_and_shown_in_order():
    other = "한물연구소는 이 장치를 내년 가을까지 남해에 있는 섬 세 곳에 더 놓을 계획이라고 덧붙였다."
    shorter = "한물연구소는 장치를 내년 가을까지 섬 세 곳에 더 놓을 계획이다."
    generator = Together(SHORTER, shorter)
    generator.format = "tuned"
    seen, summary = write(generator, Article(f"{FOUND}\n\n{other}", TITLE))
    assert [s.text for s in summary.sentences] == [SHORTER, shorter]
    shown = "".join(e.text if isinstance(e, TextPiece) else "|" for e in seen)
    assert f"{SHORTER}|{shorter}|" in shown
