"""Results as EleutherAI's lm-evaluation-harness writes them: its viewers and leaderboards read these."""

import json
import re
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from techsum.evaluation.measures import FIGURES
from techsum.evaluation.results import Results, SystemResult

_FILTER = "none"
"""The harness names each figure with the filter that its outputs went through."""


def write(results: Results, folder: Path) -> None:
    """Write `SYSTEM/results_TIME.json` and `SYSTEM/samples_TASK_TIME.jsonl` for each system.

    Raises:
        OSError: the folder cannot be written.
    """
    time = datetime.now(UTC).replace(tzinfo=None).isoformat().replace(":", "-")
    task = re.sub(r"\W+", "-", Path(str(results.protocol["data"])).stem)
    for system in results.systems:
        place = folder / re.sub(r"[\"<>:/|\\?*\[\]]+", "__", system.name)
        place.mkdir(parents=True, exist_ok=True)
        payload = json.dumps(_results(results, system, task), ensure_ascii=False, indent=2)
        (place / f"results_{time}.json").write_text(payload, "utf-8")
        samples = (json.dumps(s, ensure_ascii=False) + "\n" for s in _samples(results, system))
        (place / f"samples_{task}_{time}.jsonl").write_text("".join(samples), "utf-8")


def _results(results: Results, system: SystemResult, task: str) -> dict[str, Any]:
    figures: dict[str, Any] = {"alias": task}
    count = len(results.examples)
    for figure in FIGURES:
        scores = system.scores(figure)
        error = statistics.stdev(scores) / count**0.5 if count > 1 else "N/A"
        figures |= {f"{figure},{_FILTER}": system.means[figure], f"{figure}_stderr,{_FILTER}": error}
    return {
        "results": {task: figures},
        "group_subtasks": {task: []},
        "configs": {
            task: {"task": task, "output_type": "generate_until", "metadata": dict(results.protocol)}
        },
        "versions": {task: 1},
        "n-shot": {task: 0},
        "higher_is_better": {task: {name: better > 0 for name, better in FIGURES.items() if better}},
        "n-samples": {task: {"original": count, "effective": count}},
        "config": {"model": "techsum", "model_args": f"model={system.name}"},
        "model_source": "techsum",
        "model_name": system.name,
        "date": datetime.now(UTC).timestamp(),
    }


def _samples(results: Results, system: SystemResult) -> Iterator[dict[str, Any]]:
    for number, (example, output) in enumerate(zip(results.examples, system.run.outputs, strict=True)):
        yield {
            "doc_id": number,
            "doc": {"title": example.title, "text": example.text},
            "target": example.reference,
            "arguments": {"gen_args_0": {"arg_0": example.text}},
            "resps": [[output.text]],
            "filtered_resps": [output.text],
            "filter": _FILTER,
            "metrics": list(FIGURES),
            **system.measured[number].figures,
        }
