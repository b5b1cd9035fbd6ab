"""Templates and what they call: a page's context, labels, marked sentences."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from techsum.checking import RULES
from techsum.contracts.entry import CHECKED_BY, Entry
from techsum.contracts.formats import LABELS, SUFFIXES
from techsum.contracts.options import LENGTHS, REGISTERS, Difficulty
from techsum.contracts.summary import SummarySentence
from techsum.generators.model_ref import EXTRACT
from techsum.generators.models import auto_model, offered, shown
from techsum.messages import coverage_text, text, user_language
from techsum.server.api import reader_of
from techsum.server.readers import ACCOUNT
from techsum.server.terms import no_terms

_DIFFICULTIES: dict[Difficulty, str] = {"쉽게": "easy", "보통": "usual", "전문가": "expert"}


def drawing(*, signs_in: bool) -> Callable[..., Response]:
    """A function that renders a template of this package for a request."""
    environment = Environment(
        loader=PackageLoader("techsum.server"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals |= {
        "t": text,
        "formats": LABELS,
        "suffixes": SUFFIXES,
        "coverage": coverage_text,
        "signs_in": signs_in,
        "marked_pieces": marked_pieces,
        "term_pieces": no_terms,
        "model_label": model_label,
        "version_label": version_label,
    }
    environment.filters["day"] = lambda at: (
        datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    )
    environment.filters["spelt"] = lambda day: text("briefing_day", month=int(day[5:7]), date=int(day[8:10]))
    environment.filters["iso"] = lambda at: datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    environment.filters["place"] = _place
    environment.filters["query"] = lambda context: urlencode(
        {k: v for k, v in context.items() if v not in ("", None)}
    )

    def draw(request: Request, name: str, status: int = 200, /, **context: Any) -> HTMLResponse:
        query_string = f"?{request.url.query}" if request.url.query else ""
        path = request.url.path + query_string if request.method == "GET" else "/"
        account = reader_of(request).startswith(ACCOUNT)
        page = environment.get_template(name).render(
            language=user_language(), path=path, account=account, **context
        )
        return HTMLResponse(page, status)

    return draw


def refusal(draw: Callable[..., Response], request: Request, status: int, problem: str) -> Response:
    """A page with one line."""
    return draw(request, "problem.html", status, here="", problem=problem)


def choices() -> dict[str, Any]:
    """What a reader can choose."""
    best = model_label(shown(auto_model()))
    return {
        "difficulties": [(d, text(f"difficulty_{n}")) for d, n in _DIFFICULTIES.items()],
        "lengths": [(n, text(f"length_{n}")) for n in LENGTHS],
        "styles": [("문단", text("style_prose")), ("개조식", text("style_notes"))],
        "registers": REGISTERS,
        "models": [("auto", text("model_auto", name=best)), *((n, model_label(n)) for n in offered())],
    }


def model_label(name: str) -> str:
    """What a reader calls a model."""
    if name.startswith(CHECKED_BY):
        judge = name.removeprefix(CHECKED_BY)
        return text("model_rules") if judge == RULES else text("model_checked", name=judge)
    return text("model_extract") if name == EXTRACT else name


def version_label(entry: Entry) -> str:
    """What tells a summary from others of the same source: length, style, register, difficulty and model."""
    options = entry.request.options
    length = text(f"length_{options.length}") if options.length in LENGTHS else options.length
    style = text("style_notes" if options.bullets else "style_prose")
    model = text("model_auto_short") if options.model == "auto" else model_label(options.model)
    difficulty = (
        (text(f"difficulty_{_DIFFICULTIES[options.difficulty]}"),) if options.difficulty != "보통" else ()
    )
    return " · ".join((length, style, options.register, *difficulty, model))


def _place(entry: Entry) -> str:
    """Where a summary's article is from: a site's name or a file's; nothing of a text."""
    if entry.request.mode == "text":
        return ""
    if entry.request.mode == "file":
        return entry.request.source
    try:
        return (urlsplit(entry.request.source).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def marked_pieces(sentence: SummarySentence) -> list[tuple[str, bool]]:
    """A sentence's text cut where its notices' spans begin and end: each piece, and whether one doubts it.

    Args:
        sentence: a notice without a span doubts all of it.
    """
    length = len(sentence.text)
    spans = [[min(place, length) for place in one.span or (0, length)] for one in sentence.notices]
    cuts = sorted({0, length, *(place for span in spans for place in span)})
    return [
        (sentence.text[start:end], any(a <= start and end <= b for a, b in spans))
        for start, end in pairwise(cuts)
    ]
