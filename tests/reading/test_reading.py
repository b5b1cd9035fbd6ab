"""Every kind of source becomes the same article."""

import io

import pytest

from support import documents
from support.office import zipped
from support.servers import Site, page
from support.texts import BODY, PARAGRAPHS, SAMPLE, TITLE
from techsum import pipes, read
from techsum.errors import ReadingError
from techsum.reading import isolated, read_text
from techsum.reading.isolated import parse_isolated


def p_tags(paragraphs):
    return "".join(f"<p>{p}</p>" for p in paragraphs)


def test_any_article_page_through_a_link(loopback):
    html = documents.html(
        TITLE,
        PARAGRAPHS,
        '<meta property="article:published_time" content="2026-03-01T08:00:00+09:00"><meta name="author" content="이새봄">',
    )
    with Site({"/news/1": page(html)}) as site:
        article = read(f"{site.url}/news/1")
    assert article.paragraphs == PARAGRAPHS
    assert article.title == TITLE
    assert (article.author, article.published, article.language) == ("이새봄", "2026-03-01", "ko")
    assert article.url.endswith("/news/1")


@pytest.mark.parametrize("declared", ["header", "meta"])
def test_a_cp949_page(loopback, declared):
    html = documents.html(TITLE, PARAGRAPHS).replace(
        "charset=utf-8", "charset=euc-kr" if declared == "meta" else "x"
    )
    kind = "text/html; charset=euc-kr" if declared == "header" else "text/html"
    with Site({"/a": page(html.encode("cp949"), kind)}) as site:
        assert read(f"{site.url}/a").paragraphs == PARAGRAPHS


def test_a_page_without_article_is_said_plainly(loopback):
    with Site({"/": page("<html><body><nav><a href=/a>하나</a></nav></body></html>")}) as site:
        with pytest.raises(ReadingError) as refused:
            read(f"{site.url}/")
    assert refused.value.key == "page_no_article"


def test_text_nested_too_deep_is_announced():
    html = "<html><body>" + p_tags(PARAGRAPHS) + "<div>" * 300 + "깊은 글" + "</div>" * 300 + "</body></html>"
    got = parse_isolated(html.encode(), "https://example.com/", "text/html")
    assert "deep_html" in [n.kind for n in got.notices]


FILES = {
    "article.txt": lambda: f"{TITLE}\n\n{BODY}".encode(),
    "utf16.txt": lambda: f"{TITLE}\n\n{BODY}".encode("utf-16"),
    "utf16-without-mark.txt": lambda: f"{TITLE}\n\n{BODY}".encode("utf-16-le"),
    "cp949.txt": lambda: f"{TITLE}\n\n{BODY}".encode("cp949"),
    "windows.txt": lambda: f"\ufeff{TITLE}\r\n\r\n{BODY}".replace("\n\n", "\r\n\r\n").encode(),
    "article.md": lambda: (
        f"# {TITLE}\n\n{PARAGRAPHS[0]}\n\n- {PARAGRAPHS[1]}\n\n> {PARAGRAPHS[2]}\n\n```\ncode\n```\n".encode()
    ),
    "page.html": lambda: documents.html(TITLE, PARAGRAPHS).encode(),
    "article.hwpx": lambda: documents.hwpx(PARAGRAPHS, TITLE),
    "article.docx": lambda: documents.docx(PARAGRAPHS, TITLE),
    "article.pdf": lambda: documents.pdf([PARAGRAPHS], title=TITLE),
    "no-ending": lambda: documents.docx(PARAGRAPHS, TITLE),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_title_and_paragraphs(name, tmp_path):
    file = tmp_path / name
    file.write_bytes(FILES[name]())
    article = read(file)
    assert article.paragraphs == PARAGRAPHS
    assert article.title == TITLE


@pytest.mark.parametrize("packed", [True, False])
def test_hwp_5(tmp_path, packed):
    file = tmp_path / "a.hwp"
    file.write_bytes(documents.hwp(PARAGRAPHS, packed=packed))
    assert read(str(file)).paragraphs == PARAGRAPHS


def test_tables_in_hwpx_are_read_once(tmp_path):
    file = tmp_path / "a.hwpx"
    file.write_bytes(documents.hwpx(PARAGRAPHS, table=("항목 하나", "값 둘")))
    assert read(file).paragraphs == (*PARAGRAPHS, "항목 하나 | 값 둘")


def test_running_heads_and_page_numbers_are_left_out(tmp_path):
    file = tmp_path / "a.pdf"
    file.write_bytes(documents.pdf([[p, f"{n}장의 다른 문단이다."] for n, p in enumerate(PARAGRAPHS * 2)]))
    assert read(file).author is None  # the writing program says "anonymous"
    text = read(file).text
    assert "시험 보고서 제3호" not in text
    assert "- 2 -" not in text
    assert all(p in text for p in PARAGRAPHS)


def test_standard_input(monkeypatch):
    class Input:
        buffer = io.BytesIO(BODY.encode())

    monkeypatch.setattr("sys.stdin", Input)
    assert read("-").paragraphs == PARAGRAPHS


def test_a_pasted_text():
    assert read(f"{TITLE}\n\n{BODY}").title == TITLE
    assert read(BODY).text == BODY


def test_wrapped_lines_become_paragraphs():
    wrapped = (
        "첫 문장은 두 줄로\n나뉘어 있다. 둘째 문장이다.\n셋째 문장은 따로 있고 충분히 길어서 백 글자를 넘기는 데 보탬이 된다.\n\n"
        + BODY
    )
    assert read_text(wrapped).paragraphs[0] == "첫 문장은 두 줄로 나뉘어 있다. 둘째 문장이다."


def test_decomposed_hangul_and_invisible_characters_are_normalised():
    import unicodedata

    hidden = unicodedata.normalize("NFD", PARAGRAPHS[0]).replace(" ", " \u200b\u202e\ufeff")
    assert read_text(hidden + "\n\n" + BODY).paragraphs[0] == PARAGRAPHS[0]


def pdf_locked():
    return documents.pdf([PARAGRAPHS], password="비밀".encode().hex())


BAD = {
    "empty.txt": (lambda: b"  \n ", "source_empty"),
    "short.txt": (lambda: "짧은 글입니다.".encode(), "source_short"),
    "photo.txt": (lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8, "source_not_text"),
    "noise.txt": (lambda: bytes((i * 7919) % 256 for i in range(5000)), "source_not_text"),
    "locked.pdf": (pdf_locked, "source_encrypted"),
    "broken.pdf": (lambda: b"%PDF-1.7\n" + b"garbage" * 50, "source_broken"),
    "cut.hwpx": (lambda: documents.hwpx(PARAGRAPHS)[:300], "source_broken"),
    "locked.hwpx": (lambda: documents.hwpx(PARAGRAPHS, encrypted=True), "source_encrypted"),
    "locked.hwp": (lambda: documents.hwp(PARAGRAPHS, encrypted=True), "source_encrypted"),
    "cut.hwp": (lambda: documents.hwp(PARAGRAPHS)[:700], "source_broken"),
    "cut.docx": (lambda: documents.docx(PARAGRAPHS)[:2000], "source_broken"),
    "scan.pdf": (lambda: documents.pdf([()]), "source_scanned"),
    "other.zip": (lambda: zipped({"a.txt": b"x"}), "source_not_text"),
    "bomb.hwpx": (lambda: zipped({"Contents/section0.xml": b"\0" * (210 << 20)}), "source_too_large"),
    "laughs.hwpx": (lambda: zipped({"Contents/section0.xml": LAUGHS}), "source_broken"),
}

LAUGHS = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>'


@pytest.mark.parametrize("name", BAD)
def test_bad_files_get_one_clear_line(name, tmp_path):
    make, key = BAD[name]
    file = tmp_path / name
    file.write_bytes(make())
    with pytest.raises(ReadingError) as refused:
        read(file)
    assert refused.value.key == key
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith((".", "요."))


def test_missing_files_and_folders(tmp_path):
    for source, key in ((tmp_path / "none.txt", "source_missing"), (tmp_path, "source_folder")):
        with pytest.raises(ReadingError) as refused:
            read(source)
        assert refused.value.key == key


def test_the_sample_article():
    article = read(SAMPLE)
    assert article.title == "땀 한 방울로 탈수를 먼저 안다… 손목에 붙이는 종이 센서"
    assert len(article.paragraphs) == 5


def test_files_in_the_current_folder_are_not_taken_for_modules(tmp_path, monkeypatch):
    # given a folder in which someone left a file named like a module of the parser's
    (tmp_path / "lxml.py").write_text("raise SystemExit('taken')")
    (tmp_path / "json.py").write_text("raise SystemExit('taken')")
    monkeypatch.chdir(tmp_path)
    isolated.stop()
    # when a document is read from there, then the real modules are used
    assert parse_isolated(documents.html(TITLE, PARAGRAPHS).encode(), "https://example.com/a").title == TITLE


def test_an_interrupted_reading_answers_no_later_one(monkeypatch):
    # given Ctrl-C while the child reads
    def interrupt(_pipe):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipes, "receive", interrupt)
        with pytest.raises(KeyboardInterrupt):
            parse_isolated(b"first " * 50, "first.txt")
    # when the next document is read, then it is that one
    assert parse_isolated(BODY.encode(), "second.txt").text == BODY


@pytest.mark.parametrize(
    "start", ["MZ세대가 ", "RIFF 형식은 ", "ID3 태그는 ", "%PDF-로 시작하는 파일은 ", "<html> 태그는 "]
)
def test_prose_that_begins_like_a_file_format_is_prose(start):
    text = start + BODY
    assert start.strip() in read(text).text
    markdown = f"# 웹의 역사\n\n{BODY}\n\n문서는 `<html>` 태그로 시작한다."
    assert BODY in parse_isolated(markdown.encode(), "a.md").text


def test_a_few_broken_bytes_do_not_cost_the_article():
    broken = BODY.encode() + b"\xff" + BODY.encode()
    got = parse_isolated(broken, "a.txt")
    assert BODY in got.text
    assert [n.kind for n in got.notices] == ["encoding"]


@pytest.mark.parametrize(
    "charset", ["iso-8859-1", "unicode_escape", "undefined", "no-such", "utf-8", "euc-kr"]
)
def test_valid_utf8_is_utf8_whatever_the_server_says(charset):
    assert parse_isolated(BODY.encode(), "https://example.com/a", "text/plain", charset).text == BODY


@pytest.mark.parametrize("declared", ["euc-kr", "foo", "utf-7"])
def test_a_document_that_makes_a_parser_stumble_is_one_line(declared, tmp_path, capfd):
    file = tmp_path / "a.hwpx"
    section = documents.SECTION.format("<hp:p/>").replace("UTF-8", declared)
    file.write_bytes(zipped({"Contents/section0.xml": section.encode("ascii", "ignore")}))
    with pytest.raises(ReadingError):
        read(file)
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "statement",
    [
        "논문은 무단 전재 문제를 다룬다.",
        "© 기호는 1909년 미국 법에 처음 나타났다.",
        "저작권자의 허락 없는 무단 이용을 막는 기술을 개발했다고 밝혔다.",
    ],
)
def test_a_statement_about_copyright_is_no_boilerplate(statement):
    assert statement in read_text(f"{statement}\n\n{BODY}").text


@pytest.mark.parametrize(
    "line",
    [
        "저작권자 2026-02-13 ⓒ ScienceTimes",
        "<저작권자(c) 연합뉴스, 무단 전재-재배포 금지>",
        "연합뉴스 2026-02-13",
        "김한결 기자 hk@example.com",
        "ⓒ 시험일보, 무단전재 및 재배포 금지",
    ],
)
def test_what_sites_print_around_an_article_is_left_out(line):
    assert read_text(f"{BODY}\n\n{line}").text == BODY


def test_text_boxes_in_docx_are_read_once(tmp_path):
    import docx
    from docx.oxml import parse_xml

    spaces = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    inner = "<w:p><w:r><w:t>상자 안의 글이다.</w:t></w:r></w:p>"
    box = f"<w:p {spaces}><w:r><w:t>상자 밖의 글이다.</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>{inner}</mc:Choice><mc:Fallback>{inner}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    document = docx.Document()
    for paragraph in PARAGRAPHS:
        document.add_paragraph(paragraph)
    document.element.body.insert(0, parse_xml(box))
    document.save(tmp_path / "a.docx")
    assert read(tmp_path / "a.docx").paragraphs == ("상자 밖의 글이다.", "상자 안의 글이다.", *PARAGRAPHS)


def test_a_pasted_text_may_begin_with_a_link():
    assert BODY in read(f"https://example.com/1\n\n{BODY}").text


def test_a_link_longer_than_a_path_may_be(loopback):
    with pytest.raises(ReadingError):
        read("http://127.0.0.1:1/" + "a" * 6000)


def test_a_text_of_millions_of_characters_is_refused():
    with pytest.raises(ReadingError) as refused:
        read_text("가나다라마바사 " * 300_000)
    assert refused.value.key == "source_too_long"
