"""One kind of document, spoiled again and again: `python documents.py KIND SECONDS SEED`. Ends with 1 on a find."""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.mutations import spoiled
from support import office
from support.documents import docx, html, hwp, hwpx, pdf
from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.errors import ReadingError
from techsum.reading.isolated import parse_isolated

SEEDS = Path(__file__).parent / "seeds"
DOCUMENTS = {
    "html": html(TITLE, PARAGRAPHS).encode(),
    "pdf": pdf([PARAGRAPHS[:2], PARAGRAPHS[2:]], title=TITLE),
    "docx": docx(PARAGRAPHS, TITLE),
    "hwpx": hwpx(PARAGRAPHS, TITLE, table=(("이름", "값"), ("전압", "3.7V"))),
    "hwp": hwp(PARAGRAPHS),
    "pptx": office.pptx(*(office.shape(p) for p in PARAGRAPHS)),
    "epub": office.epub(
        {f"{n}.xhtml": f"<p>{p}</p>" for n, p in enumerate(PARAGRAPHS)}, ["0.xhtml", "1.xhtml", "2.xhtml"]
    ),
    "hml": office.hwpml("".join(f"<P><TEXT><CHAR>{p}</CHAR></TEXT></P>" for p in PARAGRAPHS)),
    "md": f"---\ntitle: {TITLE}\n---\n\n{BODY}".encode(),
    "txt": BODY.encode(),
}
_LONGEST = 10.0


def wrong(kind: str, body: bytes) -> str | None:
    """What is wrong with how this document is taken: nothing but an article or one line may come of it, in seconds."""
    try:
        parse_isolated(body, f"a.{kind}", seconds=_LONGEST)
    except ReadingError as error:
        if error.key == "reading_slow":
            return f"took longer than {_LONGEST:g} s"
        return "more than a line" if len(str(error).splitlines()) != 1 else ""
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a find
        return f"{type(error).__name__}: {error}"
    return None


def main() -> int:
    """What was found once, then new documents until the time is over."""
    kind, seconds, seed = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    chance = random.Random(f"{seed} {kind}")
    known = [DOCUMENTS[kind], *(path.read_bytes() for path in sorted(SEEDS.glob(f"*.{kind}")))]
    until, count, read = time.monotonic() + seconds, 0, 0
    while time.monotonic() < until:
        body = known.pop(0) if known else spoiled(DOCUMENTS[kind], chance)
        found = wrong(kind, body)
        if found:
            kept = SEEDS / f"{seed}-{count}.{kind}"
            kept.write_bytes(body)
            print(f"{kind}: {found}; kept as {kept}")
            return 1
        count += 1
        read += found is None
    print(f"{kind}: {count} spoiled documents, {read} read, {count - read} refused")
    return 0 if count > seconds and read else 1


if __name__ == "__main__":
    sys.exit(main())
