"""Writes docs/contracts.md, what crosses the wire, from the code: `.venv/bin/python .ci/contracts.py`."""

import ast
import inspect
import itertools
import json
from dataclasses import MISSING
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from techsum.contracts.events import NAMES, PAYLOADS
from techsum.contracts.serialization import dump, wire_fields

PAGE = Path(__file__).parents[1] / "docs" / "contracts.md"
MODULES = ("article", "notice", "summary", "answer", "options", "entry", "request", "service", "batch")
"""In the order of the page."""
_HEAD = """# Contracts

What the command line prints, the API sends, a batch writes and an export holds, field by field. Written from
`src/techsum/contracts` by `.ci/contracts.py`; a test compares.
"""


def page() -> str:
    """The page as it should be."""
    parts = [_HEAD]
    for name in MODULES:
        module = import_module(f"techsum.contracts.{name}")
        classes = [
            one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__
        ]
        about = (module.__doc__ or "").splitlines()[0]
        shown = [one for one in classes if hasattr(one, "__pydantic_config__")]
        parts.append("\n".join([f"## {about}\n", *(_table(one) for one in shown)]))
    parts.append(_events())
    return "\n".join(parts)


def _table(contract: type[Any]) -> str:
    about = " ".join((contract.__doc__ or "").split("\n\n")[0].split())
    own = set(inspect.get_annotations(contract))
    base = next((one.__name__ for one in contract.__bases__ if one is not object), None)
    lines = [f"### {contract.__name__}", "", about, ""]
    if base:
        lines += [f"As [{base}](#{base.lower()}), and:", ""]
    lines += ["| field | type | default | |", "|---|---|---|---|"]
    texts = attribute_docstrings(contract)
    for one in (field for field in wire_fields(contract) if field.field.name in own):
        described = (
            a.description for a in get_args(one.hint)[1:] if isinstance(a, FieldInfo) and a.description
        )
        description = texts.get(one.field.name) or next(described, "")
        default = "" if one.field.default is MISSING else f"`{_json(one.field.default)}`"
        lines.append(f"| `{one.name}` | {_type(one.hint)} | {default} | {cell(description)} |")
    return "\n".join([*lines, ""])


def _json(default: Any) -> str:
    plain = dump(default) if hasattr(default, "__pydantic_config__") else default
    return json.dumps(plain, ensure_ascii=False)


def _type(hint: Any) -> str:
    """A type in words of JSON."""
    arguments = get_args(hint)
    if isinstance(hint, type) and not arguments:
        known = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
        return known.get(hint, f"[{hint.__name__}](#{hint.__name__.lower()})")
    if hasattr(hint, "__metadata__"):
        return _type(arguments[0])
    origin = getattr(hint, "__origin__", None)
    if origin in (tuple, list):
        return f"list of {_type(arguments[0])}"
    if all(isinstance(one, str) for one in arguments):
        return ", ".join(f"`{one}`" for one in arguments)
    return " or ".join(_type(one) for one in arguments)


def attribute_docstrings(contract: type[Any]) -> dict[str, str]:
    """The strings below the fields of a class, by field."""
    lines = next(
        one for one in ast.walk(ast.parse(inspect.getsource(contract))) if isinstance(one, ast.ClassDef)
    ).body
    found = {}
    for before, after in itertools.pairwise(lines):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            found[ast.unparse(before.target)] = str(after.value.value)
    return found


def cell(text: str) -> str:
    """Text as one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _events() -> str:
    lines = [
        "## Server-sent events",
        "",
        "A stream is a sequence of these; `done`, `failed` or `cancelled` ends it.",
        "",
    ]
    lines += ["| event | data | when |", "|---|---|---|"]
    for kind, name in NAMES.items():
        payload = PAYLOADS.get(kind, ("", None))[1]
        if payload is not None:
            data = f"[{payload.__name__}](#{payload.__name__.lower()})"
        else:
            data = ", ".join(f"`{one.name}`: {_type(one.hint)}" for one in wire_fields(kind))
        about = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
        lines.append(f"| `{name}` | {data} | {cell(about)} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
