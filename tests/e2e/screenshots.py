"""`make screenshots`: the pictures of the README, taken of the running app."""

import json
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from e2e.conftest import CHROMIUM, OUTSIDE
from e2e.test_models import ENGLISH, KOREAN, TITLE
from support.app_server import app_server
from support.chat_server import chat_server
from support.servers import Site
from support.servers import page as page_of
from support.texts import BODY, PARAGRAPHS

PROJECT = Path(__file__).parents[2]
DEV = PROJECT / "data" / "techsum-ko" / "articles.dev.jsonl"
SAMPLE = (PROJECT / "samples" / "article.txt").read_text("utf-8")


def summarise(page, text, model):
    """From the first page to the finished summary."""
    page.goto("/")
    page.fill("#source", text)
    page.select_option("[name=model]", model)
    page.get_by_role("button", name="요약하기").click()
    page.wait_for_selector("#text", timeout=120_000)


def save(page):
    """Keep it."""
    page.get_by_role("button", name="보관하기").click()
    page.get_by_role("button", name="보관 취소").wait_for()


def news():
    """A site with a feed of five articles of the project's own set."""
    rows = [json.loads(line) for line in DEV.read_text("utf-8").splitlines()[:5]]
    pages = {
        f"/{row['id']}": page_of(
            f"<html><head><title>{row['title']}</title></head><body><article><h1>{row['title']}</h1>"
            + "".join(f"<p>{p}</p>" for p in row["text"].split("\n"))
            + "</article></body></html>"
        )
        for row in rows
    }
    return Site(pages), [row["id"] for row in rows]


def take_briefing(browser, url):
    """A page of what a feed brought, one of it read."""
    site, ids = news()
    with site:
        links = "".join(f"<item><link>http://news.example:{site.port}/{one}</link></item>" for one in ids)
        site.pages["/rss"] = page_of(
            f"<rss version='2.0'><channel>{links}</channel></rss>", "application/rss+xml"
        )
        size = {"width": 1024, "height": 760}
        page = browser.new_context(viewport=size, base_url=url, locale="ko-KR").new_page()
        page.goto("/briefing")
        page.fill("#feed", f"http://news.example:{site.port}/rss")
        page.get_by_role("button", name="추가").click()
        page.locator(".briefing .unread").nth(4).wait_for(timeout=120_000)
        page.wait_for_selector("[data-waiting]", state="detached", timeout=120_000)
        page.locator(".briefing a").nth(1).click()
        page.wait_for_selector(".source")
        page.goto("/briefing")
        page.screenshot(path=PROJECT / "docs" / "app-briefing.png")


def take(browser, url):
    """A desk in the light, a phone and a library in the dark."""
    at = {"base_url": url, "locale": "ko-KR"}
    # high enough for the whole card: line, summary, figures, limits, next step, questions
    desk = browser.new_context(viewport={"width": 1280, "height": 1180}, **at)
    page = desk.new_page()
    summarise(page, SAMPLE, "gemma-3-270m-ko")
    page.locator("#text .sentence").first.hover()
    page.screenshot(path=PROJECT / "docs" / "app.png")
    page.set_viewport_size({"width": 1280, "height": 860})
    page.fill("#asked", "정확도는 얼마였나요?")
    page.press("#asked", "Enter")
    page.locator("#chat .sentence").first.wait_for()
    save(page)
    summary = page.url
    for text in (BODY, "\n\n".join(PARAGRAPHS[1:])):
        summarise(page, text, "extract")
        save(page)
    page.goto("/check")
    page.fill("#source", SAMPLE)
    page.fill(
        "#summary", "센서는 탈수가 시작되기 약 20분 전에 경고한다. 기존 손목형 기기의 정확도는 91%였다."
    )
    page.get_by_role("button", name="확인하기").click()
    page.wait_for_selector("#text")
    page.get_by_text("본문과 나란히 보기").first.click()
    page.screenshot(path=PROJECT / "docs" / "app-check.png")
    dark = {"color_scheme": "dark", "storage_state": desk.storage_state(), **at}
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, **dark
    ).new_page()
    phone.goto(summary)
    phone.screenshot(path=PROJECT / "docs" / "app-phone.png")
    shelf = browser.new_context(viewport={"width": 1024, "height": 560}, **dark).new_page()
    shelf.goto("/library")
    shelf.screenshot(path=PROJECT / "docs" / "app-library.png")


def take_english(browser, folder):
    """An English article beside a Korean summary. Its sentences were written by hand, and it says so."""
    with (
        chat_server(TITLE, "\n".join(KOREAN) + "\n", "written-by-hand") as model,
        app_server(folder, TECHSUM_MODEL=model) as (url, _),
    ):
        size = {"width": 1280, "height": 640}
        page = browser.new_context(viewport=size, base_url=url, locale="ko-KR").new_page()
        page.goto("/")
        page.fill("#source", ENGLISH)
        page.get_by_role("button", name="요약하기").click()
        page.wait_for_selector("#text")
        page.locator("#text .sentence").nth(1).hover()
        page.screenshot(path=PROJECT / "docs" / "app-english.png")


def take_desktop(browser, url):
    """Every screen of the Flet app, on a desk in the light and on a phone in the dark."""
    for kind, size, scheme in (
        ("desktop", {"width": 1100, "height": 820}, "light"),
        ("desktop-phone", {"width": 390, "height": 844}, "dark"),
    ):
        page = browser.new_context(viewport=size, color_scheme=scheme, locale="ko-KR").new_page()

        def picture(name="", page=page, kind=kind):
            page.wait_for_timeout(1500)
            page.screenshot(path=PROJECT / "docs" / f"{kind}{name}.png")

        page.goto(f"{url}/app/settings")
        page.get_by_role("radio", name="해요체").click()
        picture("-settings")
        page.get_by_role("radio", name="gemma-3-270m-ko", exact=True).click()
        page.get_by_role("tab", name="안내").click()
        picture("-guide")
        page.get_by_role("tab", name="요약").click()
        picture("-link")
        page.get_by_role("radio", name="글", exact=True).click()
        page.get_by_role("textbox").click()
        page.keyboard.insert_text(SAMPLE)
        page.get_by_role("button", name="요약하기").click()
        page.get_by_role("button", name="멈추기").wait_for()
        picture("-writing")
        page.get_by_role("button", name="보관하기").wait_for(timeout=120_000)
        page.mouse.move(size["width"] / 2, 600)
        page.mouse.wheel(0, 430)
        picture()
        page.get_by_role("button", name="보관하기").click()
        page.get_by_role("button", name="보관 취소").wait_for()
        page.get_by_role("tab", name="보관함").click()
        picture("-library")


def main():
    """Start the app, take the pictures."""
    outside = {"PYTHONPATH": str(OUTSIDE), "TECHSUM_TEST_ONLY_ALLOW_LOOPBACK": "1", "TECHSUM_MODEL": "auto"}
    with (
        tempfile.TemporaryDirectory() as data,
        app_server(data, **outside) as (url, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        take(browser, url)
        take_briefing(browser, url)
        take_english(browser, f"{data}/english")
        take_desktop(browser, url)
        browser.close()


if __name__ == "__main__":
    main()
