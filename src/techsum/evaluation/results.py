"""From outputs to figures: every system measured alike, with intervals and tests."""

import importlib.metadata
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import techsum
from techsum.cached import cached_property
from techsum.contracts.serialization import dump
from techsum.evaluation.data import Example
from techsum.evaluation.measures import FIGURES, Measured, Scorer
from techsum.evaluation.runs import Run
from techsum.evaluation.significance import interval, p_value
from techsum.summarizers import SummaryOptions

MAIN = "rouge_l_equal"
"""What systems are ranked by: morpheme ROUGE-L with every summary cut at its reference's length."""


@dataclass(frozen=True)
class SystemResult:
    """One system's figures over all examples."""

    run: Run
    measured: tuple[Measured, ...]

    @property
    def name(self) -> str:
        """The system's name."""
        return self.run.system

    def scores(self, figure: str) -> list[float]:
        """One figure, an example each."""
        return [m.figures[figure] for m in self.measured]

    @cached_property
    def means(self) -> dict[str, float]:
        """The mean of each figure."""
        return {f: statistics.fmean(self.scores(f)) for f in FIGURES}

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """The 95 % interval of each mean."""
        return {f: interval(self.scores(f)) for f in FIGURES}

    @property
    def characters(self) -> float:
        """Mean length of its summaries."""
        return statistics.fmean(len(o.text) for o in self.run.outputs)

    @property
    def seconds(self) -> float:
        """Median seconds an article; models are warm for all but the first."""
        return statistics.median(o.seconds for o in self.run.outputs)

    @property
    def fell_back(self) -> float:
        """Share of articles where the model's text did not stand."""
        return statistics.fmean(o.fell_back for o in self.run.outputs)


@dataclass(frozen=True)
class Results:
    """All systems on one data set, with what makes the figures comparable."""

    examples: Sequence[Example]
    systems: Sequence[SystemResult]
    """Best first, by the main figure."""
    protocol: Mapping[str, Any]

    def p_values(self, figure: str = MAIN) -> dict[str, float]:
        """For each system but the first: how likely its distance to the first is chance."""
        first = self.systems[0].scores(figure)
        return {s.name: p_value(first, s.scores(figure)) for s in self.systems[1:]}

    def as_dict(self) -> dict[str, Any]:
        """The JSON report: protocol, figures with intervals, every output with its figures and evidence."""
        p_values = self.p_values()
        return {
            "protocol": dict(self.protocol),
            "systems": [
                {
                    "system": s.name,
                    "figures": {
                        f: {"mean": round(s.means[f], 4), "interval": [round(v, 4) for v in s.intervals[f]]}
                        for f in FIGURES
                    },
                    "chance_of_equality_with_first": p_values.get(s.name),
                    "characters": round(s.characters, 1),
                    "seconds": round(s.seconds, 4),
                    "megabytes": s.run.megabytes,
                    "fell_back": round(s.fell_back, 4),
                }
                for s in self.systems
            ],
            "outputs": [
                {
                    "row": example.place,
                    "title": example.title,
                    "systems": {
                        s.name: {
                            "text": s.run.outputs[n].text,
                            "figures": {k: round(v, 4) for k, v in s.measured[n].figures.items()},
                            "sentences": [dump(t) for t in s.measured[n].sentences],
                        }
                        for s in self.systems
                    },
                }
                for n, example in enumerate(self.examples)
            ],
        }


def measure(
    examples: Sequence[Example],
    runs: Sequence[Run],
    options: SummaryOptions,
    leak_check: Mapping[str, Any],
    data: str,
) -> Results:
    """Measure all outputs under one protocol.

    Args:
        examples: the articles with their references.
        runs: one for each system, outputs in the order of the examples.
        options: what the models were asked for.
        leak_check: what was compared with the training data and found.
        data: the name of the data file, for the report.
    """
    measured: dict[str, list[Measured]] = {r.system: [] for r in runs}
    for n, example in enumerate(examples):
        ruler = Scorer(example)
        for one in runs:
            measured[one.system].append(ruler.measure(one.outputs[n].text))
    systems = [SystemResult(r, tuple(measured[r.system])) for r in runs]
    systems.sort(key=lambda s: -s.means[MAIN])
    references = statistics.fmean(len(e.reference) for e in examples)
    return Results(examples, systems, _protocol(options, leak_check, data, len(examples), references))


def _protocol(
    options: SummaryOptions, leak_check: Mapping[str, Any], data: str, count: int, reference_length: float
) -> dict[str, Any]:
    return {
        "data": data,
        "articles": count,
        "reference_characters": round(reference_length, 1),
        "analyser": f"kiwipiepy {importlib.metadata.version('kiwipiepy')}",
        "model_of_the_analyser": f"kiwipiepy_model {importlib.metadata.version('kiwipiepy_model')}",
        "techsum": techsum.__version__,
        "rouge": "F1 on Kiwi morphemes with tags, without punctuation; also on characters without spaces",
        "length_control": "rouge_l_equal: every summary cut at the number of characters of its reference",
        "asked_length": options.characters,
        "register": options.register,
        "seed": options.seed,
        "interval": "95 %, bootstrap of the mean, 2,000 samples",
        "leak_check": dict(leak_check),
    }
