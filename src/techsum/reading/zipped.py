"""Documents in zip archives, recognised by the archive's members."""

from techsum.contracts.formats import LABELS, ZIPPED
from techsum.errors import ReadingError
from techsum.reading.archive import Archive, relations
from techsum.reading.parsed import Parsed
from techsum.reading.parsers import reader


def read_zip(body: bytes, source: str) -> Parsed:
    """Read a document of one of the `ZIPPED` formats.

    Raises:
        ReadingError: broken, encrypted, or an archive of something else.
    """
    ending = source.rpartition(".")[2].upper()
    labels = [one.label for one in ZIPPED]
    archive = Archive(body, source, ending if ending in labels else labels[0])
    known = next(
        (one for one in ZIPPED if one.member and any(map(one.member.fullmatch, archive.names))), None
    )
    folder = ""
    if not known:
        parts = (path for kind, path in relations(archive).values() if kind == "officeDocument")
        folder = next(parts, "").split("/")[0]
        known = next((one for one in ZIPPED if one.part and one.part == folder), None)
    if known:
        return reader(known)(archive)
    kind = {"xl": "XLSX"}.get(folder, "ZIP")
    raise ReadingError("source_not_text", source=source, kind=kind, formats=LABELS)
