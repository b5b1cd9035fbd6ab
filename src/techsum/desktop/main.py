"""The app by itself, in a window or in a browser: `techsum desktop`, or `flet run` in this folder."""

import os
import secrets
import sys
from collections.abc import Callable

import flet as ft
from flet.utils import is_linux_server

from techsum.desktop.client import Client
from techsum.desktop.local import Identity, free_port, server, uploads_folder
from techsum.desktop.window import ASSETS, Place, session_handler
from techsum.errors import TechsumError
from techsum.messages import text


def run(*, browser: bool = False, port: int = 0, announce: Callable[[str], None] = print) -> None:
    """Open the app; returns when it is closed.

    Args:
        browser: in a browser instead of a window; always so where there is no screen.
        port: of the page that the browser opens; 0: any free one.
        announce: is given a line about what opens.

    Raises:
        TechsumError: the local server did not start.
    """
    identity, uploads = Identity(), uploads_folder()
    # `flet run --web` asks for a browser, and for a port, by these
    browser = browser or bool(os.environ.get("FLET_FORCE_WEB_SERVER")) or is_linux_server()  # type: ignore[no-untyped-call]
    port = port or int(os.environ.get("FLET_SERVER_PORT") or 0) or free_port()

    def connect(address: str, language: str) -> Client:
        return Client(address, language, cookies=identity.at(address), kept=identity.keeper(address))

    with server() as address:
        main = session_handler(lambda: Place(address, connect, uploads=uploads))
        if browser:
            from techsum.desktop.browser import serve

            announce(text("desktop_opened_web", url=f"http://127.0.0.1:{port}", server=address))
            serve(main, port, uploads, secrets.token_hex(32))
        else:
            announce(text("desktop_opened", server=address))
            ft.run(main, view=ft.AppView.FLET_APP, assets_dir=str(ASSETS))


if __name__ == "__main__":
    try:
        run()
    except TechsumError as error:
        sys.exit(str(error))
