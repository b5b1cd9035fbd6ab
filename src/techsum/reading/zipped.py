"""Documents in zip archives, told apart by what the archive holds."""

import re

from techsum.errors import ReadingError
from techsum.reading.archive import Archive, relations
from techsum.reading.docx import read_docx
from techsum.reading.epub import read_epub
from techsum.reading.hwpx import read_hwpx
from techsum.reading.parsed import FORMATS, Parsed
from techsum.reading.pptx import read_pptx


def read_zip(body: bytes, source: str) -> Parsed:
    """Read HWPX, EPUB, DOCX or PPTX.

    Raises:
        ReadingError: broken, encrypted, or an archive of something else.
    """
    ending = source.rpartition(".")[2].upper()
    archive = Archive(body, source, ending if ending in ("DOCX", "PPTX", "EPUB") else "HWPX")
    if any(re.fullmatch(r"Contents/(?:section\d{1,5}\.xml|content\.hpf)", name) for name in archive.names):
        return read_hwpx(archive)
    if "META-INF/container.xml" in archive.names:
        return read_epub(archive)
    folder = next(
        (path.split("/")[0] for kind, path in relations(archive).values() if kind == "officeDocument"), ""
    )
    if folder == "word":
        return read_docx(archive)
    if folder == "ppt":
        return read_pptx(archive)
    kind = {"xl": "XLSX"}.get(folder, "ZIP")
    raise ReadingError("source_not_text", source=source, kind=kind, formats=FORMATS)
