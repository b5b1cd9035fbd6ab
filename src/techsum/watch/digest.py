"""The page of a day, as Markdown and as HTML that any mail program shows: no script, no style sheet."""

from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from techsum.files import atomic_write_text
from techsum.library import Entry
from techsum.library.markdown import plain, web_address
from techsum.messages import text

_BODY = (
    "font:16px/1.7 'Apple SD Gothic Neo','Malgun Gothic','Noto Sans KR',sans-serif;"
    "max-width:640px;margin:0 auto;padding:24px 16px;color:#1d2126;background:#ffffff"
)
_SOFT = "color:#5b6673;font-size:14px"
_LINK = "color:#1f4f8a;text-decoration:none"


def write_day(folder: Path, day: str, entries: list[Entry]) -> None:
    """Write `DAY.md` and `DAY.html`; each replaces an earlier one as a whole.

    Raises:
        OSError: they cannot be written.
    """
    atomic_write_text(folder / f"{day}.md", _markdown(day, entries))
    atomic_write_text(folder / f"{day}.html", _html(day, entries))


def _markdown(day: str, entries: list[Entry]) -> str:
    lines = [f"# {text('digest_title', day=_spelt(day))}", "", text("digest_count", count=len(entries)), ""]
    for entry in entries:
        lines += [f"## {plain(entry.title)}", "", f"<{web_address(entry.request.source)}>", ""]
        lines += [f"- {plain(sentences)}" for sentences in _sentences(entry)]
        lines.append("")
    return "\n".join(lines)


def _html(day: str, entries: list[Entry]) -> str:
    title = escape(text("digest_title", day=_spelt(day)))
    parts = [
        (
            f'<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta name="viewport" content="width=device-width,initial-scale=1"></head>'
            f'<body style="{_BODY}">'
            f'<h1 style="font-size:24px;line-height:1.3;margin:0 0 4px">{title}</h1>'
            f'<p style="{_SOFT};margin:0 0 24px">{escape(text("digest_count", count=len(entries)))}</p>'
        )
    ]
    for entry in entries:
        link = escape(entry.request.source)
        sentences = "".join(f'<li style="margin:0 0 6px">{escape(one)}</li>' for one in _sentences(entry))
        parts.append(
            '<section style="border-top:1px solid #ddd;padding:16px 0">'
            f'<h2 style="font-size:18px;line-height:1.4;margin:0 0 2px">'
            f'<a href="{link}" style="{_LINK}">{escape(entry.title)}</a></h2>'
            f'<p style="{_SOFT};margin:0 0 8px">{escape(_from(entry))}</p>'
            f'<ul style="margin:0;padding-left:20px">{sentences}</ul></section>'
        )
    return "".join([*parts, f'<p style="{_SOFT}">{escape(text("digest_foot"))}</p></body></html>\n'])


def _sentences(entry: Entry) -> list[str]:
    """What the summary says, or what the reader made of it; a doubtful sentence says so itself."""
    if entry.correction:
        return [entry.correction]
    return [
        s.text + (f" ({'; '.join(n.message for n in s.notices)})" if s.notices else "")
        for s in (entry.result.sentences if entry.result else ())
    ]


def _from(entry: Entry) -> str:
    host = (urlsplit(entry.request.source).hostname or "").removeprefix("www.")
    article = entry.article
    return " · ".join(p for p in (host, article and article.author, article and article.published) if p)


def _spelt(day: str) -> str:
    """The day as a reader says it: `2026년 11월 25일`."""
    year, month, date = (int(part) for part in day.split("-"))
    return text("digest_day", year=year, month=month, date=date)
