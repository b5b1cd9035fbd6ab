"""A training run of seconds: the tests' two-layer Gemma 2, a handful of rows written for it, a recipe."""

import json
from pathlib import Path

import yaml

from support.texts import PARAGRAPHS
from support.tiny_checkpoint import write_checkpoint

SUMMARY = "연구진은 바닷물로 전기를 만드는 장치를 만들었다. 소금의 농도 차이를 쓴다."


def rows(count=24):
    """Rows of the shape of instruction data: a different document each, the same kind of answer."""
    return [
        {
            "instruction": "아래 글을 요약하세요.",
            "input": f"{n}번째 글이다. " + " ".join(PARAGRAPHS[n % len(PARAGRAPHS) :]),
            "output": f"{n}번째 글의 요약이다. {SUMMARY}",
            "title": f"{n}번째 글",
        }
        for n in range(count)
    ]


def write_rows(path: Path, said) -> Path:
    """Write rows as JSON lines; returns `path`."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in said), "utf-8")
    return path


def write_recipe(folder: Path, base: Path | None = None, **training) -> Path:
    """Write base, data and recipe into `folder`; returns the recipe."""
    base = base or write_checkpoint(folder / "tiny-gemma-2")
    write_rows(folder / "train.jsonl", rows())
    write_rows(folder / "dev.jsonl", rows(3))
    said = {
        "name": "tiny-ko",
        "about": "A model of the tests.",
        "base": {"name": str(base), "precision": "fp32"},
        "lora": {"r": 4, "alpha": 8, "dropout": 0.0},
        "data_folder": str(folder),
        # the rows share paragraphs: most would be dropped as near-duplicates
        "data": [{"path": "train.jsonl", "licence": "MIT", "credit": "TechSum", "duplicates": "keep"}],
        "dev": {"path": "dev.jsonl", "rows": 2, "generated": 1},
        "training": {
            "steps": 6,
            "accumulation": 2,
            "lr": 1e-2,
            "max_tokens": 512,
            "save_every": 2,
            "evaluate_every": 3,
            "log_every": 1,
            **training,
        },
    }
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    return path
