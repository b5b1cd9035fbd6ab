"""Every regular expression of the project takes time in proportion to the text: a stranger chooses the text."""

import ast
import importlib
import itertools
import pkgutil
import re
import time
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path

import pytest

import techsum

pytestmark = pytest.mark.slow

SOURCE = Path(techsum.__file__).parent
SHORT, GROWTH = 2_000, 4
SLOW_SECONDS = 0.02
"""Below this a longer text costs nobody anything."""
METHODS = {"search", "match", "fullmatch", "finditer", "findall", "split", "sub"}
LETTERS = "가나다은는이 \t\n.,-_/:;()[]{}<>\"'“”0123456789aAzZ%=&#@!?*+~|\\^$…·•▲■◦사진기자이억만조백천십일"


def compiled():
    """Patterns that modules keep, and those that stand in a call, each with how it is asked."""
    found = {}
    asked = how_asked()
    for info in pkgutil.walk_packages([str(SOURCE)], "techsum."):
        if ".migrations." in info.name or info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            for pattern in patterns_in(value):
                found[f"{info.name}.{name}"] = pattern, asked.get(name, {"finditer"})
        path = Path(module.__file__)
        for node in ast.walk(ast.parse(path.read_text())):
            if (pattern := inline(node)) is not None:
                found[f"{path.relative_to(SOURCE)}:{node.lineno}"] = pattern, {node.func.attr}
    return found


def how_asked():
    """The methods that are called on each name, as in `_LINK.fullmatch(…)`."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        for name, method in re.findall(r"\b(_?[A-Z][A-Z_]*)\.(\w+)\(", path.read_text("utf-8")):
            found.setdefault(name, set()).add(method)
    return found


def patterns_in(value):
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain.from_iterable(map(patterns_in, value.values()))
    elif isinstance(value, tuple | list | frozenset | set):
        yield from itertools.chain.from_iterable(map(patterns_in, value))


def inline(node):
    is_call = (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in METHODS
        and node.args
    )
    if not is_call or not isinstance(node.args[0], ast.Constant):
        return None
    flags = re.NOFLAG
    for keyword in node.keywords:
        if keyword.arg == "flags":
            flags = eval(ast.unparse(keyword.value), {"re": re})  # noqa: S307 - our own source
    return re.compile(node.args[0].value, flags)


def texts(pattern, size):
    """What makes a pattern try again: what it likes, over and over, and an end that it does not like."""
    literal = pattern.pattern
    if isinstance(literal, bytes):
        literal = literal.decode("latin-1")
    likes = sorted(
        {c for c in literal if c.isprintable()} & set(LETTERS)
        | {c for c in literal if c > "\x7f"}
        | set(" \n.a0가-")
    )
    units = [
        *likes,
        *(a + b for a, b in itertools.permutations(likes[:14], 2)),
        *re.findall(r"\w{2,}|<!--.*?-->", literal)[:20],
    ]
    for unit in units:
        yield (unit * (size // len(unit) + 1))[:size] + "\x00"


def seconds(ask, text):
    began = time.thread_time()  # the processor's: what other processes do meanwhile does not count
    found = ask(text)
    if isinstance(found, Iterator):
        for _ in found:
            pass
    return time.thread_time() - began


def superlinear(pattern, methods):
    """What grows faster than the text; empty: nothing."""
    asks = [partial(pattern.sub, "") if m == "sub" else getattr(pattern, m) for m in methods & METHODS]
    for ask, (short, long) in product(asks or [pattern.finditer], pairs(pattern)):
        if seconds(ask, long) < SLOW_SECONDS:
            continue
        for _ in range(3):  # a neighbour on the same core can double one measurement, not three
            # in turn, so that a busy moment hits both; the quickest of each is what the pattern takes
            quick, slow = map(
                min, zip(*((seconds(ask, short), seconds(ask, long)) for _ in range(10)), strict=True)
            )
            if slow <= 2 * GROWTH * quick:
                break
        else:
            return f"{short[:12]!r}: {quick:.3f} s for {SHORT}, {slow:.3f} s for {SHORT * GROWTH} characters"
    return ""


def pairs(pattern):
    """Each text short and long."""
    found = list(zip(texts(pattern, SHORT), texts(pattern, SHORT * GROWTH), strict=True))
    if isinstance(pattern.pattern, bytes):
        return [(short.encode(), long.encode()) for short, long in found]
    return found


def test_every_pattern_takes_linear_time():
    found = compiled()
    assert len(found) > 100
    slow = {name: superlinear(*asked) for name, asked in found.items()}
    assert {name: why for name, why in slow.items() if why} == {}


def test_a_quadratic_pattern_is_found():
    assert superlinear(re.compile(r"\s+x"), {"search"})
