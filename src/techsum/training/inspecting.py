"""`techsum train --check`: what a recipe's data is like, before any GPU is rented."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from techsum.errors import TrainingError
from techsum.evaluation.data import Example, known_from, shingles
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.messages import text
from techsum.training import bases
from techsum.training.recipe import PROJECTIONS, Columns, Recipe, Source
from techsum.training.rows import BadRow, Row, read_rows
from techsum.training.samples import Drawn, draw

ROWS = 20_000
"""Rows of a source that are looked at; a set of millions would take hours."""
SAMPLES = 400
"""Samples that are worded and tokenized for the lengths."""

_SKETCH = 16
_NEAR = 0.5
"""Share of a row's sketch in one earlier row from which it counts as a near-duplicate."""


@dataclass
class SourceReport:
    """What one source holds."""

    source: Source
    rows: int = 0
    bad: list[BadRow] = field(default_factory=list)
    duplicates: int = 0
    """Rows whose document another row has, here or in an earlier source."""
    near_duplicates: int = 0
    """Rows whose document is mostly another row's."""
    copied: int = 0
    """Rows whose whole output stands in the document word for word."""
    complete: bool = True
    """False where the source has more rows than were looked at."""


@dataclass
class Report:
    """Everything that `--check` found."""

    recipe: Recipe
    sources: list[SourceReport]
    drawn: Drawn
    lengths: list[int]
    """Tokens of each sample."""
    leaks: dict[str, int]
    """Test or dev file -> rows of it that the training files hold too."""
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


def inspect(recipe: Recipe) -> Report:
    """Look at a recipe's data.

    Raises:
        TrainingError: a source or the base's tokenizer is missing.
    """
    bases.quiet()
    met = _Met()
    reports = [_look(recipe, source, met) for source in recipe.data]
    tokenizer = bases.load_tokenizer(recipe.base)
    drawn = draw(recipe, HubTokenizer(tokenizer), min(SAMPLES, count(recipe)))
    lengths = [len(s) for s in drawn.samples]
    tokens = sum(lengths) / len(drawn.sequences)  # of a sequence, which may hold several samples
    config = bases.load_config(recipe.base)
    parameters, trainable = sizes(config, recipe)
    answers = [sum(len(s.answer) for s in sequence) for sequence in drawn.sequences]
    return Report(
        recipe,
        reports,
        drawn,
        lengths,
        _leaks(recipe),
        parameters,
        trainable,
        memory(config, recipe, parameters, trainable, max(answers)),
        operations(config, recipe, parameters, tokens, sum(answers) / len(answers)),
    )


def count(recipe: Recipe) -> int:
    """Sequences of the whole run in one process."""
    return recipe.training.steps * recipe.training.batch * recipe.training.accumulation


@dataclass
class _Met:
    """Which documents were met, over all sources: hash -> the source that had it first."""

    whole: dict[bytes, str] = field(default_factory=dict)
    sketches: dict[bytes, tuple[str, int]] = field(default_factory=dict)


def _look(recipe: Recipe, source: Source, met: _Met) -> SourceReport:
    report = SourceReport(source)
    seen: set[bytes] = set()
    # a file that is used twice, for two tasks, does not repeat itself
    before = {h for h, first in met.whole.items() if first != source.name}
    sketches = {h: place for h, place in met.sketches.items() if place[0] != source.name}
    for number, row in enumerate(itertools.islice(read_rows(recipe, source), ROWS + 1)):
        if number == ROWS:
            report.complete = False
            break
        report.rows += 1
        if isinstance(row, BadRow):
            report.bad.append(row)
            continue
        squeezed = "".join(row.input.split())
        whole = blake2b(squeezed.encode("utf-8", "replace"), digest_size=8).digest()
        if whole in seen or whole in before:
            report.duplicates += 1
        elif _near(squeezed, sketches, (source.name, number)):
            report.near_duplicates += 1
        seen.add(whole)
        report.copied += bool(row.output) and "".join(row.output.split()) in squeezed
    met.whole = dict.fromkeys(seen, source.name) | met.whole
    met.sketches = sketches | met.sketches
    return report


def _near(text: str, sketches: dict[bytes, tuple[str, int]], place: tuple[str, int]) -> bool:
    """Whether half of the text's sketch (every 16th shingle by hash) stands in one earlier text."""
    sketch = {h for h in shingles(text) if h[0] % _SKETCH == 0}
    met = Counter(sketches[h] for h in sketch if h in sketches)
    for one in sketch:
        sketches.setdefault(one, place)
    return bool(sketch) and bool(met) and met.most_common(1)[0][1] >= _NEAR * len(sketch)


def _leaks(recipe: Recipe) -> dict[str, int]:
    held: dict[str, tuple[Columns, ...]] = {n: (Columns(), recipe.dev.columns) for n in recipe.test}
    if recipe.dev.path:
        held[recipe.dev.path] = (recipe.dev.columns,)
    return {
        name: len(known_from(_examples(recipe, name, columns), _texts(recipe)))
        for name, columns in held.items()
    }


def _examples(recipe: Recipe, name: str, named: Sequence[Columns]) -> list[Example]:
    """The rows of a file that is measured on, of any kind that is trained on, by the first names that fit.

    Raises:
        TrainingError: no row has any of these columns: nothing found would read as "no leak".
    """
    for columns in named:
        rows = list(read_rows(recipe, Source(path=name, columns=columns, licence="")))
        good = [row for row in rows if isinstance(row, Row)]
        if good:
            return [Example(row.place, row.title, row.input, row.output) for row in good]
    bad = [row.reason for row in rows if isinstance(row, BadRow)]
    raise TrainingError("train_no_rows", source=name, reason=text(bad[0] if bad else "bad_row_none"))


def _texts(recipe: Recipe) -> Iterator[str]:
    """What the local sources say, row by row. A hub set is too large to be read for this."""
    for source in recipe.data:
        if source.path:
            for row in read_rows(recipe, source):
                if isinstance(row, Row):
                    yield f"{row.input}\n{row.output}"


def sizes(config: Mapping[str, Any], recipe: Recipe) -> tuple[int, int]:
    """Parameters of a Gemma of this configuration, and of the recipe's adapter."""
    shapes = _shapes(config)
    layers, width = config["num_hidden_layers"], config["hidden_size"]
    whole = layers * sum(a * b for a, b in shapes.values()) + config["vocab_size"] * width
    adapter = layers * recipe.lora.r * sum(sum(shapes[name]) for name in recipe.lora.targets)
    return whole, adapter


def _shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    width, inner = config["hidden_size"], config["intermediate_size"]
    queries = config["num_attention_heads"] * config["head_dim"]
    keys = config["num_key_value_heads"] * config["head_dim"]
    ins = (width, width, width, queries, width, width, inner)
    outs = (queries, keys, keys, width, inner, inner, width)
    return dict(zip(PROJECTIONS, zip(ins, outs, strict=True), strict=True))


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
    tokens = recipe.training.max_tokens * recipe.training.batch
    again = _recomputes(recipe)
    kept = 2 if again else 10  # hidden states, and the wide ones of the feed-forward
    inner = config["hidden_size"] + (0 if again else config["intermediate_size"])
    activations = config["num_hidden_layers"] * tokens * inner * kept * bytes_each
    logits = answer_tokens * recipe.training.batch * config["vocab_size"] * (bytes_each + 4 + 4)
    return float(weights + trainable * 16 + activations + logits) / 1e9


def _recomputes(recipe: Recipe) -> bool:
    """Whether activations are computed again in the backward pass: see `Training.checkpointing`."""
    wanted = recipe.training.checkpointing
    return recipe.for_gpu if wanted is None else wanted


def operations(
    config: Mapping[str, Any], recipe: Recipe, parameters: int, tokens: float, answer: float
) -> float:
    """Floating-point operations of the whole run, in 1e15.

    Two a weight and token forward and two backward (frozen weights need no gradient of their own), two
    more where activations are computed again; the vocabulary counts for the answer's tokens alone.
    """
    embedding = config["vocab_size"] * config["hidden_size"]
    passes = 6 if _recomputes(recipe) else 4
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
