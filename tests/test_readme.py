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
CONSOLE = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
COMMANDS = [line[2:] for block in CONSOLE for line in block.splitlines() if line.startswith("$ ")]


def environment():
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def run(command):
    command = command.replace(".venv/bin/techsum", "techsum")
    return subprocess.run(
        command, shell=True, cwd=PROJECT, capture_output=True, text=True, env=environment(), check=False
    )


@pytest.mark.parametrize("command", [c for c in COMMANDS if not c.startswith("make ")])
def test_every_command_runs(command):
    done = run(command)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.slow
def test_make_run_prints_the_transcript_and_installs_nothing_twice():
    transcript = next(b for b in CONSOLE if b.startswith("$ make run\n")).removeprefix("$ make run\n").strip()
    began = time.monotonic()
    lines, first = [], None
    make = ["make", "--no-print-directory", "run"]
    with subprocess.Popen(make, cwd=PROJECT, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith("핵심 문장"):
                first = first or time.monotonic() - began
    assert process.returncode == 0
    assert first < 10
    # the model's own sentences may differ by a word between processors; everything else is the same
    assert _without_model_text("\n".join(lines).strip()) == _without_model_text(transcript)
    assert lines[0] == transcript.splitlines()[0]


def _without_model_text(out):
    # its figures are of its sentences
    out = re.sub(r"(요약  gemma-3-270m-ko 모델이 쓴 글\n).*?\n\n(?=모델 )", r"\1…\n\n", out, flags=re.DOTALL)
    return re.sub(r"· [\d.]+초 ·", "· …초 ·", out)


def test_the_python_example_runs():
    example = re.search(r"```python\n(from techsum.*?)```", README, re.DOTALL).group(1)
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "땀 한 방울로" in done.stdout


def test_test_command_and_ci_are_the_same():
    assert "make test" in COMMANDS
    assert (PROJECT / ".ci" / "run").read_text().rstrip().endswith("exec make test")


def test_links_into_the_project_lead_somewhere():
    for file in (PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)\)", file.read_text("utf-8")):
            assert (file.parent / target).exists(), (file.name, target)


def test_every_setting_is_in_the_guide():
    from techsum.settings import Settings

    guide = (PROJECT / "docs" / "guide.md").read_text("utf-8")
    hidden = {"hub_token"}
    for name in Settings.model_fields.keys() - hidden:
        assert f"`TECHSUM_{name.upper()}`" in guide


def test_every_notice_is_in_the_guide():
    from techsum import messages

    guide = (PROJECT / "docs" / "guide.md").read_text("utf-8")
    for key in messages.TEXTS:
        if key.startswith("notice_"):
            assert f"`{key.removeprefix('notice_')}`" in guide
