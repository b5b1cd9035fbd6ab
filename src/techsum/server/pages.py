"""The pages: rendered here, whole without a script; the script adds the stream and the lit evidence."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fastapi import APIRouter, FastAPI, Form, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from techsum.contracts.entry import OPEN
from techsum.contracts.options import DEFAULTS, Difficulty, Register, Style, SummaryOptions
from techsum.contracts.request import LONGEST_QUESTION, MOST_SUMMARY_CHARACTERS, SummaryRequest
from techsum.contracts.serialization import MOST_CHARACTERS
from techsum.contracts.summary import SummarySentence
from techsum.errors import TechsumError
from techsum.files import file_name
from techsum.generators.hub_models import machine_memory, recommended
from techsum.generators.model_ref import EXTRACT
from techsum.generators.models import auto_model, capable_model
from techsum.library import Entry, Library
from techsum.library.conversations import Conversations
from techsum.library.feeds import Feeds
from techsum.library.markdown import front_matter, markdown
from techsum.library.shares import Shares
from techsum.library.trash import Trash
from techsum.messages import text, user_language
from techsum.server.api import client_of, parse_summary_request, put_into, reader_of, start
from techsum.server.checks import kept
from techsum.server.jobs import Jobs
from techsum.server.model_pulls import ModelPulls
from techsum.server.places import article_pieces, card_places
from techsum.server.problems import status_of
from techsum.server.readers import LANGUAGE_COOKIE, YEAR
from techsum.server.templating import choices
from techsum.server.terms import term_pieces

STATIC = Path(__file__).parent / "static"
_RECENT = 5
_GUIDE = ("read", "check", "ask", "keep", "private")
_SEE_OTHER = 303
_LACKS_MODEL = {"no_translation", "no_difficulty"}
"""Notices on what another model can do."""
_SHARED = 4_000
"""Characters of what comes in an address."""


def routes(  # noqa: C901, PLR0915 - a table of routes
    library: Library, jobs: Jobs, pulls: ModelPulls, app: FastAPI, draw: Callable[..., Response]
) -> APIRouter:
    """The pages over this library and these jobs."""
    pages = APIRouter(include_in_schema=False)
    feeds, shares = Feeds(library), Shares(library)

    def home(
        request: Request,
        status: int = 200,
        typed: str = "",
        problem: str = "",
        chosen: SummaryOptions = DEFAULTS,
    ) -> Response:
        entries = library.find(reader_of(request), saved=False).entries
        brought = feeds.brought([entry.id for entry in entries])  # these have a page of their own
        recent = [entry for entry in entries if entry.id not in brought][:_RECENT]
        context = {"typed": typed, "problem": problem, "chosen": chosen, "entries": recent}
        offer = pulls.offer(request, recommended(machine_memory() or 0.0)) if pulls.allows(request) else None
        context["offer"] = offer if offer and auto_model() == EXTRACT and offer.pull.state != "here" else None
        return draw(request, "home.html", status, here="home", recent=bool(recent), **choices(), **context)

    def own(request: Request, entry_id: str) -> Entry | None:
        return jobs.found(reader_of(request), entry_id)

    def show(
        request: Request, entry: Entry, *, mine: bool = True, status: int = 200, **more: Any
    ) -> Response:
        context: dict[str, Any] = {"problem": "", "chosen": entry.request.options} | more
        context["again"] = bool(entry.article) or entry.request.mode == "link"
        token = shares.token(entry.reader, entry.id) if mine else None
        context["link"] = str(request.url_for("shared", token=token)) if token else ""
        lacks = {n.kind for n in entry.result.notices} & _LACKS_MODEL if entry.result and mine else None
        context["offer"] = pulls.offer(request, capable_model()) if lacks else None
        context["bullets"] = entry.request.options.bullets
        context["open"] = entry.status in OPEN
        context["versions"] = library.versions(entry.reader, entry.id) if mine else []
        context["questions"] = Conversations(library).of(entry.reader, entry.id) if mine else []
        context["paragraphs"] = article_pieces(entry, [q.answer for q in context["questions"]])
        context |= card_places(entry.result, context["paragraphs"])
        context["term_pieces"] = term_pieces(entry.result.glossary if entry.result else ())
        return draw(request, "summary.html", status, here="", entry=entry, own=mine, **choices(), **context)

    def gone(request: Request) -> Response:
        return draw(request, "problem.html", 404, here="", problem=text("summary_none"))

    def back(entry_id: str) -> Response:
        return RedirectResponse(f"/s/{entry_id}", _SEE_OTHER)

    @pages.get("/")
    def first(
        request: Request,
        like: Annotated[str, Query(max_length=100)] = "",
        title: Annotated[str, Query(max_length=_SHARED)] = "",
        text_: Annotated[str, Query(alias="text", max_length=_SHARED)] = "",
        url: Annotated[str, Query(max_length=_SHARED)] = "",
    ) -> Response:
        """The first page; what a phone or the bookmarklet shares is typed in already, and Enter starts."""
        entry = own(request, like) if like else None
        if entry and entry.request.mode == "link":  # a link that failed, to be mended
            return home(request, 200, entry.request.source, chosen=entry.request.options)
        return home(request, typed="\n".join(dict.fromkeys(filter(None, (title, text_, url)))))

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
            context = {"source": source, "summary": summary, "problem": str(error)}
            return draw(request, "check.html", status_of(error), here="check", **context)

    @pages.get("/guide")
    def guide(request: Request) -> Response:
        parts = [(f"guide_{name}", f"guide_{name}_text") for name in _GUIDE]
        own = json.dumps(f"{request.base_url}?url=")
        bookmarklet = f"javascript:location.href={own}+encodeURIComponent(location.href)"
        return draw(request, "guide.html", here="guide", parts=parts, bookmarklet=bookmarklet)

    @pages.post("/language")
    def speak(language: Annotated[str, Form()], back: Annotated[str, Form()] = "/") -> Response:
        answer = RedirectResponse(_own_path(back), _SEE_OTHER)
        if language in ("ko", "en"):
            answer.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR, samesite="lax", httponly=True)
        return answer

    @pages.post("/models/{name}/pull")
    def pull_model(
        request: Request, name: str, back: Annotated[str, Form(max_length=4_000)] = "/"
    ) -> Response:
        pulls.begin(request, name)
        return RedirectResponse(_own_path(back), _SEE_OTHER)

    @pages.post("/models/{name}/pull/stop")
    def stop_pull(
        request: Request, name: str, back: Annotated[str, Form(max_length=4_000)] = "/"
    ) -> Response:
        pulls.stop(request, name)
        return RedirectResponse(_own_path(back), _SEE_OTHER)

    @pages.post("/summaries")
    async def begin(request: Request) -> Response:
        submitted: SummaryRequest | None = None
        try:
            submitted, upload = await parse_summary_request(request)
            entry = await run_in_threadpool(start, library, jobs, request, submitted, upload)
        except TechsumError as error:
            typed = submitted.source if submitted else ""
            chosen = submitted.options if submitted else DEFAULTS
            return await run_in_threadpool(home, request, status_of(error), typed, str(error), chosen)
        return back(entry.id)

    @pages.get("/s/{entry_id}")
    def entry_page(request: Request, entry_id: str) -> Response:
        entry = own(request, entry_id)
        if not entry:
            return gone(request)
        feeds.mark_read(entry.reader, summary=entry_id)
        return show(request, entry)

    @pages.get("/s/{entry_id}/compare/{other_id}")
    def compare(request: Request, entry_id: str, other_id: str) -> Response:
        """Two versions beside each other; what only one of them says is marked."""
        both = [own(request, entry_id), own(request, other_id)]
        results = [entry.result for entry in both if entry and entry.result]
        if len(results) < len(both):
            return gone(request)
        cited = [{place for s in result.sentences for place in _starts(s)} for result in results]
        sides = [
            (entry, [(s, bool(s.evidence) and not _starts(s) & other) for s in result.sentences])
            for entry, result, other in zip(both, results, reversed(cited), strict=True)
        ]
        return draw(request, "compare.html", here="", sides=sides, **choices())

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
        difficulty: Annotated[str, Form()] = DEFAULTS.difficulty,
    ) -> Response:
        entry = own(request, entry_id)
        if not entry:
            return gone(request)
        try:
            options = replace(
                entry.request.options,
                length=length,
                style=cast("Style", style),
                register=cast("Register", register_),
                model=model,
                difficulty=cast("Difficulty", difficulty),
            )
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
        same = wording in ("", " ".join(entry.result.text.split()))
        library.correct(reader, entry_id, None if same else correction.strip())
        return back(entry_id)

    @pages.post("/s/{entry_id}/delete")
    def remove(
        request: Request,
        entry_id: str,
        listed: Annotated[str, Form(alias="back", max_length=4_000)] = "",
        every: Annotated[str, Form(max_length=1)] = "",
    ) -> Response:
        """Take one version away, or from a list all of them."""
        if own(request, entry_id):
            jobs.cancel(entry_id)
            Trash(library).discard(reader_of(request), entry_id, every_version=bool(every))
        shown = dict(parse_qsl(urlsplit(listed).query)) if listed.startswith("/library?") else {}
        return RedirectResponse(f"/library?{urlencode({**shown, 'discarded': entry_id})}", _SEE_OTHER)

    @pages.post("/s/{entry_id}/restore")
    def restore(request: Request, entry_id: str) -> Response:
        return back(entry_id) if Trash(library).restore(reader_of(request), entry_id) else gone(request)

    @pages.post("/s/{entry_id}/questions")
    def ask(request: Request, entry_id: str, question: Annotated[str, Form()] = "") -> Response:
        entry = own(request, entry_id)
        if not entry:
            return gone(request)
        try:
            for _ in jobs.questions.ask(entry, question, None, threading.Event(), client_of(request)):
                pass
        except TechsumError as error:
            return show(request, entry, problem=str(error), status=status_of(error))
        return RedirectResponse(f"/s/{entry_id}#question", _SEE_OTHER)

    @pages.post("/s/{entry_id}/share")
    def share(request: Request, entry_id: str) -> Response:
        entry, token = own(request, entry_id), shares.create(reader_of(request), entry_id)
        if not entry or not token:
            return gone(request)
        return back(entry_id)

    @pages.post("/s/{entry_id}/unshare")
    def unshare(request: Request, entry_id: str) -> Response:
        shares.revoke(reader_of(request), entry_id)
        return back(entry_id)

    @pages.get("/share/{token}")
    def shared(request: Request, token: str) -> Response:
        entry = shares.entry(token)
        return show(request, entry, mine=False) if entry else gone(request)

    @pages.get("/s/{entry_id}/export.md")
    def export(request: Request, entry_id: str) -> Response:
        entry = own(request, entry_id)
        if not entry or not entry.result:
            return gone(request)
        name = {"Content-Disposition": _attachment(entry.title, "md")}
        return PlainTextResponse(
            f"{front_matter(entry)}\n{markdown(entry)}",
            headers=name,
            media_type="text/markdown; charset=utf-8",
        )

    @pages.get("/library")
    def shelf(  # noqa: PLR0917 - a query's parameters
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        tag: Annotated[str, Query(max_length=60)] = "",
        page: Annotated[int, Query(ge=0, le=100_000)] = 0,
        every: Annotated[str, Query(alias="all")] = "",
        old: str = "",
        imported: Annotated[int, Query(ge=0)] = 0,
        discarded: Annotated[str, Query(max_length=32)] = "",
    ) -> Response:
        found = library.find(
            reader_of(request), q, tag=tag or None, saved=not every, page=page, oldest_first=bool(old)
        )
        context = {"entries": found.entries, "more": found.more, "q": q, "tag": tag, "page": page}
        context["discarded"] = Trash(library).discarded(reader_of(request), discarded) if discarded else None
        context |= {"status_line": text("library_imported", count=imported) if imported else ""}
        context["kept"] = {"q": q, "tag": tag, "all": "1" if every else "", "old": "1" if old else ""}
        return draw(request, "library.html", here="library", **context)

    @pages.get("/library/ask")
    def ask_form(request: Request) -> Response:
        return draw(request, "answers.html", here="library", question="", answers=[], problem="")

    @pages.post("/library/ask")
    def ask_saved(request: Request, question: Annotated[str, Form()] = "") -> Response:
        reader, client = reader_of(request), client_of(request)
        context: dict[str, Any] = {"question": question[:LONGEST_QUESTION], "answers": [], "problem": ""}
        status = 200
        try:
            found = jobs.questions.ask_library(reader, question, "auto", threading.Event(), client)
            context["answers"] = list(found)
        except TechsumError as error:
            context["problem"], status = str(error), status_of(error)
        return draw(request, "answers.html", status, here="library", **context)

    @pages.post("/library/import")
    async def put_in(request: Request, file: UploadFile) -> Response:
        body = await file.read()
        try:
            count = await run_in_threadpool(put_into, library, request, body)
        except TechsumError as error:
            context = {"here": "", "problem": str(error)}
            return await run_in_threadpool(draw, request, "problem.html", status_of(error), **context)
        return RedirectResponse(f"/library?imported={count}", _SEE_OTHER)

    @pages.get("/offline")
    def offline(request: Request) -> Response:
        return draw(request, "offline.html")

    @pages.get("/sw.js")
    def service_worker() -> Response:
        # from here, not from /static: a worker answers for the folder that it comes from
        return FileResponse(
            STATIC / "sw.js", media_type="text/javascript", headers={"Cache-Control": "no-cache"}
        )

    @pages.get("/api/docs")
    def docs(request: Request) -> Response:
        context = app.openapi()
        return draw(
            request,
            "docs.html",
            here="",
            paths=context["paths"],
            schemas=context.get("components", {}).get("schemas", {}),
        )

    return pages


def _own_path(back: str) -> str:
    """A path of this server and nothing else: `//elsewhere` is another server."""
    return back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"


def _attachment(title: str, suffix: str) -> str:
    """The header that names a download after a title (RFC 6266)."""
    whole = quote(f"{file_name(title)}.{suffix}", safe="")
    return f"attachment; filename=\"techsum.{suffix}\"; filename*=UTF-8''{whole}"


def _starts(sentence: SummarySentence) -> set[int]:
    return {e.start for e in sentence.evidence}
