"""`techsum train --check`: what a recipe's data is like, before any GPU is rented."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from techsum.errors import TrainingError
from techsum.evaluation.data import Example, known_from
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.messages import text
from techsum.training import bases
from techsum.training.drawing import Drawn, SourceRows, draw, open_sources
from techsum.training.recipe import Columns, Recipe, Source, Task
from techsum.training.row_store import RowStore
from techsum.training.rows import BadRow, Row, pinned, read_rows
from techsum.training.workers import Workers

SAMPLES = 400
"""Samples that are worded and tokenized for the lengths."""


@dataclass(frozen=True)
class SourceReport:
    """What one source holds."""

    source: Source
    rows: int
    bad: list[BadRow]
    """The first bad rows."""
    bad_rows: int
    duplicates: int
    """Rows whose document an earlier row has, here or in an earlier source of the same task and output."""
    near_duplicates: int
    """Rows whose document is mostly an earlier row's."""
    copied: int
    """Rows whose whole output stands in the document word for word."""
    held_out: int
    """Rows that are measured on."""


@dataclass(frozen=True)
class Report:
    """Everything that `--check` found."""

    recipe: Recipe
    sources: list[SourceReport]
    drawn: Drawn
    lengths: list[int]
    """Tokens of each sample."""
    leaks: dict[str, int]
    """Test or dev file -> rows of it that the sources hold too."""
    parameters: int
    """Of the base."""
    trainable: int
    """Of the adapter."""
    memory_gb: float
    petaflop: float
    """Of the whole run, in 1e15 operations."""

    @property
    def shortened(self) -> float:
        """Share of the samples whose document was shortened."""
        return sum(s.shortened for s in self.drawn.samples) / len(self.drawn.samples)

    @property
    def sound(self) -> bool:
        """Whether nothing was found that must be mended first."""
        return not any(self.leaks.values())


def inspect(recipe: Recipe, workers: Workers | None = None) -> Report:
    """Look at a recipe's data, all of it.

    Args:
        recipe: the recipe.
        workers: what reads it; without any this process does.

    Raises:
        TrainingError: a source or the base's tokenizer is missing.
    """
    bases.quiet()
    recipe = pinned(recipe, {})
    sources = open_sources(recipe, workers)
    leaks = _leaks(recipe, sources, workers)
    tokenizer = HubTokenizer(bases.load_tokenizer(recipe.base))
    drawn = draw(recipe, tokenizer, min(SAMPLES, count(recipe) or SAMPLES), sources=sources, workers=workers)
    sides = 2 if recipe.training.preference else 1  # a pair holds its prompt twice
    lengths = (drawn.samples.lengths // sides).tolist()
    config = bases.load_config(recipe.base)
    parameters, trainable = sizes(config, recipe)
    answers = [sum(max(len(s.answer), len(s.rejected)) for s in drawn[n]) for n in range(len(drawn))]
    recipe = recipe.with_steps(_expected_steps(recipe, sources, drawn))
    return Report(
        recipe,
        [report_of(one) for one in sources],
        drawn,
        lengths,
        leaks,
        parameters,
        trainable,
        memory(config, recipe, parameters, trainable, max(answers)),
        operations(config, recipe, parameters, float(drawn.lengths.mean()), sum(answers) / len(answers)),
    )


def count(recipe: Recipe) -> int:
    """Sequences of the whole run in one process."""
    return recipe.training.steps * recipe.sequences_of_step()


def _expected_steps(recipe: Recipe, sources: Sequence[SourceRows], drawn: Drawn) -> int:
    """Steps that the recipe's `epochs` will come to, if all rows give as many samples as the drawn ones."""
    rows = sum(drawn.epochs[one.source.label] * len(one.taken) for one in sources)
    samples = len(drawn.samples) / max(rows, 1) * sum(len(one.taken) for one in sources)
    sequences = samples * len(drawn) / len(drawn.samples) * (recipe.training.epochs or 0)
    return int(sequences / recipe.sequences_of_step())


def report_of(one: SourceRows) -> SourceReport:
    """What a source holds."""
    return SourceReport(
        one.source,
        len(one.store) + one.store.bad_rows,
        one.store.bad,
        one.store.bad_rows,
        int(one.repeated.exact.sum()),
        int(one.repeated.near.sum()),
        one.store.copied,
        len(one.held_out),
    )


def _leaks(recipe: Recipe, sources: Sequence[SourceRows], workers: Workers | None) -> dict[str, int]:
    """Test or dev file -> rows of it that the sources hold too."""
    for name in measured_files(recipe):  # a file that nothing can be read from is told before the work
        examples_of(recipe, name)
    stores = dict.fromkeys(one.store.path for one in sources)
    if workers:
        values = recipe.model_dump(mode="json", by_alias=True)
        waiting = [workers.submit("leaks", recipe=values, store=str(store)) for store in stores]
        known = [each.result()["known"] for each in waiting]
    else:
        known = [known_rows(recipe, store) for store in stores]
    found: dict[str, set[int]] = {name: set() for name in measured_files(recipe)}
    for one in known:
        for name, rows in one.items():
            found[name].update(rows)
    return {name: len(rows) for name, rows in found.items()}


def known_rows(recipe: Recipe, store: Path) -> dict[str, list[int]]:
    """Test or dev file -> the numbers of its rows that a source's rows hold too."""
    rows = RowStore(store)
    return {
        name: sorted(known_from(examples_of(recipe, name), (f"{row.input}\n{row.output}" for row in rows)))
        for name in measured_files(recipe)
    }


def measured_files(recipe: Recipe) -> list[str]:
    """The files of the recipe that are measured on."""
    return list(dict.fromkeys([*recipe.test, *filter(None, [recipe.dev.path])]))


def examples_of(recipe: Recipe, name: str) -> list[Example]:
    """The rows of a file that is measured on, of any kind that is trained on, by the first names that fit.

    Raises:
        TrainingError: no row has any of these columns: nothing found would read as "no leak".
    """
    as_dev: tuple[Columns, Task] = (recipe.dev.columns, recipe.dev.task)
    others: list[tuple[Columns, Task]] = [(Columns(), "summary"), as_dev, (Columns(), "chat")]
    for columns, task in [as_dev] if name == recipe.dev.path else others:
        rows = list(read_rows(recipe, Source(path=name, columns=columns, task=task, licence="")))
        good = [row for row in rows if isinstance(row, Row)]
        if good:
            return [Example(row.place, row.title, row.input, row.output) for row in good]
    bad = [row.reason for row in rows if isinstance(row, BadRow)]
    raise TrainingError("train_no_rows", source=name, reason=text(bad[0] if bad else "bad_row_none"))


def sizes(config: Mapping[str, Any], recipe: Recipe) -> tuple[int, int]:
    """Parameters of a model of this configuration, and of what the recipe trains: counted without weights."""
    import torch
    import transformers

    with torch.device("meta"):
        known = transformers.AutoConfig.for_model(**config)
        model = transformers.AutoModelForCausalLM.from_config(known)
    all_weights = sum(p.numel() for p in model.parameters())
    if recipe.lora is None:
        return all_weights, all_weights
    adapted = (
        module
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and name.rpartition(".")[2] in recipe.lora.targets
    )
    adapter = recipe.lora.r * sum(module.in_features + module.out_features for module in adapted)
    return all_weights, adapter + len(recipe.lora.tokens) * config["hidden_size"]


def memory(
    config: Mapping[str, Any], recipe: Recipe, parameters: int, trainable: int, answer_tokens: int
) -> float:
    """GB that training takes at its height, without the libraries themselves.

    Weights, the adapter with its gradient and two moments in fp32, what the layers keep for the backward
    pass, and the logits of the answer with their gradient. For a GPU where the recipe says that it is for one
    (4-bit weights, flash attention), else for a CPU. Estimated by counting, not held against a measured run.
    """
    nf4 = recipe.base.quantization == "nf4"
    embedding = config["vocab_size"] * config["hidden_size"]
    bytes_each = 4 if recipe.base.precision == "fp32" else 2
    weights = embedding * bytes_each + (parameters - embedding) * (0.55 if nf4 else bytes_each)
    rows = recipe.training.batch * (2 if recipe.training.preference else 1)  # a pair is two rows
    tokens = recipe.training.max_tokens * rows
    again = _recomputes(recipe)
    kept = 2 if again else 10  # hidden states, and the wide ones of the feed-forward
    inner = config["hidden_size"] + (0 if again else config["intermediate_size"])
    activations = config["num_hidden_layers"] * tokens * inner * kept * bytes_each
    if not again and not recipe.for_gpu and recipe.base.attention == "auto":
        activations += rows * bytes_each * _attention_weights(config, recipe.training.max_tokens)
    logits = answer_tokens * rows * config["vocab_size"] * (bytes_each + 4 + 4)
    if recipe.lora is None:
        weights = 0.0  # the trained ones are the base's
    return float(weights + trainable * 16 + activations + logits) / 1e9


def _attention_weights(config: Mapping[str, Any], tokens: int) -> float:
    """How many weights of one row the attention by blocks keeps for the backward pass."""
    window = min(tokens, config.get("sliding_window") or tokens)
    kinds = config.get("layer_types") or ["full_attention"] * config["num_hidden_layers"]
    seen = sum(min(window, tokens / 2) if "sliding" in kind else tokens / 2 for kind in kinds)
    capped = 2 if config.get("attn_logit_softcapping") else 1  # the scores below the cap, too
    return float(config["num_attention_heads"] * tokens * seen * capped)


def _recomputes(recipe: Recipe) -> bool:
    """Whether activations are computed again in the backward pass: see `Training.checkpointing`."""
    chosen = recipe.training.checkpointing
    return recipe.for_gpu if chosen is None else chosen


def operations(
    config: Mapping[str, Any], recipe: Recipe, parameters: int, tokens: float, answer: float
) -> float:
    """Floating-point operations of the whole run, in 1e15.

    Two a weight and token forward and two backward (frozen weights need no gradient of their own), two
    more where activations are computed again; the vocabulary counts for the answer's tokens alone.
    """
    embedding = config["vocab_size"] * config["hidden_size"]
    passes = (6 if _recomputes(recipe) else 4) + (2 if recipe.lora is None else 0)
    each = passes * (parameters - embedding) * tokens + 4 * embedding * answer
    return float(each * count(recipe) / 1e15)


def histogram(lengths: Sequence[int], limit: int, bins: int = 12) -> list[tuple[int, int, int]]:
    """Bins of token counts: from, to, samples."""
    width = -(-limit // bins)
    counts = Counter(min((n - 1) // width, bins - 1) for n in lengths)
    return [(b * width + 1, (b + 1) * width, counts[b]) for b in range(bins)]


def plot(report: Report, path: Path) -> None:
    """The histogram as a PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 3.2), dpi=150)
    limit = report.recipe.training.max_tokens
    axes.hist(report.lengths, bins=30, range=(0, limit), color="#3b6ea5")
    axes.axvline(limit, color="#b3402a", linewidth=1)
    axes.set_xlabel(f"tokens in a sample (limit {limit}; {report.shortened:.0%} shortened)")
    axes.set_ylabel("samples")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)
