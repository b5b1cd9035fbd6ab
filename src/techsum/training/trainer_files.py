"""Files of other trainers: settings by name, in YAML or in the calls of a notebook."""

import ast
import json
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from techsum.errors import TrainingError
from techsum.training.recipe_file import Loader

_CALLS = ("from_pretrained", "get_peft_model", "SFTConfig", "TrainingArguments", "SFTTrainer")
"""Of an Unsloth notebook: what takes a run's settings."""


_NAMED_CALLS = {"get_chat_template": ("chat_template", 1), "load_dataset": ("path", 0)}
"""Other calls that set something, the argument that says what, and its place without a name."""
_OBJECTS = frozenset({
    "args", "data_collator", "dtype", "eval_dataset", "formatting_func", "model", "processing_class",
    "token", "tokenizer", "train_dataset",
})  # fmt: skip
"""Arguments that hand objects on and set nothing."""
_ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_DEEPEST, _LARGEST = 20, 1e6


class Unread(str):
    """Source code of a value that only running it would tell."""

    __slots__ = ()


def read_settings(path: Path) -> dict[str, Any]:
    """The settings in a YAML file, a notebook or a script.

    Raises:
        TrainingError: the file is missing or cannot be read.
    """
    try:
        content = path.read_text("utf-8")
        if path.suffix in {".py", ".ipynb"}:
            return _arguments(content if path.suffix == ".py" else _cells(content))
        found = yaml.load(content, Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise TrainingError("recipe_missing", path=path, reason=error.strerror) from None
    except (yaml.YAMLError, ValueError, SyntaxError, KeyError, TypeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else getattr(error, "lineno", None) or "?"
        raise TrainingError("recipe_yaml", path=path, line=line) from None
    if not isinstance(found, dict):
        raise TrainingError("recipe_yaml", path=path, line=1)
    return {str(name): value for name, value in found.items()}


def _cells(notebook: str) -> str:
    """The Python in a notebook, without its shell and magic lines."""
    cells = [c["source"] for c in json.loads(notebook)["cells"] if c["cell_type"] == "code"]
    lines = "\n".join(cell if isinstance(cell, str) else "".join(cell) for cell in cells).split("\n")
    return "\n".join("pass" if line.lstrip().startswith(("!", "%")) else line for line in lines)


def _arguments(code: str) -> dict[str, Any]:
    """The arguments of the calls that make an Unsloth run. The code is read, never run.

    What is no plain value, and what other calls set, is given as `Unread`, so that it can be named.
    """
    tree = ast.parse(code)
    named = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found |= _set_by(node, named)
    return found


def _set_by(call: ast.Call, named: dict[str, ast.expr]) -> dict[str, Any]:
    """What one call sets."""
    called = getattr(call.func, "attr", getattr(call.func, "id", ""))
    given = {k.arg or f"**{ast.unparse(k.value)}": k.value for k in call.keywords}
    if called in _NAMED_CALLS:
        argument, place = _NAMED_CALLS[called]
        value = given.get(argument, next(iter(call.args[place:]), None))
        return {called: _value(value, named)} if value else {}
    if called not in _CALLS:
        return {}
    if called == "from_pretrained" and call.args:
        given["model_name"] = call.args[0]
    return {name: _value(value, named) for name, value in given.items() if name not in _OBJECTS}


def _value(node: ast.expr, named: dict[str, ast.expr], depth: int = 0) -> Any:
    """What an expression of constants, names and arithmetic is worth; `Unread` where it is more than that."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        pass
    if isinstance(node, ast.Name) and node.id in named and depth < _DEEPEST:
        return _value(named[node.id], named, depth + 1)
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC and depth < _DEEPEST:
        left, right = (_value(side, named, depth + 1) for side in (node.left, node.right))
        if isinstance(left, int | float) and isinstance(right, int | float) and abs(right) < _LARGEST:
            try:
                return _ARITHMETIC[type(node.op)](left, right)
            except (ArithmeticError, ValueError):
                pass
    return Unread(ast.unparse(node))


def write_settings(
    values: dict[str, Any], left_out: tuple[str, ...], trainer: str, *, python: bool = False
) -> str:
    """The file's text; its head names what it cannot say."""
    head = [f"# {trainer}: no counterpart for", *(f"#   {line}" for line in left_out)] if left_out else []
    body = _python(values) if python else yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    return "\n".join([*head, body.rstrip(), ""])


def _python(values: dict[str, Any]) -> str:
    """The calls of an Unsloth notebook with these arguments."""
    model = ("model_name", "max_seq_length", "load_in_4bit")
    adapter = (
        "r",
        "lora_alpha",
        "lora_dropout",
        "use_rslora",
        "target_modules",
        "use_gradient_checkpointing",
    )

    def arguments(names: Callable[[str], bool]) -> str:
        return "".join(f"    {name}={value!r},\n" for name, value in values.items() if names(name))

    return (
        "from trl import SFTConfig\nfrom unsloth import FastLanguageModel\n\n"
        f"model, tokenizer = FastLanguageModel.from_pretrained(\n{arguments(lambda n: n in model)})\n"
        f"model = FastLanguageModel.get_peft_model(\n    model,\n{arguments(lambda n: n in adapter)})\n"
        f"arguments = SFTConfig(\n{arguments(lambda n: n not in (*model, *adapter))})\n"
    )
