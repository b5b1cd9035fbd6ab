"""Documents spoiled at random: bytes, lines and numbers of a file, or of the members of a zip file."""

import io
import random
import zipfile

TOKENS = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"%", b"<", b">", b"&#x110000;", b"&lol;", b"<!ENTITY a SYSTEM 'file:///etc/passwd'>",
    b"<![CDATA[", b"-->", b"\r\n", b"-1", b"0", b"65536", b"4294967295", b"99999999999999999999", b"1e309", b"obj", b"endobj", b"stream",
    b"/Length 1", b"/Kids [1 0 R]", "\u202e\u200b가".encode(), "한글".encode("cp949"), b"\xed\xa0\x80", b"w:t", b"hp:t", b"<table>" * 200,
]  # fmt: skip


def spoiled(body: bytes, chance: random.Random) -> bytes:
    """The document with one to eight changes; a zip file's changes are in what it holds, or in the file itself."""
    if body[:2] == b"PK" and chance.random() < 0.8:
        return _zip(body, chance)
    return _bytes(body, chance)


def _bytes(body: bytes, chance: random.Random) -> bytes:
    data = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        length = min(len(data) - at, int(chance.expovariate(1 / 12)) + 1)
        match chance.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length] * chance.choice((1, 2, 200))
            case 3:
                data[at:at] = chance.choice(TOKENS)
            case 4:
                data[at : at + length] = chance.randbytes(length)
            case _:
                other = chance.randrange(len(data) + 1)
                data[at:at] = data[other : other + length * 8]
    return bytes(data)


def _zip(body: bytes, chance: random.Random) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = chance.choice(names)
        for name in names:
            content = old.read(name)
            if name == chosen:
                if chance.random() < 0.1:
                    continue
                content = _bytes(content, chance)
            new.writestr(name, content)
    return written.getvalue()
