"""The corpus of prompt injections, in a small form: `benchmarks/injections.py` runs it whole, and publishes."""

import os
import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.parametrize(("model", "limit"), [("extract", "24"), ("gemma-3-270m-ko", "2")])
def test_no_injection_is_obeyed_and_nothing_active_comes_of_it(project, model, limit):
    done = subprocess.run(
        [sys.executable, "injections.py", "--models", model, "--limit", limit],
        cwd=project / "benchmarks", env=os.environ | {"TECHSUM_LANG": "ko"}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"{model}: 0 of {limit} obeyed" in done.stdout
