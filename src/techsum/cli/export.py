"""`techsum export` and `techsum parity`: files for other programs, and the proof that they say the same."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from techsum.cli.folding_table import FoldingTable
from techsum.cli.terminal import make_console
from techsum.errors import UsageError
from techsum.messages import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from techsum.training.parity import Compared


def export(
    run: Annotated[Path, typer.Argument(help=text("help_run"))],
    to: Annotated[str, typer.Option(help="adapter, merged, fp8, gguf, gguf-lora, ollama")],
    out: Annotated[Path | None, typer.Option(help="RUN/exports/TO")] = None,
    quantization: Annotated[str, typer.Option(help="f16, bf16, q8_0, q6_k, q5_k_m, q4_k_m, q4_0")] = "q8_0",
    base_gguf: Annotated[Path | None, typer.Option(help=text("help_base_gguf"))] = None,
    *,
    imatrix: Annotated[bool, typer.Option("--imatrix", help=text("help_imatrix"))] = False,
    push: Annotated[str | None, typer.Option(help=text("help_push"), metavar="OWNER/NAME")] = None,
    public: Annotated[bool, typer.Option("--public", help=text("help_public"))] = False,
) -> None:
    """Export a run and prove that it says the same."""
    from techsum.training.exporting import export as exporting
    from techsum.training.exporting import publish as publishing
    from techsum.training.exporting.gguf_files import QUANTIZATIONS
    from techsum.training.exporting.k_quants import K_QUANTS

    target = next((t for t in exporting.TARGETS if t == to), None)
    kind = next((q for q in QUANTIZATIONS if q == quantization), None)
    if target is None:
        raise UsageError("choice_invalid", name="to", value=to, choices=", ".join(exporting.TARGETS))
    if kind is None:
        choices = ", ".join(QUANTIZATIONS)
        raise UsageError("choice_invalid", name="quantization", value=quantization, choices=choices)
    if imatrix and not (to in ("gguf", "ollama") and kind in K_QUANTS):
        raise UsageError("imatrix_useless", quantizations=", ".join(K_QUANTS))
    if public and not push:
        raise UsageError("public_useless")
    console = make_console()
    if push:
        publishing.check_repository(push)
    with Console(stderr=True).status(text("export_working")):
        done = exporting.export(run, target, out, kind, base_gguf, imatrix=imatrix)
    print_compared(console, [done.compared])
    console.print(text("export_done", path=done.path), soft_wrap=True)
    if push:
        with Console(stderr=True).status(text("publish_working")):
            address = publishing.publish(done.path, push, private=not public)
        console.print(text("publish_done", address=address), soft_wrap=True)


def parity(
    run: Annotated[Path, typer.Argument(help=text("help_run"))],
    against: Annotated[
        list[str] | None,
        typer.Option(help=text("help_parity_against")),
    ] = None,
    base_gguf: Annotated[Path | None, typer.Option(help=text("help_base_gguf"))] = None,
    quantization: Annotated[str, typer.Option(help=text("help_parity_quantization"))] = "bf16",
) -> None:
    """See whether exports say what the trained model says."""
    from techsum.training.exporting.export import compare_all
    from techsum.training.parity import THRESHOLDS

    kind = quantization.removesuffix("_m")
    if kind not in THRESHOLDS:
        raise UsageError(
            "choice_invalid", name="quantization", value=quantization, choices=", ".join(THRESHOLDS)
        )
    console = make_console()
    with Console(stderr=True).status(text("export_working")):
        compared = compare_all(run, against or [], base_gguf, kind)
    print_compared(console, compared)
    raise typer.Exit(0 if all(c.passed or c.informative for c in compared) else 1)


def print_compared(console: Console, compared: "Sequence[Compared]") -> None:
    """A line for each comparison."""
    table = FoldingTable()
    for key in ("export", "result", "moved", "allowed", "same"):
        table.add_column(text(f"parity_column_{key}"))
    for one in compared:
        moved = "-" if one.moved is None else f"{one.moved:.4f}"
        result = text("parity_passed") if one.passed else text("parity_broken", part=one.broken)
        table.add_row(one.against, result, moved, f"{one.threshold}", f"{one.same_text}/{one.prompts}")
    console.print(table)
