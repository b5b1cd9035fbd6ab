"""Office documents made record by record and element by element: HWP 5, HWPX, HWPML, DOCX, PPTX, EPUB."""

import datetime as dt
import hashlib
import io
import struct
import zipfile
import zlib
from typing import NamedTuple

import pytest

from support.documents import compound_file
from techsum.errors import ReadingError
from techsum.reading.parsers import parse

ASIDE = "이 글은 본문 곁에 있다."
ENTITIES = '<!DOCTYPE a [<!ENTITY x "하">]>'


def lines(body, name="a"):
    """The paragraphs that are read of a document."""
    return parse(body, name).text.split("\n\n")


def refusal(body, name="a"):
    """Why a document is not read."""
    with pytest.raises(ReadingError) as refused:
        parse(body, name)
    return refused.value


# --- HWP 5 ---

PACKED, PASSWORD, DISTRIBUTION, DRM = 1, 2, 4, 1 << 4
CERTIFICATE, CERTIFICATE_DRM, TRACKED = 1 << 8, 1 << 10, 1 << 14
"""Bits of the file header's flags."""

_DISTRIBUTED, _PARAGRAPH, _TEXT, _CONTROL, _LIST = 28, 66, 67, 71, 72
_PAGE, _TABLE, _EQUATION, _MEMOS = 73, 77, 88, 93
"""Record tags."""
_SECTION_CHARACTER, _FIELD_CHARACTER, _OBJECT_CHARACTER, _GLOSS_CHARACTER = 2, 3, 11, 23
_NOTES = {"head": 16, "foot": 16, "fn  ": 17, "en  ": 17, "tcmt": 15}


class Node(NamedTuple):
    """A record and the records one level below it."""

    tag: int
    payload: bytes = b""
    parts: tuple = ()


class Control(NamedTuple):
    """A control record, and the character that stands for it in its paragraph's text."""

    character: int
    node: Node


def _control(character, name, payload=b"\0" * 16, parts=()):
    return Control(character, Node(_CONTROL, name.encode()[::-1] + payload, tuple(parts)))


def paragraph(*pieces):
    """A paragraph of strings and controls, in the order in which they are read."""
    controls = [piece for piece in pieces if isinstance(piece, Control)]
    units = b"".join(_anchor(p) if isinstance(p, Control) else p.encode("utf-16-le") for p in pieces)
    text = Node(_TEXT, units + struct.pack("<H", 13))
    return Node(_PARAGRAPH, b"\0" * 22, (text, *(control.node for control in controls)))


def _anchor(control):
    name = control.node.payload[:4]
    return struct.pack("<H4s8xH", control.character, name, control.character)


def _paragraphs(paragraphs):
    return [paragraph(p) if isinstance(p, str) else p for p in paragraphs]


def _list(count, more=b""):
    """The header of a list of paragraphs, which stand beside it, not below."""
    return Node(_LIST, struct.pack("<iI", count, 0) + more)


def section_start(*master_page):
    """The control of a section's properties, with which its first paragraph begins; 바탕쪽 stands in it."""
    lists = [_list(len(master_page), b"\0" * 26), *_paragraphs(master_page)] if master_page else []
    return _control(_SECTION_CHARACTER, "secd", b"\0" * 34, [Node(_PAGE, b"\0" * 40), *lists])


def note(kind, *paragraphs):
    """A header (`head`), footer (`foot`), foot- or endnote (`fn  `, `en  `) or hidden comment (`tcmt`)."""
    return _control(_NOTES[kind], kind, parts=[_list(len(paragraphs)), *_paragraphs(paragraphs)])


def table(*rows, caption=(), backwards=False):
    """A table of rows of cells; a cell is a string or a list of paragraphs.

    Args:
        rows: of the table.
        caption: its paragraphs.
        backwards: whether the last cell's records come first.
    """
    parts = [_list(len(caption)), *_paragraphs(caption)] if caption else []
    parts.append(Node(_TABLE, struct.pack("<IHH", 0, len(rows), max(map(len, rows)))))
    places = [(row, column) for row, cells in enumerate(rows) for column in range(len(cells))]
    for row, column in reversed(places) if backwards else places:
        cell = rows[row][column]
        texts = _paragraphs([cell] if isinstance(cell, str) else cell)
        parts += [_list(len(texts), struct.pack("<HHHH", column, row, 1, 1)), *texts]
    return _control(_OBJECT_CHARACTER, "tbl ", parts=parts)


def equation(script):
    return _control(_OBJECT_CHARACTER, "eqed", parts=[Node(_EQUATION, b"\0" * 4 + _counted(script))])


def gloss(main, sub):
    """덧말: a small text above another."""
    return _control(_GLOSS_CHARACTER, "tdut", _counted(main) + _counted(sub) + b"\0" * 20)


def memo_field():
    """The field that a memo is fastened to."""
    return _control(_FIELD_CHARACTER, "%%me")


def with_memo(last, *paragraphs, below=False):
    """The last paragraph of a section, with a memo's text in its records as Hancom writes it.

    Args:
        last: the paragraph.
        paragraphs: the memo's text.
        below: whether the list stands below the memo's record and not beside it.
    """
    lists = (_list(len(paragraphs), b"\0" * 8), *_paragraphs(paragraphs))
    memo = (Node(_MEMOS, b"\0" * 4, lists),) if below else (Node(_MEMOS, b"\0" * 4), *lists)
    return last._replace(parts=last.parts + memo)


def _counted(text):
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def section(*paragraphs, flat=False):
    """The records of a section; `flat` writes level 0 into all of them, as some converters do."""
    return b"".join(_records(node, 0, flat) for node in _paragraphs(paragraphs))


def _records(node, level, flat):
    size = len(node.payload)
    head = node.tag | (0 if flat else level) << 10
    record = (
        struct.pack("<I", head | size << 20) if size < 0xFFF else struct.pack("<II", head | 0xFFF << 20, size)
    )
    return record + node.payload + b"".join(_records(part, level + 1, flat) for part in node.parts)


def squeezed(data):
    """Raw deflate."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeeze.compress(data) + squeeze.flush()


def hwp(*sections, flags=PACKED, view=(), summary=None):
    """An HWP 5 file.

    Args:
        sections: the records of each section.
        flags: of the file header; with `PACKED` the sections are squeezed.
        view: the streams of `ViewText` as they are written.
        summary: the property set, as `properties` makes it.
    """
    streams = {"FileHeader": (b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05010000, flags))}
    streams["FileHeader"] = streams["FileHeader"].ljust(256, b"\0")
    for number, data in enumerate(sections):
        streams[f"BodyText/Section{number}"] = squeezed(data) if flags & PACKED else data
    for number, data in enumerate(view):
        streams[f"ViewText/Section{number}"] = data
    if summary:
        streams["\x05HwpSummaryInformation"] = summary
    assert all(len(data) < 4096 for data in streams.values()), "a compound file of small streams"
    return compound_file(streams)


def enciphered(records, seed=20240503, phrase="바다"):
    """A section of a distribution document: its key hidden in 256 bytes, then AES-128 over raw deflate."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    digits = hashlib.sha1(phrase.encode("utf-16-le")).hexdigest().upper().encode("utf-16-le")  # noqa: S324
    offset = 4 + (seed & 0xF)
    hidden = bytearray(struct.pack("<I", seed).ljust(256, b"\x5a"))
    hidden[offset : offset + len(digits)] = digits
    noise = _noise(seed, 256)
    block = struct.pack("<I", seed) + bytes(a ^ b for a, b in zip(hidden[4:], noise[4:], strict=True))
    data = squeezed(records)
    cipher = Cipher(algorithms.AES128(digits[:16]), modes.ECB()).encryptor()  # noqa: S305
    secret = cipher.update(data.ljust(-(-len(data) // 16) * 16, b"\0")) + cipher.finalize()
    return struct.pack("<I", _DISTRIBUTED | 256 << 20) + block + secret


def _noise(seed, length):
    """Runs of one byte each, drawn by the `rand()` of Microsoft's C library."""
    drawn = bytearray()
    while len(drawn) < length:
        seed = (seed * 214013 + 2531011) % 2**32
        value = seed >> 16 & 0xFF
        seed = (seed * 214013 + 2531011) % 2**32
        drawn += bytes([value]) * ((seed >> 16 & 0xF) + 1)
    return bytes(drawn[:length])


def properties(strings, times=()):
    """A property set (MS-OLEPS).

    Args:
        strings: by property number; 2 is the title, 4 the author.
        times: datetimes (UTC) by property number; 13 is the last saving.
    """
    values = {n: struct.pack("<II", 31, len(text)) + text.encode("utf-16-le") for n, text in strings.items()}
    for number, moment in dict(times).items():
        ticks = (moment - dt.datetime(1601, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1) * 10
        values[number] = struct.pack("<IQ", 64, ticks)
    index, data = b"", b""
    for number, value in values.items():
        index += struct.pack("<II", number, 8 + 8 * len(values) + len(data))
        data += value + b"\0" * (-len(value) % 4)
    body = struct.pack("<II", 8 + len(index) + len(data), len(values)) + index + data
    return struct.pack("<HHI16xI16xI", 0xFFFE, 0, 0, 1, 48) + body


# --- zip packages ---


def zipped(parts):
    """A zip archive of texts and bytes by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def locked(archive):
    """A zip archive whose members say that they are encrypted."""
    data = bytearray(archive)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found = data.find(mark)
        while found >= 0:
            data[found + place] |= 1
            found = data.find(mark, found + 4)
    return bytes(data)


# --- HWPX and HWPML ---

_OWPML = "http://www.hancom.co.kr/hwpml/2011"


def hp(inner):
    """A paragraph of HWPX with one run: a text, or elements."""
    return f"<hp:p><hp:run>{inner if inner.startswith('<') else ht(inner)}</hp:run></hp:p>"


def ht(inner):
    """A run's text: letters and marks."""
    return f"<hp:t>{inner}</hp:t>"


def sub_list(*paragraphs):
    return f"<hp:subList>{''.join(map(hp, paragraphs))}</hp:subList>"


def hwpx_table(*rows):
    """A table of HWPX; cells are texts."""
    lines = ("".join(f"<hp:tc>{sub_list(cell)}</hp:tc>" for cell in row) for row in rows)
    return f"<hp:tbl>{''.join(f'<hp:tr>{line}</hp:tr>' for line in lines)}</hp:tbl>"


def hwpx(*sections, metadata=""):
    """An HWPX package of sections of XML."""
    parts = {"mimetype": "application/hwp+zip", "META-INF/container.xml": "<container/>"}
    for number, body in enumerate(sections):
        parts[f"Contents/section{number}.xml"] = (
            f'<?xml version="1.0" encoding="UTF-8"?><hs:sec xmlns:hs="{_OWPML}/section" xmlns:hp="{_OWPML}/paragraph">{body}</hs:sec>'
        )
    parts["Contents/content.hpf"] = (
        f'<opf:package xmlns:opf="http://www.idpf.org/2007/opf/"><opf:metadata>{metadata}</opf:metadata></opf:package>'
    )
    return zipped(parts)


def hwpml(body, summary=""):
    """An HWPML file of one section."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no" ?><HWPML Version="2.9"><HEAD SecCnt="1">'
        f"<DOCSUMMARY>{summary}</DOCSUMMARY></HEAD><BODY><SECTION>{body}</SECTION></BODY></HWPML>"
    ).encode()


# --- Office Open XML ---

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT_WORD = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"


def _rels(targets):
    """The relations of a part: type and target by id."""
    links = "".join(f'<Relationship Id="{i}" Type="{t}" Target="{p}"/>' for i, (t, p) in targets.items())
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def package(main, core="", relations=_RELATIONS):
    """The parts that every package has: its relations and, where given, its core properties."""
    targets = {"rId1": (f"{relations}/officeDocument", main)}
    parts = {"[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>'}
    if core:
        targets["rId2"] = (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml")
        parts["docProps/core.xml"] = (
            f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            f'xmlns:dcterms="http://purl.org/dc/terms/">{core}</cp:coreProperties>'
        )
    return parts | {"_rels/.rels": _rels(targets)}


def core(title="", creator="", modified=""):
    """The elements of the core properties."""
    return f"<dc:title>{title}</dc:title><dc:creator>{creator}</dc:creator><dcterms:modified>{modified}</dcterms:modified>"


def wp(inner, style=""):
    """A paragraph of DOCX: a text, or elements."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{inner if inner.startswith('<') else wr(inner)}</w:p>"


def wr(inner, properties=""):
    """A run of DOCX: a text, or elements."""
    text = inner if inner.startswith("<") else f'<w:t xml:space="preserve">{inner}</w:t>'
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{text}</w:r>"


def word_table(*rows):
    """A table of DOCX; a cell is a text or paragraphs."""
    lines = ("".join(f"<w:tc>{c if c.startswith('<') else wp(c)}</w:tc>" for c in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr><w:trPr/>{line}</w:tr>' for line in lines)}</w:tbl>"


def docx(*body, core="", main="word/document.xml", styles=None, strict=False, head=""):
    """A DOCX package.

    Args:
        body: the elements of the document's body.
        core: the elements of the core properties.
        main: the main part's name.
        styles: names of paragraph styles by their ids.
        strict: whether to write the namespaces of the strict edition.
        head: what stands before the document's root element.
    """
    relations = _STRICT_RELATIONS if strict else _RELATIONS
    word = STRICT_WORD if strict else WORD
    parts = package(main, core, relations)
    parts[main] = (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<w:document xmlns:w="{word}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
        'xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        f"<w:body>{''.join(body)}</w:body></w:document>"
    )
    if styles:
        folder, _, name = main.rpartition("/")
        parts[f"{folder}/_rels/{name}.rels"] = _rels({"rId1": (f"{relations}/styles", "styles.xml")})
        named = "".join(
            f'<w:style w:type="paragraph" w:styleId="{i}"><w:name w:val="{n}"/></w:style>'
            for i, n in styles.items()
        )
        parts[f"{folder}/styles.xml"] = f'<w:styles xmlns:w="{word}">{named}</w:styles>'
    return zipped(parts)


def shape(text, kind=None):
    """A shape of a slide; `kind` is its placeholder's type."""
    place = f'<p:nvPr><p:ph type="{kind}"/></p:nvPr>' if kind else "<p:nvPr/>"
    lines = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
    return f"<p:sp><p:nvSpPr>{place}</p:nvSpPr><p:txBody>{lines}</p:txBody></p:sp>"


def slide_table(*rows):
    """A table of a slide; cells are texts."""
    cell = "<a:tc><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    lines = ("".join(cell.format(c) for c in row) for row in rows)
    rows_of = "".join(f"<a:tr>{line}</a:tr>" for line in lines)
    return f"<p:graphicFrame><a:graphic><a:tbl>{rows_of}</a:tbl></a:graphic></p:graphicFrame>"


def pptx(*slides, order=None, core=""):
    """A PPTX package.

    Args:
        slides: the shapes of each slide; slide n is the part `slide{n}.xml`, from 1.
        order: the slides' numbers as the presentation shows them; left out, as they come.
        core: the elements of the core properties.
    """
    parts = package("ppt/presentation.xml", core)
    shown = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in order or range(1, len(slides) + 1))
    parts["ppt/presentation.xml"] = (
        f'<p:presentation xmlns:p="{_SLIDES}" xmlns:r="{_RELATIONS}"><p:sldIdLst>{shown}</p:sldIdLst></p:presentation>'
    )
    parts["ppt/_rels/presentation.xml.rels"] = _rels(
        {f"rId{n}": (f"{_RELATIONS}/slide", f"slides/slide{n}.xml") for n in range(1, len(slides) + 1)}
    )
    for number, shapes in enumerate(slides, 1):
        parts[f"ppt/slides/slide{number}.xml"] = (
            f'<p:sld xmlns:p="{_SLIDES}" xmlns:a="{_DRAWING}"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>'
        )
    return zipped(parts)


# --- EPUB ---

XHTML = '<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>장</title></head><body>{}</body></html>'


def epub(chapters, spine, metadata="", folder="OEBPS", page=XHTML):
    """An EPUB package.

    Args:
        chapters: the bodies by their `href` as the manifest writes it, or with properties as a pair.
        spine: the hrefs in reading order.
        metadata: the elements of the package's metadata.
        folder: where the package stands.
        page: the page around a body.
    """
    from urllib.parse import unquote

    ids = {href: f"c{number}" for number, href in enumerate(chapters)}
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            f'<rootfile full-path="{folder}/content.opf"/></rootfiles></container>'
        ),
    }
    manifest = ""
    for href, body in chapters.items():
        text, kind = body if isinstance(body, tuple) else (body, "")
        manifest += f'<item id="{ids[href]}" href="{href}" properties="{kind}"/>'
        parts[f"{folder}/{unquote(href)}"] = page.format(text)
    order = "".join(f'<itemref idref="{ids[href]}"/>' for href in spine)
    parts[f"{folder}/content.opf"] = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata>{metadata}</metadata><manifest>{manifest}</manifest><spine>{order}</spine></package>"
    )
    return zipped(parts)
