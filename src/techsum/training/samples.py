"""Samples: rows worded as TechSum asks, as token ids, long documents shortened, outputs never."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from techsum import korean
from techsum.contracts.options import REGISTERS
from techsum.prompts import (
    FAMILIES,
    Format,
    Message,
    Piece,
    answer,
    answerable_messages,
    compression_messages,
    instruction_messages,
    question_messages,
    render,
    summary_messages,
    title_messages,
    verdict_messages,
)
from techsum.summarizers.register import register_of
from techsum.training.gap_sentences import make_passage
from techsum.training.preferences import corrupted
from techsum.training.recipe import JUDGED, Recipe, Source, Task
from techsum.training.rows import Row

_SHORTEST_OUTPUT = 10
"""Characters; less is no sentence."""

_LONGEST_TITLE = 30
"""Characters; a longer one is no headline."""

_SENTENCE = 600
"""Characters in which a sentence nearly always ends."""

_FEWEST_TOKENS = 48
"""Tokens that there must be room for; less is no document."""


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
    rejected: tuple[int, ...] = ()
    """A worse answer, where the run learns from preferences."""

    def __len__(self) -> int:
        """Tokens that are computed: with a worse answer the prompt counts twice."""
        pairs = len(self.prompt) + len(self.rejected) if self.rejected else 0
        return len(self.prompt) + len(self.answer) + pairs


def sample(
    row: Row, source: Source, recipe: Recipe, tokenizer: Tokenizer, rng: random.Random
) -> Sample | str:
    """The row as a sample, or the catalogue key of why it is none.

    Args:
        row: what to learn from.
        source: what is to be made of it.
        recipe: the base's prompt format, and the most tokens that prompt and answer have together.
        tokenizer: the base model's.
        rng: decides about the passage, the title, and what is rehearsed.
    """
    fmt, limit = recipe.base.format, recipe.training.max_tokens
    document, output = row.input, row.output
    if source.task == "gap-sentences":
        passage = make_passage(document, rng)
        if passage is None:
            return "skipped_passage"
        document, output = passage.text, passage.summary
    if source.parentheses == "drop":
        output = _without_parentheses(output)
    shortest = 1 if source.task in JUDGED else _SHORTEST_OUTPUT
    if len(output) < shortest or not _parentheses_close(output):
        return "skipped_broken_output"
    request, output = make_request(replace(row, output=output), source, fmt, rng)
    rejected = _rejected(row, output, source, rng) if recipe.training.preference else ""
    if rejected is None:
        return "skipped_no_rejected"
    target = tuple(tokenizer.encode(answer(output, fmt)))
    worse = tuple(tokenizer.encode(answer(rejected, fmt))) if rejected else ()
    longest = max(len(target), len(worse))

    def prompt(shown: str) -> tuple[int, ...]:
        return tuple(tokenizer.encode(render(request.messages(shown, fmt), fmt)))

    frame = len(prompt(""))
    room = limit - longest - frame
    if room < _FEWEST_TOKENS:
        return "skipped_long_output"
    fitting = shorten(document, tokenizer, room)
    if source.minimum_support and not _supported(output, fitting, source.minimum_support):
        return "skipped_unsupported"
    prompted = prompt(fitting)
    if len(prompted) + longest > limit:  # joined to its frame a document may take a token more
        fitting = shorten(document, tokenizer, room - _FEWEST_TOKENS // 2)
        prompted = prompt(fitting)
    return Sample(prompted, target, shortened=len(fitting) < len(document), rejected=worse)


def _rejected(row: Row, output: str, source: Source, rng: random.Random) -> str | None:
    """The worse answer, where there is one."""
    found = corrupted(output, row.input, rng) if source.rejected == "corrupted" else row.rejected
    return found if found and found != output else None


@dataclass(frozen=True)
class Request:
    """What is asked about a document, worded as in serving."""

    task: Task
    instruction: str = ""
    title: str = ""
    characters: int = 0
    register: str | None = None
    bullets: bool = False
    before: str = ""
    """The summary so far, where it is to be continued."""
    turns: tuple[tuple[str, str], ...] = ()
    """Earlier questions with their answers."""
    bare: bool = False
    """Whether the document is all that is asked: an instruction without an input."""

    def messages(self, document: str, fmt: Format) -> list[Message]:
        """The request with its document."""
        title, characters = self.title, self.characters
        worded: dict[Task, Callable[[], list[Message]]] = {
            "compression": lambda: compression_messages(
                document, fmt=fmt, characters=characters, title=title
            ),
            "headline": lambda: title_messages(document, fmt=fmt),
            "verdict": lambda: verdict_messages(document, self.instruction, fmt=fmt, title=title),
            "corruptions": lambda: verdict_messages(document, self.instruction, fmt=fmt, title=title),
            "answerable": lambda: answerable_messages(document, self.instruction, fmt=fmt, title=title),
            "chat": lambda: [
                *([Message("system", self.instruction)] if self.instruction else []),
                *(m for q, a in self.turns for m in (Message("user", q), Message("assistant", a))),
                Message("user", document),
            ],
            "dialogue": lambda: question_messages(document, self.instruction, fmt=fmt, before=self.turns),
        }
        if self.bare and FAMILIES[fmt].instruct:
            return [Message("user", document)]
        if self.task == "instruction" and self.instruction:
            return instruction_messages(document, self.instruction, fmt=fmt)
        if self.task in worded:
            return worded[self.task]()
        return summary_messages(
            document,
            fmt=fmt,
            characters=characters,
            title=title,
            register=self.register,
            bullets=self.bullets,
            before=self.before,
        )


def make_request(row: Row, source: Source, fmt: Format, rng: random.Random) -> tuple[Request, str]:
    """What a row asks, and what is to be answered.

    A summary is asked for in the register that it has. A share of `source.rehearsed` is asked for otherwise:
    as bullets, as the rest of a summary that was begun, or as a title, whichever the row can give.
    """
    title = row.title if rng.random() < source.titled else ""
    output = row.output
    bare = source.task == "instruction" and row.instruction == row.input
    plain = Request(source.task, row.instruction, title, len(output), turns=row.turns, bare=bare)
    if not FAMILIES[fmt].instruct or source.task not in ("summary", "instruction", "gap-sentences"):
        return plain, output
    plain = replace(plain, register=_register(output))
    if source.task != "summary" or rng.random() >= source.rehearsed:
        return plain, output
    sentences = [sentence.text for sentence in korean.sentences(output)]
    choices: list[tuple[Request, str]] = []
    if len(sentences) > 1:
        choices.append((replace(plain, bullets=True), "\n".join(sentences)))
        place = rng.randrange(1, len(sentences))
        begun, rest = " ".join(sentences[:place]), " ".join(sentences[place:])
        choices.append((replace(plain, before=begun, characters=len(rest), register=_register(rest)), rest))
    if 0 < len(row.title) <= _LONGEST_TITLE:
        choices.append((Request("headline"), row.title))
    return rng.choice(choices) if choices else (plain, output)


def _register(output: str) -> str | None:
    """The register that all sentences of an output have; None where they differ or end in nouns."""
    registers = {register_of(sentence.text) for sentence in korean.sentences(output)}
    found = registers.pop() if len(registers) == 1 else None
    return found if found in REGISTERS else None


_LIST_MARK = re.compile(r"(?:^|\s)(?:\d{1,2}|[가-하]|[a-zA-Z])\)")


def _parentheses_close(text: str) -> bool:
    """Whether each parenthesis has its partner; the one of a list's "1)" or "가)" needs none."""
    rest = _LIST_MARK.sub(" ", text)
    return rest.count("(") == rest.count(")")


def _without_parentheses(text: str) -> str:
    return re.sub(r"\s*\([^()]*\)", "", re.sub(r"\([^()]*\)(?=[^()]*\))", "", text)).strip()


def shorten(document: str, tokenizer: Tokenizer, tokens: int) -> str:
    """The document up to the last sentence that fits, or up to the last word where no sentence does."""
    start = tokenizer.longest_start(document, tokens)
    if len(start) == len(document):
        return document
    for begin in (max(len(start) - _SENTENCE, 0), 0):  # of a long document only the last sentences matter
        shown = document[begin : len(start) + 200]
        ends = [begin + s.end for s in korean.sentences(shown) if begin + s.end <= len(start)]
        if ends:
            return document[: ends[-1]]
    return start.rpartition(" ")[0] or start


def _supported(output: str, document: str, minimum: float) -> bool:
    output_words, document_words = korean.content(output), set(korean.content(document))
    numbers = set(re.findall(r"\d+", output))
    return sum(w in document_words for w in output_words) >= minimum * len(output_words) and numbers <= set(
        re.findall(r"\d+", document)
    )
