"""The pages: rendered here, whole without a script; the script adds the stream and the lit evidence."""

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Form, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool

from techsum.errors import TechsumError
from techsum.generators.models import auto_model, names, shown
from techsum.library import Entry, Library
from techsum.library.markdown import markdown
from techsum.messages import coverage_text, text, user_language
from techsum.server.api import (
    DEFAULTS,
    MOST_CHARACTERS,
    SummaryRequest,
    asked_for,
    client_of,
    put_into,
    reader_of,
    start,
    with_defaults,
)
from techsum.server.checks import MOST_SUMMARY_CHARACTERS, kept
from techsum.server.jobs import Jobs
from techsum.server.problems import status_of
from techsum.server.readers import ACCOUNT, LANGUAGE_COOKIE, YEAR
from techsum.summarizers.options import REGISTERS

STATIC = Path(__file__).parent / "static"
_RECENT = 5
_GUIDE = ("read", "check", "ask", "keep", "private")
_SEE_OTHER = 303


def routes(library: Library, jobs: Jobs, app: FastAPI, draw: Callable[..., Response]) -> APIRouter:  # noqa: C901, PLR0915 - a table of routes
    """The pages over this library and these jobs."""
    pages = APIRouter(include_in_schema=False)

    def home(
        request: Request, status: int = 200, typed: str = "", problem: str = "", **chosen: str
    ) -> Response:
        recent = library.find(reader_of(request), saved=False).entries[:_RECENT]
        said = {"typed": typed, "problem": problem, "chosen": DEFAULTS | chosen, "entries": recent}
        return draw(request, "home.html", status, here="home", recent=bool(recent), **_choices(), **said)

    def own(request: Request, entry_id: str) -> Entry | None:
        return jobs.found(reader_of(request), entry_id)

    def show(
        request: Request, entry: Entry, *, mine: bool = True, status: int = 200, **more: Any
    ) -> Response:
        said = {"link": "", "problem": "", "chosen": with_defaults(entry)} | more
        said["again"] = bool(entry.article) or entry.request.mode == "link"
        said["shared"] = mine and library.is_shared(entry.reader, entry.id)
        said["bullets"] = entry.request.options.get("style") == "개조식"
        said["open"] = entry.status in ("queued", "running")
        said["questions"] = library.questions(entry.reader, entry.id) if mine else []
        said["paragraphs"] = _paragraphs(entry, [q.answer for q in said["questions"]])
        return draw(request, "summary.html", status, here="", entry=entry, own=mine, **_choices(), **said)

    def gone(request: Request) -> Response:
        return draw(request, "problem.html", 404, here="", problem=text("summary_none"))

    def back(entry_id: str) -> Response:
        return RedirectResponse(f"/s/{entry_id}", _SEE_OTHER)

    @pages.get("/")
    def first(request: Request, like: str = "") -> Response:
        entry = own(request, like) if like else None
        if entry and entry.request.mode == "link":  # a link that failed, to be mended
            return home(request, 200, entry.request.source, **with_defaults(entry))
        return home(request)

    @pages.get("/check")
    def check_form(request: Request) -> Response:
        return draw(request, "check.html", here="check", source="", summary="", problem="")

    @pages.post("/check")
    def check(
        request: Request,
        source: Annotated[str, Form(max_length=MOST_CHARACTERS)] = "",
        summary: Annotated[str, Form(max_length=MOST_SUMMARY_CHARACTERS)] = "",
    ) -> Response:
        try:
            reader, client = reader_of(request), client_of(request)
            entry = kept(library, reader, client, source, summary, language=user_language())
            return back(entry.id)
        except TechsumError as error:
            said = {"source": source, "summary": summary, "problem": str(error)}
            return draw(request, "check.html", status_of(error), here="check", **said)

    @pages.get("/guide")
    def guide(request: Request) -> Response:
        parts = [(f"guide_{name}", f"guide_{name}_text") for name in _GUIDE]
        return draw(request, "guide.html", here="guide", parts=parts)

    @pages.post("/language")
    def speak(language: Annotated[str, Form()], back: Annotated[str, Form()] = "/") -> Response:
        # a path of this server and nothing else: `//elsewhere` is another server
        safe = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
        answer = RedirectResponse(safe, _SEE_OTHER)
        if language in ("ko", "en"):
            answer.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR, samesite="lax", httponly=True)
        return answer

    @pages.post("/summaries")
    async def begin(request: Request) -> Response:
        asked: SummaryRequest | None = None
        try:
            asked, upload = await asked_for(request)
            entry = await run_in_threadpool(start, library, jobs, request, asked, upload)
        except TechsumError as error:
            typed = asked.source if asked else ""
            chosen = asked.model_dump(include=set(DEFAULTS), by_alias=True) if asked else {}
            return await run_in_threadpool(home, request, status_of(error), typed, str(error), **chosen)
        return back(entry.id)

    @pages.get("/s/{entry_id}")
    def entry_page(request: Request, entry_id: str) -> Response:
        entry = own(request, entry_id)
        return show(request, entry) if entry else gone(request)

    @pages.post("/s/{entry_id}/stop")
    def stop(request: Request, entry_id: str) -> Response:
        if own(request, entry_id):
            jobs.cancel(entry_id)
        return back(entry_id)

    @pages.post("/s/{entry_id}/again")
    def again(  # noqa: PLR0917 - a form's fields
        request: Request,
        entry_id: str,
        length: Annotated[str, Form()],
        style: Annotated[str, Form()],
        register_: Annotated[str, Form(alias="register")],
        model: Annotated[str, Form()],
    ) -> Response:
        entry = own(request, entry_id)
        if not entry:
            return gone(request)
        options = {"length": length, "style": style, "register": register_, "model": model}
        try:
            return back(jobs.again(entry, options, user_language(), client_of(request)).id)
        except TechsumError as error:
            return show(request, entry, problem=str(error), status=status_of(error))

    @pages.post("/s/{entry_id}/save")
    def save(request: Request, entry_id: str, saved: Annotated[str, Form()] = "") -> Response:
        return (
            back(entry_id) if library.save(reader_of(request), entry_id, saved=bool(saved)) else gone(request)
        )

    @pages.post("/s/{entry_id}/edit")
    def edit(
        request: Request,
        entry_id: str,
        title: Annotated[str, Form(max_length=300)],
        tags: Annotated[str, Form(max_length=500)] = "",
        correction: Annotated[str, Form(max_length=20_000)] = "",
    ) -> Response:
        entry, reader = own(request, entry_id), reader_of(request)
        if not entry or not entry.result:
            return gone(request)
        if title.strip():
            library.retitle(reader, entry_id, " ".join(title.split()))
        library.tag(reader, entry_id, tags.split(","))
        wording = " ".join(correction.split())
        same = wording in ("", " ".join(entry.result["summary"].split()))
        library.correct(reader, entry_id, None if same else correction.strip())
        return back(entry_id)

    @pages.post("/s/{entry_id}/delete")
    def remove(request: Request, entry_id: str) -> Response:
        if own(request, entry_id):
            jobs.cancel(entry_id)
            library.delete(reader_of(request), entry_id)
        return RedirectResponse("/library", _SEE_OTHER)

    @pages.post("/s/{entry_id}/questions")
    def ask(request: Request, entry_id: str, question: Annotated[str, Form()] = "") -> Response:
        entry = own(request, entry_id)
        if not entry:
            return gone(request)
        try:
            for _ in jobs.question(entry, question, None, threading.Event(), client_of(request)):
                pass
        except TechsumError as error:
            return show(request, entry, problem=str(error), status=status_of(error))
        return RedirectResponse(f"/s/{entry_id}#question", _SEE_OTHER)

    @pages.post("/s/{entry_id}/share")
    def share(request: Request, entry_id: str) -> Response:
        entry, token = own(request, entry_id), library.share(reader_of(request), entry_id)
        if not entry or not token:
            return gone(request)
        return show(request, entry, link=str(request.url_for("shared", token=token)))

    @pages.post("/s/{entry_id}/unshare")
    def unshare(request: Request, entry_id: str) -> Response:
        library.revoke(reader_of(request), entry_id)
        return back(entry_id)

    @pages.get("/share/{token}")
    def shared(request: Request, token: str) -> Response:
        entry = library.shared(token)
        return show(request, entry, mine=False) if entry else gone(request)

    @pages.get("/s/{entry_id}/export.md")
    def export(request: Request, entry_id: str) -> Response:
        entry = own(request, entry_id)
        if not entry or not entry.result:
            return gone(request)
        name = {"Content-Disposition": 'attachment; filename="techsum.md"'}
        return PlainTextResponse(markdown(entry), headers=name, media_type="text/markdown; charset=utf-8")

    @pages.get("/library")
    def shelf(  # noqa: PLR0917 - a query's parameters
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        tag: Annotated[str, Query(max_length=60)] = "",
        page: Annotated[int, Query(ge=0, le=100_000)] = 0,
        every: Annotated[str, Query(alias="all")] = "",
        old: str = "",
        told: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        found = library.find(
            reader_of(request), q, tag=tag or None, saved=not every, page=page, oldest_first=bool(old)
        )
        said = {"entries": found.entries, "more": found.more, "q": q, "tag": tag, "page": page}
        said |= {"told": text("library_imported", count=told) if told else ""}
        said["kept"] = {"q": q, "tag": tag, "all": "1" if every else "", "old": "1" if old else ""}
        return draw(request, "library.html", here="library", **said)

    @pages.post("/library/import")
    async def put_in(request: Request, file: UploadFile) -> Response:
        body = await file.read()
        try:
            count = await run_in_threadpool(put_into, library, request, body)
        except TechsumError as error:
            said = {"here": "", "problem": str(error)}
            return await run_in_threadpool(draw, request, "problem.html", status_of(error), **said)
        return RedirectResponse(f"/library?told={count}", _SEE_OTHER)

    @pages.get("/api/docs")
    def docs(request: Request) -> Response:
        said = app.openapi()
        return draw(
            request,
            "docs.html",
            here="",
            paths=said["paths"],
            schemas=said.get("components", {}).get("schemas", {}),
        )

    return pages


def refusal(draw: Callable[..., Response], request: Request, status: int, problem: str) -> Response:
    """A page with one line."""
    return draw(request, "problem.html", status, here="", problem=problem)


def drawing(*, signs_in: bool) -> Callable[..., Response]:
    """A function that renders a template of this package for a request."""
    environment = Environment(
        loader=PackageLoader("techsum.server"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals |= {"t": text, "coverage": coverage_text, "signs_in": signs_in}
    environment.filters["day"] = lambda at: (
        datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    )
    environment.filters["iso"] = lambda at: datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    environment.filters["query"] = lambda said: urlencode(
        {k: v for k, v in said.items() if v not in ("", None)}
    )

    def draw(request: Request, name: str, status: int = 200, /, **said: Any) -> HTMLResponse:
        asked = f"?{request.url.query}" if request.url.query else ""
        path = request.url.path + asked if request.method == "GET" else "/"
        account = reader_of(request).startswith(ACCOUNT)
        page = environment.get_template(name).render(
            language=user_language(), path=path, account=account, **said
        )
        return HTMLResponse(page, status)

    return draw


def _choices() -> dict[str, Any]:
    """What a reader can choose."""
    best = shown(auto_model())
    return {
        "lengths": [(n, text(f"length_{n}")) for n in ("line", "short", "medium", "long")],
        "styles": [("문단", text("style_prose")), ("개조식", text("style_notes"))],
        "registers": REGISTERS,
        "models": [("auto", text("model_auto", name=best)), *((n, n) for n in names())],
    }


def _paragraphs(entry: Entry, answers: list[dict[str, Any]]) -> list[list[tuple[int, str]]]:
    """The article by paragraph, in pieces that can be pointed at: where each begins, and its text.

    The pieces are the sentences that were kept with it. Where none were, they are cut around what summary and
    answers point at: to split an article into sentences takes too long for a page.
    """
    if not entry.article:
        return []
    article, found, start = entry.article.text, [], 0
    spans = entry.spans or _cited(entry, answers)
    for paragraph in article.split("\n\n"):
        end = start + len(paragraph)
        inside = spans[bisect_left(spans, (start, 0)) : bisect_left(spans, (end, 0))]
        found.append([(at, piece) for at, piece in _cut(article, start, end, inside) if piece.strip()])
        start = end + len("\n\n")
    return found


def _cited(entry: Entry, answers: list[dict[str, Any]]) -> tuple[tuple[int, int], ...]:
    """Places in the article that a summary, its key sentences or an answer name as evidence."""
    said = [*filter(None, (entry.keys, entry.result)), *answers]
    evidence = [e for one in said for sentence in one["sentences"] for e in sentence["evidence"]]
    return tuple(sorted({(e["start"], e["end"]) for e in evidence}))


def _cut(article: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """The text between two places, cut at these spans."""
    for a, b in spans:
        if start <= a < b <= end:
            yield start, article[start:a]
            yield a, article[a:b]
            start = b
    yield start, article[start:end]
