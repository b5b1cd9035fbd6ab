"""Models in transformers, with a PEFT adapter where a folder holds one: for people who have a GPU."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from techsum.errors import ModelError
from techsum.generators.embedded import embedded_checkpoint
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.generators.models import EMBEDDED
from techsum.generators.protocol import Options, shares
from techsum.generators.text_weights import load_adapter, load_text_model
from techsum.generators.thoughts import PROMPT_END, answer_text, opened, until_stop
from techsum.prompts import (
    FAMILIES,
    Format,
    Message,
    Piece,
    answer,
    format_of_template,
    known_format,
)
from techsum.settings import hub, hub_reason, hub_token, settings
from techsum.streams import streamed

_NEWEST = "main"
"""The hub's name of a model's newest revision."""


@dataclass(frozen=True)
class Origin:
    """Where a model comes from."""

    name: str
    base: str
    """On the hub, or a folder."""
    revision: str
    adapter: Path | None
    format: Format


def origin(where: str) -> Origin:
    """What a hub model (`google/gemma-2-2b-it`), a checkpoint folder or an adapter folder is made of.

    Raises:
        ModelError: the tokenizer cannot be loaded, or the model is of an unknown format.
    """
    folder = Path(where)
    adapter, revision = _adapter_base(folder)
    if adapter and not (folder / "adapter_model.safetensors").exists():
        raise ModelError("model_not_safetensors", path=folder)
    base = adapter or where
    if base == EMBEDDED:
        base = str(embedded_checkpoint())
    tokenizer = _tokenizer(base, revision)
    stored = _stored_format(folder)
    known = known_format(stored)
    if stored and not known:
        raise ModelError("model_prompt", name=folder.name, format=stored)
    fmt = known or format_of_template(tokenizer.chat_template)
    HubTokenizer(tokenizer).check_controls(fmt, folder.name)
    return Origin(folder.name, base, revision, folder if adapter else None, fmt)


def load_tokenizer(of: Origin) -> HubTokenizer:
    """Its tokenizer, loaded once a process."""
    return HubTokenizer(_tokenizer(of.base, of.revision))


@cache
def _tokenizer(base: str, revision: str) -> Any:
    try:
        import transformers
    except ImportError:
        raise ModelError("extra_missing", feature=f"hf:{base}", extra="train") from None
    try:
        return transformers.AutoTokenizer.from_pretrained(base, revision=revision, token=hub_token())
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        raise _explain(base, error) from None


class TransformersModel:
    """A hub model (`google/gemma-2-2b-it`), a checkpoint folder, or a training run's adapter folder.

    Args:
        where: one of these.
        options: more of transformers' `from_pretrained`.
    """

    def __init__(self, where: str, **options: Any) -> None:
        try:
            import torch
            import transformers
        except ImportError:
            raise ModelError("extra_missing", feature=f"hf:{where}", extra="train") from None
        transformers.utils.logging.disable_progress_bar()
        self._torch, self._transformers = torch, transformers
        self._lock = threading.Lock()
        of = origin(where)
        self.name, self.format, self.parallel = of.name, of.format, 1
        self._pieces = load_tokenizer(of)
        self.tokenizer = self._pieces.raw
        dtype = torch.bfloat16 if torch.cuda.is_available() else "auto"
        try:
            model = load_text_model(
                of.base,
                of.revision,
                dtype=dtype,
                device_map="auto" if torch.cuda.is_available() else None,
                **options,
            )
            if of.adapter:
                model = load_adapter(model, of.adapter)
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            raise _explain(where, error) from None
        self._model: Any = model.eval()
        config = self._model.config
        self.context = min(
            int(getattr(config, "max_position_embeddings", 8192)), max(settings().context, 8192)
        )

    @property
    def vocabulary(self) -> int:
        """How many token ids there are."""
        return int(self._model.config.vocab_size)

    def tokenize(self, text: str) -> list[int]:
        """Token ids of `text` as plain text."""
        return self._pieces.tokenize(text)

    def encode(self, pieces: Sequence[Piece]) -> list[int]:
        """The token ids of a rendered prompt: whatever an article contains stays plain text."""
        return self._pieces.encode(pieces)

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        """The token ids of a prompt.

        Raises:
            ModelError: it is longer than the context, or the model's own template is faulty.
        """
        ids = self._pieces.prompt(messages, self.format, self.name)
        if len(ids) >= self.context:
            raise ModelError("model_context", tokens=len(ids), context=self.context)
        return ids

    def count(self, text: str) -> int:
        """Tokens of `text` as plain text."""
        return len(self.tokenize(text))

    def score(self, prompt: Sequence[int], answer: Sequence[int]) -> list[float]:
        """Natural log-probability of each of the answer's tokens, given all tokens before it."""
        torch = self._torch
        ids = torch.tensor([[*prompt, *answer]], device=self._model.device)
        with torch.inference_mode(), self._lock:
            logits = self._model(ids, logits_to_keep=len(answer) + 1).logits[0, :-1].float()
        chosen = torch.tensor(answer, device=logits.device)[:, None]
        return list(logits.log_softmax(-1).gather(1, chosen)[:, 0].tolist())

    def odds(self, messages: Sequence[Message], words: Sequence[str]) -> list[float]:
        """How likely the answer begins with each word: see `Judge.odds`."""
        prompt = self._prompt(messages)
        firsts = [self.encode(answer(word, self.format))[0] for word in words]
        ids = self._torch.tensor([prompt], device=self._model.device)
        with self._torch.inference_mode(), self._lock:
            logits = self._model(ids, logits_to_keep=1).logits[0, -1].float()
        return shares(logits.log_softmax(-1)[firsts].tolist())

    def stream(
        self, messages: Sequence[Message], options: Options, cancel: threading.Event | None = None
    ) -> Iterator[str]:
        """The answer, piece by piece: see `Generator.stream`."""
        prompt = self._prompt(messages)

        def work(put: Callable[[str], None], stopped: Callable[[], bool]) -> None:
            try:
                with self._lock:
                    self._generate(prompt, options, stopped, put)
            except RuntimeError as error:  # out of memory among them
                raise ModelError("model_failed", reason=str(error).splitlines()[0]) from None

        family = FAMILIES[self.format]
        cancel = cancel or threading.Event()
        with closing(streamed(work, "transformers", cancel)) as pieces:
            stops = (*family.stop, *options.stop)
            if family.thoughts:
                end = self.tokenizer.decode(prompt[-PROMPT_END:]) if family.own_template else ""
                thought = opened(end, family.thoughts)
                yield from answer_text(pieces, family.thoughts, stops, cancel, self.name, thought)
            else:
                yield from until_stop(pieces, stops)

    def _generate(self, prompt: list[int], options: Options, stopped: Any, put: Any) -> None:
        torch, transformers = self._torch, self._transformers
        ids = torch.tensor([prompt], device=self._model.device)
        streamer = _Pieces(self.tokenizer, put, [m for pair in FAMILIES[self.format].thoughts for m in pair])
        ends = {*self._pieces.end_ids(self.format), *_ids(self._model.generation_config.eos_token_id)}
        torch.manual_seed(options.seed)
        sampling = {"temperature": options.temperature} if options.temperature else {}
        with torch.inference_mode():
            self._model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=options.max_tokens,
                do_sample=bool(options.temperature),
                **sampling,
                eos_token_id=sorted(ends),
                pad_token_id=self.tokenizer.pad_token_id or 0,
                streamer=streamer,
                stopping_criteria=transformers.StoppingCriteriaList(
                    [lambda ids, _scores, **_: torch.full((ids.shape[0],), stopped(), dtype=torch.bool)]
                ),
            )

    def close(self) -> None:
        """Free the model."""
        self._model = None


class _Pieces:
    """A transformers streamer: tokens in, whole characters out; of control tokens only the `shown` ones."""

    def __init__(self, tokenizer: Any, put: Any, shown: Sequence[str]) -> None:
        self._tokenizer, self._put = tokenizer, put
        self._hidden = set(tokenizer.all_special_ids) - set(tokenizer.convert_tokens_to_ids(list(shown)))
        self._ids: list[int] = []
        self._sent = 0
        self._prompt_seen = False

    def put(self, value: Any) -> None:
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        self._ids += [i for i in value.flatten().tolist() if i not in self._hidden]
        text = self._tokenizer.decode(self._ids)
        if not text.endswith("\ufffd"):  # a character that is still missing bytes
            self._put(text[self._sent :])
            self._sent = len(text)

    def end(self) -> None:
        return


def _ids(value: int | list[int] | None) -> list[int]:
    """What a configuration of transformers holds for token ids, as a list."""
    return [] if value is None else [value] if isinstance(value, int) else value


def _adapter_base(folder: Path) -> tuple[str | None, str]:
    """The base model that an adapter folder names, None if this is no adapter folder, and its revision."""
    try:
        known = json.loads((folder / "adapter_config.json").read_text("utf-8"))
        return str(known["base_model_name_or_path"]), str(known.get("revision") or _NEWEST)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None, _NEWEST


def _stored_format(folder: Path) -> object:
    """The prompt format that TechSum's export kept in this folder, or None."""
    try:
        return json.loads((folder / "techsum.json").read_text("utf-8")).get("format")
    except (OSError, ValueError, AttributeError):
        return None


def _explain(where: str, error: Exception) -> ModelError:
    reason = str(error)
    if "gated" in reason.lower() or "401" in reason or "403" in reason:
        return ModelError("hub_gated", name=where, page=f"{hub()}/{where}")
    return ModelError("model_failed", reason=hub_reason(error))


_loading = threading.Lock()


@cache
def _loaded(where: str) -> TransformersModel:
    return TransformersModel(where)


def load_transformers(where: str) -> TransformersModel:
    """The model at this place, loaded at most once a process.

    Raises:
        ModelError: torch is not installed, or the model is missing, gated or of an unknown format.
    """
    with _loading:
        return _loaded(where)
