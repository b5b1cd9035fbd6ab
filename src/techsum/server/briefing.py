"""The briefing: a page a day of what the reader's feeds brought, and the feeds themselves."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from techsum.contracts.entry import OPEN, listed_fields
from techsum.contracts.service import Briefing, BriefingArticle, BriefingDay, FollowedFeed
from techsum.errors import TechsumError
from techsum.library import Library
from techsum.library.feeds import Feeds
from techsum.messages import user_language
from techsum.reading.addresses import parse_link
from techsum.server.api import reader_of
from techsum.server.feed_reader import FeedReader
from techsum.server.problems import not_found, status_of
from techsum.settings import settings

_SEE_OTHER = 303
_Number = Annotated[int, Path(ge=1, lt=2**31)]
"""Of a feed, as far as both databases count."""
_LONGEST = 1_000
"""Characters of a feed's address."""


def pages(library: Library, feed_reader: FeedReader, draw: Callable[..., Response]) -> APIRouter:
    """The page of a day and its forms."""
    feeds, router = Feeds(library), APIRouter(include_in_schema=False)

    def show(request: Request, day: str = "", *, status: int = 200, **more: Any) -> Response:
        reader = reader_of(request)
        days, chosen = feeds.days(reader), bool(day)
        day = day or (days[0].day if days else "")
        items, followed = feeds.briefing(reader, day) if day else [], feeds.of(reader)
        context = {"problem": "", "typed": "", "minutes": settings().feed_minutes} | more
        context |= {"days": days, "day": day, "feeds": followed, "items": items, "chosen_day": chosen}
        being_read = any(feed.being_read for feed in followed)
        context["waiting"] = being_read or any(item.entry.status in OPEN for item in items)
        return draw(request, "briefing.html", status, here="briefing", **context)

    @router.get("/briefing")
    def page(request: Request, day: Annotated[str, Query(max_length=10)] = "") -> Response:
        feeds.visit(reader_of(request))
        return show(request, day)

    @router.post("/briefing/feeds")
    def follow(request: Request, url: Annotated[str, Form(max_length=_LONGEST)] = "") -> Response:
        try:
            _follow(request, feeds, feed_reader, url)
        except TechsumError as error:
            return show(request, status=status_of(error), problem=str(error), typed=url)
        return RedirectResponse("/briefing", _SEE_OTHER)

    @router.post("/briefing/feeds/{number}/delete")
    def forget(request: Request, number: _Number) -> Response:
        feeds.remove(reader_of(request), number)
        return RedirectResponse("/briefing", _SEE_OTHER)

    @router.post("/briefing/read")
    def read(request: Request, day: Annotated[str, Form(max_length=10)]) -> Response:
        feeds.mark_read(reader_of(request), day=day)
        return RedirectResponse("/briefing", _SEE_OTHER)

    return router


def _follow(request: Request, feeds: Feeds, feed_reader: FeedReader, url: str) -> None:
    address = url.strip()
    address = f"https://{address}" if address.startswith("www.") else address
    parse_link(address)
    feeds.add(reader_of(request), address, user_language())
    feed_reader.look()


def api(library: Library, feed_reader: FeedReader) -> APIRouter:
    """The same as JSON."""
    feeds, router = Feeds(library), APIRouter(prefix="/api")

    @router.get("/feeds")
    def every(request: Request) -> list[FollowedFeed]:
        """The feeds that the reader follows."""
        followed = feeds.of(reader_of(request))
        return [FollowedFeed(one.number, one.url, one.checked, one.error) for one in followed]

    @router.post("/feeds", status_code=204)
    def begin(request: Request, url: Annotated[str, Query(max_length=_LONGEST)]) -> Response:
        """Follow a feed: RSS, Atom, a sitemap or a page that lists articles."""
        _follow(request, feeds, feed_reader, url)
        return Response(status_code=204)

    @router.delete("/feeds/{number}", status_code=204)
    def end(request: Request, number: _Number) -> Response:
        """Follow a feed no more."""
        if not feeds.remove(reader_of(request), number):
            raise not_found()
        return Response(status_code=204)

    @router.get("/briefing")
    def briefing(request: Request, day: Annotated[str, Query(max_length=10)] = "") -> Briefing:
        """The articles of a day (`2026-11-27`, by default the newest), and the days that there are."""
        reader = reader_of(request)
        feeds.visit(reader)
        days = feeds.days(reader)
        day = day or (days[0].day if days else "")
        items = feeds.briefing(reader, day) if day else []
        return Briefing(
            day,
            tuple(BriefingDay(one.day, one.count, one.unread) for one in days),
            tuple(BriefingArticle(**listed_fields(item.entry), read=item.read) for item in items),
        )

    return router
