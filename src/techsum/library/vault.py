"""The library as a folder of notes (Obsidian, Logseq): one Markdown file a summary, updated in place."""

import re
from collections.abc import Iterable
from pathlib import Path

from techsum.contracts.entry import Entry
from techsum.files import atomic_write_text
from techsum.library.markdown import front_matter, markdown

_ID = re.compile(r"^techsum: \"?([\w-]{1,64})\"?$", re.MULTILINE)
_HEAD = 4_000
"""Characters of a file in which its front matter is looked for."""
_NOTES = "%% 이 아래는 내 메모 · my notes below %%"
"""A comment of Obsidian's; what stands below it is the reader's, and stays."""
_REFUSED = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|#^\[\]]+')
"""What file systems or links between notes refuse in a name."""
_LONGEST_NAME = 200
"""Bytes; file systems take 255."""


def write_vault(entries: Iterable[Entry], folder: Path) -> int:
    """Write a note for each summary into a folder.

    A summary that has a note there, under whatever name, is written into it; what its reader wrote below the
    marker stays. Notes of deleted summaries stay too.

    Returns:
        How many notes are new or changed.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    notes = _notes_of(folder)
    changed = 0
    for entry in entries:
        path = notes.get(entry.id) or _free_path(folder, entry.title)
        before = path.read_text("utf-8") if path.exists() else ""
        own = before.partition(_NOTES)[2].rstrip()
        note = f"{front_matter(entry)}\n{markdown(entry)}\n{_NOTES}{own}\n"
        if note != before:
            atomic_write_text(path, note)
            changed += 1
    return changed


def _notes_of(folder: Path) -> dict[str, Path]:
    """Summary id -> its note."""
    found = {}
    for path in sorted(folder.glob("*.md")):
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.read(_HEAD)
        if head.startswith("---\n") and (match := _ID.search(head.partition("\n---")[0])):
            found[match[1]] = path
    return found


def _free_path(folder: Path, title: str) -> Path:
    """A name that says what the note is about, and is not taken."""
    plain = " ".join(_REFUSED.sub(" ", title).split())
    name = plain.encode()[:_LONGEST_NAME].decode("utf-8", "ignore").strip(" .") or "techsum"
    path, number = folder / f"{name}.md", 2
    while path.exists():
        path, number = folder / f"{name} {number}.md", number + 1
    return path
