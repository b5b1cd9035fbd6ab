"""Abstractive summaries on a cluster's GPUs: vLLM, through Ray Data's own support for language models.

Three stages of one stream: articles become prompts, vLLM answers them in batches of its own making, and each
answer is looked at as any model's text is. Prompts are token ids of our own making, as everywhere, so that
nothing in an article is a control token.

A summarizer that has its model to itself asks again where an answer may not stand. A stream has one answer an
article: where that may not stand the key sentences do, as they do for an article longer than one prompt.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from techsum import korean
from techsum.batch.items import Item
from techsum.batch.rows import Made, WorkerConfig, article_of, done_row, failed
from techsum.contracts.article import Article
from techsum.contracts.batch import BatchRow
from techsum.contracts.events import Done
from techsum.contracts.notice import notice
from techsum.contracts.options import SummaryOptions
from techsum.contracts.serialization import dump, load
from techsum.errors import ReadingError, UsageError
from techsum.generators.model_ref import ModelRef
from techsum.generators.protocol import Options
from techsum.generators.thoughts import answer_text
from techsum.generators.transformers_model import Origin, load_tokenizer, origin
from techsum.prompts import FAMILIES, Message
from techsum.settings import settings
from techsum.summarizers import extract
from techsum.summarizers.abstractive import Abstractive
from techsum.summarizers.parts import split
from techsum.summarizers.title import headline

if TYPE_CHECKING:
    from techsum.contracts.summary import Summary

Stage = Callable[[Any], Any]
"""From a dataset to a dataset."""

_BLOCK = 64
"""Items that travel together; the engine makes batches of its own."""


def answered(read: Any, options: SummaryOptions, config: WorkerConfig, engine: Stage | None = None) -> Any:
    """A dataset of rows (`item`, `line`, `failed`, `stop`) from one of items (`item`, `stop`).

    Args:
        read: the items.
        options: how to summarise; its model is `hf:ID` or `hf:FOLDER`, with an adapter or without.
        config: `workers` engines, a GPU each.
        engine: what answers `tokenized_prompt` by `sampling_params` in `generated_text`; by default vLLM.

    Raises:
        UsageError: the model is taught to shorten sentences.
        ModelError: the model's tokenizer cannot be loaded.
    """
    from ray.data import ActorPoolStrategy

    where = origin(ModelRef.parse(options.model).location)
    if (
        where.format == "tuned"
    ):  # it shortens one sentence at a time, and this stream has one answer an article
        raise UsageError("batch_vllm_sentences", name=where.name)
    # a model that is missing, or whose template is faulty, says so here, in one line
    load_tokenizer(where).prompt([Message("user", ".")], where.format, where.name)
    beside = {
        "batch_size": _BLOCK,
        "compute": ActorPoolStrategy(min_size=1, max_size=2 * config.workers),
        "num_cpus": 1,
    }
    requested = read.map_batches(_PromptBuilder, fn_constructor_args=(vars(options),), **beside)
    return (engine or vllm(where, config))(requested).map_batches(
        _Looking, fn_constructor_args=(vars(options),), **beside
    )


def vllm(where: Origin, config: WorkerConfig) -> Stage:
    """The stage that answers."""
    try:
        from ray.data.llm import build_processor, vLLMEngineProcessorConfig
    except ImportError:
        raise UsageError("extra_missing", feature="vLLM", extra="vllm") from None
    adapter = where.adapter
    sizes: dict[str, Any] = {"max_model_len": settings().context, "enable_prefix_caching": True}
    if adapter:
        payload = json.loads((adapter / "adapter_config.json").read_text("utf-8"))
        sizes |= {"enable_lora": True, "max_lora_rank": max(16, int(payload["r"]))}
    return build_processor(  # type: ignore[no-any-return] # ray publishes no types
        vLLMEngineProcessorConfig(
            model_source=where.base,
            engine_kwargs=sizes | {"revision": where.revision},
            concurrency=config.workers,
            batch_size=_BLOCK,
            chat_template_stage=False,
            tokenize_stage=False,
            detokenize_stage=False,
        ),
        preprocess=lambda row: row | ({"model": str(adapter)} if adapter else {}),
        postprocess=lambda row: {k: row[k] for k in ("item", "stop", "article", "generated_text")},
    )


class _PromptRequestError(Exception):
    """What a summarizer would ask of its model first."""

    def __init__(self, messages: Sequence[Message], options: Options) -> None:
        super().__init__()
        self.messages, self.options = messages, options


class _Recorded:
    """A generator that has one answer, or tells what it is asked where it has none yet."""

    def __init__(self, where: Origin, answer: str | None = None) -> None:
        self.name, self.format, self.parallel = where.name, where.format, 1
        self.context = settings().context
        self._pieces = load_tokenizer(where)
        self._answer = answer

    def count(self, text: str) -> int:
        """Tokens of `text` as plain text."""
        return len(self._pieces.tokenize(text))

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """The token ids of a prompt: whatever an article contains stays plain text."""
        return self._pieces.prompt(messages, self.format, self.name)

    def stream(
        self, messages: Sequence[Message], options: Options, cancel: threading.Event | None = None
    ) -> Iterator[str]:
        """The answer, the first time; nothing after that."""
        assert not cancel or not cancel.is_set()  # noqa: S101 - nobody stops a stage in mid-article
        if self._answer is None:
            raise _PromptRequestError(messages, options)
        answer, self._answer = self._answer, ""
        family = FAMILIES[self.format]
        stops = ("<eos>", *family.stop) if family.shown else ()  # tokens that this family's answers show
        yield from answer_text(iter([answer]), family.thoughts, stops, cancel or threading.Event(), self.name)

    def close(self) -> None:
        """There is nothing to free."""


class _Stage:
    """What both stages beside the engine know."""

    def __init__(self, options: dict[str, Any]) -> None:
        korean.use_threads(1)
        self._options = SummaryOptions(**options)
        self._where = origin(ModelRef.parse(self._options.model).location)


class _PromptBuilder(_Stage):
    """From items to prompts."""

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        made = [self._prompt_row(item, stop) for item, stop in zip(batch["item"], batch["stop"], strict=True)]
        return {name: [row[name] for row in made] for name in made[0]}

    def _prompt_row(self, payload: str, stop: str) -> dict[str, Any]:
        # what needs no answer travels along with the shortest of prompts, so that order is kept
        row = {
            "item": payload,
            "stop": stop,
            "article": "",
            "tokenized_prompt": [2],
            "sampling_params": {"max_tokens": 1, "temperature": 0.0, "seed": 0, "stop": ["\n"]},
        }
        if stop:
            return row
        try:
            article = article_of(Item.from_json(payload))
        except ReadingError:
            return row  # the next stage meets it again, and says so
        article = replace(article, title=article.title or headline(article))
        row["article"] = json.dumps(dump(article), ensure_ascii=False)
        generator = _Recorded(self._where)
        if len(split(article, generator)) > 1:
            return row
        try:
            for _ in Abstractive(article, generator, self._options).events():
                pass
        except _PromptRequestError as requested:
            options, family = requested.options, FAMILIES[generator.format]
            row["tokenized_prompt"] = generator.prompt(requested.messages)
            row["sampling_params"] = {
                "max_tokens": options.max_tokens,
                "temperature": options.temperature,
                "seed": options.seed,
                "stop": [*family.stop, *(() if family.thoughts else options.stop)],
                "skip_special_tokens": not family.shown,  # else a thought has no marks
            }
        return row


class _Looking(_Stage):
    """From answers to rows."""

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        columns = (batch[name] for name in ("item", "stop", "article", "generated_text"))
        made = [self._looked(*one) for one in zip(*columns, strict=True)]
        return {name: [row[name] for row in made] for name in made[0]}

    def _looked(self, payload: str, stop: str, article: str, answer: str) -> dict[str, Any]:
        if stop:
            return {"item": "", "line": b"", "failed": False, "stop": stop}
        item = Item.from_json(payload)
        try:
            row = self._row(item, article, answer)
        except ReadingError as error:
            row = failed(item, error)
        made = Made.of(item, row)
        bare = Item(item.number, item.id, item.share)
        return {"item": bare.as_json(), "line": made.line, "failed": made.failed, "stop": ""}

    def _row(self, item: Item, payload: str, answer: str) -> BatchRow:
        article = load(Article, json.loads(payload)) if payload else article_of(item)
        generator = _Recorded(self._where, answer)
        if len(split(article, generator)) > 1:
            keys = extract(article, self._options)
            return done_row(item, article, keys.with_notices(notice("fallback", reason="reason_context")))
        *_, last = Abstractive(article, generator, self._options).events()
        assert isinstance(last, Done)  # noqa: S101 - `events` ends with it
        summary: Summary = last.summary
        return done_row(item, article, summary)
