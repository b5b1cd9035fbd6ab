"""The Flet app as its reader uses it: in a real browser, through what screen readers are told."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import TimeoutError as NothingShown
from playwright.sync_api import expect

import techsum.desktop
from support.app_server import app_server, wait_for
from support.cutting import Cutting
from support.documents import pdf
from support.servers import free_port
from support.texts import BODY, PARAGRAPHS, TITLE

pytestmark = pytest.mark.slow

LONG = "\n\n".join(PARAGRAPHS * 2)
SECONDS = 60_000


@pytest.fixture
def open_app(browser, server):
    """Opens the app at `/app` as a reader who was never here; errors of its page fail the test."""
    contexts, errors = [], []

    def open_at(path="/app/", base=server, context=None, width=1100, height=900, **more):
        if context is None:
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale="ko-KR", base_url=base, **more
            )
            contexts.append(context)
        opened = context.new_page()
        opened.set_default_timeout(SECONDS)
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(path)
        opened.get_by_role("tab", name="요약").or_(opened.get_by_role("tab", name="Summary")).wait_for()
        return opened

    open_at.errors = errors
    yield open_at
    for context in contexts:
        context.close()
    # Flet's client throws this for each attempt to reach a server that is away
    assert [e for e in errors if e != "Exception"] == []


ADDRESSES = {
    "요약": r"/app/(s/[^/]+)?$",
    "Summary": r"/app/(s/[^/]+)?$",
    "보관함": "/saved$",
    "안내": "/guide$",
    "Guide": "/guide$",
    "설정": "/settings$",
}


def tab(page, name):
    """Go to a screen; a press that meets the app while it draws everything anew is lost, and is made again.

    The tab is lit before the server knows of it; once the address has changed, nothing older is on its way.
    """
    one, until = page.get_by_role("tab", name=name), time.monotonic() + SECONDS / 1000
    one.click()
    page.wait_for_timeout(300)
    while one.get_attribute("aria-selected") != "true":
        assert time.monotonic() < until, page.locator("body").aria_snapshot()
        one.click()
        page.wait_for_timeout(500)
    with suppress(NothingShown):  # a server that is away changes nothing
        page.wait_for_url(re.compile(ADDRESSES[name]), timeout=3000)


def press(page, name):
    button = page.get_by_role("button", name=name, exact=True)
    with suppress(NothingShown):
        button.wait_for()
    assert button.is_visible(), page.locator("body").aria_snapshot()
    button.click()


def type_into(page, name, text):
    """As an input method does it: focus, then finished text; again where a redraw in that very moment took it away."""
    field, until = page.get_by_role("textbox", name=name), time.monotonic() + SECONDS / 1000
    while True:
        with suppress(NothingShown):
            field.click(timeout=SECONDS / 4)
            page.keyboard.press("Control+a")
            page.keyboard.press("Delete")
            page.keyboard.insert_text(text)
            page.wait_for_timeout(200)
            if field.input_value(timeout=SECONDS / 4) == text:
                return
        assert time.monotonic() < until, page.locator("body").aria_snapshot()


def enter(page, field, text, *, shows, button=""):
    """Type into a field and press Enter, or a button, until this stands on the page: a redraw in that very moment
    takes the text away."""
    until = time.monotonic() + SECONDS / 1000
    body = page.locator("body")
    while shows not in (body.text_content() or ""):
        assert time.monotonic() < until, body.aria_snapshot()
        type_into(page, field, text)
        if button:
            press(page, button)
        else:
            page.keyboard.press("Enter")
        with suppress(AssertionError):
            expect(body).to_contain_text(shows, timeout=10_000)


def says(page, text):
    expect(page.locator("body")).to_contain_text(text, timeout=SECONDS)


def has(page, name, text):
    """Whether this stands in the field; it is told to the page once the field has the focus."""
    page.get_by_role("textbox", name=name).click()
    expect(page.get_by_role("textbox", name=name)).to_have_value(text)


def choose(page, name):
    """One of the settings."""
    tab(page, "설정")
    page.get_by_role("radio", name=name, exact=True).click()
    expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
    tab(page, "요약")


def summarise(page, text):
    """Summarise a text and wait until it is done."""
    page.get_by_role("radio", name="글", exact=True).click()
    type_into(page, "글 (100자 이상)", text)
    press(page, "요약하기")
    page.get_by_role("button", name="보관하기").wait_for()


def test_a_link_is_summarised_as_it_is_written_and_kept(open_app, news):
    page = open_app()
    type_into(page, "기사 링크", news)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="멈추기").wait_for()
    says(page, "핵심 문장")  # at once, before the model has written
    page.get_by_role("button", name="보관하기").wait_for()
    says(page, TITLE)
    says(page, "김한결")
    says(page, "본문 전체를 읽음")
    assert re.search(r"/app/s/[\w-]{20,}$", page.url)
    # when it is saved, found by initial consonants, and deleted
    press(page, "보관하기")
    page.get_by_role("button", name="보관 취소").wait_for()
    tab(page, "보관함")
    page.get_by_role("button", name=TITLE, exact=True).wait_for()
    says(page, "링크")
    type_into(page, "보관함 검색", "ㅅㄱㅁ")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="검색어 지우기").wait_for()
    page.get_by_role("button", name=TITLE, exact=True).click()
    says(page, "본문 전체를 읽음")
    tab(page, "보관함")
    press(page, f"‘{TITLE}’ 삭제")
    says(page, f"‘{TITLE}’ 요약을 지웠습니다")
    says(page, "찾은 요약이 없습니다")
    # then it can be put back
    press(page, "되돌리기")
    page.get_by_role("button", name=TITLE, exact=True).wait_for()


BAD_INPUT = [
    ("링크", "기사 링크", "sciencetimes.co.kr", "http:// 또는 https://로 시작합니다"),
    ("글", "글 (100자 이상)", "짧은 글", "글이 너무 짧습니다 (4자)"),
    ("링크", "기사 링크", "http://10.0.0.1/", "10.0.0.1"),
]


def test_bad_input_is_one_line_and_what_was_typed_stays(open_app):
    page = open_app()
    for mode, field, typed, line in BAD_INPUT:
        page.get_by_role("radio", name=mode, exact=True).click()
        enter(page, field, typed, shows=line, button="요약하기")
        has(page, field, typed)


def choose_file(page, file):
    """Press the button, and again where the browser has forgotten the press: Flet answers it from the server, and
    a busy machine takes longer than the five seconds in which a page may open a dialog."""
    for patience in (20_000, 20_000, 60_000):
        try:
            with page.expect_file_chooser(timeout=patience) as chooser:
                press(page, "파일 선택")
        except NothingShown:
            continue
        chooser.value.set_files(file)
        return
    raise AssertionError


def test_a_file_is_chosen_and_summarised(open_app):
    page = open_app()
    choose(page, "빠르게 · 핵심 문장")
    choose_file(page, {"name": "소금물.pdf", "mimeType": "application/pdf", "buffer": pdf([PARAGRAPHS])})
    page.get_by_role("button", name="보관하기").wait_for()
    says(page, "240킬로와트시")


def test_evidence_stands_below_what_was_put_in_other_words(open_app):
    page = open_app()
    choose(page, "빠르게 · 핵심 문장")
    choose(page, "해요체")  # so that the summary's sentences are not the article's
    summarise(page, BODY)
    says(page, "본문 근거: ")
    first = page.get_by_text("본문 근거: ").first.inner_text().removeprefix("본문 근거: ")
    assert first in BODY


def test_the_article_is_asked_and_says_what_it_lacks(open_app):
    page = open_app()
    choose(page, "빠르게 · 핵심 문장")
    summarise(page, BODY)
    for question, answer in (
        ("용량은 얼마인가요?", "240킬로와트시"),
        ("화성에는 언제 가나요?", "본문에 없는 내용입니다"),
    ):
        enter(page, "질문", question, shows=f"질문: {question}")
        says(page, answer)
        expect(page.get_by_role("button", name="질문", exact=True)).to_be_enabled()


def test_a_suggested_question_is_asked_with_one_press(open_app):
    page = open_app()
    choose(page, "빠르게 · 핵심 문장")
    choose(page, "짧게 (2문장쯤)")
    summarise(page, f"{BODY}\n\n장치 한 대를 만드는 비용은 4억 원이며 납품은 두 달이 걸린다.")
    says(page, "이런 것도 물어보세요")
    suggested = page.get_by_role("button", name=re.compile(r"\?$")).first
    question = suggested.inner_text()
    suggested.click()
    says(page, f"질문: {question}")
    expect(page.get_by_role("button", name=question)).to_have_count(0)


def test_it_stops_in_mid_sentence_and_can_be_cleared(open_app, unending):
    url, left = unending
    page = open_app(base=url)
    page.get_by_role("radio", name="글", exact=True).click()
    type_into(page, "글 (100자 이상)", BODY)
    press(page, "요약하기")
    says(page, "한물연구소는")
    until = time.monotonic() + SECONDS / 1000
    while not left.wait(2):
        assert time.monotonic() < until, page.locator("body").aria_snapshot()
        with suppress(NothingShown):  # a press that meets the app while it draws is lost
            page.get_by_role("button", name="멈추기", exact=True).click(timeout=1000)
    says(page, "멈춤. 여기까지 쓴 글입니다")
    press(page, "지우기")
    has(page, "글 (100자 이상)", "")
    expect(page.locator("body")).not_to_contain_text("멈춤. 여기까지 쓴 글입니다")


def test_korean_is_composed_letter_by_letter(open_app):
    page = open_app()
    page.get_by_role("radio", name="글", exact=True).click()
    page.get_by_role("textbox", name="글 (100자 이상)").click()
    method = page.context.new_cdp_session(page)
    for part in ("ㅅ", "소", "속"):
        method.send(
            "Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)}
        )
        time.sleep(0.1)
    page.keyboard.insert_text("소금")
    has(page, "글 (100자 이상)", "소금")
    says(page, "2자")


def test_choices_and_typed_text_outlive_reload_and_restart(open_app, tmp_path):
    port = free_port()
    with app_server(tmp_path, port) as (url, _):
        page = open_app(base=url)
        choose(page, "짧게 (2문장쯤)")
        choose(page, "어둡게")
        summarise(page, BODY)
        press(page, "보관하기")
        page.get_by_role("button", name="보관 취소").wait_for()
        page.reload()
        page.get_by_role("button", name="보관 취소").wait_for()  # the summary is in the address
        has(page, "글 (100자 이상)", BODY)
    with app_server(tmp_path, port):
        # the client finds the server again by itself, in a new session; until then it shows what it last had,
        # and what is pressed there is lost
        until = time.monotonic() + SECONDS / 1000
        while not page.get_by_role("radio", name="짧게 (2문장쯤)", exact=True).is_visible():
            assert time.monotonic() < until, page.locator("body").aria_snapshot()
            tab(page, "설정")
            page.wait_for_timeout(500)
        expect(page.get_by_role("radio", name="짧게 (2문장쯤)", exact=True)).to_be_checked()
        expect(page.get_by_role("radio", name="어둡게", exact=True)).to_be_checked()
        tab(page, "보관함")
        page.get_by_role("button", name=re.compile("^남해의 작은 섬|^솔섬")).first.wait_for()


def test_windows_of_one_reader_alone_share_a_library(open_app):
    page = open_app()
    choose(page, "빠르게 · 핵심 문장")
    summarise(page, BODY)
    press(page, "보관하기")
    page.get_by_role("button", name="보관 취소").wait_for()
    own = open_app("/app/saved", context=page.context)
    own.get_by_role("button", name=re.compile("삭제$")).wait_for()
    assert httpx.get(page.url.replace("/app/s/", "/api/summaries/")).status_code == 404
    other = open_app("/app/saved")
    says(other, "아직 보관한 요약이 없습니다")
    theirs = open_app(page.url.partition("//")[2].partition("/")[2].join(("/", "")))
    says(theirs, "요약을 찾을 수 없습니다")


def test_english_and_a_phone_in_the_dark(open_app):
    page = open_app(width=360, height=740, color_scheme="dark")
    tab(page, "설정")
    page.get_by_role("radio", name="English").click()
    tab(page, "Guide")
    says(page, "How to use TechSum")
    tab(page, "Summary")
    press(page, "Summarise")
    says(page, "Enter a link")


def test_a_summary_is_shared_and_kept_as_a_file(open_app):
    page = open_app(permissions=["clipboard-read", "clipboard-write"])
    choose(page, "빠르게 · 핵심 문장")
    summarise(page, BODY)
    press(page, "공유 링크")
    says(page, "/share/")
    link = page.evaluate("navigator.clipboard.readText()")
    assert "240킬로와트시" in httpx.get(link, trust_env=False).text
    with page.expect_download() as saved:
        press(page, "Markdown으로 내려받기")
    assert saved.value.suggested_filename.endswith(".md")
    assert "240킬로와트시" in Path(saved.value.path()).read_text("utf-8")


def test_a_title_is_corrected_and_stays(open_app):
    page = open_app()
    choose(page, "빠르게 · 핵심 문장")
    summarise(page, BODY)
    press(page, "고치기")
    type_into(page, "제목", "소금물 전지, 솔섬에서")
    press(page, "저장")
    expect(page.get_by_role("heading", name="소금물 전지, 솔섬에서")).to_be_visible(timeout=SECONDS)
    page.reload()
    says(page, "소금물 전지, 솔섬에서")


def test_on_a_phone_the_summary_is_in_view(open_app):
    page = open_app(width=390, height=844)
    choose(page, "빠르게 · 핵심 문장")
    summarise(page, BODY)
    heading = page.get_by_role("heading", level=1).nth(1)
    box = heading.bounding_box()
    assert 0 <= box["y"] < 500
    press(page, "새 요약")
    page.get_by_role("button", name="요약하기").wait_for()


@pytest.mark.parametrize("width", [1100, 360])
def test_screen_readers_get_a_name_for_everything(open_app, width):
    page = open_app(width=width)
    assert page.evaluate("document.documentElement.lang") == "ko"
    for name in ("요약", "보관함", "안내", "설정"):
        tab(page, name)
        tree = page.locator("body").aria_snapshot()
        assert not re.findall(r"- (?:button|textbox|radio|tab|img)(?: \[\w+\])*:?$", tree, re.MULTILINE), tree
        assert "heading" in tree


def test_a_summary_of_twenty_thousand_characters_is_shown(open_app):
    page = open_app()
    cookies = {c["name"]: c["value"] for c in page.context.cookies()}
    sentences = [
        {
            "text": f"{n}번째 문장은 솔섬의 소금물 저장 장치가 겨울을 어떻게 났는지를 길게 적은 것이다.",
            "supported": True,
            "evidence": [],
            "notices": [],
        }
        for n in range(500)
    ]
    whole = " ".join(s["text"] for s in sentences)
    assert len(whole) > 20_000
    root = page.url.partition("/app")[0]
    with httpx.Client(base_url=root, cookies=cookies) as reader:
        begun = reader.post("/api/summaries", json={"source": BODY, "model": "extract"}).json()["id"]
        while reader.get(f"/api/summaries/{begun}").json()["status"] != "done":
            time.sleep(0.1)
        reader.patch(f"/api/summaries/{begun}", json={"saved": True})
        line = reader.get("/api/library.jsonl").json()
        line["title"] = "아주 긴 요약"
        line["result"] |= {"sentences": sentences, "summary": whole, "title": "아주 긴 요약"}
        assert reader.post("/api/library", json=line).json() == {"imported": 1}
        entry = reader.get("/api/summaries", params={"q": "아주 긴 요약"}).json()["summaries"][0]["id"]
    page.goto(f"/app/s/{entry}")
    says(page, "아주 긴 요약")
    says(page, "0번째 문장은")
    page.mouse.move(500, 500)
    page.mouse.wheel(0, 10_000_000)
    page.get_by_role("button", name="보관 취소").wait_for()


def test_everything_comes_compressed_from_its_own_server(open_app, server, browser):
    context = browser.new_context(locale="ko-KR", base_url=server)
    answers = []
    context.on("response", lambda answer: answers.append(answer))
    page = open_app(context=context)
    tab(page, "안내")
    page.wait_for_timeout(1000)
    assert {a.url.split("/")[2] for a in answers if a.url.startswith("http")} == {server.split("/")[2]}
    assert any("Pretendard" in a.url and a.ok for a in answers)
    program = [a for a in answers if "/main.dart" in a.url]  # what weighs most
    assert program
    assert [a.url for a in program if a.header_value("content-encoding") != "gzip"] == []
    context.close()


def test_a_page_of_another_site_cannot_open_a_window(server):
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    where = server.replace("http", "ws") + "/app/ws"
    with pytest.raises(InvalidStatus) as refused:
        connect(where, origin="https://evil.example")
    assert refused.value.response.status_code == 403
    with connect(where, origin=server):
        pass


@contextmanager
def own_app(data, command=None, port=None, **environment):
    """`techsum desktop` in a browser; yields its address and the process."""
    port = port or free_port()
    command = command or [sys.executable, "-m", "techsum", "desktop", "--browser", "--port", str(port)]
    own = {
        "TECHSUM_LANG": "ko",
        "TECHSUM_DATA_DIR": str(data),
        "TECHSUM_MODEL": "extract",
    }
    with subprocess.Popen(
        command, env={**os.environ, **own, **environment}, stdout=subprocess.PIPE, text=True,
        cwd=Path(techsum.desktop.__file__).parent, start_new_session=True,
    ) as process:  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(url, process)
            yield url, process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)


def test_the_app_by_itself_starts_a_server_and_ends_it(open_app, tmp_path):
    with own_app(tmp_path) as (url, process):
        said = process.stdout.readline()
        assert url in said
        local = re.search(r"서버 (http://127\.0\.0\.1:\d+)", said).group(1)
        page = open_app("/", base=url)
        summarise(page, BODY)
        press(page, "보관하기")
        page.get_by_role("button", name="보관 취소").wait_for()
        tab(page, "설정")
        says(page, f"연결됨: {local}")
        process.send_signal(signal.SIGINT)
        process.wait(20)
        with pytest.raises(httpx.HTTPError):
            httpx.get(local)
    with own_app(tmp_path) as (url, _):  # the same reader, at the next start
        page = open_app("/saved", base=url)
        page.get_by_role("button", name=re.compile("삭제$")).wait_for()


def test_flet_run_in_its_folder_starts_it_too(open_app, tmp_path, server):
    port = free_port()
    flet = [str(Path(sys.executable).with_name("flet")), "run", "--web", "--port", str(port), "main.py"]
    with own_app(tmp_path, flet, port, TECHSUM_SERVER=server) as (url, _):
        page = open_app("/settings", base=url)
        says(page, f"연결됨: {server}")


def test_a_lost_network_in_mid_stream_is_taken_up_again(open_app, tmp_path, server):
    # more than the list of models and the answer to the request, which share a connection; less than a summary
    with Cutting(int(server.rpartition(":")[2]), after=2_200, times=6) as network:
        with own_app(tmp_path, TECHSUM_SERVER=network.url) as (url, _):
            page = open_app("/", base=url)
            network.times = 0
            choose(page, "gemma-3-270m-ko")
            network.times = network.cut + 3
            page.get_by_role("radio", name="글", exact=True).click()
            type_into(page, "글 (100자 이상)", BODY)
            press(page, "요약하기")
            page.get_by_role("button", name="보관하기").wait_for()
            says(page, "본문 전체를 읽음")
        assert network.cut >= 3


def test_a_missing_server_is_named_and_can_be_changed(open_app, tmp_path, server):
    with own_app(tmp_path, TECHSUM_SERVER="http://127.0.0.1:1") as (url, _):
        page = open_app("/", base=url, height=1500)  # what is below the window is told to nobody
        type_into(page, "기사 링크", "https://example.com/")
        press(page, "요약하기")
        says(page, "http://127.0.0.1:1에 연결할 수 없습니다")
        says(page, "설정에서 서버 주소")
        tab(page, "설정")
        type_into(page, "서버 주소", server)
        press(page, "이 서버로")
        says(page, f"연결됨: {server}")
        tab(page, "요약")
        has(page, "기사 링크", "https://example.com/")
