"""How fast models are on this machine: measured by `techsum doctor`, or estimated from the embedded model."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from techsum.files import atomic_write_text
from techsum.generators.hub_models import HUB_MODELS
from techsum.generators.models import EMBEDDED, TUNED
from techsum.settings import settings

_EMBEDDED_SPEEDS = {EMBEDDED: (1.0, 1.0), TUNED: (1.0, 1.5)}
"""Beside the embedded model's, as `HUB_MODELS` has them of others: `benchmarks/vocabulary.py`."""


@dataclass(frozen=True)
class Speed:
    """Tokens of a prompt read, and tokens written, a second."""

    read: float
    written: float
    estimated: bool = False


def keep_speed(name: str, speed: Speed) -> None:
    """Keep what was measured of a model; where the folder cannot be written, nothing is kept."""
    if speed.read <= 0 or speed.written <= 0:  # it ended at once: nothing was measured
        return
    kept = _kept() | {name: (speed.read, speed.written)}
    with suppress(OSError):
        settings().cache_dir.mkdir(parents=True, exist_ok=True)
        atomic_write_text(_file(), json.dumps(kept))


def speed_of(name: str) -> Speed | None:
    """What was measured of a model here, else an estimate; None: nothing was measured yet."""
    kept = _kept()
    if name in kept:
        return Speed(*kept[name])
    measured = next((known for known in _EMBEDDED_SPEEDS if known in kept), None)
    ratios = HUB_MODELS[name].speed if name in HUB_MODELS else _EMBEDDED_SPEEDS.get(name)
    if measured is None or ratios is None:
        return None
    read, written = (
        found / base * ratio
        for found, base, ratio in zip(kept[measured], _EMBEDDED_SPEEDS[measured], ratios, strict=True)
    )
    return Speed(read, written, estimated=True)


def _file() -> Path:
    return settings().cache_dir / "speeds.json"


def _kept() -> dict[str, tuple[float, float]]:
    try:
        kept = json.loads(_file().read_text("utf-8"))
        found = {str(name): (float(read), float(written)) for name, (read, written) in kept.items()}
        return {name: speed for name, speed in found.items() if min(speed) > 0}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
