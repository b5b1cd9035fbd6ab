"""Known weaknesses of what constraints.txt pins, and a bill of materials: `make audit`.

Ends with 1 where a weakness is known that `ACCEPTED` does not name with its reason. Where the index of
weaknesses cannot be asked, as on a machine that reaches a package mirror alone, it says so and ends with 0.
"""

import json
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]
TOOLS = Path(sys.executable).parent
ACCEPTED: dict[str, str] = {}
"""Identifier of a weakness -> why it does not touch TechSum."""


def main() -> int:
    """Write sbom.json, ask for weaknesses, tell them."""
    constraints, materials = str(PROJECT / "constraints.txt"), PROJECT / "sbom.json"
    subprocess.run([TOOLS / "cyclonedx-py", "requirements", constraints, "-o", materials], check=True)
    print(f"sbom.json: {len(json.loads(materials.read_text('utf-8'))['components'])} parts")
    asked = [TOOLS / "pip-audit", "--no-deps", "--disable-pip", "--progress-spinner", "off", "-f", "json"]
    try:
        done = subprocess.run(
            [*asked, "-r", constraints], capture_output=True, text=True, check=False, timeout=180
        )
        found = [one for one in json.loads(done.stdout)["dependencies"] if "vulns" in one]
    except (ValueError, subprocess.TimeoutExpired):
        found = []
    weak = [
        f"{one['name']} {one['version']}: {weakness['id']}"
        for one in found
        for weakness in one["vulns"]
        if weakness["id"] not in ACCEPTED
    ]
    print(
        f"{len(found)} looked up, {len(weak)} weak"
        if found
        else "the index of weaknesses cannot be asked from here"
    )
    print(*weak, sep="\n", end="\n" if weak else "")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main())
