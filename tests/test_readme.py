"""The README is true: its commands run, its transcript is what they print, its links lead somewhere."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text("utf-8")
KOREAN = (PROJECT / "README.ko.md").read_text("utf-8")
ENGLISH_RUN = "TECHSUM_LANG=en make run"


def console(readme):
    """The terminal's blocks of a README."""
    return re.findall(r"```console\n(.*?)```", readme, re.DOTALL)


def commands(readme):
    return [line[2:] for block in console(readme) for line in block.splitlines() if line.startswith("$ ")]


COMMANDS = commands(README)


def environment():
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def run(command):
    command = command.replace(".venv/bin/techsum", "techsum")
    return subprocess.run(
        command, shell=True, cwd=PROJECT, capture_output=True, text=True, env=environment(), check=False
    )


@pytest.mark.parametrize("command", [c for c in COMMANDS if "make " not in c])
@pytest.mark.slow
def test_every_command_runs(command):
    done = run(command)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_both_readmes_have_the_same_commands_and_examples():
    assert commands(KOREAN) == [c.replace(ENGLISH_RUN, "make run") for c in COMMANDS]
    for kind in ("sh", "python"):
        found = [re.findall(rf"```{kind}\n(.*?)```", readme, re.DOTALL) for readme in (README, KOREAN)]
        english, korean = ([re.sub(r"#.*", "", block) for block in blocks] for blocks in found)
        assert english == korean


@pytest.mark.slow
@pytest.mark.parametrize(
    ("readme", "command", "language"), [(README, ENGLISH_RUN, "en"), (KOREAN, "make run", "ko")]
)
def test_make_run_prints_the_transcript_and_installs_nothing_twice(readme, command, language):
    block = next(b for b in console(readme) if b.startswith(f"$ {command}\n"))
    transcript = block.removeprefix(f"$ {command}\n").strip()
    lines, seen = [], {}
    make = ["make", "--no-print-directory", "run"]
    own = environment() | {"TECHSUM_LANG": language}
    with subprocess.Popen(make, cwd=PROJECT, stdout=subprocess.PIPE, text=True, env=own) as process:
        for line in process.stdout:
            lines.append(line.rstrip())
            seen.setdefault(line.split("  ")[0], time.monotonic())
    assert process.returncode == 0
    keys, written = ("핵심 문장", "요약") if language == "ko" else ("Key sentences", "Summary")
    assert seen[written] - seen[keys] > 0.5  # they stand there while the model is loaded and writes
    # the model's own sentences may differ by a word between processors; everything else is the same
    assert _without_model_text("\n".join(lines).strip()) == _without_model_text(transcript)
    assert lines[0] == transcript.splitlines()[0]


def _without_model_text(out):
    # its figures are of its sentences
    written = r"((?:요약  gemma-3-270m-ko 모델이 쓴 글|Summary  written by gemma-3-270m-ko)\n).*?\n\n(?=모델 |model )"
    out = re.sub(written, r"\1…\n\n", out, flags=re.DOTALL)
    return re.sub(r"· [\d.]+ ?(초|s) ·", r"· … \1 ·", out)


def test_the_python_example_runs():
    example = re.search(r"```python\n(from techsum.*?)```", README, re.DOTALL).group(1)
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "땀 한 방울로" in done.stdout


def test_test_command_and_ci_are_the_same():
    assert "make test-all" in COMMANDS
    assert re.search(r"^make test-all \|\| failed=", (PROJECT / ".ci" / "run").read_text(), re.MULTILINE)


def test_links_into_the_project_lead_somewhere():
    for file in (*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)\)", file.read_text("utf-8")):
            assert (file.parent / target).exists(), (file.name, target)


def test_every_place_that_the_architecture_names_exists():
    page = (PROJECT / "docs" / "architecture.md").read_text("utf-8")
    rooms = (PROJECT, PROJECT / "src" / "techsum", PROJECT / "src" / "techsum" / "training")
    for name in set(re.findall(r"`([\w./-]+(?:\.py|\.html|\.md|/))`", page)):
        beside = [PROJECT / "src" / "techsum" / "reading"] if name == "addresses.py" else []
        assert any((room / name).exists() for room in (*rooms, *beside)), name


GUIDES = [PROJECT / "docs" / "guide.md", PROJECT / "docs" / "ko" / "guide.md"]


@pytest.mark.parametrize("guide", GUIDES, ids=["en", "ko"])
def test_every_setting_of_one_reader_is_in_the_guide(guide):
    text = guide.read_text("utf-8")
    assert "settings.md" in text
    code = "import settings_page as p; print(*(p.Settings.model_fields.keys() - {*p.SERVER, 'hub_token'}))"
    for name in printed_by(code).split():
        assert f"`TECHSUM_{name.upper()}`" in text


def test_the_page_of_settings_is_that_of_the_code():
    # mend it by: .venv/bin/python .ci/settings_page.py
    written = printed_by("import settings_page; print(settings_page.page(), end='')")
    assert written == (PROJECT / "docs" / "settings.md").read_text("utf-8")


def printed_by(code):
    """What this code prints beside the scripts of `.ci`."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, '.ci'); {code}"]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("guide", GUIDES, ids=["en", "ko"])
def test_every_notice_is_in_the_guide(guide):
    from techsum import messages

    told = guide.read_text("utf-8")
    for key in messages.TEXTS:
        if key.startswith("notice_"):
            assert f"`{key.removeprefix('notice_')}`" in told


@pytest.mark.parametrize("page", ["guide.md", "evaluation.md", "leaderboard.md"])
def test_korean_pages_have_the_figures_of_the_english_ones(page):
    english, korean = ((PROJECT / "docs" / folder / page).read_text("utf-8") for folder in ("", "ko"))
    rows = [
        [re.findall(r"\d+(?:\.\d+)?", line) for line in text.splitlines() if line.startswith("|")]
        for text in (english, korean)
    ]
    assert rows[0] == rows[1]
