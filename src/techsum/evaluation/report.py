"""The report of an evaluation: a table, plots, and the best and worst examples side by side."""

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

from techsum.contracts.summary import SummarySentence
from techsum.errors import EvaluationError, UsageError
from techsum.evaluation import lm_eval
from techsum.evaluation.results import MAIN, Results, SystemResult
from techsum.evaluation.systems import BASELINES
from techsum.messages import text

_SHOWN = 10
_COLUMNS = (
    "rouge1", "rouge2", "rouge_l", "rouge_l_equal", "chars_l", "compression", "copied", "supported", "marked",
    "repetition", "unfinished",
)  # fmt: skip
"""Figures of the table; the JSON has all of them."""

_STYLE = """
body{font:16px/1.6 "Noto Sans KR","Apple SD Gothic Neo","Malgun Gothic",sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;color:#1d2126;background:#fff}
table{border-collapse:collapse;width:100%;font-size:.85rem}th,td{padding:.35rem .5rem;text-align:right;border-bottom:1px solid #dfe3e8}
th:first-child,td:first-child{text-align:left}small{color:#5b6673}img{max-width:100%}.pair{display:grid;grid-template-columns:1fr 1fr 1fr;gap:1rem;border-top:1px solid #dfe3e8;padding:1rem 0}
.pair h3{grid-column:1/-1;margin:0}.doubt{background:#fff1c9}details{color:#5b6673;font-size:.85rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dd{margin:0}
@media(max-width:700px){.pair{grid-template-columns:1fr}}
@media(prefers-color-scheme:dark){body{background:#15181c;color:#e6e9ed}th,td,.pair{border-color:#333a42}.doubt{background:#5a4a12}img{background:#fff}}
"""


def write(results: Results, folder: Path) -> None:
    """Write `report.html`, `report.json`, `table.md`, the plots and `lm-eval/` into a folder.

    Raises:
        EvaluationError: the folder cannot be written.
        UsageError: matplotlib is not installed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _plots(results, folder)
        report_json = json.dumps(results.as_dict(), ensure_ascii=False, indent=1)
        (folder / "report.json").write_text(report_json, "utf-8")
        (folder / "table.md").write_text(markdown(results), "utf-8")
        lm_eval.write(results, folder / "lm-eval")
        (folder / "report.html").write_text("".join(_html(results)), "utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise EvaluationError("report_unwritable", path=folder, reason=reason) from None


def markdown(results: Results) -> str:
    """The table in Markdown: means in percent, the main figure with its interval."""
    heads = [text("eval_system"), *(text(f"figure_{c}") for c in _COLUMNS), text("eval_characters")]
    heads += [text("eval_seconds"), text("eval_memory")]
    lines = [f"| {' | '.join(heads)} |", f"|---|{'---:|' * (len(heads) - 1)}"]
    lines += [f"| {' | '.join(_cells(s))} |" for s in results.systems]
    return "\n".join(lines) + "\n"


def _cells(system: SystemResult) -> list[str]:
    figures = [f"{system.means[c] * 100:.1f}" + (_margin(system) if c == MAIN else "") for c in _COLUMNS]
    return [system.name, *figures, f"{system.characters:.0f}", _seconds(system), str(system.run.megabytes)]


def _margin(system: SystemResult) -> str:
    low, high = system.intervals[MAIN]
    return f" [{low * 100:.1f}, {high * 100:.1f}]"


def _seconds(system: SystemResult) -> str:
    return f"{system.seconds:.3f}" if system.seconds < 1 else f"{system.seconds:.1f}"


def _plots(results: Results, folder: Path) -> None:
    try:
        import matplotlib as mpl
    except ImportError:
        raise UsageError("extra_missing", feature="techsum eval", extra="eval") from None
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    systems = list(reversed(results.systems))
    figure, axes = plt.subplots(figsize=(8, 0.5 * len(systems) + 1.4), layout="constrained")
    means = [s.means[MAIN] * 100 for s in systems]
    lows = [m - s.intervals[MAIN][0] * 100 for m, s in zip(means, systems, strict=True)]
    highs = [s.intervals[MAIN][1] * 100 - m for m, s in zip(means, systems, strict=True)]
    colours = ["#9aa5b1" if s.name in BASELINES else "#0b6bcb" for s in systems]
    axes.barh([s.name for s in systems], means, xerr=[lows, highs], color=colours, capsize=3)
    axes.set_xlabel("ROUGE-L on morphemes at the reference's length, %, with 95 % interval")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(folder / "rouge.png", dpi=150)
    plt.close(figure)

    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    for system in systems:
        x, y = system.means["compression"] * 100, system.means["rouge_l"] * 100
        axes.scatter(x, y, color="#9aa5b1" if system.name in BASELINES else "#0b6bcb", s=60)
        axes.annotate(system.name, (x, y), xytext=(6, 4), textcoords="offset points", fontsize=9)
    axes.set_xlabel("length of the summary, % of the article")
    axes.set_ylabel("ROUGE-L on morphemes, %")
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(0.15)
    figure.savefig(folder / "length.png", dpi=150)
    plt.close(figure)


def _html(results: Results) -> Iterator[str]:
    title = escape(text("eval_title", data=str(results.protocol["data"])))
    yield '<!doctype html><html lang="ko"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    yield f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>"
    yield f"<p>{escape(text('eval_how_to_read'))}</p>"
    yield from _table(results)
    for plot in ("rouge", "length"):
        yield f'<p><img src="{plot}.png" alt="{escape(text(f"eval_plot_{plot}"))}"></p>'
    yield f"<h2>{escape(text('eval_protocol'))}</h2><dl>"
    for key, value in results.protocol.items():
        yield f"<dt>{escape(key)}</dt><dd>{escape(str(value))}</dd>"
    yield "</dl>"
    shown = next((s for s in results.systems if s.name not in BASELINES), results.systems[0])
    beside = next(s for s in results.systems if s.name != shown.name)
    order = sorted(range(len(results.examples)), key=lambda n: -shown.measured[n].figures[MAIN])
    for key, places in (("eval_best", order[:_SHOWN]), ("eval_worst", order[::-1][:_SHOWN])):
        yield f"<h2>{escape(text(key, system=shown.name))}</h2>"
        for n in places:
            yield from _example(results, shown, beside, n)


def _table(results: Results) -> Iterator[str]:
    heads = [text("eval_system"), *(text(f"figure_{c}") for c in _COLUMNS), text("eval_characters")]
    heads += [text("eval_seconds"), text("eval_memory"), text("eval_chance")]
    yield f"<table><tr>{''.join(f'<th>{escape(h)}</th>' for h in heads)}</tr>"
    p_values = results.p_values()
    for system in results.systems:
        last = f"{p_values[system.name]:.3f}" if system.name in p_values else "–"
        yield f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in [*_cells(system), last])}</tr>"
    yield "</table>"


def _example(results: Results, shown: SystemResult, beside: SystemResult, n: int) -> Iterator[str]:
    example = results.examples[n]
    score = shown.measured[n].figures[MAIN] * 100
    yield f'<section class="pair"><h3>{escape(example.title)} <small>{score:.1f}</small></h3>'
    yield f"<div><h4>{escape(text('eval_reference'))}</h4><p>{escape(example.reference)}</p></div>"
    for system in (shown, beside):
        yield f"<div><h4>{escape(system.name)}</h4>"
        for sentence in system.measured[n].sentences:
            yield from _sentence(sentence)
        yield "</div>"
    yield "</section>"


def _sentence(sentence: SummarySentence) -> Iterator[str]:
    yield f"<p{' class=doubt' if sentence.notices else ''}>{escape(sentence.text)}</p>"
    for notice in sentence.notices:
        yield f"<small>! {escape(notice.message)}</small>"
    if sentence.evidence:
        yield f"<details><summary>{escape(text('eval_evidence'))}</summary>"
        for one in sentence.evidence:
            yield f"<p>{escape(one.text)} <small>[{one.start}–{one.end}]</small></p>"
        yield "</details>"
