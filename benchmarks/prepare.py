"""What `techsum train --check` and `--prepare` take on data of llama_ko_smr's shape: minutes and memory.

    python benchmarks/prepare.py
    python benchmarks/prepare.py --rows 2500000     # 8 GB of disk, and 8 for the rows that are kept

The rows are made here, of the words of the project's own articles. Memory is what the command and its processes
hold for themselves; pages of mapped files, which the system takes back when it needs them, are not counted.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import yaml

from common import PROJECT, machine

SUBSETS = 38
DUPLICATE, NEAR, BAD = 0.02, 0.02, 0.001
"""Shares of the rows."""
INSTRUCTION = "다음 글을 간결하게 요약해 주세요."


def main() -> None:
    """Write rows and recipe, run both commands, print what they took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--steps", type=int, default=3_000, help="of the reference recipe")
    parser.add_argument("--folder", type=Path, help="where the rows go, and stay")
    arguments = parser.parse_args()
    print(machine("pyarrow", "rensa", "tokenizers"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        recipe = write(folder, arguments.rows, arguments.steps)
        size = sum(p.stat().st_size for p in folder.glob("*.jsonl"))
        print(f"{arguments.rows:,} rows in {SUBSETS} files, {size / 1e9:.1f} GB", flush=True)
        unpack(folder)
        print("| | minutes | memory, GB |\n|---|---|---|")
        for name in ("--check", "--prepare", "--prepare again"):
            command = ["train", str(recipe), name.split()[0], "--out", str(folder / "run")]
            minutes, memory = measure(command, folder)
            print(f"| `techsum train {name}` | {minutes:.1f} | {memory:.2f} |", flush=True)


def write(folder: Path, rows: int, steps: int) -> Path:
    """Write rows in as many files as llama_ko_smr has subsets, and the reference recipe for them."""
    rng = random.Random(0)
    articles = (PROJECT / "data" / "techsum-ko" / "articles.train.jsonl").read_text("utf-8").splitlines()
    words = sorted(
        {word for line in articles for word in json.loads(line)["text"].split() if word[-1] != "."}
    )
    sentences = [f"{' '.join(rng.choices(words, k=rng.randint(6, 16)))} 있다." for _ in range(50_000)]
    places = [0, *sorted(rng.sample(range(1, rows), SUBSETS - 1)), rows]
    names = [f"subset-{n:02}.jsonl" for n in range(SUBSETS)]
    recent: list[str] = []
    for name, start, end in zip(names, places, places[1:], strict=False):
        if (folder / name).exists():
            continue
        with (folder / name).open("w", encoding="utf-8") as file:
            for number in range(start, end):
                kind = rng.random()
                if kind < BAD:
                    file.write("{broken\n")
                    continue
                again = recent[rng.randrange(len(recent))] if recent and kind < BAD + DUPLICATE + NEAR else ""
                text = again or " ".join(rng.choices(sentences, k=round(rng.lognormvariate(2.8, 0.6)) + 3))
                if again and kind < BAD + NEAR:
                    text = text.replace(" 있다.", " 있었다.", 1)
                recent[number % 1_000 : number % 1_000 + 1] = [text]
                output = " ".join(rng.choices(sentences, k=2))
                row = {"instruction": INSTRUCTION, "input": text, "output": output}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    recipe = yaml.safe_load((PROJECT / "recipes" / "gemma-2-2b-it.yaml").read_text("utf-8"))
    recipe["data"] = [{"path": name, "licence": "made here"} for name in names]
    recipe["base"]["name"] = "gemma-3-270m"  # its tokenizer is here, and is that of its family
    recipe["data_folder"] = str(folder)
    recipe["training"]["steps"] = steps
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe, allow_unicode=True), "utf-8")
    return path


def unpack(folder: Path) -> None:
    """Unpack the model whose tokenizer stands in for the reference model's, which has nothing to unpack."""
    code = (
        "from techsum.training import bases, recipe; bases.load_tokenizer(recipe.Base(name='gemma-3-270m'))"
    )
    environment = {**os.environ, "TECHSUM_CACHE_DIR": str(folder / "cache")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def measure(arguments: list[str], folder: Path) -> tuple[float, float]:
    """Minutes that techsum takes, and the most memory that its processes hold for themselves, in GB."""
    environment = {**os.environ, "TECHSUM_CACHE_DIR": str(folder / "cache")}
    began, highest = time.monotonic(), 0
    log = folder / "output.txt"
    with log.open("w", encoding="utf-8") as output:
        running = psutil.Popen(
            [sys.executable, "-m", "techsum", *arguments], stdout=output, stderr=output, env=environment
        )
        while True:
            try:
                running.wait(0.5)
                break
            except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
                highest = max(
                    highest, sum(own_memory(p) for p in [running, *running.children(recursive=True)])
                )
    if running.returncode:
        raise SystemExit(log.read_text("utf-8")[-4000:])
    print(log.read_text("utf-8")[-600:], file=sys.stderr)
    return (time.monotonic() - began) / 60, highest / 1e9


def own_memory(process: psutil.Process) -> int:
    """Bytes of anonymous memory; 0 of a process that just ended."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Anonymous:"))


if __name__ == "__main__":
    main()
