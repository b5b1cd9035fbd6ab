"""`techsum serve`: TechSum over HTTP."""

import ctypes
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import FrameType
from typing import Annotated

import typer

from techsum import korean
from techsum.chat import prepare
from techsum.cli.terminal import make_console
from techsum.errors import UsageError
from techsum.kiwi_process import KiwiProcess
from techsum.messages import text
from techsum.settings import settings

KEEP_ALIVE_SECONDS = 75
"""Longer than a proxy keeps an idle connection, or it sends a request into one that is just being closed."""
_WINDOW_MESSAGE = 8 * 1024 * 1024
"""Bytes of one message of a window of the app: the longest text that may be typed."""
_SWITCH_SECONDS = 0.0005
"""After which a thread gives way: a tenth of Python's own, for the event loop waits for all who compute."""
_M_ARENA_MAX = -8
"""glibc's name for the number of pools, in malloc.h."""
_COULD_NOT = 1


def command(
    host: Annotated[str, typer.Option(help=text("help_serve_host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=text("help_serve_port"))] = 8765,
) -> None:
    """Open the web app and the HTTP API."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    _share_memory_between_threads()
    korean.analyse_in(KiwiProcess())
    loading = ThreadPoolExecutor()  # beside the web framework's import, which takes two seconds
    loaded = [loading.submit(korean.warm), loading.submit(prepare)]
    loading.shutdown(wait=False)
    try:
        import uvicorn
        from uvicorn.config import LOGGING_CONFIG

        from techsum.server.app import make_app
        from techsum.server.connections import LimitedConnection
        from techsum.server.json_logs import LOGGING
    except ImportError:
        raise UsageError("extra_missing", feature="techsum serve", extra="server") from None
    for one in loaded:
        one.result()
    make_console().print(text("serving", url=f"http://{host}:{port}"), soft_wrap=True)

    class Server(uvicorn.Server):
        """Ends what readers follow as soon as it is told to end: it waits for open connections after that."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            threading.Thread(target=app.state.end, name="ending", daemon=True).start()
            super().handle_exit(sig, frame)

    app = make_app(host)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        log_config=LOGGING if settings().log_format == "json" else LOGGING_CONFIG,
        proxy_headers=bool(settings().proxies),
        forwarded_allow_ips=settings().proxies or None,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        http=LimitedConnection,
        limit_concurrency=settings().connections,
        ws_max_size=_WINDOW_MESSAGE,
    )
    server = Server(config)
    with suppress(KeyboardInterrupt):  # uvicorn raises it again once it has ended in order
        server.run()
    if not server.started:
        raise typer.Exit(_COULD_NOT)  # uvicorn has said why


def _share_memory_between_threads() -> None:
    """Let glibc keep two pools of memory: with one for each of a hundred threads it gives little back."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt:
        mallopt(_M_ARENA_MAX, 2)
