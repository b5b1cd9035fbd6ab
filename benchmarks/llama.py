"""llama.cpp through TechSum beside the bare binding, and what the cached prefix is worth.

Same model file, same parameters, same prompts; the two sides take turns. Rates are llama.cpp's own timings
for the binding's work, and wall time for what a reader waits for.
"""

import os
import statistics
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import xllamacpp

from common import PROJECT, finish, machine
from techsum import read
from techsum.generators import Options, load
from techsum.generators.llama_cpp import LlamaCpp
from techsum.generators.models import EMBEDDED, model_file
from techsum.prompts import FAMILIES, Message, question_messages, render, summary_messages
from techsum.settings import settings

RUNS = 6
WRITTEN = 96
LEAST_SHARE = 0.97
"""Of the binding's rates."""
LEAST_RATIO = 20
"""Of a question's first word without prefix reuse to one with it."""


def bare(path: str) -> xllamacpp.Server:
    """The binding as its README shows it, with TechSum's numerical settings."""
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_ctx = settings().context
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = 512
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings().threads
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_ENABLED
    params.swa_full = True
    params.verbosity = -1
    return xllamacpp.Server(params)


def article_of(generator: LlamaCpp, tokens: int, variant: int) -> str:
    """An article of about this many tokens that no run before has seen."""
    text = f"{variant}번째 읽는 글이다. " + read(PROJECT / "samples" / "article.txt").text
    while generator.count(text) < tokens:
        text += "\n\n" + text[20:]
    ratio = tokens / generator.count(text)
    return text[: int(len(text) * ratio)]


def first_word(generator: LlamaCpp, messages: list[Message], tokens: int = 1) -> float:
    """Seconds until the first piece of the answer."""
    began = time.perf_counter()
    first = None
    for _ in generator.stream(messages, Options(max_tokens=tokens)):
        first = first or time.perf_counter()
    assert first
    return first - began


def compare_rates(generator: LlamaCpp, path: str) -> dict[str, bool]:
    """Tokens per second, both sides in turn on the same prompts; the best run of each.

    On a shared machine single runs differ by 20 %: what disturbs a run only slows it, so the best of many
    is what the code can do. Returns whether the targets are met.
    """
    server = bare(path)
    fmt = generator.format

    def messages(tokens: int, variant: int) -> list[Message]:
        article = article_of(generator, tokens, variant)
        return summary_messages(article, fmt=fmt, characters=200, register="한다체", bullets=False)

    def techsum(asked: list[Message], tokens: int) -> tuple[float, float]:
        for _ in generator.stream(asked, Options(max_tokens=tokens)):
            pass
        timing = generator.last_timing
        assert timing is not None
        return timing.prompt_per_second, timing.written_per_second

    def binding(asked: list[Message], tokens: int) -> tuple[float, float]:
        said = {}
        request = {
            "prompt": generator.encode(render(asked, fmt)),
            "max_tokens": tokens,
            "temperature": 0,
            "stream": True,
            "stop": list(FAMILIES[fmt].stop),
        }
        server.handle_completions(request, lambda chunk: said.update(chunk.get("timings", {})))
        return said["prompt_per_second"], said["predicted_per_second"]

    results: dict[str, dict[str, list[float]]] = {"prefill": {}, "decode": {}}
    for run in range(2 * RUNS):
        sides = (techsum, binding) if run % 2 else (binding, techsum)
        for side in sides:
            prefill, _ = side(messages(900, run), 1)
            _, decode = side(messages(300, 0), WRITTEN)
            results["prefill"].setdefault(side.__name__, []).append(prefill)
            results["decode"].setdefault(side.__name__, []).append(decode)
    shares: dict[str, float] = {}
    for name, sides_found in results.items():
        ours, theirs = max(sides_found["techsum"]), max(sides_found["binding"])
        print(
            f"{name:<8} techsum {ours:6.1f} tokens/s | binding {theirs:6.1f} | share {ours / theirs:.3f}",
            flush=True,
        )
        shares[name] = ours / theirs
    return {f"{name}: {LEAST_SHARE} of the binding": share >= LEAST_SHARE for name, share in shares.items()}


def compare_prefix(generator: LlamaCpp) -> dict[str, bool]:
    """The wait for a first word on a 1,000-token article, with and without the cached prefix.

    Returns whether the target is met.
    """
    waits: dict[str, list[float]] = {"summary, new article": [], "title after it": [], "second question": []}
    cold: list[float] = []
    for run in range(RUNS):
        article = article_of(generator, 1000, 100 + run)
        fmt = generator.format
        summary = summary_messages(article, fmt=fmt, characters=200, register="한다체", bullets=False)
        waits["summary, new article"].append(first_word(generator, summary))
        waits["title after it"].append(
            first_word(generator, [Message("user", summary[0].content[:-3] + "제목:")])
        )
        first_word(generator, question_messages(article, "정확도는 얼마인가?", fmt=fmt), 16)
        second = question_messages(article, "몇 명을 시험했나?", fmt=fmt)
        waits["second question"].append(first_word(generator, second))
        # the same question on an article that shares no prefix: what it costs without reuse
        other = article_of(generator, 1000, 200 + run)
        cold.append(first_word(generator, question_messages(other, "몇 명을 시험했나?", fmt=fmt)))
    for name, seconds in waits.items():
        print(f"{name:<22} first word after {statistics.median(seconds) * 1000:6.0f} ms")
    ratio = statistics.median(cold) / statistics.median(waits["second question"])
    print(f"{'second question, cold':<22} first word after {statistics.median(cold) * 1000:6.0f} ms")
    print(f"a second question is {ratio:.0f} times faster to its first word than without prefix reuse")
    return {f"a second question {LEAST_RATIO} times sooner": ratio >= LEAST_RATIO}


def main() -> None:
    """Print both comparisons."""
    generator = load(EMBEDDED)
    assert isinstance(generator, LlamaCpp)
    print(machine("xllamacpp"), f"· {settings().threads} threads · {EMBEDDED}")
    rates = compare_rates(generator, str(model_file(EMBEDDED)))
    finish({**rates, **compare_prefix(generator)})


if __name__ == "__main__":
    main()
