"""Articles in English, and the model that reads them: from the offer and its download to the Korean summary."""

import pytest

from support.app_server import app_server
from support.chat_server import chat_server
from support.hub import held_file
from support.servers import Site
from support.tiny_gguf import write_gemma2

pytestmark = pytest.mark.slow

MODEL = "gemma-4-e4b-it"
PATH = "/google/gemma-4-E4B-it-qat-q4_0-gguf/resolve/main/gemma-4-E4B_q4_0-it.gguf"
SENTENCES = [
    "Researchers on the island of Solsom connected a salt-water battery to a solar plant in March.",
    "The device, built by Hanmul Labs, stores 2.4 million watt-hours and cannot catch fire.",
    "Its efficiency was 74 percent, nine points below that of a lithium battery.",
    "Dr. Oh Haram said that the salt comes from the ponds of the island.",
    "The team plans to publish two years of measurements next autumn.",
]
ENGLISH = " ".join(SENTENCES)
KOREAN = [
    "[1] 솔섬 연구진이 3월에 소금물 배터리를 태양광 발전소에 연결했다.",
    "[2] Hanmul Labs가 만든 이 장치는 240만 와트시를 저장하고 불이 붙지 않는다.",
    "[3] 효율은 81%로 리튬 배터리보다 낮았다.",
    "[5] 연구진은 내년 가을에 2년치 측정값을 공개한다.",
]
TITLE = "섬을 밝힌 소금물 배터리"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub that gives the model's size at once and its bytes when `go_on` is set."""
    content = write_gemma2(tmp_path_factory.mktemp("model") / "t.gguf").read_bytes()
    answer, go_on = held_file(content)
    with Site({PATH: answer}) as site:
        site.go_on = go_on
        yield site


@pytest.fixture(scope="module")
def server(hub, tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    own = {"HF_ENDPOINT": hub.url, "TECHSUM_CACHE_DIR": str(folder / "cache"), "TECHSUM_MODEL": "auto"}
    with app_server(folder, **own) as (url, _):
        yield url


def test_an_english_article_offers_its_model_with_a_button(open_page, hub):
    # given the key sentences of an English article, and the model that could do more
    page = open_page()
    page.fill("#source", ENGLISH)
    page.get_by_role("button", name="요약하기").click()
    page.wait_for_selector("#text")
    assert "한국어로 요약하려면" in page.inner_text(".notices")
    # when it is downloaded
    page.get_by_role("button", name="내려받기", exact=True).click()
    page.wait_for_selector("progress")
    hub.go_on.set()
    # then the page says by itself that it is there, and summarises again with it
    page.get_by_role("button", name=f"{MODEL} 모델로 다시 요약").click()
    page.wait_for_selector("#text")
    assert page.locator(".versions").count() == 1


def test_english_evidence_stands_beside_korean_sentences(browser, tmp_path):
    with (
        chat_server(TITLE, "\n".join(KOREAN) + "\n") as model,
        app_server(tmp_path, TECHSUM_MODEL=model) as (url, _),
    ):
        opened = browser.new_context(
            viewport={"width": 1280, "height": 860}, locale="ko-KR", base_url=url
        ).new_page()
        opened.goto("/")
        opened.fill("#source", ENGLISH)
        opened.get_by_role("button", name="요약하기").click()
        opened.wait_for_selector("#text")
        assert opened.get_by_role("heading", level=1).inner_text() == TITLE
        second = opened.locator("#text .sentence").nth(1)
        second.hover()
        assert opened.locator(".s.lit").all_inner_texts() == [SENTENCES[1]]
        # a figure that the article does not have is marked
        assert opened.locator("#text .words mark").all_inner_texts() == ["81%"]
        assert "외국어 글을 읽고 한국어로 요약" in opened.inner_text(".notices")
