"""A client of TechSum's HTTP API: what the screens ask of a server."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx
from httpx_sse import EventSource
from pydantic import ValidationError
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_chain, wait_fixed

from techsum.contracts.answer import Answer
from techsum.contracts.entry import ListedEntries, WholeEntry
from techsum.contracts.events import Cancelled, Done, Failed, WireEvent, decode
from techsum.contracts.serialization import load
from techsum.contracts.service import ModelPull, Models
from techsum.desktop.values import Entry, Reading, Turn
from techsum.errors import ServerError

T = TypeVar("T")

TERMINAL = (Done, Failed, Cancelled)
"""Events after which a stream has ended."""
_WAITS = (0.2, 0.5, 1, 2, 3, 5, 5, 5)
"""Seconds between attempts to take up a lost stream; a server that restarts is back within these."""
_NOTHING = 204
_SILENCE = 300
"""Longest silence of a stream in seconds: a long article is read in silence."""


class Client:
    """One reader at one server.

    Args:
        server: its address.
        language: of its messages.
        cookies: who the reader is; kept up to date.
        transport: how requests travel; None: over the network.
        headers: to send along, with every request.
        kept: called with the cookies when the server gave new ones.
    """

    def __init__(
        self,
        server: str,
        language: str,
        *,
        cookies: dict[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        headers: dict[str, str] | None = None,
        kept: Callable[[dict[str, str]], None] = lambda _cookies: None,
    ) -> None:
        self.server = server.rstrip("/")
        self._cookies, self._kept = dict(cookies or {}), kept
        self._http = httpx.AsyncClient(
            base_url=self.server,
            cookies=self._cookies,
            headers={"Accept-Language": language, **(headers or {})},
            timeout=httpx.Timeout(30, read=_SILENCE),
            transport=transport,
            trust_env=False,
        )

    async def close(self) -> None:
        """End all connections."""
        await self._http.aclose()

    def speak(self, language: str) -> None:
        """Ask for messages in this language from now on."""
        self._http.headers["Accept-Language"] = language

    async def models(self) -> Models:
        """What `auto` means there, the models that can be named, and the one that its machine should have."""
        return self._loaded(Models, await self._json("GET", "/api/models"))

    async def begin(self, source: str, options: dict[str, str]) -> str:
        """Begin the summary of a link or a text; its id."""
        body = {"source": source, **options}
        return str((await self._json("POST", "/api/summaries", json=body))["id"])

    async def begin_file(self, name: str, content: bytes, options: dict[str, str]) -> str:
        """Begin the summary of a file; its id."""
        files = {"file": (name, content)}
        return str((await self._json("POST", "/api/summaries", data=options, files=files))["id"])

    async def again(self, entry_id: str) -> str:
        """Make a summary once more, in the same way; the new one's id."""
        return str((await self._json("POST", f"/api/summaries/{entry_id}/again"))["id"])

    async def get(self, entry_id: str) -> Reading:
        """One summary, as far as it is."""
        payload = await self._json("GET", f"/api/summaries/{entry_id}")
        return Reading.of(self._loaded(WholeEntry, payload))

    async def events(self, entry_id: str, after: int = 0) -> AsyncIterator[tuple[int, WireEvent]]:
        """What happens to a summary, from after event number `after` on; a lost connection is taken up again.

        Raises:
            ServerError: the server refused, or stayed away.
        """
        lost = 0
        while True:
            try:
                async with self._stream(
                    "GET", f"/api/summaries/{entry_id}/events", headers={"Last-Event-ID": str(after)}
                ) as events:
                    async for number, name, data in events:
                        after, lost = max(after, number), 0
                        if event := self._decoded(name, data):
                            yield number, event
                        if isinstance(event, TERMINAL):
                            return
            except httpx.TransportError:
                pass
            if lost == len(_WAITS):
                raise ServerError("desktop_no_server", server=self.server)
            await asyncio.sleep(_WAITS[lost])
            lost += 1

    async def remove(self, entry_id: str, *, every: bool = False) -> None:
        """Stop a summary that is being made, delete one that is over; `every`: all of its source."""
        await self._json("DELETE", f"/api/summaries/{entry_id}", params={"every": every})

    async def discard(self, entry_id: str) -> None:
        """Take it, with its versions, out of the library; within an hour it can be restored."""
        await self._json("POST", f"/api/summaries/{entry_id}/discard", params={"every": True})

    async def restore(self, entry_id: str) -> None:
        """Put back what was discarded."""
        await self._json("POST", f"/api/summaries/{entry_id}/restore")

    async def pull(self, name: str) -> ModelPull:
        """Begin to download a model."""
        return self._loaded(ModelPull, await self._json("POST", f"/api/models/{name}/pull"))

    async def pull_state(self, name: str) -> ModelPull:
        """How far its download is."""
        return self._loaded(ModelPull, await self._json("GET", f"/api/models/{name}/pull"))

    async def save(self, entry_id: str, *, saved: bool) -> None:
        """Keep it in the library, or not."""
        await self._json("PATCH", f"/api/summaries/{entry_id}", json={"saved": saved})

    async def change(self, entry_id: str, *, title: str, tags: list[str], correction: str) -> None:
        """Give it the reader's own title, tags and wording; no wording takes the original back."""
        body = {"title": title, "tags": tags, "correction": correction}
        await self._json("PATCH", f"/api/summaries/{entry_id}", json=body)

    async def share(self, entry_id: str) -> str:
        """A link under which anyone can read it."""
        return str((await self._json("POST", f"/api/summaries/{entry_id}/share"))["url"])

    async def share_link(self, entry_id: str) -> str:
        """The link of one that is shared, or nothing."""
        found = await self._json("GET", f"/api/summaries/{entry_id}/share")
        return str(found["url"]) if found else ""

    async def unshare(self, entry_id: str) -> None:
        """End its links."""
        await self._json("DELETE", f"/api/summaries/{entry_id}/share")

    async def markdown(self, entry_id: str) -> bytes:
        """It as a Markdown file."""
        try:
            response = await self._http.get(f"/s/{entry_id}/export.md")
        except httpx.TransportError:
            raise ServerError("desktop_no_server", server=self.server) from None
        self._checked(response)
        return response.content

    async def find(self, query: str, page: int) -> tuple[list[Entry], bool]:
        """A page of the library, and whether there is another one."""
        payload = await self._json("GET", "/api/summaries", params={"q": query, "page": page})
        page_found = self._loaded(ListedEntries, payload)
        return [Entry.of(e) for e in page_found.summaries], page_found.more

    async def questions(self, entry_id: str) -> tuple[Turn, ...]:
        """What was asked about it before."""
        payload = await self._json("GET", f"/api/summaries/{entry_id}/questions")
        return tuple(Turn.of(self._loaded(Answer, one)) for one in payload)

    async def ask(self, entry_id: str, question: str) -> AsyncIterator[WireEvent]:
        """The events of an answer.

        Raises:
            ServerError: the server refused, or the connection was lost.
        """
        where, headers = f"/api/summaries/{entry_id}/questions", {"Accept": "text/event-stream"}
        try:
            async with self._stream("POST", where, headers=headers, json={"question": question}) as events:
                async for _, name, data in events:
                    event = self._decoded(name, data)
                    if isinstance(event, Failed):
                        raise ServerError("desktop_server_says", message=event.failure.message)
                    if event:
                        yield event
        except httpx.TransportError:
            raise ServerError("desktop_no_server", server=self.server) from None

    @asynccontextmanager
    async def _stream(
        self, method: str, where: str, **more: Any
    ) -> AsyncIterator[AsyncIterator[tuple[int, str, str]]]:
        async with self._http.stream(method, where, **more) as response:
            if response.is_error:
                await response.aread()
            self._checked(response)
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                raise ServerError("desktop_not_techsum", server=self.server)
            yield _events(response)

    async def _json(self, method: str, where: str, **more: Any) -> Any:
        # what only asks may be asked again; what changes something might have been done
        waits = _WAITS[:3] if method == "GET" else ()
        again = AsyncRetrying(
            stop=stop_after_attempt(len(waits) + 1),
            wait=wait_chain(*map(wait_fixed, waits or (0,))),
            retry=retry_if_exception_type(httpx.TransportError),
            reraise=True,
        )
        try:
            response: httpx.Response = await again(self._http.request, method, where, **more)
        except httpx.TransportError:
            raise ServerError("desktop_no_server", server=self.server) from None
        self._checked(response)
        return response.json() if response.content else None

    def _loaded(self, contract: type[T], payload: Any) -> T:
        """A value of a contract; raises where the server is something else."""
        try:
            return load(contract, payload)
        except ValidationError:
            raise ServerError("desktop_not_techsum", server=self.server) from None

    def _decoded(self, name: str, data: str) -> WireEvent | None:
        """An event; None for one that a newer server tells."""
        try:
            known = json.loads(data)
            if name == "failed":  # of an older server
                known = {"kind": "", "message": known.get("title", "")} | known
            return decode(name, known)
        except ValueError:  # no JSON, or not the contract's
            raise ServerError("desktop_not_techsum", server=self.server) from None

    def _checked(self, response: httpx.Response) -> None:
        """Raise the server's error, if it sent one; keep its cookies."""
        if response.is_error:
            raise ServerError("desktop_server_says", message=_problem_title(response))
        kind = response.headers.get("content-type", "")
        if response.status_code != _NOTHING and not kind.startswith(
            ("application/json", "text/event-stream", "text/markdown")
        ):
            raise ServerError("desktop_not_techsum", server=self.server)
        now = {c.name: c.value or "" for c in self._http.cookies.jar}
        if now != self._cookies:
            self._cookies = now
            self._kept(now)


def _problem_title(response: httpx.Response) -> str:
    """The one line of a problem."""
    try:
        return str(response.json()["title"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {response.status_code}"


async def _events(response: httpx.Response) -> AsyncIterator[tuple[int, str, str]]:
    """Server-sent events as they come: number, name, data."""
    async for event in EventSource(response).aiter_sse():
        if event.data:  # a heartbeat has none
            yield int(event.id) if event.id.isdecimal() else 0, event.event, event.data
