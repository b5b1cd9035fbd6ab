"""`make bench`: run benchmarks, each in a process of its own, and write what they print into RESULTS.md.

A section is a script's own words (its docstring), the machine, the day, and its output; no figure is typed by
hand. Where a target is missed the section says which, and the whole run ends with an error after all; a script that
could not measure changes nothing.
"""

import ast
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from common import machine

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "RESULTS.md"
NOT_RUN = {"common", "run"}
GPU = {"gpu"}


def names() -> list[str]:
    """The scripts that this machine can run."""
    import torch

    hidden = NOT_RUN if torch.cuda.is_available() else NOT_RUN | GPU
    return sorted({path.stem for path in FOLDER.glob("[a-z]*.py")} - hidden)


def missed_target(errors: str) -> str | None:
    """What a script says at its end that it missed, by `sys.exit("MISSED: …")`; None of any other error."""
    last = (errors.strip().splitlines() or [""])[-1]
    found = re.fullmatch(r"MISSED: (.+)", last)
    return found.group(1) if found else None


def section(
    name: str, source: str, output: str, *, seconds: float, on: str, missed: str | None = None
) -> str:
    """What stands in RESULTS.md of one script: tables as they are, other lines as they were printed."""
    title, _, about = (ast.get_docstring(ast.parse(source)) or name).partition("\n")
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    head = f"## {title.rstrip('.')} (`{name}.py`)\n\n{about.strip()}\n\n"
    verdict = f"targets missed: {missed}" if missed else "all targets met"
    facts = f"{day} · {on} · {seconds:.0f} s · {verdict}\n\n"
    return f"<!-- begin {name} -->\n{head}{facts}{_shown(output)}\n<!-- end {name} -->\n"


def _shown(output: str) -> str:
    blocks: list[tuple[bool, list[str]]] = []
    for line in filter(str.strip, output.splitlines()):
        is_table = line.startswith("|")
        if not blocks or blocks[-1][0] != is_table:
            blocks.append((is_table, []))
        blocks[-1][1].append(line.rstrip())
    return "\n\n".join(
        "\n".join(lines) if is_table else "\n".join(("```text", *lines, "```")) for is_table, lines in blocks
    )


def with_section(results: str, name: str, written: str) -> str:
    """RESULTS.md with this section in place of the script's last one, or of what was typed about it."""
    own = re.compile(rf"<!-- begin {name} -->\n.*?<!-- end {name} -->\n", re.DOTALL)
    if own.search(results):
        return own.sub(lambda _: written, results)
    typed = re.compile(
        rf"^## [^\n]*`{name}\.py`[^\n]*\n.*?(?=^## |^<!-- begin |\Z)", re.DOTALL | re.MULTILINE
    )
    if found := typed.search(results):
        return f"{results[: found.start()]}{written}\n{results[found.end() :]}"
    return f"{results.rstrip()}\n\n{written}"


def main(chosen: list[str]) -> None:
    """Run the chosen scripts, or all."""
    failed = []
    for name in chosen or names():
        print(f"== {name}", flush=True)
        script, began = FOLDER / f"{name}.py", time.monotonic()
        done = subprocess.run(
            [sys.executable, str(script)], capture_output=True, text=True, env=os.environ, check=False
        )
        print(done.stdout, done.stderr, flush=True)
        missed = missed_target(done.stderr) if done.returncode else None
        if done.returncode:
            failed.append(name)
        if not done.stdout.strip() or (done.returncode and not missed):
            continue  # its data is not here, or it broke: the figures that are known stay
        source, seconds = script.read_text("utf-8"), time.monotonic() - began
        written = section(name, source, done.stdout, seconds=seconds, on=machine(), missed=missed)
        RESULTS.write_text(with_section(RESULTS.read_text("utf-8"), name, written), "utf-8")
    if failed:
        sys.exit(f"MISSED: {', '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
