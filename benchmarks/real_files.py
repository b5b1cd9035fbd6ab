"""Real documents: `python benchmarks/real_files.py FOLDER` reads every file below a folder.

Prints by format how many were read and how many refused, and why; titles and authors that look like a program's;
how much of a second tool's text is in ours; and the slowest file. The second tools are pdftotext (poppler-utils),
hwp5txt (pyhwp) where it is on the path, and python-docx. Files of the same content count once.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from techsum.errors import ReadingError
from techsum.reading.parsers import parse

KINDS = ("hwp", "hwpx", "hml", "pdf", "docx", "pptx", "epub", "html")
SLOW = 5.0
LEAST_WORDS = 50
"""Words of the second tool's text below which a document says nothing about completeness."""

JUNK_TITLE = re.compile(
    r"(?:microsoft |word|powerpoint|untitled|제목 ?없음|문서\d|슬라이드 ?\d|about:blank|.{0,80}\.(?:hwpx?|docx?|pdf|indd|ai|qxd)$)",
    re.IGNORECASE,
)
JUNK_AUTHOR = re.compile(
    r"(?:user|owner|admin\w*|administrator|lg|samsung|hp|pc|root|nobody|python-docx|.{0,20}windows.{0,20}|[a-z0-9_]{1,20})$",
    re.IGNORECASE,
)


def is_junk_title(title: str) -> bool:
    """Whether a title is a program's, garbage or too little to be one."""
    letters = re.findall(r"[가-힣A-Za-z\u4e00-\u9fff]", title)
    is_garbage = re.search(r"[\x00-\x1f\ue000-\uf8ff\ufffd]|오[전후] \d{1,2}:\d{2}|WIN32", title)
    return bool(len(letters) < 3 or is_garbage or JUNK_TITLE.match(title))


def is_junk_author(author: str) -> bool:
    """Whether an author is an account, a program or garbage."""
    return bool(JUNK_AUTHOR.match(author) or is_junk_title(author + "..."))


def second_text(path: Path) -> str | None:
    """What another tool reads of the file, or None where there is none for it."""
    suffix = path.suffix.lower()
    command = {".pdf": ["pdftotext", str(path), "-"], ".hwp": ["hwp5txt", str(path)]}.get(suffix)
    if command and shutil.which(command[0]):
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
    if suffix == ".docx":
        import docx

        try:
            document = docx.Document(str(path))
        except Exception:  # noqa: BLE001 - what the other tool cannot read, it cannot judge
            return None
        return "\n".join(p.text for p in document.paragraphs)
    return None


def completeness(ours: str, theirs: str) -> float | None:
    """The share of the second tool's different words that are in our text."""
    words = set(re.findall(r"[가-힣A-Za-z]{2,}", theirs))
    if len(words) < LEAST_WORDS:
        return None
    joined = re.sub(r"\s", "", ours)
    return sum(word in joined for word in words) / len(words)


def main() -> None:
    """Read the folder and print a table."""
    folder = Path(sys.argv[1])
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    shares: dict[str, list[float]] = defaultdict(list)
    slowest: dict[str, tuple[float, str]] = defaultdict(lambda: (0.0, ""))
    seen: set[bytes] = set()
    for path in sorted(folder.rglob("*")):
        kind = path.suffix.lower().lstrip(".").replace("htm", "html").replace("htmll", "html")
        if kind not in KINDS or not path.is_file():
            continue
        body = path.read_bytes()
        digest = hashlib.sha256(body).digest()
        if digest in seen:
            continue
        seen.add(digest)
        count = counts[kind]
        count["files"] += 1
        began = time.perf_counter()
        try:
            parsed = parse(body, path.name, "text/html" if kind == "html" else "")
        except ReadingError as error:
            count[f"refused: {error.key}"] += 1
            continue
        except Exception as error:  # noqa: BLE001 - a crash is a result
            count[f"CRASH {type(error).__name__}"] += 1
            continue
        took = time.perf_counter() - began
        slowest[kind] = max(slowest[kind], (took, path.name))
        count["read"] += 1
        count["slow"] += took > SLOW
        count["titles"] += bool(parsed.title)
        count["junk titles"] += bool(parsed.title and is_junk_title(parsed.title))
        count["authors"] += bool(parsed.author)
        count["junk authors"] += bool(parsed.author and is_junk_author(parsed.author))
        other = second_text(path)
        share = completeness(parsed.text, other) if other else None
        if share is not None:
            shares[kind].append(share)
    print(
        "| format | files | read | titles (junk) | authors (junk) | second tool's words found | slowest | refused |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for kind, count in counts.items():
        found = sorted(shares[kind])
        middle = (
            f"{found[len(found) // 2]:.1%} (n={len(found)}, worst tenth {found[len(found) // 10]:.0%})"
            if found
            else "-"
        )
        refused = ", ".join(
            f"{n} {why.removeprefix('refused: ')}"
            for why, n in count.items()
            if why.startswith(("refused", "CRASH"))
        )
        seconds, name = slowest[kind]
        print(
            f"| {kind} | {count['files']} | {count['read']} | {count['titles']} ({count['junk titles']})"
            f" | {count['authors']} ({count['junk authors']}) | {middle} | {seconds:.1f} s {name[:30]} | {refused} |"
        )


if __name__ == "__main__":
    main()
