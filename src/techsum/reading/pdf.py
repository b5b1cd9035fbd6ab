"""PDF through PDFium, page by page."""

import re
from dataclasses import replace

from techsum.contracts.notice import notice
from techsum.errors import ReadingError
from techsum.korean import COMMON_SYLLABLES
from techsum.reading.parsed import Parsed, clean_line, iso_date
from techsum.reading.pdf_lines import Line, body_size, page_lines, without_notes
from techsum.reading.pdf_paragraphs import paragraphs
from techsum.reading.titles import is_heading, office_document

_LARGE = 1.25
"""A title's letters against the body's."""
_COMMON_SHARE, _ENOUGH_HANGUL = 0.005, 200
"""The least among 248 Korean documents of 200 syllables or more has 1 % (names of stations), prose 25 %; a
broken character map gives any of 11,172 syllables."""


def read_pdf(body: bytes, source: str) -> Parsed:
    """A PDF's paragraphs, without page numbers, running headers, footnotes and tables of contents.

    Raises:
        ReadingError: it is encrypted, broken, holds pictures only, or letters that no table explains.
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
        pages = [_page(document, number) for number in range(len(document))]
        metadata = document.get_metadata_dict(skip_empty=True)
    except pypdfium2.PdfiumError:
        raise ReadingError("source_broken", source=source, kind="PDF") from None
    finally:
        document.close()
    empty = sum(not page for page in pages)
    if empty == len(pages):
        raise ReadingError("source_scanned", source=source)
    if not _is_readable("".join(line.text for page in pages for line in page)):
        raise ReadingError("source_garbled", source=source)
    body_pages = without_notes(pages)
    date = re.match(r"D:(\d{4})(\d{2})(\d{2})", metadata.get("CreationDate", ""))
    parsed = office_document(
        paragraphs([line for page in body_pages for line in page]),
        title=metadata.get("Title"),
        author=metadata.get("Author"),
        published=iso_date("-".join(date.groups())) if date else None,
        largest=_headline(body_pages),
    )
    notices = (notice("pages_without_text", count=empty, total=len(pages)),) if empty else ()
    return replace(parsed, notices=notices)


def _page(document: "pypdfium2.PdfDocument", number: int) -> list[Line]:  # type: ignore[name-defined]  # noqa: F821
    page = document[number]
    try:
        return page_lines(page, number)
    finally:
        page.close()


def _is_readable(text: str) -> bool:
    hangul = re.findall("[가-힣]", text[:20_000])
    return len(hangul) < _ENOUGH_HANGUL or sum(h in COMMON_SYLLABLES for h in hangul) >= _COMMON_SHARE * len(
        hangul
    )


def _headline(pages: list[list[Line]]) -> str:
    """The lines of the first page in its largest letters, where these are larger than the body's."""
    first = pages[0] if pages else []
    largest = max((line.size for line in first if len(clean_line(line.text)) > 3), default=0.0)  # noqa: PLR2004
    if largest < _LARGE * body_size(pages):
        return ""
    lines = [clean_line(line.text) for line in first if line.size > largest * 0.97]
    headline = " ".join(lines[:3])
    return headline if is_heading(headline) else ""
