"""EPUB: chapters in their order."""

from support.office import (
    epub,
    lines,
)
from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.reading.parsers import parse

# --- EPUB ---
CHAPTERS = {f"{number}.xhtml": f"<p>{text}</p>" for number, text in enumerate(PARAGRAPHS)}


def test_chapters_are_read_in_the_order_of_the_spine():
    # given a book whose contents page stands in the spine, and a chapter with a menu
    chapters = {"nav.xhtml": ("<ol><li>차례의 글이다.</li></ol>", "nav")}
    chapters |= dict(reversed(CHAPTERS.items()))
    chapters["1.xhtml"] = "<nav><p>처음으로</p></nav>" + chapters["1.xhtml"]
    metadata = f"<dc:title>{TITLE}</dc:title><dc:creator>김하늘</dc:creator><dc:date>2024-05-03</dc:date>"
    # when
    got = parse(epub(chapters, ["nav.xhtml", *CHAPTERS], metadata), "a.epub")
    # then
    assert (got.text, got.title, got.author, got.published) == (BODY, TITLE, "김하늘", "2024-05-03")


def test_an_epub_names_its_files_percent_encoded():
    chapters = {"text/1%EC%9E%A5%20a.xhtml": f"<p>{PARAGRAPHS[0]}</p>"}
    assert lines(epub(chapters, chapters)) == [PARAGRAPHS[0]]


def test_an_epub_page_without_declaration_is_utf8():
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>a</title></head><body>{}</body></html>'
    assert lines(epub(CHAPTERS, CHAPTERS, page=page)) == list(PARAGRAPHS)


def test_an_epub_may_keep_its_text_in_contents():
    assert lines(epub(CHAPTERS, CHAPTERS, folder="Contents")) == list(PARAGRAPHS)
