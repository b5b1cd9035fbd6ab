"""PDF, page by page, through PDFium: one page is in memory at a time."""

import re
from collections import Counter
from collections.abc import Iterator

from techsum.errors import ReadingError
from techsum.reading.parsed import Parsed, clean_line, iso_date, join_paragraphs
from techsum.summary import notice

_EDGE = 2
"""Lines at the top and bottom of a page that may be a running header or footer."""


def read_pdf(body: bytes, source: str) -> Parsed:
    """A PDF's text: wrapped lines joined, page numbers and running headers left out.

    Raises:
        ReadingError: it is encrypted, broken, or holds pictures only.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        # PDFium's FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY
        locked = "password" in str(error).lower() or "security" in str(error).lower()
        if locked:
            raise ReadingError("source_encrypted", source=source) from None
        raise ReadingError("source_broken", source=source, kind="PDF") from None
    try:
        pages = [_lines(document, number) for number in range(len(document))]
        said = document.get_metadata_dict(skip_empty=True)
    except pypdfium2.PdfiumError:
        raise ReadingError("source_broken", source=source, kind="PDF") from None
    finally:
        document.close()
    empty = sum(not page for page in pages)
    if empty == len(pages):
        raise ReadingError("source_scanned", source=source)
    title = clean_line(said.get("Title", ""))
    # Word processors leave their file name here; that is no title.
    if not title or re.search(
        r"\.(?:hwpx?|docx?|pdf|indd)$|^(?:untitled|제목 없음|Microsoft Word)", title, re.IGNORECASE
    ):
        title = ""
    date = re.match(r"D:(\d{4})(\d{2})(\d{2})", said.get("CreationDate", ""))
    return Parsed(
        join_paragraphs(_paragraphs(list(_without_running_lines(pages)))),
        title or None,
        _author(said.get("Author", "")),
        iso_date("-".join(date.groups())) if date else None,
        (notice("pages_without_text", count=empty, total=len(pages)),) if empty else (),
    )


def _author(said: str) -> str | None:
    """A name, or None for what programs write when nobody gave one."""
    name = clean_line(said)
    return None if name.lower() in ("", "anonymous", "unknown", "user", "author", "(anonymous)") else name


def _lines(document: "pypdfium2.PdfDocument", number: int) -> list[str]:  # type: ignore[name-defined]  # noqa: F821
    page = document[number]
    text_page = page.get_textpage()
    try:
        text = text_page.get_text_bounded()
    finally:
        text_page.close()
        page.close()
    # U+FFFE is PDFium's mark of a hyphen at the end of a line.
    return [line for line in re.sub("\ufffe\r?\n", "", text).replace("\r", "").split("\n") if line.strip()]


def _without_running_lines(pages: list[list[str]]) -> Iterator[str]:
    """All lines but page numbers and those that stand at the edge of at least a third of the pages."""

    def shape(line: str) -> str:
        return re.sub(r"\d+", "0", line.strip())

    edges = Counter(shape(line) for page in pages for line in {*page[:_EDGE], *page[-_EDGE:]})
    often = max(3, len(pages) // 3)
    for page in pages:
        for place, line in enumerate(page):
            at_edge = place < _EDGE or place >= len(page) - _EDGE
            number_only = re.fullmatch(r"\W*\d{1,4}\W*|\W*\d{1,4}\s*/\s*\d{1,4}\W*", line.strip())
            if not (at_edge and (number_only or edges[shape(line)] >= often)):
                yield line


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Join wrapped lines. A short line that ends a sentence ends its paragraph."""
    full = sorted(len(line) for line in lines)[int(len(lines) * 0.9)] if lines else 0
    # Where the producer kept the space at the end of a line, its absence means a word broken in two.
    marks_spaces = sum(line.endswith(" ") for line in lines) * 5 > len(lines)
    paragraph = ""
    for line in lines:
        broken_word = marks_spaces and re.search("[가-힣]$", paragraph) and re.match("[가-힣]", line)
        paragraph += line if not paragraph or paragraph.endswith(" ") or broken_word else " " + line
        ends = re.search(r"[.!?。]['\"”’)\]]?\s*$", line)
        if ends and len(line.strip()) < full * 0.85:
            yield paragraph
            paragraph = ""
    yield paragraph
