"""How fast models are on this machine: measured by `techsum doctor`, or estimated from the embedded model."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from techsum.files import atomic_write_text
from techsum.generators.hub_models import HUB_MODELS
from techsum.generators.models import EMBEDDED, TUNED
from techsum.settings import settings


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
    base = kept.get(EMBEDDED) or kept.get(TUNED)
    if base is None:
        return None
    if name in (EMBEDDED, TUNED):
        return Speed(*base)
    model = HUB_MODELS.get(name)
    return Speed(base[0] * model.speed[0], base[1] * model.speed[1], estimated=True) if model else None


def _file() -> Path:
    return settings().cache_dir / "speeds.json"


def _kept() -> dict[str, tuple[float, float]]:
    try:
        kept = json.loads(_file().read_text("utf-8"))
        found = {str(name): (float(read), float(written)) for name, (read, written) in kept.items()}
        return {name: speed for name, speed in found.items() if min(speed) > 0}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
