"""`techsum doctor`: what works on this machine, which model, how fast, and what to do about the rest."""

import importlib.metadata
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import typer
from rich.text import Text

from techsum import korean
from techsum.cli.folding_table import FoldingTable
from techsum.cli.terminal import make_console
from techsum.contracts.formats import LABELS
from techsum.errors import TechsumError
from techsum.generators import EXTRACT, Options, load, resolve
from techsum.generators.hub_models import HUB_MODELS, machine_memory, recommended
from techsum.generators.llama_cpp import LlamaCpp
from techsum.generators.models import TUNED, embedded_installed, models_folder, pulled
from techsum.generators.speeds import Speed, keep_speed
from techsum.messages import text
from techsum.prompts import summary_messages
from techsum.settings import settings

_PROBE = "한국어 문장을 읽고 쓰는 속도를 잰다. 이 문장은 시험을 위해 쓰였다. 숫자 35도 하나 들어 있다. "


@dataclass(frozen=True)
class Finding:
    """One line of the report; `works` is None where a thing is optional and absent."""

    key: str
    works: bool | None
    value: str


def command() -> None:
    """See what works on this machine."""
    console = make_console()
    table = FoldingTable(title=text("doctor_title"), title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    sound = True
    for finding in findings():
        mark = {True: Text("✓", "green"), False: Text("✗", "red"), None: Text("–", "yellow")}[finding.works]
        table.add_row(mark, text(finding.key), finding.value)
        sound = sound and finding.works is not False
    console.print(table)
    if not sound:
        raise typer.Exit(1)


def findings() -> Iterator[Finding]:
    """Look at everything that TechSum needs, in the order in which it needs it."""
    yield Finding(
        "doctor_python",
        works=True,
        value=f"{platform.python_version()} · {platform.system()} {platform.machine()}",
    )
    yield Finding("doctor_cpu", works=True, value=f"{settings().threads} threads")
    memory = machine_memory()
    yield Finding("doctor_memory", memory is not None or None, f"{memory:.0f} GB" if memory else "?")
    yield _tried("doctor_cache", _cache)
    yield _tried("doctor_kiwi", _kiwi)
    yield _tried("doctor_readers", _readers)
    model = resolve("auto")
    yield Finding("doctor_model", works=True, value=text("models_auto", model=model))
    probed = model if model != EXTRACT else TUNED
    if probed != TUNED or embedded_installed():
        yield _tried("doctor_speed", lambda: _speed(probed))
    else:
        yield Finding("doctor_speed", None, text("models_install"))
    if probed != TUNED and embedded_installed():  # what the speeds of all others are estimated from
        yield _tried("doctor_speed", lambda: _speed(TUNED))
    if memory and (name := recommended(memory)):
        value = text("doctor_recommended_value", name=name, about=HUB_MODELS[name].about)
        yield Finding("doctor_recommended", True if name in pulled() else None, value)
    yield _transformers()
    token = settings().hub_token is not None
    yield Finding("doctor_token", token or None, text("doctor_token_set" if token else "doctor_token_unset"))


def _tried(key: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(key, works=True, value=look())
    except TechsumError as error:
        return Finding(key, works=False, value=str(error))
    except (ImportError, OSError, RuntimeError) as error:
        return Finding(key, works=False, value=f"{type(error).__name__}: {error}")


def _cache() -> str:
    folder = models_folder()
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / ".doctor"
    probe.write_bytes(b"")
    probe.unlink()
    return text("doctor_free", size=f"{shutil.disk_usage(folder).free / 1000**3:.0f} GB", path=folder)


def _kiwi() -> str:
    many = _PROBE * 50
    list(korean.sentences(_PROBE))
    began = time.perf_counter()
    count = len(list(korean.sentences(many)))
    rate = text("doctor_sentences_value", rate=round(count / (time.perf_counter() - began)))
    return f"kiwipiepy {importlib.metadata.version('kiwipiepy')} · {rate}"


def _readers() -> str:
    from techsum.reading.isolated import parse_isolated

    parse_isolated((_PROBE * 3).encode(), "doctor")
    return LABELS


def _speed(model: str) -> str:
    generator = load(model)
    messages = summary_messages(
        _PROBE * 10, fmt=generator.format, characters=100, register="한다체", bullets=False
    )
    began = time.perf_counter()
    pieces = [time.perf_counter() for _ in generator.stream(messages, Options(max_tokens=32))]
    if isinstance(generator, LlamaCpp) and generator.last_timing:
        prefill, decode = generator.last_timing.prompt_per_second, generator.last_timing.written_per_second
    else:
        read = generator.count("".join(m.content for m in messages))
        prefill = read / max(pieces[0] - began, 1e-6) if pieces else 0.0
        decode = (len(pieces) - 1) / max(pieces[-1] - pieces[0], 1e-6) if len(pieces) > 1 else 0.0
    keep_speed(model, Speed(prefill, decode))
    return f"{generator.name}: {text('doctor_speed_value', prefill=round(prefill), decode=round(decode))}"


def _transformers() -> Finding:
    try:
        found = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("transformers", "torch"))
    except importlib.metadata.PackageNotFoundError:
        return Finding("doctor_transformers", None, text("doctor_optional_missing"))
    return Finding("doctor_transformers", works=True, value=found)
