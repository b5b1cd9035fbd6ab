"""Programs of the system that tests start: CI installs them, and without them a test is skipped."""

import os
import shutil

import pytest


def installed(name, package, path=None):
    """Where the program is; the test is skipped without it, but in CI."""
    found = shutil.which(name, path=path)
    if not found:
        assert not os.environ.get("CI"), f"CI installs {package}"
        pytest.skip(f"{name} is not installed (Debian: apt install {package})")
    return found
