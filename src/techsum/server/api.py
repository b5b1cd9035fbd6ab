"""The JSON API under `/api`."""

import threading
from collections.abc import AsyncIterator
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from techsum import __version__
from techsum.contracts.answer import Answer, LibraryAnswers
from techsum.contracts.entry import (
    Failure,
    ListedEntries,
    ListedEntry,
    WholeEntry,
    listed_entries,
    listed_entry,
    whole_entry,
)
from techsum.contracts.events import Answered, Cancelled, Done, Failed, encode
from techsum.contracts.request import Change, CheckRequest, QuestionRequest, SummaryRequest
from techsum.contracts.serialization import MOST_CHARACTERS, adapter
from techsum.contracts.service import Begun, Health, Imported, ModelPull, Models, Readiness, ShareLink
from techsum.contracts.summary import CheckResult
from techsum.errors import StorageError, UsageError
from techsum.generators.hub_models import machine_memory, recommended
from techsum.generators.models import auto_model, offered, shown
from techsum.kiwi_process import in_background
from techsum.library import Entry, Library
from techsum.library import Request as EntryRequest
from techsum.library.conversations import Conversations
from techsum.library.files import exported, imported
from techsum.library.markdown import markdown
from techsum.library.quota import check_quota
from techsum.library.shares import Shares
from techsum.library.transfer import Transfer
from techsum.library.trash import Trash
from techsum.messages import text, user_language
from techsum.reading import link_in, read_remote, read_upload
from techsum.server.analysis import LONG_CHARACTERS
from techsum.server.checks import checked
from techsum.server.event_stream import streamed
from techsum.server.jobs import Jobs
from techsum.server.limits import Client, Slots
from techsum.server.model_pulls import ModelPulls
from techsum.server.problems import not_found, validation_error

_LARGEST_TEXT = 4 * MOST_CHARACTERS
"""Bytes of a text in a form: a Korean letter has three."""
_imports = Slots(most=2, each_reader=1, each_address=1)
"""Imports at the same time: each holds a thread for up to a minute."""
_LABEL = 80
"""Characters of a pasted text that its entry is called by until it has a title."""


def reader_of(request: Request) -> str:
    """Who is asking."""
    return str(request.state.reader)


def client_of(request: Request) -> Client:
    """Who the limits count a request for."""
    return cast("Client", request.state.client)


def routes(library: Library, jobs: Jobs, pulls: ModelPulls) -> APIRouter:  # noqa: C901, PLR0915 - a table of routes
    """The API over this library and these jobs."""
    api, shares = APIRouter(prefix="/api"), Shares(library)

    def own(request: Request, entry_id: str) -> Entry:
        entry = jobs.found(reader_of(request), entry_id)
        if entry is None:
            raise not_found()
        return entry

    @api.get("/health")
    async def health() -> Health:
        """Whether the server answers, and its version."""
        return Health("ok", __version__)

    @api.get("/ready", responses={503: {"description": "not now"}})
    def ready(response: Response) -> Readiness:
        """Whether the server takes work: it is not about to end, and its library answers."""
        try:
            library.count("")
            takes = not jobs.ending
        except StorageError:
            takes = False
        response.status_code = 200 if takes else 503
        return Readiness(takes)

    @api.get("/models")
    def models(request: Request) -> Models:
        """The models that can be named, and what `auto` means here."""
        offer = pulls.offer(request, recommended(machine_memory() or 0.0))
        return Models(shown(auto_model()), tuple(offered()), offer)

    @api.post("/models/{name}/pull", status_code=202)
    def pull_model(request: Request, name: str) -> ModelPull:
        """Begin to download a model, where this server lets readers."""
        return pulls.begin(request, name)

    @api.delete("/models/{name}/pull")
    def stop_pull(request: Request, name: str) -> ModelPull:
        """Stop the download of a model; what is here already is kept for the next time."""
        return pulls.stop(request, name)

    @api.get("/models/{name}/pull")
    def model_pull(name: str) -> ModelPull:
        """How far the download of a model is."""
        return pulls.state(name)

    @api.post("/check")
    def check_summary(request: Request, submitted: CheckRequest) -> CheckResult:
        """Hold a summary against its article: each sentence with its evidence and notices."""
        return checked(client_of(request), submitted.article, submitted.summary, submitted.check)[1]

    @api.post("/summaries", status_code=202, openapi_extra=_FORM)
    async def begin(request: Request, response: Response) -> Begun:
        """Begin a summary; or, for a link that was summarised before, find it."""
        submitted, upload = await parse_summary_request(request)
        entry = await run_in_threadpool(start, library, jobs, request, submitted, upload)
        response.headers["Location"] = f"/api/summaries/{entry.id}"
        return Begun(entry.id, entry.status)

    @api.get("/summaries")
    def find(  # noqa: PLR0917 - a query's parameters
        request: Request,
        q: Annotated[str, Query(max_length=200, description="words, or initial consonants")] = "",
        tag: Annotated[str | None, Query(max_length=60)] = None,
        page: Annotated[int, Query(ge=0, le=100_000)] = 0,
        every: Annotated[bool, Query(alias="all", description="also what was not saved")] = False,
        oldest_first: bool = False,
    ) -> ListedEntries:
        """The reader's summaries, a page at a time."""
        found = library.find(
            reader_of(request), q, tag=tag, saved=not every, page=page, oldest_first=oldest_first
        )
        return listed_entries(found)

    @api.get("/summaries/{entry_id}")
    def get(request: Request, entry_id: str) -> WholeEntry:
        """One summary and how far it is."""
        return whole_entry(own(request, entry_id))

    @api.get("/summaries/{entry_id}/versions")
    def versions(request: Request, entry_id: str) -> list[ListedEntry]:
        """The summaries of the same source, the newest first; lists show that one alone."""
        own(request, entry_id)
        return [listed_entry(e) for e in library.versions(reader_of(request), entry_id)]

    @api.get("/summaries/{entry_id}/events", response_class=EventSourceResponse)
    async def follow(
        entry: Annotated[Entry, Depends(own)], last_event_id: Annotated[int, Header(ge=0)] = 0
    ) -> AsyncIterator[ServerSentEvent]:
        """What happens, as it happens; a lost connection goes on after `Last-Event-ID`."""
        log = await run_in_threadpool(jobs.log, entry)
        if log is None:
            yield _over(entry)
            return
        async for event in log.follow(last_event_id):
            yield ServerSentEvent(data=event.data, event=event.name, id=str(event.number))

    @api.patch("/summaries/{entry_id}")
    def change(request: Request, entry_id: str, submitted: Change) -> WholeEntry:
        """Save it, or change its title, tags or wording."""
        own(request, entry_id)
        reader = reader_of(request)
        if submitted.saved is not None:
            library.save(reader, entry_id, saved=submitted.saved)
        if submitted.title is not None:
            library.retitle(reader, entry_id, " ".join(submitted.title.split()))
        if submitted.tags is not None:
            library.tag(reader, entry_id, submitted.tags)
        if submitted.correction is not None:
            library.correct(reader, entry_id, submitted.correction.strip() or None)
        return whole_entry(own(request, entry_id))

    @api.delete("/summaries/{entry_id}", status_code=204)
    def remove(request: Request, entry_id: str, every: bool = False) -> Response:
        """Stop it if it is being made, else delete it; with `every` all summaries of its source."""
        own(request, entry_id)
        if not jobs.cancel(entry_id):
            library.delete(reader_of(request), entry_id, every_version=every)
        return Response(status_code=204)

    @api.post("/summaries/{entry_id}/discard", status_code=204)
    def discard(request: Request, entry_id: str, every: bool = False) -> Response:
        """Take it out of every list; within an hour it can be restored. With `every` all of its source."""
        own(request, entry_id)
        jobs.cancel(entry_id)
        Trash(library).discard(reader_of(request), entry_id, every_version=every)
        return Response(status_code=204)

    @api.post("/summaries/{entry_id}/restore")
    def restore(request: Request, entry_id: str) -> WholeEntry:
        """Put back what was discarded."""
        if not Trash(library).restore(reader_of(request), entry_id):
            raise not_found()
        return whole_entry(own(request, entry_id))

    @api.post("/summaries/{entry_id}/again", status_code=202)
    def again(request: Request, entry_id: str, response: Response) -> Begun:
        """Make it anew with the same options: what was interrupted, or failed, or should be fresh."""
        entry = own(request, entry_id)
        fresh = jobs.again(entry, entry.request.options, user_language(), client_of(request))
        response.headers["Location"] = f"/api/summaries/{fresh.id}"
        return Begun(fresh.id, fresh.status)

    @api.get("/library.jsonl", response_class=StreamingResponse)
    def export(request: Request) -> StreamingResponse:
        """All saved summaries as JSON lines: what `POST /api/library` takes back."""
        name = {"Content-Disposition": 'attachment; filename="techsum-library.jsonl"'}
        return StreamingResponse(
            exported(library, reader_of(request)), headers=name, media_type="application/jsonl"
        )

    @api.get("/library.md", response_class=StreamingResponse)
    def export_markdown(request: Request) -> StreamingResponse:
        """All saved summaries as Markdown with their articles: `POST /api/library` takes it back, too."""
        name = {"Content-Disposition": 'attachment; filename="techsum-library.md"'}
        lines = (
            markdown(entry, whole=True) + "\n"
            for entry in Transfer(library).everything(reader_of(request))
            if entry.result
        )
        return StreamingResponse(lines, headers=name, media_type="text/markdown; charset=utf-8")

    @api.post("/library", openapi_extra=_LINES)
    async def put_in(request: Request) -> Imported:
        """Put in an export, JSON lines or Markdown, or the reference app's `local_storage.json`."""
        body = await request.body()
        return Imported(await run_in_threadpool(put_into, library, request, body))

    @api.post("/library/questions")
    def ask_saved(request: Request, submitted: QuestionRequest) -> LibraryAnswers:
        """Ask all saved articles: the answers of those that have one, each with its summary's id."""
        reader, client = reader_of(request), client_of(request)
        model, cancel = submitted.model or "auto", threading.Event()
        found = jobs.questions.ask_library(reader, submitted.question, model, cancel, client)
        return LibraryAnswers(submitted.question, tuple(answer for _, answer in found))

    @api.get("/summaries/{entry_id}/questions")
    def list_questions(request: Request, entry_id: str) -> list[Answer]:
        """The questions about it, with their answers."""
        own(request, entry_id)
        return [q.answer for q in Conversations(library).of(reader_of(request), entry_id)]

    @api.post("/summaries/{entry_id}/questions", response_model=Answer)
    def ask(
        request: Request, entry_id: str, submitted: QuestionRequest, accept: Annotated[str, Header()] = ""
    ) -> Response | Answer:
        """Ask the article; `Accept: text/event-stream` gives the answer as it is written."""
        entry, cancel = own(request, entry_id), threading.Event()
        events = jobs.questions.ask(entry, submitted.question, submitted.model, cancel, client_of(request))
        if "text/event-stream" in accept:
            return EventSourceResponse(streamed(events, cancel))
        *_, last = events
        assert isinstance(last, Answered)  # noqa: S101 - `question` ends with it
        return last.answer

    @api.post("/summaries/{entry_id}/share", status_code=201)
    def share(request: Request, entry_id: str) -> ShareLink:
        """A link under which anyone can read the summary, until it is revoked."""
        own(request, entry_id)
        token = shares.create(reader_of(request), entry_id)
        return ShareLink(str(token), str(request.url_for("shared", token=token)))

    @api.get("/summaries/{entry_id}/share")
    def shared_link(request: Request, entry_id: str) -> ShareLink | None:
        """The link under which it can be read; null where it is not shared."""
        own(request, entry_id)
        token = shares.token(reader_of(request), entry_id)
        return ShareLink(token, str(request.url_for("shared", token=token))) if token else None

    @api.delete("/summaries/{entry_id}/share", status_code=204)
    def revoke(request: Request, entry_id: str) -> Response:
        """End all its share links."""
        own(request, entry_id)
        shares.revoke(reader_of(request), entry_id)
        return Response(status_code=204)

    return api


def put_into(library: Library, request: Request, body: bytes) -> int:
    """Import a file into the reader's library; returns how many entries it had.

    Raises:
        UsageError: it is no export.
        BusyError: too many are being imported.
        StorageError: the reader keeps too much.
    """
    with _imports.taken(client_of(request)), in_background():
        check_quota(library, reader_of(request))
        return imported(library, reader_of(request), body.decode("utf-8", "replace"))


def start(
    library: Library,
    jobs: Jobs,
    request: Request,
    submitted: SummaryRequest,
    upload: tuple[bytes, str] | None,
) -> Entry:
    """Begin what a reader asked for, or find it.

    Raises:
        UsageError: there is neither a source nor a file.
    """
    reader, client = reader_of(request), client_of(request)
    options = submitted.options
    if upload:
        body, name = upload
        entry_request = EntryRequest("file", name, options)
        return jobs.submit(
            reader, entry_request, lambda: read_upload(body, name), user_language(), client=client
        )
    if link := link_in(submitted.source):
        before = None if submitted.fresh else library.of_source(reader, link, options)
        if before:
            return before
        entry_request = EntryRequest("link", link, options)
        return jobs.submit(reader, entry_request, lambda: read_remote(link), user_language(), client=client)
    label = " ".join(submitted.source.split())[:_LABEL]
    # read at once, so that a text that is too short is answered where it was typed; a book is not too short
    text_ = submitted.source
    jobs.expect_room(client)  # what is refused costs no reading
    article = read_remote(text_) if len(text_) < LONG_CHARACTERS else lambda: read_remote(text_)
    entry_request = EntryRequest("text", label, options)
    return jobs.submit(reader, entry_request, article, user_language(), client=client)


async def parse_summary_request(request: Request) -> tuple[SummaryRequest, tuple[bytes, str] | None]:
    """What a request for a summary holds, as JSON or as a form; with a file its content and name.

    Raises:
        UsageError: it is neither, or a field does not fit, or an option does not exist.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    upload = None
    try:
        if kind == "multipart/form-data":
            async with request.form(max_files=1, max_fields=10, max_part_size=_LARGEST_TEXT) as form:
                fields = {k: v for k, v in form.items() if isinstance(v, str)}
                file = form.get("file")
                if isinstance(file, UploadFile) and file.filename:
                    upload = (await file.read(), file.filename)
            return adapter(SummaryRequest).validate_python(fields), upload
        if kind != "application/json":
            raise UsageError("request_kind")
        return adapter(SummaryRequest).validate_json(await request.body()), None
    except HTTPException as error:  # the form itself: two files, a field without end
        raise UsageError("request_invalid", field="form", reason=error.detail) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise validation_error(first, first["loc"]) from None


def _over(entry: Entry) -> ServerSentEvent:
    """The one event of a job that this process does not know any more."""
    event: Done | Cancelled | Failed = Failed(entry.error or Failure("", ""))
    if entry.status == "done" and entry.result:
        event = Done(entry.result)
    elif entry.status == "cancelled":
        event = Cancelled(text("job_cancelled"))
    name, data = encode(event)
    return ServerSentEvent(data=data, event=name)


_LINES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {t: {"schema": {"type": "string"}} for t in ("application/jsonl", "text/markdown")},
    }
}
_SUMMARY_REQUEST = adapter(SummaryRequest).json_schema()
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _SUMMARY_REQUEST},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        **_SUMMARY_REQUEST["properties"],
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            },
        },
    }
}
