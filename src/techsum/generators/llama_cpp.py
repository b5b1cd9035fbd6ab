"""GGUF models in this process, through llama.cpp."""

import math
import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx

from techsum.errors import ModelError
from techsum.generators.engine_pool import EnginePool
from techsum.generators.gguf_file import inspect_gguf
from techsum.generators.llama_loader import LlamaLoader
from techsum.generators.protocol import Options, shares
from techsum.generators.thoughts import PROMPT_END, answer_text, opened
from techsum.prompts import (
    FAMILIES,
    Format,
    Message,
    Piece,
    answer,
    format_of_template,
    known_format,
    render,
    render_by_template,
)
from techsum.settings import settings
from techsum.streams import streamed

_SMALL = 1 << 30
"""Bytes up to which a model writes with one thread: at a token of the 270M model two wait for one another
longer than they work (66 tokens/s with one, 39 with two, in turn); it reads prompts with all."""

_ENGINES = 4
"""Engines of a small model at most, a core each: a summary has a title and about five sentences."""

_COPY_CONTEXT = 1024
"""Tokens that a copy sees, for a sentence and its shorter wording: 63 MB with the embedded model."""

_NO_PREFIX_CACHE_TOKENS = 256
"""Tokens up to which a prompt is read anew. Reusing a part of the one before changes the rounding, and ten
of 46 sentences had another wording."""

_PROBABILITIES = 40
"""Tokens whose probabilities are told: a word that is not among them has none to speak of."""


@dataclass(frozen=True)
class Timing:
    """How the last answer went: tokens read, tokens reused from the cached prefix, rates per second."""

    prompt_tokens: int
    cached_tokens: int
    prompt_per_second: float
    written_tokens: int
    written_per_second: float


class LlamaCpp:
    """A GGUF model, loaded. Get one from `load_llama`, which loads each file once a process."""

    def __init__(
        self, path: Path, name: str, adapter: Path | None = None, context: int | None = None
    ) -> None:
        info = inspect_gguf(path)
        self.name = name
        response = info.format
        if adapter:
            about = inspect_gguf(adapter)
            if about.kind != "adapter" or about.architecture != info.architecture:
                raise ModelError("model_adapter", path=adapter, model=name)
            response = about.format or response
        self.format = _format(response, info.chat_template, name)
        context_tokens = context or settings().context
        self.context = min(context_tokens, info.trained_context or context_tokens)
        self._slots = 1 if context else settings().slots
        self.last_timing: Timing | None = None
        self._adapter = adapter
        self._controls: dict[str, list[int]] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="techsum-"))
        self._key = secrets.token_urlsafe(24)
        is_small = path.stat().st_size < _SMALL
        loader = LlamaLoader(path, name, adapter, self._folder, self._key, self._slots, is_small=is_small)
        try:
            self._server = loader.load(self.context, settings().threads)
        except ModelError:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self.parallel = min(settings().threads, _ENGINES) if is_small and self._slots == 1 else 1
        copy = partial(loader.load, _COPY_CONTEXT, 1)
        self._pool = (
            EnginePool(self._server, copy, self.parallel, _COPY_CONTEXT) if self.parallel > 1 else None
        )
        self._client = self._connect()
        self._tidy_up = weakref.finalize(self, _tidy_up, self._client, self._folder)
        self._look_at_controls()

    def _look_at_controls(self) -> None:
        """Look whether the vocabulary has its family's control tokens.

        Raises:
            ModelError: a token is missing, so the template is another model's.
        """
        family = FAMILIES[self.format]
        for token in family.controls:
            if len(self._control(token)) == 1:
                continue
            if not family.turn:  # a base model of another family
                raise ModelError("model_format", name=self.name)
            raise ModelError("model_controls", name=self.name, format=self.format, token=token)

    def _connect(self) -> httpx.Client:
        # a connection each: one kept idle is closed by either end just as another thread takes it (after 5 s)
        headers = {"Authorization": f"Bearer {self._key}", "Connection": "close"}
        address = self._server.listening_address
        if address.startswith("unix://"):
            transport = httpx.HTTPTransport(uds=address.removeprefix("unix://"))
            return httpx.Client(transport=transport, base_url="http://llama", headers=headers, timeout=60)
        return httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False)

    def tokenize(self, text: str, *, control: bool = False) -> list[int]:
        """Token ids of `text`; control tokens are recognised in it only if `control` is set."""
        return self._tokenize(text, control=control)

    def _tokenize(self, text: str, *, control: bool = False, begin: bool = False) -> list[int]:
        """As `tokenize`; `begin` puts `<bos>` before it where the vocabulary wants one."""
        answer = self._client.post(
            "/tokenize", json={"content": text, "parse_special": control, "add_special": begin}
        )
        return list(answer.raise_for_status().json()["tokens"])

    def encode(self, pieces: Sequence[Piece]) -> list[int]:
        """The token ids of a rendered prompt: whatever an article contains stays plain text."""
        return [i for p in pieces for i in (self._control(p.text) if p.control else self.tokenize(p.text))]

    def _control(self, text: str) -> list[int]:
        if text not in self._controls:
            self._controls[text] = self.tokenize(text, control=True)
        return self._controls[text]

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        """The token ids of a prompt.

        Raises:
            ModelError: it is longer than the context, or the model's own template is faulty.
        """
        if FAMILIES[self.format].own_template:
            pieces = render_by_template(messages, self._apply_template)
            if pieces is None:
                raise ModelError("model_format", name=self.name)
            ids = [*self._tokenize(pieces[0].text, control=True, begin=True), *self.encode(pieces[1:])]
        else:
            ids = self.encode(render(messages, self.format))
        if len(ids) >= self.context:
            raise ModelError("model_context", tokens=len(ids), context=self.context)
        return ids

    def _apply_template(self, messages: list[dict[str, str]]) -> str:
        """The model's template by llama.cpp, without `<bos>`."""
        request = {"messages": messages, "chat_template_kwargs": {"enable_thinking": False}}
        response = self._client.post("/apply-template", json=request)
        if response.is_error:
            raise ModelError("model_format", name=self.name)
        return str(response.json()["prompt"])

    def _text(self, ids: Sequence[int]) -> str:
        """The text of these tokens."""
        answer = self._client.post("/detokenize", json={"tokens": list(ids)})
        return str(answer.raise_for_status().json()["content"])

    def count(self, text: str) -> int:
        """Tokens of `text` as plain text."""
        return len(self.tokenize(text))

    def score(self, prompt: Sequence[int], answer: Sequence[int]) -> list[float]:
        """Natural log-probability of each of the answer's tokens, given all tokens before it.

        NaN for a token that is part of a character: llama.cpp tells nothing about those.
        """
        found = []
        for place, token in enumerate(answer):
            request = {
                "prompt": [*prompt, *answer[:place]],
                "n_predict": 1,
                "n_probs": 1,
                "temperature": 0,
                # the token is forced, so that its own probability is told; biases come after probabilities
                "logit_bias": [[token, 1000.0]],
                "cache_prompt": True,
            }
            if self._adapter:
                request["lora"] = [{"id": 0, "scale": 1.0}]
            response = self._client.post("/completion", json=request).raise_for_status().json()
            candidates = [t for t in response.get("completion_probabilities", ()) if t["id"] == token]
            found.append(float(candidates[0]["logprob"]) if candidates else math.nan)
        return found

    def odds(self, messages: Sequence[Message], words: Sequence[str]) -> list[float]:
        """How likely the answer begins with each word: see `Judge.odds`."""
        prompt = self._prompt(messages)
        firsts = [self.encode(answer(word, self.format))[0] for word in words]
        request = {
            "prompt": prompt,
            "n_predict": 1,
            "n_probs": _PROBABILITIES,
            "temperature": 0,
            "cache_prompt": True,
        }
        if self._adapter:
            request["lora"] = [{"id": 0, "scale": 1.0}]
        response = self._client.post("/completion", json=request).raise_for_status().json()
        candidates = {
            t["id"]: float(t["logprob"])
            for place in response.get("completion_probabilities", ())[:1]
            for t in place.get("top_logprobs", ())
        }
        return shares([candidates.get(first, -math.inf) for first in firsts])

    def stream(
        self, messages: Sequence[Message], options: Options, cancel: threading.Event | None = None
    ) -> Iterator[str]:
        """The answer, piece by piece: see `Generator.stream`."""
        family = FAMILIES[self.format]
        prompt = self._prompt(messages)
        request = {
            "prompt": prompt,
            "max_tokens": min(options.max_tokens, self.context - len(prompt)),
            "stream": True,
            "return_progress": True,
            "temperature": options.temperature,
            "seed": options.seed,
            # a model that thinks must not be stopped within a thought
            "stop": [*family.stop, *(() if family.thoughts else options.stop)],
            "cache_prompt": len(prompt) > _NO_PREFIX_CACHE_TOKENS,
        }
        if self._adapter:
            request["lora"] = [{"id": 0, "scale": 1.0}]
        cancel = cancel or threading.Event()
        pieces = self._run(request, cancel)
        if not family.thoughts:
            return pieces
        end = self._text(prompt[-PROMPT_END:]) if family.own_template else ""
        thought = opened(end, family.thoughts)
        return answer_text(pieces, family.thoughts, options.stop, cancel, self.name, thought)

    def _run(self, request: dict[str, Any], cancel: threading.Event) -> Iterator[str]:
        def work(put: Callable[[dict[str, Any]], None], stopped: Callable[[], bool]) -> None:
            def receive(chunk: dict[str, Any]) -> bool:
                put(chunk)
                return stopped()

            tokens = len(request["prompt"]) + request["max_tokens"]
            engine = self._pool.acquire(tokens, stopped) if self._pool else nullcontext(self._server)
            try:
                with engine as server:
                    if not stopped():
                        assert server is not None  # noqa: S101 - only who is stopped gets none
                        server.handle_completions(request, receive)
            except RuntimeError as error:
                raise self._failure({"message": str(error)}) from None

        with closing(streamed(work, "llama.cpp", cancel)) as chunks:
            for chunk in chunks:
                if "error" in chunk:
                    raise self._failure(chunk["error"])
                if "timings" in chunk:
                    self.last_timing = _timing(chunk["timings"])
                text = "".join(choice.get("text") or "" for choice in chunk.get("choices", ()))
                if text and not cancel.is_set():
                    yield text

    def _failure(self, error: dict[str, Any]) -> ModelError:
        if error.get("type") == "exceed_context_size_error":
            return ModelError("model_context", tokens=error.get("n_prompt_tokens", "?"), context=self.context)
        return ModelError("model_failed", reason=error.get("message", "llama.cpp"))

    def close(self) -> None:
        """Free the model and its socket."""
        self._tidy_up()
        if self._pool:
            self._pool.close()
        self._server = self._pool = None


def _tidy_up(client: httpx.Client, folder: Path) -> None:
    client.close()
    shutil.rmtree(folder, ignore_errors=True)


def _format(stored: str | None, chat_template: str | None, name: str) -> Format:
    """The format that a model is marked with, else by the template it carries, which is never rendered."""
    if stored:
        if marked := known_format(stored):
            return marked
        raise ModelError("model_prompt", name=name, format=stored)
    return format_of_template(chat_template)


def _timing(response: dict[str, Any]) -> Timing:
    return Timing(
        response.get("prompt_n", 0),
        response.get("cache_n", 0),
        response.get("prompt_per_second", 0.0),
        response.get("predicted_n", 0),
        response.get("predicted_per_second", 0.0),
    )


_lock = threading.Lock()


@cache
def _loaded(path: Path, name: str, adapter: Path | None, context: int | None) -> LlamaCpp:
    return LlamaCpp(path, name, adapter, context)


def load_llama(
    path: Path, name: str | None = None, adapter: Path | None = None, context: int | None = None
) -> LlamaCpp:
    """The model in this file, loaded at most once a process.

    Args:
        path: a GGUF file.
        name: what to call it.
        adapter: a GGUF adapter that goes on it.
        context: tokens that it sees at once, for one request at a time; by default as the settings say.

    Raises:
        ModelError: the file is missing, broken or of an unknown kind, or the adapter does not fit.
    """
    with _lock:
        return _loaded(path.resolve(), name or path.stem, adapter.resolve() if adapter else None, context)
