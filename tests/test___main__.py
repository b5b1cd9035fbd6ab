"""The command's first moment."""

import subprocess
import sys

from techsum.__main__ import READ_KOREAN
from techsum.cli.commands import COMMANDS

WITHOUT_KIWI = """
import sys
sys.modules["kiwipiepy"] = None
from techsum.__main__ import main
main()
"""


def test_what_reads_korean_is_a_command():
    assert set(COMMANDS) > READ_KOREAN


def test_a_command_reads_korean_in_another_process(project):
    command = [sys.executable, "-c", WITHOUT_KIWI, "summarize", "samples/article.txt", "--model", "extract"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "한빛대" in done.stdout
