"""Writes docs/settings.md, every setting, from the code: `.venv/bin/python .ci/settings_page.py`."""

from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from contracts import attribute_docstrings, cell
from techsum.settings import Settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
SERVER = (
    "models", "model_pulls", "parser_megabytes", "database_url", "database_connections", "migrate",
    "hosts", "proxies", "https", "metrics_port", "log_format", "signin_required", "oidc_issuer",
    "oidc_client_id", "oidc_client_secret", "session_days", "jobs", "open_summaries",
    "reader_summaries", "address_summaries", "open_questions", "reader_questions", "address_questions",
    "open_checks", "reader_checks", "address_checks", "connections", "address_connections",
    "reader_requests", "address_requests", "reader_megabytes", "library_megabytes", "keep_days",
    "feed_minutes",
)  # fmt: skip
"""What matters to servers alone; the guides of readers name all others."""
_OF_LIBRARY = frozenset({"reader_megabytes", "library_megabytes", "keep_days", "feed_minutes"})
"""What holds for all processes that share a library together, if each of them is given the same."""
_DEFAULTS = {
    "cache_dir": "user cache",
    "config_dir": "user configuration",
    "data_dir": "user data",
    "threads": "usable cores",
}
_ALIASES = {"hub_token": "`HUGGINGFACE_TOKEN`, `HF_TOKEN`"}
_HEAD = """# Settings

Every setting, from the environment or from the `.env` (UTF-8) of the current folder; written from
`src/techsum/settings.py` by `.ci/settings_page.py`, and a test compares. A value that does not parse is
refused with its name. Limits hold for each process, but for those of the library.

Two more are read before them: `TECHSUM_LANG` (`ko` or `en`; the locale) is the language of messages, and
`TECHSUM_DEBUG=1` shows the details of unexpected errors. `HF_ENDPOINT` (another hub) is read from the
environment alone: the `.env` of a folder that someone sent must not choose who gets the token.
"""


def page() -> str:
    """The page as it should be."""
    texts = attribute_docstrings(Settings)
    parts = [_HEAD]
    everywhere = [name for name in Settings.model_fields if name not in SERVER]
    for title, names in (("Everywhere", everywhere), ("Servers", SERVER)):
        lines = [f"## {title}", "", "| name | default | range | of | |", "|---|---|---|---|---|"]
        for name in names:
            field = Settings.model_fields[name]
            scope = "library" if name in _OF_LIBRARY else "process"
            shown = _ALIASES.get(name, f"`TECHSUM_{name.upper()}`")
            about = cell(texts.get(name, "Token for models whose terms have to be accepted (gated)."))
            lines.append(f"| {shown} | {_default(name, field)} | {_range(field)} | {scope} | {about} |")
        parts.append("\n".join([*lines, ""]))
    return "\n".join(parts)


def _default(name: str, field: FieldInfo) -> str:
    if name in _DEFAULTS:
        return _DEFAULTS[name]
    if field.default in (None, "", PydanticUndefined):
        return ""
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _range(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{one}`" for one in get_args(field.annotation))
    if field.annotation is bool:
        return "`true`, `false`"
    words = {"ge": "{} or more", "gt": "above {}", "le": "{} at most"}
    limits = {name: getattr(one, name) for one in field.metadata for name in words if hasattr(one, name)}
    return ", ".join(words[name].format(f"{limits[name]:,}") for name in words if name in limits)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
