"""A recipe's YAML file: read, changed from the command line, with errors by field."""

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from techsum.errors import TrainingError
from techsum.messages import text
from techsum.training.recipe import Base, Columns, Dev, Lora, Preference, Recipe, Source, Training


def load_recipe(path: Path, changes: Sequence[str] = ()) -> Recipe:
    """The recipe in this file.

    Args:
        path: a YAML file.
        changes: what the command line sets, as `training.lr=1e-4`.

    Raises:
        TrainingError: no such file, no YAML, an unknown field or a value that does not fit; the field is
            named, and for an unknown one the nearest right one.
    """
    try:
        fields = yaml.load(path.read_text("utf-8"), Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise TrainingError("recipe_missing", path=path, reason=error.strerror) from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: no UTF-8, or a date that does not exist
        mark = getattr(error, "problem_mark", None)
        raise TrainingError("recipe_yaml", path=path, line=mark.line + 1 if mark else "?") from None
    if not isinstance(fields, dict):
        raise TrainingError("recipe_yaml", path=path, line=1)
    for change in changes:
        _set(fields, change)
    try:
        return Recipe.model_validate(fields)
    except ValidationError as error:
        raise _explain(path, error) from None


class Loader(yaml.SafeLoader):  # type: ignore[misc]  # yaml publishes no types
    """YAML 1.1 takes 1e-4 for a string; every other tool, and every user, for a number."""


Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9][0-9_]*)(?:\.[0-9_]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789."),
)


def _set(fields: dict[str, Any], change: str) -> None:
    place, mark, value = change.partition("=")
    *parents, last = place.strip().split(".")
    if not mark or not last:
        raise TrainingError("recipe_change", change=change)
    at: Any = fields
    for name in parents:
        at = (
            at[int(name)]
            if isinstance(at, list) and name.isdigit() and int(name) < len(at)
            else (at.setdefault(name, {}) if isinstance(at, dict) else None)
        )
    try:
        parsed = yaml.load(value, Loader)  # noqa: S506 - a SafeLoader
        at[int(last) if isinstance(at, list) else last] = parsed
    except (TypeError, ValueError, IndexError, yaml.YAMLError):
        raise TrainingError("recipe_change", change=change) from None


def _explain(path: Path, error: ValidationError) -> TrainingError:
    first = error.errors()[0]
    place = [str(p) for p in first["loc"]]
    field = ".".join(place) or "recipe"
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(place[-1], list(_fields(place[:-1])), n=1, cutoff=0.4)
        nearest = text("recipe_nearest", name=".".join([*place[:-1], near[0]])) if near else ""
        return TrainingError("recipe_unknown", path=path, field=field, nearest=nearest)
    ours = first["type"] == "value_error"
    reason = text(str(first["ctx"]["error"])) if ours else first["msg"]
    return TrainingError("recipe_value", path=path, field=field, reason=reason)


def _fields(place: Sequence[str]) -> Iterator[str]:
    """Names that a section knows, the section given by its path in the recipe."""
    section: type[BaseModel] = Recipe
    for name in place:
        if not name.isdigit():
            section = _SECTIONS.get(name, Recipe)
    for name, field in section.model_fields.items():
        yield field.alias or name


_SECTIONS: dict[str, type[BaseModel]] = {
    "base": Base, "lora": Lora, "data": Source, "columns": Columns, "training": Training,
    "preference": Preference, "dev": Dev,
}  # fmt: skip
