"""The ranker: which sentences of an article say most."""

import json
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from techsum.cli import app
from techsum.contracts.article import Article
from techsum.summarizers.features import NAMES, sentence_features
from techsum.summarizers.ranker import COEFFICIENTS, document_kind, is_noise, rank

NEWS = (
    "새벽의 공장은 조용했다. 야간 근무자 두 사람이 기계 앞에 앉아 있었다.\n\n"
    "한울소재연구원 정다은 박사팀은 물을 묻히면 스스로 아무는 플라스틱을 개발했다고 9일 밝혔다. 긁힌 자리의 94%가 세 시간 만에 메워졌다.\n\n"
    "이 물질은 옥수수에서 얻은 당으로 만든다. 다만 60℃가 넘으면 무너져 자동차에는 쓸 수 없다.\n\n"
    "한울일보 김모래 기자 = moraekim@example.com\n\n관련기사 스스로 아무는 유리도 나왔다."
)


def ranked(text, title="", characters=120):
    sentences = Article(text).sentences
    return [sentences[p].text for p in rank(sentences, title, characters)]


def test_the_finding_comes_first():
    assert ranked(NEWS)[0].startswith("한울소재연구원 정다은 박사팀은")


def test_a_sentence_that_leans_comes_with_what_it_leans_on():
    texts = ranked(NEWS, characters=1000)
    assert "이 물질은 옥수수에서 얻은 당으로 만든다." in texts
    assert texts.index("이 물질은 옥수수에서 얻은 당으로 만든다.") > texts.index(
        "긁힌 자리의 94%가 세 시간 만에 메워졌다."
    )
    sentences = Article(
        "이 물질은 옥수수에서 얻은 당으로 값싸게 만들 수 있다. 공장은 내년에 문을 연다."
    ).sentences
    assert rank(sentences, "", 200)  # the first sentence leans on nothing that was left out


@pytest.mark.parametrize(
    "line",
    [
        "한울일보 김모래 기자 = moraekim@example.com",
        "[사진=한울소재연구원]",
        "ⓒ 한울일보, 무단 전재 및 재배포 금지",
        "관련기사: 스스로 아무는 유리도 나왔다.",
        "문의: 홍보팀 02-000-0000",
    ],
)
def test_bylines_captions_rights_and_links_are_noise(line):
    assert is_noise(line)
    assert line not in ranked(NEWS + "\n\n" + line, characters=1000)


@pytest.mark.parametrize(
    "sentence",
    [
        "뉴욕의 신문사는 인공지능 회사를 저작권 침해로 고소했다.",
        "영상 회사가 구독료를 10% 올렸다.",
        "무단횡단 사고가 한 해 사이에 12% 줄었다.",
        "포털은 기사 아래의 댓글 서비스를 없애기로 했다.",
        "건전지 제공 시간은 24시간이다.",
    ],
)
def test_an_article_may_be_about_rights_subscriptions_and_comments(sentence):
    assert not is_noise(sentence)


@pytest.mark.parametrize(
    "beginning", ["이어폰 시장이", "이로운 세균이", "즉시 대피한 사람이", "곧은 줄기가", "대신증권은"]
)
def test_a_word_that_looks_like_leaning_does_not_lean(beginning):
    sentences = Article(f"작은 제목\n\n{beginning} 한 해 사이에 12% 늘어난 것으로 조사됐다.").sentences
    assert [sentences[p].text for p in rank(sentences, "", 120)] == [sentences[1].text]


def test_sentences_that_all_lean_are_better_than_no_summary():
    text = "전고체 배터리란 무엇인가?\n\n이 전지는 액체 대신 고체 전해질을 쓰는 전지다. 이는 불이 붙지 않는 장점이 있다."
    assert ranked(text)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("광공해", "entry"),
        ("최장 공통 부분", "entry"),
        ("블룸 필터 (자료 구조)", "entry"),
        ("", "news"),
        ("저 구름은 몇 톤일까?", "news"),
        ("시내버스에 초음파 눈… 사각지대 사고 34% 감소", "news"),
    ],
)
def test_the_title_tells_the_kind_of_document(title, kind):
    assert document_kind(title) == kind


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["섬의 발전소는 용량을 늘린다.", "왜 그럴까?", "1", "그러나 값은 3배다.", "…"]),
        max_size=12,
    ),
    st.integers(60, 400),
)
def test_places_are_distinct_and_within_the_length(pieces, characters):
    sentences = Article("\n\n".join(pieces)).sentences
    places = rank(sentences, "", characters)
    assert len(set(places)) == len(places)
    assert set(places) <= set(range(len(sentences)))
    assert sum(len(sentences[p].text) for p in places[:-1]) <= characters * 1.15 or len(places) == 1


def test_features_are_finite_numbers_of_about_unit_size():
    table = sentence_features(Article(NEWS).sentences, "스스로 아무는 플라스틱")
    assert table.shape[1] == len(NAMES)
    assert np.isfinite(table).all()
    assert np.abs(table).max() < 6


def test_time_grows_with_the_article_and_no_faster():
    def seconds(times):
        sentences = Article("\n\n".join([NEWS] * times)).sentences
        began = time.process_time()
        rank(sentences, "", 220)
        return time.process_time() - began

    seconds(20)
    assert seconds(400) < 60 * max(seconds(20), 0.005)


def test_every_feature_has_a_coefficient():
    for kind in json.loads(COEFFICIENTS.read_text("utf-8")).values():
        for model in kind.values():
            assert list(model["weights"]) == list(NAMES)


@pytest.mark.slow
def test_the_coefficients_are_fitted_by_a_command(tmp_path, project):
    data = project / "data" / "techsum-ko" / "articles.dev.jsonl"
    out = tmp_path / "ranker.json"
    told = CliRunner().invoke(
        app, ["fit-ranker", str(data), "--columns", "input=text,output=summary", "--out", str(out)]
    )
    assert told.exit_code == 0, told.output
    fitted = json.loads(out.read_text("utf-8"))["news"]["summary"]
    assert fitted["articles"] == 58
    assert fitted["weights"]["length"] < 0 < fitted["weights"]["words"]


@pytest.mark.parametrize("wrong", [("--kind", "poem"), ("--target", "title")])
def test_a_kind_or_target_that_is_none_is_one_line(wrong, project, monkeypatch, capsys):
    from techsum.cli import run

    data = project / "data" / "techsum-ko" / "articles.dev.jsonl"
    monkeypatch.setattr("sys.argv", ["techsum", "fit-ranker", str(data), *wrong])
    assert run() == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
