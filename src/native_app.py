"""Where the packaged app begins: `native/pyproject.toml` names this file."""

from techsum.desktop.main import run

run()
