"""`techsum serve`: TechSum over HTTP."""

from typing import Annotated

import typer

from techsum import korean
from techsum.cli.terminal import make_console
from techsum.errors import UsageError
from techsum.messages import text
from techsum.settings import settings


def command(
    host: Annotated[str, typer.Option(help="듣는 주소 / address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="듣는 포트 / port to listen on")] = 8765,
) -> None:
    """웹 앱과 HTTP API를 엽니다. / Open the web app and the HTTP API."""
    try:
        import uvicorn

        from techsum.server.app import make_app
    except ImportError:
        raise UsageError("extra_missing", feature="techsum serve", extra="server") from None
    korean.warm()
    make_console().print(text("serving", url=f"http://{host}:{port}"), soft_wrap=True)
    uvicorn.run(
        make_app(),
        host=host,
        port=port,
        log_level="warning",
        proxy_headers=bool(settings().proxies),
        forwarded_allow_ips=settings().proxies or None,
        timeout_graceful_shutdown=5,
    )
