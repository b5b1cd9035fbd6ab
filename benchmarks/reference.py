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


def summarised(article: Article) -> tuple[float, float]:
    """Seconds until the first word of the summary, and until title, line and summary are there."""
    began, first = time.perf_counter(), 0.0
    for event in events(article, SummaryOptions(model=TUNED)):
        if isinstance(event, TextPiece) and not first:
            first = time.perf_counter() - began
    return first, time.perf_counter() - began


def stages(article: Article) -> dict[str, float]:
    """Seconds of each stage of one summary whose answers are written one after another."""
    spent = dict.fromkeys(("analysis", "choosing", "prompts", "writing"), 0.0)
    generator = load(TUNED)
    assert isinstance(generator, LlamaCpp)
    began = last = time.perf_counter()
    _ = article.sentences
    spent["analysis"] = time.perf_counter() - last
    stream, parallel = generator.stream, generator.parallel

    def timed(*arguments: Any) -> Iterator[str]:
        yield from stream(*arguments)
        timing = generator.last_timing
        assert timing is not None
        spent["prompts"] += (timing.prompt_tokens - timing.cached_tokens) / timing.prompt_per_second
        spent["writing"] += timing.written_tokens / timing.written_per_second

    last = time.perf_counter()
    vars(generator).update(stream=timed, parallel=1)
    try:
        for event in events(article, SummaryOptions(model=TUNED)):
            if isinstance(event, KeySentences):
                spent["choosing"] += time.perf_counter() - last
    finally:
        del vars(generator)["stream"]
        generator.parallel = parallel
    # llama.cpp's clock and ours differ by hundredths
    rest = max(0.0, time.perf_counter() - began - sum(spent.values()))
    return spent | {"checks and the rest": rest}


def breakdown(runs: Sequence[dict[str, float]]) -> None:
    """Print the medians of each stage."""
    print(
        "| stage of a summary, warm, its answers written in turn | seconds, median | share |\n|---|---|---|"
    )
    whole = statistics.median(sum(run.values()) for run in runs)
    for name in runs[0]:
        took = statistics.median(run[name] for run in runs)
        print(f"| {name} | {took:.2f} | {took / whole:.2f} |")


def first_words(untitled: float) -> float:
    """Seconds until a summary's first word, printed; an article without a title gets one written before it."""
    titled = [
        summarised(replace(article(RUNS + 1 + run), title="땀 한 방울로 탈수를 먼저 안다"))
        for run in range(RUNS)
    ]
    first = statistics.median(first for first, _ in titled)
    print(
        f"first word of the summary after {first:.2f} s; without a title, which is written before it, "
        f"{untitled:.2f} s"
    )
    return first


def readers_wait(pipeline: transformers.Pipeline, dtype: torch.dtype) -> Iterator[str]:
    """Print how long title, line and summary of an article take on both sides. Yields the targets missed."""
    fmt = load(EMBEDDED).format
    ours, theirs = [], []
    for run in range(RUNS + 1):
        one = article(100 * (dtype == torch.bfloat16) + run)
        ours.append(summarised(one))
        both = [
            summary_messages(one.text, fmt=fmt, characters=220, register="한다체", bullets=False),
            title_messages(one.text, fmt=fmt),
        ]
        theirs.append(reference(pipeline, both, [128, 16]))
    first, a = (statistics.median(seconds) for seconds in zip(*ours[1:], strict=True))
    b = statistics.median(theirs[1:])
    print(
        f"an article of {ARTICLE_CHARACTERS} characters, warm | {TUNED} {a:.1f} s, {load(TUNED).parallel} answers at once | "
        f"reference {dtype} {b:.1f} s | share {a / b:.2f}"
    )
    if a > SHARE * b:
        yield f"a share of {SHARE} of {dtype}"
    if dtype == torch.bfloat16:
        return
    breakdown([stages(article(10 + run)) for run in range(RUNS)])
    if first_words(first) > FIRST_WORD:
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
        missed += readers_wait(pipeline, dtype)
        del pipeline
        gc.collect()
    finish(dict.fromkeys(missed, False))


if __name__ == "__main__":
    main()
