"""Documents of every format that TechSum reads, written byte by byte or by a library."""

import io
import struct
import zipfile
import zlib

SECTION = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<hs:sec xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section" xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph">'
    "{}</hs:sec>"
)


SCIENCETIMES = """<!doctype html><html><head><meta charset="utf-8"><title>사이언스타임즈</title></head><body>
<div id="gnb"><ul><li>과학기술</li><li>의학</li></ul></div>
<div class="view_header"><div class="sub_txt"><b>{title}</b></div>
<div class="sub_info"><span>조회 1,204</span><span>2026-02-13 09:30</span></div></div>
<div class="atc_data">글 <a href="/w">김한결 객원기자</a></div>
<div class="atc_cont">{body}</div>
<div class="list"><a href="/x">관련 기사: 바다의 소금</a></div><div>Copyright 한국과학창의재단</div></body></html>"""
"""An article page in the present layout of ScienceTimes."""


def html(title, paragraphs, head=""):
    """An ordinary article page with a menu, a sidebar and a footer."""
    body = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (
        f"<!doctype html><html lang=ko><head><meta charset=utf-8><title>{title} - 시험일보</title>"
        f'<meta property="og:title" content="{title}">{head}</head><body>'
        "<nav><ul><li><a href=/>처음</a></li><li><a href=/sci>과학</a></li></ul></nav>"
        f"<main><article><h1>{title}</h1>{body}</article></main>"
        "<aside><a href=/1>많이 본 기사</a></aside><footer>회사 소개 | 이용 약관</footer></body></html>"
    )


def pdf(pages, password=None, title=None):
    """A PDF with Korean text, a running header and page numbers; wraps lines at 34 letters."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("HYSMyeongJo-Medium"))
    out = io.BytesIO()
    sheet = canvas.Canvas(out, encrypt=StandardEncryption(password) if password else None)
    if title:
        sheet.setTitle(title)
    for number, paragraphs in enumerate(pages, 1):
        sheet.setFont("HYSMyeongJo-Medium", 11)
        if len(pages) > 2:
            sheet.drawString(60, 810, "시험 보고서 제3호")
        height = 780
        for paragraph in paragraphs:
            for line in _wrap(paragraph):
                sheet.drawString(60, height, line)
                height -= 16
            height -= 10
        if len(pages) > 2:
            sheet.drawString(290, 30, f"- {number} -")
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def _wrap(paragraph, width=34):
    line = ""
    for word in paragraph.split():
        if line and len(line) + len(word) >= width:
            yield line + " "
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def hwpx(paragraphs, title="", encrypted=False, table=()):
    """A minimal HWPX (OWPML) package."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/hwp+zip")
        cells = "".join(
            f"<hp:tc><hp:subList><hp:p><hp:run><hp:t>{c}</hp:t></hp:run></hp:p></hp:subList></hp:tc>"
            for c in table
        )
        body = "".join(f"<hp:p><hp:run><hp:t>{p}</hp:t></hp:run></hp:p>" for p in paragraphs)
        if table:
            body += f"<hp:p><hp:run><hp:tbl><hp:tr>{cells}</hp:tr></hp:tbl></hp:run></hp:p>"
        archive.writestr("Contents/section0.xml", SECTION.format(body))
        archive.writestr(
            "Contents/content.hpf",
            '<opf:package xmlns:opf="http://www.idpf.org/2007/opf/"><opf:metadata>'
            f"<opf:title>{title}</opf:title></opf:metadata></opf:package>",
        )
        if encrypted:
            archive.writestr(
                "META-INF/manifest.xml", "<manifest><file-entry><encryption-data/></file-entry></manifest>"
            )
    return out.getvalue()


def hwp(paragraphs, packed=True, encrypted=False):
    """An HWP 5 file: FileHeader and one section of text records in a compound file."""
    records = b""
    for paragraph in paragraphs:
        # a table-anchor control (8 units) in the middle must not become text
        units = paragraph.encode("utf-16-le") + struct.pack("<8H", 11, 0x6C62, 0x7420, 0, 0, 0, 0, 11)
        units += struct.pack("<H", 13)
        records += _record(66, b"\0" * 22) + _record(67, units)
    flags = int(packed) | (2 if encrypted else 0)
    header = b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05010000, flags)
    section = records
    if packed:
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        section = squeeze.compress(records) + squeeze.flush()
    return compound_file({"FileHeader": header.ljust(256, b"\0"), "BodyText/Section0": section})


def _record(tag, payload):
    if len(payload) < 0xFFF:
        return struct.pack("<I", tag | len(payload) << 20) + payload
    return struct.pack("<II", tag | 0xFFF << 20, len(payload)) + payload


def compound_file(streams):
    """An OLE compound file (MS-CFB) of small streams, one storage deep; streams live in the mini stream."""
    end, free, mini = 0xFFFFFFFE, 0xFFFFFFFF, 64
    entries = [["Root Entry", 5, free, free, free, end, 0]]
    storages = {}
    ministream, minifat = b"", []
    for path, data in streams.items():
        folder, _, name = path.rpartition("/")
        if folder and folder not in storages:
            storages[folder] = len(entries)
            entries.append([folder, 1, free, free, free, 0, 0])
        count = -(-len(data) // mini)
        first = len(minifat)
        minifat += [*range(first + 1, first + count), end]
        ministream += data.ljust(count * mini, b"\0")
        entries.append([name, 2, free, free, free, first, len(data)])
        parent = storages.get(folder, 0)
        _attach(entries, parent, len(entries) - 1)
    for index in storages.values():
        _attach(entries, 0, index)
    sectors = []

    def add(data):
        start = len(sectors)
        data = data.ljust(-(-len(data) // 512) * 512, b"\0")
        sectors.extend(data[i : i + 512] for i in range(0, len(data), 512))
        return start, len(sectors) - start

    mini_start, mini_count = add(ministream)
    minifat_start, minifat_count = add(b"".join(struct.pack("<I", x) for x in minifat).ljust(512, b"\xff"))
    entries[0][5], entries[0][6] = mini_start, len(ministream)
    directory = b"".join(_entry(*e) for e in entries)
    directory += b"".join(_entry("", 0, free, free, free, 0, 0) for _ in range(-len(entries) % 4))
    dir_start, dir_count = add(directory)
    fat = []
    for start, count in ((mini_start, mini_count), (minifat_start, minifat_count), (dir_start, dir_count)):
        fat += [*range(start + 1, start + count), end]
    fat_start = len(sectors)
    fat.append(0xFFFFFFFD)
    assert len(fat) <= 128, "one FAT sector"
    sectors.append(b"".join(struct.pack("<I", x) for x in fat).ljust(512, b"\xff"))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack(
        "<HHHHH6xIIIIIIIII",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        dir_start,
        0,
        4096,
        minifat_start,
        minifat_count,
        end,
        0,
    )
    head += struct.pack("<I", fat_start).ljust(436, b"\xff")
    return head + b"".join(sectors)


def _attach(entries, parent, child):
    """Put a directory entry under its parent, as a chain of right siblings."""
    if entries[parent][4] == 0xFFFFFFFF:
        entries[parent][4] = child
        return
    last = entries[parent][4]
    while entries[last][3] != 0xFFFFFFFF:
        last = entries[last][3]
    entries[last][3] = child


def _entry(name, kind, left, right, child, start, size):  # noqa: PLR0917 - the order of the file format
    encoded = name.encode("utf-16-le") + b"\0\0" if name else b""
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, left, right, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )


def docx(paragraphs, title=None):
    """A DOCX by python-docx, with a title paragraph and a table."""
    import docx as library

    document = library.Document()
    if title:
        document.add_heading(title, 0)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
