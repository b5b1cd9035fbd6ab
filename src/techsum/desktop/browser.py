"""The app in a browser on this machine, and in no other's: only pages of its own may talk to it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import flet as ft
import flet_web.fastapi as flet_fastapi
import uvicorn
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware

from techsum.desktop.files import LIMIT_MB
from techsum.desktop.origin import from_another_origin
from techsum.desktop.streaming_transport import Message
from techsum.desktop.window import ASSETS

_HOST = "127.0.0.1"
_REFUSED = 1008


def serve(main: Callable[[ft.Page], object], port: int, uploads: Path, secret: str) -> None:
    """Serve the app until it is stopped.

    Whoever opens it is this machine's reader, so that no page of another site may: neither by its own name
    (the origin of a websocket) nor by a name that it lets point here (the host).

    Args:
        main: what Flet calls for each window.
        port: where it listens.
        uploads: where the browser's files arrive.
        secret: signs the uploads.
    """
    served = flet_fastapi.FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    served.mount("/", flet_app(main, uploads, secret))
    served.add_middleware(TrustedHostMiddleware, allowed_hosts=[_HOST, "localhost"])
    served.add_middleware(_OwnPages)
    uvicorn.run(served, host=_HOST, port=port, log_level="warning", timeout_graceful_shutdown=2)


def flet_app(main: Callable[[ft.Page], object], uploads: Path, secret: str, **more: Any) -> Any:
    """The ASGI application that serves Flet's client and a window to each that opens it, offline."""
    return flet_fastapi.app(
        main,
        assets_dir=str(ASSETS),
        upload_dir=str(uploads),
        max_upload_size=LIMIT_MB << 20,
        secret_key=secret,
        no_cdn=True,
        app_name="TechSum",
        **more,
    )


class _OwnPages:
    def __init__(self, app: Callable[[Message, Any, Any], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket" and from_another_origin(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": _REFUSED})
            return
        await self._app(scope, receive, send)
