"""Samples: rows worded as TechSum asks, as token ids, long documents shortened, outputs never."""

import itertools
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from techsum import korean
from techsum.errors import TrainingError
from techsum.messages import text
from techsum.prompts import (
    Format,
    Message,
    Piece,
    answer,
    answerable_messages,
    compression_messages,
    instruction_messages,
    render,
    summary_messages,
    title_messages,
    verdict_messages,
)
from techsum.training.gap_sentences import make_passage
from techsum.training.recipe import Recipe, Source, Task
from techsum.training.rows import BadRow, Row, draw_rows

_SHORTEST_OUTPUT = 10
"""Characters; less is no sentence."""

_FEWEST_TOKENS = 48
"""Tokens that there must be room for; less is no document."""

_WINDOW = 16
"""Batches that are sorted by length together; more would order the whole run by length."""

_BARREN = 1_000
"""Rows in a row that give no sample before the source counts as one that gives none."""


class Tokenizer(Protocol):
    """What samples need of a tokenizer."""

    def encode(self, pieces: Sequence[Piece]) -> list[int]:
        """Token ids; only control pieces become control tokens."""
        ...

    def longest_start(self, text: str, tokens: int) -> str:
        """As much of the beginning of `text` as fits this many tokens."""
        ...


@dataclass(frozen=True)
class Sample:
    """One thing to learn: the prompt carries no loss, the answer does."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    shortened: bool = False

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


def sample(
    row: Row, source: Source, recipe: Recipe, tokenizer: Tokenizer, chance: random.Random
) -> Sample | str:
    """The row as a sample, or the catalogue key of why it is none.

    Args:
        row: what to learn from.
        source: what is to be made of it.
        recipe: the base's prompt format, and the most tokens that prompt and answer have together.
        tokenizer: the base model's.
        chance: decides about the passage and whether the title is shown.
    """
    fmt, limit = recipe.base.format, recipe.training.max_tokens
    document, output = row.input, row.output
    if source.task == "gap-sentences":
        passage = make_passage(document, chance)
        if passage is None:
            return "skipped_passage"
        document, output = passage.text, passage.summary
    if source.parentheses == "drop":
        output = _without_parentheses(output)
    shortest = 1 if source.task in ("verdict", "answerable", "corruptions") else _SHORTEST_OUTPUT
    if len(output) < shortest or not _parentheses_close(output):
        return "skipped_broken_output"
    title = row.title if chance.random() < source.titled else ""
    target = tuple(tokenizer.encode(answer(output, fmt)))

    def prompt(shown: str) -> tuple[int, ...]:
        asked = task_messages(source.task, row.instruction, shown, title, len(output), fmt)
        return tuple(tokenizer.encode(render(asked, fmt)))

    frame = len(prompt(""))
    room = limit - len(target) - frame
    if room < _FEWEST_TOKENS:
        return "skipped_long_output"
    fitting = shorten(document, tokenizer, room)
    if source.minimum_support and not _supported(output, fitting, source.minimum_support):
        return "skipped_unsupported"
    asked = prompt(fitting)
    if len(asked) + len(target) > limit:  # joined to its frame a document may take a token more
        fitting = shorten(document, tokenizer, room - _FEWEST_TOKENS // 2)
        asked = prompt(fitting)
    return Sample(asked, target, shortened=len(fitting) < len(document))


_LIST_MARK = re.compile(r"(?:^|\s)(?:\d{1,2}|[가-하]|[a-zA-Z])\)")


def _parentheses_close(text: str) -> bool:
    """Whether each parenthesis has its partner; the one of a list's "1)" or "가)" needs none."""
    rest = _LIST_MARK.sub(" ", text)
    return rest.count("(") == rest.count(")")


def _without_parentheses(text: str) -> str:
    return re.sub(r"\s*\([^()]*\)", "", re.sub(r"\([^()]*\)(?=[^()]*\))", "", text)).strip()


def task_messages(  # noqa: PLR0917 - what a prompt is made of
    task: Task, instruction: str, document: str, title: str, characters: int, fmt: Format
) -> list[Message]:
    """What a row of this task asks, worded as in serving."""
    if task == "compression":
        return compression_messages(document, fmt=fmt, characters=characters, title=title)
    if task == "headline":
        return title_messages(document, fmt=fmt)
    if task in ("verdict", "corruptions"):
        return verdict_messages(document, instruction, fmt=fmt, title=title)
    if task == "answerable":
        return answerable_messages(document, instruction, fmt=fmt, title=title)
    if task == "instruction" and instruction:
        return instruction_messages(document, instruction, fmt=fmt)
    return summary_messages(document, fmt=fmt, characters=characters, title=title)


def shorten(document: str, tokenizer: Tokenizer, tokens: int) -> str:
    """The document up to the last sentence that fits, or up to the last word where no sentence does."""
    start = tokenizer.longest_start(document, tokens)
    if len(start) == len(document):
        return document
    ends = [s.end for s in korean.sentences(document[: len(start) + 200]) if s.end <= len(start)]
    return document[: ends[-1]] if ends else (start.rpartition(" ")[0] or start)


def _supported(output: str, document: str, minimum: float) -> bool:
    wanted, held = korean.content(output), set(korean.content(document))
    numbers = set(re.findall(r"\d+", output))
    return sum(w in held for w in wanted) >= minimum * len(wanted) and numbers <= set(
        re.findall(r"\d+", document)
    )


@dataclass
class Drawn:
    """The samples of a run in their order, and what was met on the way."""

    samples: list[Sample]
    bad: list[BadRow]
    skipped: Counter[str]
    taken: Counter[str]
    """Samples by source."""
    packs: list[int] = field(default_factory=list)
    """How many samples each sequence holds, where several share one."""

    @property
    def sequences(self) -> list[list[Sample]]:
        """The samples of each sequence, in order."""
        ends = list(itertools.accumulate(self.packs or [1] * len(self.samples)))
        return [self.samples[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def draw(recipe: Recipe, tokenizer: Tokenizer, count: int) -> Drawn:
    """The first `count` sequences of a recipe: always the same ones in the same order.

    A sequence is a sample, or with `packing` as many as fit one after the other.

    Sources take turns by their weights; within one, rows come in an order that the seed decides, and come
    again when all were seen.

    Raises:
        TrainingError: a source is missing or gives no sample.
    """
    drawn = Drawn([], [], Counter(), Counter())
    sources = recipe.data
    streams = [_stream(recipe, source, tokenizer, drawn) for source in sources]
    turns = [0.0] * len(sources)
    room = 0
    while recipe.training.packing or len(drawn.samples) < count:
        n = min(range(len(sources)), key=lambda n: turns[n])
        made = next(streams[n])
        if recipe.training.packing:
            if len(made) > room:
                if len(drawn.packs) == count:
                    break
                drawn.packs.append(0)
                room = recipe.training.max_tokens
            drawn.packs[-1] += 1
            room -= len(made)
        turns[n] += 1 / sources[n].weight
        drawn.samples.append(made)
        drawn.taken[sources[n].label] += 1
    if recipe.training.group_by_length:
        drawn.samples[:] = _grouped(drawn.samples, recipe.training.batch, recipe.training.seed)
    return drawn


def _grouped(samples: Sequence[Sample], batch: int, seed: int) -> list[Sample]:
    """The samples in batches of like length, the batches in random order within each window."""
    order = random.Random(f"{seed} batches")  # noqa: S311 - an order, not a secret
    grouped: list[Sample] = []
    size = batch * _WINDOW
    for start in range(0, len(samples), size):
        window = sorted(samples[start : start + size], key=len)
        batches = [window[n : n + batch] for n in range(0, len(window), batch)]
        order.shuffle(batches)
        grouped += [one for each in batches for one in each]
    return grouped


def _stream(recipe: Recipe, source: Source, tokenizer: Tokenizer, drawn: Drawn) -> Iterator[Sample]:
    seed = recipe.training.seed
    told: set[int] = set()
    barren = 0
    reasons: Counter[str] = Counter()
    for number, row in enumerate(draw_rows(recipe, source, seed)):
        made: Sample | str = "bad_row"
        if isinstance(row, BadRow):
            if row.place not in told:
                told.add(row.place)
                drawn.bad.append(row)
        else:
            chance = random.Random(f"{seed} {source.name} {number}")  # noqa: S311 - an order, not a secret
            made = sample(row, source, recipe, tokenizer, chance)
            if isinstance(made, str):
                drawn.skipped[made] += 1
        if isinstance(made, str):
            barren += 1
            reasons[row.reason if isinstance(row, BadRow) else made] += 1
            if barren >= _BARREN:
                reason = text(reasons.most_common(1)[0][0])
                raise TrainingError("train_no_rows", source=source.name, reason=reason)
            continue
        barren = 0
        yield made
