"""HWP 5 (an OLE compound file), after Hancom's published "HWP document file formats 5.0".

A section is a stream of records: a header of 10 bits tag, 10 bits level and 12 bits size, then the payload.
Levels make a tree: a control's parts stand one level below it. Text is UTF-16LE in which the control
characters 1-9, 11, 12 and 14-23 take 8 code units.
"""

import datetime as dt
import io
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from techsum.errors import ReadingError
from techsum.reading.archive import MAXIMUM_UNPACKED
from techsum.reading.parsed import Parsed, clean_line, iso_date
from techsum.reading.tables import row_paragraphs
from techsum.reading.titles import office_document

_PACKED, _PASSWORD, _DISTRIBUTION, _DRM, _CERTIFICATE, _CERTIFICATE_DRM = 1, 2, 4, 1 << 4, 1 << 8, 1 << 10
"""Bits of the file header's flags."""

_DISTRIBUTE_DOC_DATA, _PARAGRAPH, _TEXT, _CONTROL = 28, 66, 67, 71
_LIST, _TABLE, _EQUATION, _MEMOS = 72, 77, 88, 93
"""Record tags."""
_NOT_BODY = frozenset({"head", "foot", "fn  ", "en  ", "tcmt", "secd"})
"""Controls beside the body: headers, footers, foot- and endnotes, hidden comments, master pages."""

_LONG_SIZE = 0xFFF
_DEEPEST = 100
"""Levels; Hancom's own documents stay below 20."""


def read_hwp(body: bytes, source: str) -> Parsed:
    """HWP 5: the text of all sections, tables row by row, without headers, notes and hidden comments.

    A distribution document keeps its text enciphered under `ViewText`, with a placeholder in `BodyText`; one
    with tracked changes keeps the text that its reader sees there.

    Raises:
        ReadingError: encrypted or broken.
    """
    import olefile

    broken = ReadingError("source_broken", source=source, kind="HWP")
    try:
        with olefile.OleFileIO(io.BytesIO(body)) as ole:
            # olefile walks a chain of sectors, which may be a circle, for as long as an entry says it is
            if max(ole.root.size, *(ole.get_size(entry) for entry in ole.listdir())) > len(body):
                raise broken
            if ole.exists("EncryptedPackage"):
                raise ReadingError("source_encrypted", source=source)
            if not ole.exists("FileHeader"):
                raise _other_office(ole, source)
            header = ole.openstream("FileHeader").read(40)
            if not header.startswith(b"HWP Document File"):
                raise broken
            flags = struct.unpack_from("<I", header, 36)[0]
            if flags & (_PASSWORD | _DRM | _CERTIFICATE | _CERTIFICATE_DRM):
                raise ReadingError("source_encrypted", source=source)
            sections = list(_sections(ole, flags, source))
            paragraphs = [p for section in sections for p in _paragraphs(_tree(section))]
            summary = _summary(ole)
    except (OSError, struct.error, zlib.error, IndexError, ValueError):
        raise broken from None
    if not sections:
        raise broken
    return office_document(
        paragraphs, title=summary.get(_TITLE), author=summary.get(_AUTHOR), published=summary.get(_SAVED)
    )


def _other_office(ole: Any, source: str) -> ReadingError:
    """What to say of a compound file that is no HWP document."""
    for stream, kind in (("WordDocument", "DOC"), ("PowerPoint Document", "PPT"), ("Workbook", "XLS")):
        if ole.exists(stream):
            return ReadingError("source_old_format", source=source, kind=kind)
    return ReadingError("source_broken", source=source, kind="HWP")


def _sections(ole: Any, flags: int, source: str) -> Iterator[bytes]:
    """The records of each section, as the document's reader sees it."""
    room = MAXIMUM_UNPACKED
    enciphered = ReadingError("source_distribution", source=source)
    views = [entry for entry in ole.listdir() if entry[0] == "ViewText"]
    streams = views or [entry for entry in ole.listdir() if entry[0] == "BodyText"]
    if flags & _DISTRIBUTION and not views:
        raise enciphered
    for entry in sorted(streams, key=lambda e: int(re.sub(r"\D", "", e[1]) or 0)):
        data = ole.openstream(entry).read()
        if views and struct.unpack_from("<I", data)[0] & 0x3FF == _DISTRIBUTE_DOC_DATA:
            try:
                data = _unpack(_decipher(data), room)
            except (zlib.error, ValueError, struct.error):
                raise enciphered from None
            if not data:
                raise enciphered
        elif flags & _PACKED:
            data = _unpack(data, room)
        room -= len(data)
        yield data


def _unpack(data: bytes, room: int) -> bytes:
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    unpacked = decoder.decompress(data, max(room, 1))
    if decoder.unconsumed_tail:
        raise ReadingError("source_too_large", limit=f"{MAXIMUM_UNPACKED // 1024 // 1024}MB")
    return unpacked


def _decipher(data: bytes) -> bytes:
    """A section of a distribution document, still packed.

    Its first record holds 256 bytes that are XORed with a random sequence, whose seed is their first word;
    among them stands the password's SHA-1 in UTF-16 digits, whose first 16 bytes are the rest's AES key.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    seeded = data[4:260]
    seed = struct.unpack_from("<I", seeded)[0]

    def drawn() -> int:  # the C library's rand() of Hancom's compiler
        nonlocal seed
        seed = (seed * 214013 + 2531011) & 0xFFFFFFFF
        return int(seed >> 16 & 0x7FFF)

    plain = bytearray()
    key = count = 0
    for byte in seeded:
        if not count:
            key, count = drawn() & 0xFF, (drawn() & 0xF) + 1
        plain.append(byte ^ key)
        count -= 1
    offset = 4 + (seeded[0] & 0xF)
    cipher = Cipher(algorithms.AES128(bytes(plain[offset : offset + 16])), modes.ECB()).decryptor()  # noqa: S305
    tail = data[260:]
    return cipher.update(tail[: len(tail) // 16 * 16]) + cipher.finalize()


@dataclass
class _Record:
    tag: int
    payload: bytes
    parts: "list[_Record]" = field(default_factory=list)


def _tree(stream: bytes) -> list[_Record]:
    """The records of a section by their levels; one that jumps is taken as one below the record before."""
    root: list[_Record] = []
    levels = [root]
    place = 0
    while place + 4 <= len(stream):
        header = struct.unpack_from("<I", stream, place)[0]
        place += 4
        tag, level, size = header & 0x3FF, header >> 10 & 0x3FF, header >> 20
        if size == _LONG_SIZE:
            size = struct.unpack_from("<I", stream, place)[0]
            place += 4
        record = _Record(tag, stream[place : place + size])
        place += size
        del levels[min(level, _DEEPEST) + 1 :]
        levels[-1].append(record)
        levels.append(record.parts)
    return root


def _paragraphs(records: list[_Record]) -> Iterator[str]:
    """The paragraphs of a list of records; what a paragraph anchors comes after its own text."""
    controls = iter([record for record in records if record.tag == _CONTROL])
    # what a memo, or a note in a file without levels, holds stands beside it: a list header and paragraphs
    awaits_list, is_body = False, True
    passed_over = 0
    for record in records:
        if record.tag == _PARAGRAPH:
            is_body, passed_over = not passed_over, max(passed_over - 1, 0)
            awaits_list = False
            if not is_body:
                continue
        elif record.tag == _LIST and awaits_list:
            passed_over = max(struct.unpack_from("<i", record.payload.ljust(4, b"\0"))[0], 1)
        if record.tag == _MEMOS or (record.tag == _CONTROL and _control(record) in _NOT_BODY):
            awaits_list = not record.parts
        elif record.tag == _TEXT:
            if is_body:
                yield _text(record.payload, controls)
        elif record.tag == _CONTROL and _control(record) == "tbl ":
            yield from _rows(record)
        else:
            yield from _paragraphs(record.parts)


def _control(record: _Record) -> str:
    return record.payload[:4][::-1].decode("latin-1")


def _rows(table: _Record) -> Iterator[str]:
    """A table's rows. A cell is a list header, with its column and row at byte 8, and paragraphs after it."""
    cells: list[tuple[int, int, list[_Record]]] = []
    caption: list[_Record] = []
    is_cell = False
    for part in table.parts:
        if part.tag == _TABLE:
            is_cell = True
        elif part.tag == _LIST and is_cell and len(part.payload) >= 12:  # noqa: PLR2004
            column, row = struct.unpack_from("<HH", part.payload, 8)
            cells.append((row, column, [part]))
        else:
            (cells[-1][2] if cells else caption).append(part)
    yield from _paragraphs(caption)
    rows: dict[int, list[tuple[int, list[_Record]]]] = {}
    for row, column, parts in cells:
        rows.setdefault(row, []).append((column, parts))
    for _, of_row in sorted(rows.items()):
        in_order = sorted(of_row, key=lambda cell: cell[0])
        yield from row_paragraphs([list(_paragraphs(parts)) for _, parts in in_order])


_TAB, _LINE, _HYPHEN, _FIXED_SPACES = 9, 10, 24, (30, 31)
_ANCHORS = frozenset({1, 2, 3, 11, 12, 14, 15, 16, 17, 18, 21, 22, 23})
"""Control characters that stand for the paragraph's control records, in their order."""


def _text(payload: bytes, controls: Iterator[_Record]) -> str:
    units = struct.unpack(f"<{len(payload) // 2}H", payload[: len(payload) // 2 * 2])
    pieces: list[str] = []
    start = place = 0

    def letters(end: int) -> str:
        return payload[2 * start : 2 * end].decode("utf-16-le", "replace")

    while place < len(units):
        unit = units[place]
        if unit >= 32:  # noqa: PLR2004
            place += 1
            continue
        pieces.append(letters(place))
        if unit in (_TAB, _LINE, *_FIXED_SPACES):
            pieces.append(" ")
        elif unit == _HYPHEN:
            pieces.append("-")
        elif unit in _ANCHORS and (control := next(controls, None)):
            pieces.append(_inline(control))
        wide = 1 <= unit <= 9 or unit in (11, 12) or 14 <= unit <= 23  # noqa: PLR2004
        place += 8 if wide else 1
        start = place
    pieces.append(letters(place))
    return "".join(pieces)


def _inline(control: _Record) -> str:
    """What a control writes into its line: an equation's source, a gloss's main text, joined letters."""
    if _control(control) in ("tdut", "tcps"):
        return _counted(control.payload, 4)
    return " ".join(_counted(part.payload, 4) for part in control.parts if part.tag == _EQUATION)


def _counted(payload: bytes, place: int) -> str:
    """A string with its length before it."""
    if len(payload) < place + 2:
        return ""
    length = struct.unpack_from("<H", payload, place)[0]
    return payload[place + 2 : place + 2 + 2 * length].decode("utf-16-le", "replace")


_TITLE, _AUTHOR, _SAVED = 2, 4, 13
_STRING, _TIME = 31, 64


def _summary(ole: Any) -> dict[int, str]:
    """Title, author and the day of the last saving, from the summary's property set (MS-OLEPS)."""
    if not ole.exists("\x05HwpSummaryInformation"):
        return {}
    data = ole.openstream("\x05HwpSummaryInformation").read()
    found = {}
    try:
        start = struct.unpack_from("<I", data, 44)[0]
        count = min(struct.unpack_from("<I", data, start + 4)[0], 100)
        for number in range(count):
            name, offset = struct.unpack_from("<II", data, start + 8 + 8 * number)
            place = start + offset
            kind = struct.unpack_from("<I", data, place)[0]
            if kind == _STRING:
                length = struct.unpack_from("<I", data, place + 4)[0]
                text = data[place + 8 : place + 8 + 2 * length].decode("utf-16-le", "replace")
                found[name] = clean_line(text.partition("\0")[0])
            elif kind == _TIME:
                ticks = struct.unpack_from("<Q", data, place + 4)[0]  # 100 ns since 1601
                day = dt.date(1601, 1, 1) + dt.timedelta(microseconds=ticks // 10)
                found[name] = iso_date(day.isoformat()) or ""
    except (struct.error, OverflowError):
        pass  # what was found before the damage stands
    return {name: text for name, text in found.items() if text}
