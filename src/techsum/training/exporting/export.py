"""`techsum export`: write, prove, then finish. What fails the gate does not come into being."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, get_args

from techsum.errors import TrainingError
from techsum.files import atomic_write_text
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.generators.model_ref import ModelRef
from techsum.generators.models import EMBEDDED, model_file
from techsum.generators.openai_server import OpenAIServer
from techsum.generators.text_weights import load_adapter
from techsum.prompts import FAMILIES, stored_name
from techsum.training import bases, parity
from techsum.training.adapters import as_trained
from techsum.training.exporting.card import model_card
from techsum.training.exporting.fp8 import write_fp8
from techsum.training.exporting.gguf_files import Quantization, write_adapter, write_model
from techsum.training.exporting.k_quants import measure_inputs
from techsum.training.exporting.modelfile import modelfile
from techsum.training.prepared import prepare
from techsum.training.recipe import Recipe
from techsum.training.rows import pinned
from techsum.training.run_folder import RunFolder
from techsum.training.served import compare_served

Target = Literal["adapter", "merged", "fp8", "gguf", "gguf-lora", "ollama"]
TARGETS: tuple[Target, ...] = get_args(Target)

_CALIBRATION_SEQUENCES = 128


@dataclass(frozen=True)
class Exported:
    """What an export came to."""

    path: Path
    """A folder with the files and their model card."""
    compared: parity.Compared


def export(
    folder: Path,
    to: Target,
    out: Path | None = None,
    quantization: Quantization = "q8_0",
    base_gguf: Path | None = None,
    *,
    imatrix: bool = False,
) -> Exported:
    """Export a finished run.

    Args:
        folder: the run's folder.
        to: what to make.
        out: where; without it `exports/TO` in the run's folder.
        quantization: of `gguf` and `ollama`.
        base_gguf: for `gguf-lora` the base as a GGUF file; the embedded base needs none.
        imatrix: for K-quants: weigh errors by the inputs that the run's own samples give.

    Raises:
        TrainingError: the run is not finished, its data is missing for the imatrix, or the export failed the
            parity gate; then nothing is left at `out`.
    """
    bases.quiet()
    run = RunFolder(folder)
    recipe = run.recipe
    if not any(run.trained.glob("*.safetensors")):
        raise TrainingError("export_unfinished", path=folder)
    _check_target(recipe, to)
    target = out or folder / "exports" / to
    if target.exists():
        raise TrainingError("export_exists", path=target)
    with _part(target) as part:
        proven = _write(run, recipe, to, part, quantization, base_gguf, imatrix=imatrix)
        trained_reference = trained(run)
        opened = parity.open_export(proven, _base_gguf(recipe, base_gguf) if to == "gguf-lora" else None)
        compared = parity.compare(trained_reference, opened, to)
        if not compared.passed:
            raise failure(compared)
        measured = folder / "evaluation" / "table.md"  # `techsum eval --out RUN/evaluation`
        table = measured.read_text("utf-8") if measured.exists() else None
        figures = run.about() | {"parity": compared.as_dict(), "table": table}
        atomic_write_text(part / "README.md", model_card(recipe, figures, to, quantization))
        part.chmod(0o755)  # a temporary folder is its maker's alone
        part.replace(target)
    return Exported(target, compared)


def _check_target(recipe: Recipe, to: Target) -> None:
    """Refuse what the run has nothing for."""
    if recipe.lora is None and to in ("adapter", "gguf-lora"):
        raise TrainingError("export_no_adapter", to=to)
    if recipe.lora and recipe.lora.tokens and to == "gguf-lora":
        raise TrainingError("export_tokens", to=to)


def compare_all(
    folder: Path, against: Sequence[str], base_gguf: Path | None, kind: str = "bf16"
) -> list[parity.Compared]:
    """Compare these exports, or all in the run's folder, with the trained model.

    Args:
        folder: the run's folder.
        against: files, folders, and servers by their address (`http://HOST:PORT/v1`, with `#MODEL` where one
            server has several).
        base_gguf: the GGUF that a GGUF adapter goes on.
        kind: what servers run: a key of `parity.THRESHOLDS`.

    Raises:
        TrainingError: there is nothing to compare, or a GGUF adapter lacks its base.
        ModelError: an export does not load.
        ServerError: a server does not answer, or tells no probabilities.
    """
    bases.quiet()
    run = RunFolder(folder)
    servers = [place for place in against if ModelRef.parse(place).kind == "server"]
    files = [Path(place) for place in against if place not in servers]
    if not against:
        files = [_loaded_part(p) for p in sorted(folder.glob("exports/*")) if p.is_dir()]
    if not (files or servers):
        raise TrainingError("parity_nothing", path=folder)
    compared = [_compare_server(run, address, kind) for address in servers]
    return compared + (_compare_files(run, files, base_gguf) if files else [])


def _compare_files(run: RunFolder, files: Sequence[Path], base_gguf: Path | None) -> list[parity.Compared]:
    trained_reference = trained(run)
    compared = _compare_as_trained(run, trained_reference)
    for file in files:
        lora = file.name.endswith("-lora-f16.gguf") or base_gguf
        opened = parity.open_export(file, _base_gguf(run.recipe, base_gguf) if lora else None)
        compared.append(parity.compare(trained_reference, opened, str(file)))
    return compared


def _compare_as_trained(run: RunFolder, trained_reference: parity.Reference) -> list[parity.Compared]:
    """What was trained on 4-bit weights, held against the same on the base that it ships for."""
    if run.about().get("resolved", {}).get("quantization") != "nf4" or not find_spec("bitsandbytes"):
        return []
    from techsum.generators.transformers_model import TransformersModel

    with tempfile.TemporaryDirectory() as part:
        adapter = as_trained(run.adapter, Path(part), run.recipe)
        model = TransformersModel(str(adapter), quantization_config=bases.nf4_config(run.recipe.base))
        compared = parity.compare(trained_reference, parity.Export(model, "nf4"), "as trained (nf4)")
        return [replace(compared, informative=True)]


def _compare_server(run: RunFolder, address: str, kind: str) -> parity.Compared:
    from techsum.generators.transformers_model import TransformersModel

    if not FAMILIES[run.recipe.base.format].instruct:
        raise TrainingError("parity_served_format", format=run.recipe.base.format)
    ref = ModelRef.parse(address)
    server = OpenAIServer(
        ref.location, ref.served_name
    )  # one that is not there ends it before the model is loaded
    return compare_served(TransformersModel(str(run.trained)), server, kind)


def _loaded_part(folder: Path) -> Path:
    """What a user loads of an exported folder: its GGUF file, or the folder."""
    return next(iter(sorted(folder.glob("*.gguf"))), folder)


def trained(run: RunFolder) -> parity.Reference:
    """What the trained model says: base and adapter as training left them.

    Raises:
        ModelError: the base is not here.
    """
    from techsum.generators.transformers_model import TransformersModel

    return parity.reference(TransformersModel(str(run.trained)))


def failure(compared: parity.Compared) -> TrainingError:
    """The line for a gate that failed."""
    if compared.broken == "weights":
        return TrainingError(
            "parity_weights",
            name=compared.against,
            moved=f"{compared.moved or 0:.3f}",
            threshold=compared.threshold,
        )
    return TrainingError(f"parity_{compared.broken}", name=compared.against)


@contextmanager
def _part(target: Path) -> Iterator[Path]:
    """A folder beside the target that becomes it, or is gone."""
    from safetensors import SafetensorError

    part = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        yield part
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TrainingError("export_unwritable", path=target, reason=reason) from None
    finally:
        if part:
            shutil.rmtree(part, ignore_errors=True)


def _write(  # noqa: PLR0917 - what an export is made of
    run: RunFolder,
    recipe: Recipe,
    to: Target,
    part: Path,
    quantization: Quantization,
    base: Path | None,
    *,
    imatrix: bool,
) -> Path:
    """Write the files.

    Returns:
        What the gate loads.
    """
    fmt, name = stored_name(recipe.base.format), recipe.name
    if to == "adapter":
        shutil.copytree(run.adapter, part, dirs_exist_ok=True)
        (part / "best.json").unlink(missing_ok=True)
        return part
    if to == "merged":
        merge(run, recipe, part)
        return part
    if to == "fp8":
        with _merged(run, recipe, part) as merged:
            write_fp8(merged, part)
        return part
    if to == "gguf-lora":
        _base_gguf(recipe, base)  # told before the work
        path = part / f"{name}-lora-f16.gguf"
        write_adapter(run.adapter, path, bases.load_config(recipe.base), fmt, name)
        return path
    path = part / f"{name}-{quantization}.gguf"
    with _merged(run, recipe, part) as merged:
        inputs = measure_inputs(merged, _calibration(run, recipe)) if imatrix else None
        write_model(merged, path, quantization, fmt, name, inputs)
    if to == "ollama":
        atomic_write_text(part / "Modelfile", modelfile(path.name, recipe.base.format))
    return path


@contextmanager
def _merged(run: RunFolder, recipe: Recipe, part: Path) -> Iterator[Path]:
    """A merged checkpoint that other files are made from, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=".merged-", dir=part.parent))
    try:
        merge(run, recipe, folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _calibration(run: RunFolder, recipe: Recipe) -> list[list[int]]:
    """The first samples of the run, whole, as token ids."""
    tokenizer = HubTokenizer(bases.load_tokenizer(recipe.base))
    drawn = prepare(pinned(recipe, run.commits()), tokenizer, _CALIBRATION_SEQUENCES).drawn
    return [[*sample.prompt, *sample.answer] for sample in drawn.samples]


def merge(run: RunFolder, recipe: Recipe, folder: Path) -> None:
    """Add the adapter to its base, in fp32, and save the sum in bf16: a folder that vLLM serves as it is.

    A run that trained all weights gives them as they are.

    Never into a 4-bit base: measured on the 270M, that moves the loss from 3.36 to 3.63.
    """
    import torch

    fp32 = {"precision": "fp32", "attention": "auto"}
    if recipe.lora is None:
        trained_base = recipe.base.model_copy(update={"name": str(run.model), "revision": None, **fp32})
        model = bases.load_model(trained_base)
    else:
        base = bases.load_model(recipe.base.model_copy(update=fp32))
        model = load_adapter(base, run.adapter).merge_and_unload(safe_merge=True)
    tokenizer = bases.load_tokenizer(recipe.base)
    ends = {tokenizer.eos_token_id, *HubTokenizer(tokenizer).end_ids(recipe.base.format)}
    model.generation_config.eos_token_id = sorted(ends)  # vLLM stops at these alone
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    atomic_write_text(folder / "techsum.json", json.dumps({"format": stored_name(recipe.base.format)}))


def _base_gguf(recipe: Recipe, given: Path | None) -> Path:
    if given:
        return given
    if recipe.base.name == EMBEDDED:
        return model_file(EMBEDDED)
    raise TrainingError("export_base", name=recipe.base.name)
