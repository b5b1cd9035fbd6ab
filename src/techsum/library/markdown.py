"""A summary as Markdown, to read, to send, and to take back.

Nothing of an article is active in it: no link, image or HTML but the article's own address.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from techsum.contracts.entry import Entry
from techsum.errors import UsageError

CORRECTION, ARTICLE = "## 고친 요약", "## 본문"
"""The sections of a whole entry, behind its title and its summary."""
_WEB = re.compile(r"<(https?://[^\s<>]{1,4000})>")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#!|])")
_LONGEST_TITLE = 300
_FRONT_MATTER = re.compile(r"\A---\n(?:(?!---\n)[^\n]*\n){0,40}---\n")


@dataclass
class Written:
    """What one title of a Markdown file holds."""

    title: str
    url: str | None = None
    sentences: list[str] = field(default_factory=list)
    corrected: list[str] = field(default_factory=list)
    """Paragraphs of the reader's own wording."""
    tags: tuple[str, ...] = ()
    article: list[str] = field(default_factory=list)
    """Paragraphs."""

    @property
    def correction(self) -> str | None:
        """The reader's own wording."""
        return "\n\n".join(filter(None, self.corrected)) or None


def markdown(entry: Entry, *, whole: bool = False) -> str:
    """A summary: its title, where it is from, its sentences with the places that support them.

    Args:
        entry: the summary; a correction stands in its place.
        whole: keep the original beside the correction, and the article: what `read_markdown` takes back.
    """
    lines = [f"# {plain(entry.title)}", ""]
    article, correction = entry.article, entry.correction
    if article and article.url:
        lines += [f"<{web_address(article.url)}>", ""]
    if correction and not whole:
        lines += [*_paragraphs(correction), ""]
    for sentence in entry.result.sentences if entry.result and (whole or not correction) else ():
        lines.append(f"- {plain(sentence.text)}")
        lines += [
            f"  > {plain(e.text)}"
            for e in sentence.evidence[:1]
            if whole or e.text != sentence.text  # once is enough
        ]
    if entry.tags:
        lines += ["", " ".join(f"#{plain(t).replace(' ', '_')}" for t in entry.tags)]
    if whole and correction:
        lines += ["", CORRECTION, "", *_paragraphs(correction)]
    if whole and article:
        lines += ["", ARTICLE, *(f"\n{plain(p)}" for p in article.paragraphs)]
    return "\n".join(lines).rstrip() + "\n"


def front_matter(entry: Entry) -> str:
    """What the note is of, as YAML; JSON strings are YAML strings."""
    article = entry.article
    values = {
        "techsum": entry.id,
        "title": entry.title,
        "source": article.url if article else None,
        "author": article.author if article else None,
        "published": article.published if article else None,
        "summarised": datetime.fromtimestamp(entry.created).astimezone().strftime("%Y-%m-%d"),
        "model": entry.result.model if entry.result else None,
        "tags": [re.sub(r"\s+", "_", tag) for tag in entry.tags] or None,
    }
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items() if value]
    return "\n".join(["---", *lines, "---"])


def read_markdown(text: str) -> Iterator[Written]:
    """What `markdown` wrote, one title after the other; a list of sentences of another hand is read too.

    Raises:
        UsageError: a title without a summary, or text before the first title; the line is named.
    """
    text = _FRONT_MATTER.sub(lambda head: "\n" * head.group().count("\n"), text, count=1)
    before, *blocks = re.split("^# ", text, flags=re.MULTILINE)
    if before.strip():
        raise UsageError("library_import_line", line=1)
    number = 1 + before.count("\n")
    for block in blocks:
        title, *lines = block.splitlines()
        found, section = Written(_text(title)[:_LONGEST_TITLE]), ""
        for line in filter(None, map(str.strip, lines)):
            if line.startswith("## "):
                section = line
            else:
                _take(found, section, line)
        if not found.title or not found.sentences:
            raise UsageError("library_import_line", line=number)
        yield found
        number += block.count("\n")


def _take(found: Written, section: str, line: str) -> None:
    if section == ARTICLE:
        found.article.append(_text(line))
    elif section == CORRECTION:
        found.corrected.append(_text(line))
    elif section or line.startswith(">"):
        return  # a section of another hand; a place that is looked for again
    elif link := _WEB.fullmatch(line):
        found.url = link.group(1)
    elif line.startswith("#"):
        found.tags = tuple(_text(re.sub(r"(?<!\\)_", " ", t[1:])) for t in line.split())
    else:
        found.sentences.append(_text(re.sub(r"^[-*+] ", "", line)))


def _paragraphs(text: str) -> list[str]:
    """The lines of a text as paragraphs, with an empty line between two."""
    return "\n\n".join(plain(line) for line in text.splitlines() if line.strip()).split("\n")


def plain(text: str) -> str:
    """Text that Markdown takes for nothing else."""
    return "".join(f"\\{c}" if c in r"\`*_[]<>#!|" else c for c in " ".join(text.split()))


def web_address(url: str) -> str:
    """A link that ends where it ends: `>` and what follows would be HTML."""
    return quote(url, safe=":/?#[]@!$&'()*+,;=%~")


def _text(plain: str) -> str:
    """What `plain` was given."""
    return _ESCAPED.sub(r"\1", plain).strip()
