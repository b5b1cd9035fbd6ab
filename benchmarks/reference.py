"""Title plus summary: TechSum beside the reference system's way, end to end, on the same weights.

The reference app calls a transformers text-generation pipeline twice for an article, once for the summary
and once for the title, with the weights in fp32 (its default) or bf16; every call reads the article anew.
First the engines: both sides get the same prompts and write the same number of tokens, greedily. Then what readers
wait for: TechSum's title, line and summary of an article by the tuned model, beside the reference's two calls.
"""

import gc
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import transformers

from common import PROJECT, finish, machine
from techsum import read
from techsum.contracts.article import Article
from techsum.contracts.events import KeySentences, TextPiece
from techsum.contracts.options import SummaryOptions
from techsum.generators import Options, load
from techsum.generators.llama_cpp import LlamaCpp
from techsum.generators.models import EMBEDDED, model_file
from techsum.prompts import Message, summary_messages, title_messages
from techsum.summarizers import events

RUNS = 3
ARTICLE_TOKENS = 1000
TARGETS = {torch.float32: 3.0, torch.bfloat16: 2.0}
TUNED = "gemma-3-270m-ko"
ARTICLE_CHARACTERS, SHARE = 1000, 0.2
"""What readers wait for: an article of this length, at most this share of the reference's time."""
FIRST_WORD = 1.2
"""Seconds until the first word of its summary, where the article has a title, as links and files have."""


def prompts(generator: LlamaCpp, variant: int) -> list[list[Message]]:
    """The summary's and the title's messages for an article that no run before has seen."""
    text = f"{variant}번째 읽는 글이다. " + read(PROJECT / "samples" / "article.txt").text
    while generator.count(text) < ARTICLE_TOKENS:
        text += "\n\n" + text[20:]
    text = text[: int(len(text) * ARTICLE_TOKENS / generator.count(text))]
    fmt = generator.format
    return [
        summary_messages(text, fmt=fmt, characters=220, register="한다체", bullets=False),
        title_messages(text, fmt=fmt),
    ]


def techsum(generator: LlamaCpp, both: list[list[Message]]) -> tuple[float, list[int]]:
    """Seconds for summary and title, and how many tokens each has."""
    began = time.perf_counter()
    written = []
    for messages, tokens in zip(both, (128, 16), strict=True):
        for _ in generator.stream(messages, Options(max_tokens=tokens)):
            pass
        assert generator.last_timing is not None
        written.append(generator.last_timing.written_tokens)
    return time.perf_counter() - began, written


def reference(pipeline: transformers.Pipeline, both: list[list[Message]], written: list[int]) -> float:
    """Seconds for the same by two pipeline calls."""
    began = time.perf_counter()
    for messages, tokens in zip(both, written, strict=True):
        pipeline(
            messages[0].content,
            max_new_tokens=tokens,
            min_new_tokens=tokens,
            do_sample=False,
            return_full_text=False,
        )
    return time.perf_counter() - began


def article(variant: int) -> Article:
    """An article of 1,000 characters that no run before has seen."""
    text = read(PROJECT / "samples" / "article.txt").text
    while len(text) < ARTICLE_CHARACTERS:
        text += "\n\n" + text
    return Article(f"{variant}번째 읽는 글이다. {text[:ARTICLE_CHARACTERS]}")


class Stages:
    """How long the stages of one summary take, in seconds, by the stage's name.

    Args:
        article: with a title or without; what was read before is not counted.
    """

    def __init__(self, article: Article) -> None:
        self.seconds = dict.fromkeys(
            ("analysis", "choosing", "prompts", "writing", "checks and the rest"), 0.0
        )
        self.first_word = 0.0
        """Until the summary's first word, the title's being written before it."""
        generator = load(TUNED)
        assert isinstance(generator, LlamaCpp)
        began = last = time.perf_counter()
        _ = article.sentences
        self._spent("analysis", last)
        stream = generator.stream

        def timed(*arguments: Any) -> Iterator[str]:
            yield from stream(*arguments)
            timing = generator.last_timing
            assert timing is not None
            self.seconds["prompts"] += (
                timing.prompt_tokens - timing.cached_tokens
            ) / timing.prompt_per_second
            self.seconds["writing"] += timing.written_tokens / timing.written_per_second

        last = time.perf_counter()
        vars(generator)["stream"] = timed
        try:
            for event in events(article, SummaryOptions(model=TUNED)):
                if isinstance(event, KeySentences):
                    self._spent("choosing", last)
                if isinstance(event, TextPiece) and not self.first_word:
                    self.first_word = time.perf_counter() - began
        finally:
            del vars(generator)["stream"]
        self.whole = time.perf_counter() - began
        # llama.cpp's clock and ours differ by hundredths
        self.seconds["checks and the rest"] = max(0.0, self.whole - sum(self.seconds.values()))

    def _spent(self, stage: str, since: float) -> None:
        self.seconds[stage] += time.perf_counter() - since


def breakdown(runs: Sequence[Stages]) -> None:
    """Print the medians of each stage."""
    print("| stage of a summary, warm | seconds, median | share |\n|---|---|---|")
    whole = statistics.median(run.whole for run in runs)
    for name in runs[0].seconds:
        took = statistics.median(run.seconds[name] for run in runs)
        print(f"| {name} | {took:.2f} | {took / whole:.2f} |")


def first_words(untitled: Sequence[Stages]) -> float:
    """Seconds until a summary's first word, printed; an article without a title gets one written before it."""
    titled = [
        Stages(replace(article(RUNS + 1 + run), title="땀 한 방울로 탈수를 먼저 안다")) for run in range(RUNS)
    ]
    first, later = (statistics.median(run.first_word for run in runs) for runs in (titled, untitled))
    print(
        f"first word of the summary after {first:.2f} s; without a title, which is written before it, {later:.2f} s"
    )
    return first


def readers_wait(pipeline: transformers.Pipeline) -> Iterator[str]:
    """Print how long title, line and summary of an article take on both sides. Yields the targets missed."""
    fmt = load(EMBEDDED).format
    ours, theirs, stages = [], [], []
    for run in range(RUNS + 1):
        one = article(run)
        stages.append(Stages(one))
        ours.append(stages[-1].whole)
        both = [
            summary_messages(one.text, fmt=fmt, characters=220, register="한다체", bullets=False),
            title_messages(one.text, fmt=fmt),
        ]
        theirs.append(reference(pipeline, both, [128, 16]))
    a, b = statistics.median(ours[1:]), statistics.median(theirs[1:])
    print(
        f"an article of {ARTICLE_CHARACTERS} characters, warm | {TUNED} {a:.1f} s | reference {b:.1f} s | share {a / b:.2f}"
    )
    breakdown(stages[1:])
    if a > SHARE * b:
        yield f"a share of {SHARE}"
    if first_words(stages[1:]) > FIRST_WORD:
        yield f"the first word within {FIRST_WORD} s"


def load_pipeline(path: Path, dtype: torch.dtype) -> transformers.Pipeline:
    """The embedded GGUF's weights, dequantized into transformers."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        path.parent,
        gguf_file=path.name,
        dtype=torch.float32,
        quantization_config=transformers.GgufConfig(dequantize=True),
    ).to(dtype)
    return transformers.pipeline("text-generation", model=model, tokenizer=tokenizer, device="cpu")


def main() -> None:
    """Print both ratios; fail below the targets."""
    transformers.logging.set_verbosity_error()
    path = model_file(EMBEDDED)
    generator = load(EMBEDDED)
    assert isinstance(generator, LlamaCpp)
    techsum(generator, prompts(generator, 0))
    print(
        machine("xllamacpp", "transformers", "torch"),
        f"· {torch.get_num_threads()} torch threads · {EMBEDDED}",
    )
    missed: list[str] = []
    for dtype, target in TARGETS.items():
        pipeline = load_pipeline(path, dtype)
        ours, theirs = [], []
        for run in range(RUNS):
            both = prompts(generator, 10 * (dtype == torch.bfloat16) + run + 1)
            mine, written = techsum(generator, both)
            ours.append(mine)
            theirs.append(reference(pipeline, both, written))
        a, b = statistics.median(ours), statistics.median(theirs)
        print(
            f"{written} tokens written | techsum {a:.1f} s | transformers {dtype} {b:.1f} s | {b / a:.1f} times faster",
            flush=True,
        )
        if b / a < target:
            missed.append(f"{target} times faster than {dtype}")
        if dtype == torch.float32:
            missed += readers_wait(pipeline)
        del pipeline
        gc.collect()
    finish(dict.fromkeys(missed, False))


if __name__ == "__main__":
    main()
