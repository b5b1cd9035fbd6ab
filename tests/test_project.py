"""What must stay true of the source as a whole."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import techsum

SOURCE = Path(techsum.__file__).parent
PROJECT = SOURCE.parents[1]
# Lower floors first; nothing imports from a floor above its own.
FLOORS = [
    {"cached", "korean", "other_languages", "pipes", "retrying", "streams"},
    {"messages"},
    {"errors", "files"},
    {"contracts", "fair_queue", "kiwi_process"},
    {"cluster", "settings", "prompts"},
    {"checking", "generators", "reading"},
    {"summarizers"},
    {"chat"},
    {"library"},
    {"evaluation"},
    {"training"},
    {"batch", "mcp_tools", "watch"},
    {"desktop"},
    {"server"},
    {"cli"},
]


def floor(module):
    room = module.removeprefix("techsum.").split(".")[0]
    return next(n for n, rooms in enumerate(FLOORS) if room in rooms)


def imports(file):
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("techsum"):
            names = [f"techsum.{a.name}" for a in node.names] if node.module == "techsum" else [node.module]
            yield from (n for n in names if n.removeprefix("techsum.")[:1].islower())
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("techsum."))


FILES = [f for f in SOURCE.rglob("*.py") if f.name != "__main__.py" and f != SOURCE / "__init__.py"]


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SOURCE)))
def test_imports_point_downwards(file):
    own = floor("techsum." + ".".join(file.relative_to(SOURCE).with_suffix("").parts))
    assert [m for m in imports(file) if floor(m) > own] == []


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SOURCE)))
def test_no_pickle_no_eval_no_template_from_data(file):
    forbidden = {"pickle", "marshal", "shelve", "dill", "joblib"}
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            assert not forbidden & {a.name.split(".")[0] for a in node.names}
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in forbidden
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            # a model's own template, in a sandbox, with no text in it
            if file.name not in {"parity.py", "hub_tokenizer.py"}:
                assert name not in {"apply_chat_template", "from_string"}
            assert getattr(node.func, "id", "") not in {"eval", "exec"}
            keywords = {k.arg: getattr(k.value, "value", None) for k in node.keywords}
            assert not keywords.get("trust_remote_code")
            assert not keywords.get("shell")


def test_a_reader_never_downloads_torch():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert {"train", "eval", "desktop", "batch", "dev", "embedded"} <= extras.keys()
    for needs in (project["dependencies"], extras["embedded"], extras["eval"], extras["desktop"]):
        assert not [n for n in needs if n.startswith(("torch", "transformers", "peft", "trl"))]


def test_the_packaged_app_is_a_client_alone():
    """Given what native/pyproject.toml leaves out, when the app is imported, then it does not miss it."""
    app = tomllib.loads((PROJECT / "native" / "pyproject.toml").read_text("utf-8"))["tool"]["flet"]["app"]
    assert (PROJECT / "native" / app["path"] / f"{app['module']}.py").exists()
    script = "import sys, techsum.desktop.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {name.replace("/", ".") for name in app["exclude"]}
    heavy = {
        "kiwipiepy",
        "numpy",
        "lxml",
        "sqlalchemy",
        "fastapi",
        "uvicorn",
        "torch",
        "trafilatura",
        "xllamacpp",
    }
    assert not loaded & heavy


def pinned(file):
    return dict(
        re.findall(
            r"^([A-Za-z0-9_.-]+)(?:\[[^]]*])?==([^\s;]+)", (PROJECT / file).read_text("utf-8"), re.MULTILINE
        )
    )


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_is_pinned():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [*project["dependencies"], *(n for e in project["optional-dependencies"].values() for n in e)]
    known = {canonical(n): v for n, v in pinned("constraints.txt").items()}
    assert {canonical(re.match(r"[\w.-]+", n).group()) for n in needed} - known.keys() - {"techsum"} == set()
    assert known["torch"] == "2.13.0"


@pytest.mark.parametrize("file", ["locks/run.txt", "locks/app.txt", "locks/dev.txt"])
def test_locks_pin_hashes_of_the_constraints_versions(file):
    versions = {canonical(n): v for n, v in pinned("constraints.txt").items()}
    locked = {canonical(n): v for n, v in pinned(file).items()}
    assert len(locked) > 20
    assert {n: v for n, v in locked.items() if versions.get(n, v) != v} == {}
    blocks = re.split(r"^(?=\S)", (PROJECT / file).read_text("utf-8"), flags=re.MULTILINE)
    assert [b.splitlines()[0] for b in blocks if b.strip() and "--hash=sha256:" not in b] == []


def test_every_requirement_is_in_the_lock_of_its_set():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for file, names in (
        ("run", ["embedded"]),
        ("app", ["embedded", "server", "desktop"]),
        ("dev", ["dev", "batch", "embedded", "server", "desktop"]),
    ):
        wanted = [*project["dependencies"], *(r for n in names for r in extras[n])]
        asked = {canonical(re.match(r"[\w.-]+", r).group()) for r in wanted} - {"techsum", "torch"}
        assert asked <= {canonical(n) for n in pinned(f"locks/{file}.txt")}


STORIES = {
    "evaluation/quality_gate", "generators/gemma_4", "library/faults", "server/attacks", "server/faults",
    "server/hostile", "training/gemma_4", "training/techsum_ko",
    "bench", "docs", "injections", "patterns", "project", "readme",
}  # fmt: skip
"""Test files of what is no module: a family of models, attacks, faults, the docs."""


def test_test_files_mirror_the_modules_that_they_test():
    tests = PROJECT / "tests"
    strangers = set()
    for file in tests.rglob("test_*.py"):
        room = file.parent.relative_to(tests)
        name = file.stem.removeprefix("test_")
        if room.parts[:1] in {("e2e",), ("fuzz",), ("deploy",)} or str(room / name) in STORIES:
            continue
        places = [SOURCE / room / name, *(SOURCE / room).rglob(f"{name}.py"), SOURCE / room.parent / name]
        if not any(place.exists() for place in places):
            strangers.add(str(room / name))
    assert strangers == set()


def test_a_tests_name_has_at_most_ten_words():
    names = re.findall(
        r"def test_(\w+)\(", "".join(f.read_text("utf-8") for f in (PROJECT / "tests").rglob("*.py"))
    )
    assert [name for name in names if len(name.split("_")) > 10] == []
