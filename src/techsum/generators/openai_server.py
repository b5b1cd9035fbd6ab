"""Any server that speaks the OpenAI protocol: vLLM, llama-server, Ollama."""

import json
import math
import random
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, cast

import httpx
from httpx_sse import EventSource, SSEError

from techsum.errors import CancelledError, ModelError, ServerError
from techsum.generators.protocol import Options, shares
from techsum.generators.request_abort import abort_on_cancel
from techsum.generators.thoughts import answer_text
from techsum.messages import text as message_text
from techsum.prompts import FAMILIES, Format, Message, neutralize
from techsum.retrying import parse_retry_after, retrier
from techsum.settings import settings

_ATTEMPTS = 3
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 20.0
_CONNECT_SECONDS = 10.0
_CHARACTERS_PER_TOKEN = 1.3
"""Gemma reads 1.7 Korean characters a token on average; an estimate must rather be too high."""
_PROBABILITIES = 20
"""Most that OpenAI's own servers tell."""
_DEFAULT_CONTEXT = 8192
_RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_NO_THINKING = {"chat_template_kwargs": {"enable_thinking": False}, "reasoning_effort": "none"}
"""What vLLM, llama-server and SGLang take for it, and what Ollama does; who refuses is asked without."""
_THOUGHTS = ("reasoning", "reasoning_content")
"""Where servers put what a model thinks, apart from its answer."""
_UNPROCESSABLE = (400, 422)
_LOST = (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError)


class OpenAIServer:
    """A model behind an OpenAI-compatible server.

    Args:
        url: the base URL, usually ending in `/v1`.
        model: the model's name there; None takes the first one that the server lists.
    """

    format: Format = "template"
    parallel = 1
    """What a server bears beside its other clients is not known."""

    def __init__(self, url: str, model: str | None = None) -> None:
        self.url = url.rstrip("/")
        key = settings().api_key
        client = partial(
            httpx.Client,
            headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else {},
            timeout=httpx.Timeout(settings().server_timeout, connect=_CONNECT_SECONDS),
            verify=httpx.create_ssl_context(trust_env=False),
            trust_env=False,
        )
        self._client = client()
        self._streaming = client(limits=httpx.Limits(max_keepalive_connections=0))
        """For requests that may be aborted: see `abort_on_cancel`."""
        self.close = weakref.finalize(self, _close, self._client, self._streaming)
        listed = self._models()
        self.name = model or next(iter(listed), "")
        if listed and self.name not in listed:
            raise self._refusal(404, self.name, ", ".join(listed))
        self.context = _context(listed.get(self.name, {}))
        self._counts_tokens = True
        self._no_thinking: dict[str, Any] = _NO_THINKING

    def _models(self) -> dict[str, dict[str, Any]]:
        with self._request("GET", "/models", None) as response:
            try:
                listed = json.loads(response.read())["data"]
                return {str(m["id"]): m for m in listed}
            except (ValueError, KeyError, TypeError):
                raise ServerError("server_not_openai", url=self.url) from None

    def count(self, text: str) -> int:
        """Tokens by the server's own tokenizer where it offers one (llama-server, vLLM), else an estimate."""
        if self._counts_tokens:
            root = self.url.removesuffix("/v1")
            try:
                answer = self._client.post(
                    f"{root}/tokenize",
                    json={"content": text, "prompt": text, "model": self.name, "add_special_tokens": False},
                ).json()
                return int(answer["count"] if "count" in answer else len(answer["tokens"]))
            except (httpx.HTTPError, ValueError, KeyError, TypeError):
                self._counts_tokens = False
        return int(len(text) / _CHARACTERS_PER_TOKEN) + 1

    def stream(
        self, messages: Sequence[Message], options: Options, cancel: threading.Event | None = None
    ) -> Iterator[str]:
        """The answer, piece by piece: see `Generator.stream`."""
        cancel = cancel or threading.Event()
        request = {
            "model": self.name,
            "messages": [{"role": m.role, "content": neutralize(m.content)} for m in messages],
            "max_tokens": options.max_tokens,
            "temperature": options.temperature,
            "seed": options.seed,
            "stream": True,
        }
        # the stop strings are looked for here: the server would stop within a thought
        pieces = self._pieces(request, cancel)
        return answer_text(pieces, FAMILIES[self.format].thoughts, options.stop, cancel, self.name)

    def _pieces(self, request: dict[str, Any], cancel: threading.Event) -> Iterator[str]:
        answered = thought = False
        with abort_on_cancel(cancel) as extensions, self._chat(request, cancel, extensions) as response:
            try:
                for event in EventSource(cast("httpx.Response", _Until(response, cancel))).iter_sse():
                    if cancel.is_set():
                        return
                    if event.data == "[DONE]":
                        break
                    piece, thinks = self._piece(event.data)
                    answered, thought = answered or bool(piece), thought or thinks
                    if piece:
                        yield piece
            except SSEError:  # an answer, but no stream
                raise ServerError("server_not_openai", url=self.url) from None
            except httpx.HTTPError as error:
                if cancel.is_set():  # the connection was cut for it
                    return
                raise self._unreachable(error) from None
        if thought and not answered and not cancel.is_set():
            raise ModelError("model_only_thought", name=self.name)

    def chat(self, request: dict[str, Any]) -> Any:
        """One whole answer of the chat endpoint, as JSON.

        Args:
            request: messages and options; the model is added.

        Raises:
            ServerError: the server does not answer.
        """
        with self._chat({"model": self.name, **request}) as response:
            try:
                return json.loads(response.read())
            except ValueError:
                raise ServerError("server_not_openai", url=self.url) from None
            except httpx.HTTPError as error:
                raise self._unreachable(error) from None

    def odds(self, messages: Sequence[Message], words: Sequence[str]) -> list[float]:
        """How likely the answer begins with each word: see `Judge.odds`."""
        request = {
            "messages": [{"role": m.role, "content": neutralize(m.content)} for m in messages],
            "max_tokens": 1,
            "temperature": 0,
            "logprobs": True,
            "top_logprobs": _PROBABILITIES,
        }
        payload = self.chat(request)
        try:
            top = payload["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
            candidates = [(str(t["token"]).strip(), float(t["logprob"])) for t in top]
        except (KeyError, TypeError, IndexError, ValueError):
            raise ServerError("server_no_odds", url=self.url) from None
        # a server's tokenizer may cut a word: what begins it stands for it
        return shares(
            [
                max((log for token, log in candidates if token and word.startswith(token)), default=-math.inf)
                for word in words
            ]
        )

    def _piece(self, data: str) -> tuple[str, bool]:
        """The text in one event of the stream, and whether it has a thought beside it."""
        if not data:
            return "", False
        try:
            event = json.loads(data)
        except ValueError:
            raise ServerError("server_not_openai", url=self.url) from None
        if isinstance(event, dict) and "error" in event:
            raise self._refusal(500, _reason(event), message_text("server_advice_request"))
        try:
            deltas = [choice.get("delta") or {} for choice in event.get("choices", ())]
            written = "".join(delta.get("content") or "" for delta in deltas)
            return written, any(delta.get(name) for delta in deltas for name in _THOUGHTS)
        except (AttributeError, TypeError):
            raise ServerError("server_not_openai", url=self.url) from None

    def _chat(
        self,
        request: dict[str, Any],
        cancel: threading.Event | None = None,
        extensions: dict[str, Any] | None = None,
    ) -> "_Response":
        """The chat endpoint's response, with thinking off where the server takes the field."""
        try:
            return self._request("POST", "/chat/completions", request | self._no_thinking, cancel, extensions)
        except ServerError as error:
            if error.values.get("status") not in _UNPROCESSABLE or not self._no_thinking:
                raise
            with suppress(ServerError):  # then it was not the field
                response = self._request("POST", "/chat/completions", request, cancel, extensions)
                self._no_thinking = {}
                return response
            raise

    def _request(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        cancel: threading.Event | None = None,
        extensions: dict[str, Any] | None = None,
    ) -> "_Response":
        """One request, repeated with growing pauses while the server is busy or restarting."""

        def pause(seconds: float) -> None:
            if cancel is None:
                time.sleep(seconds)
            elif cancel.wait(seconds):
                raise CancelledError

        try:
            return retrier(_ATTEMPTS, _wait, pause)(self._send, method, path, body, extensions)
        except ServerError:
            if cancel and cancel.is_set():  # the connection was cut for it
                raise CancelledError from None
            raise

    def _send(
        self, method: str, path: str, body: dict[str, Any] | None, extensions: dict[str, Any] | None
    ) -> "_Response":
        client = self._streaming if extensions else self._client
        try:
            request = client.build_request(method, self.url + path, json=body, extensions=extensions)
            response = client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unreachable(error) from error
        if response.status_code != httpx.codes.OK:
            raise self._explain(response)
        return _Response(response)

    def _unreachable(self, error: Exception) -> ServerError:
        if isinstance(error, httpx.TimeoutException):
            return ServerError("server_timeout", url=self.url, seconds=f"{settings().server_timeout:g}")
        return ServerError("server_unreachable", url=self.url, reason=str(error) or type(error).__name__)

    def _explain(self, response: httpx.Response) -> ServerError:
        status = response.status_code
        try:
            payload = json.loads(response.read())
        except (httpx.HTTPError, ValueError):
            payload = {}
        finally:
            response.close()
        if not isinstance(payload, dict) or not payload:
            if status == httpx.codes.NOT_FOUND:
                return ServerError("server_not_openai", url=self.url)
            payload = {}
        advice = message_text("server_advice_key" if status in (401, 403) else "server_advice_request")
        return self._refusal(status, _reason(payload), advice, response.headers.get("retry-after", ""))

    def _refusal(self, status: int, reason: str, advice: str, retry_after: str = "") -> ServerError:
        if status == httpx.codes.NOT_FOUND:
            advice = message_text("server_advice_model", models=advice)
        values = {"status": status, "reason": reason, "advice": advice, "retry_after": retry_after}
        return ServerError("server_refused", url=self.url, **values)


def _close(*clients: httpx.Client) -> None:
    for client in clients:
        client.close()


class _Until:
    """The part of a response that a reader of events uses; its text ends when `cancel` is set."""

    def __init__(self, response: httpx.Response, cancel: threading.Event) -> None:
        self.headers = response.headers
        self._response, self._cancel = response, cancel

    def iter_text(self) -> Iterator[str]:
        for text in self._response.iter_text():
            if self._cancel.is_set():  # also between the comments that keep a connection alive
                return
            yield text


class _Response:
    """A streamed response that is closed with its `with` block: closing is what stops the server."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    def __enter__(self) -> httpx.Response:
        return self._response

    def __exit__(self, *_: object) -> None:
        self._response.close()


def _reason(payload: dict[str, Any]) -> str:
    error = payload.get("error", payload)
    found = error.get("message") if isinstance(error, dict) else error
    return " ".join(str(found or "?").split())[:200]


def _context(model: dict[str, Any]) -> int:
    """The context that the server tells: vLLM says `max_model_len`, llama-server `meta.n_ctx`."""
    meta = model.get("meta") or {}
    found = model.get("max_model_len") or meta.get("n_ctx") or meta.get("n_ctx_train")
    return int(found) if found else _DEFAULT_CONTEXT


def _wait(error: BaseException, attempt: int) -> float | None:
    """Seconds until a server that is busy or lost is asked again; None: it would not help."""
    if not isinstance(error, ServerError):
        return None
    if error.values.get("status") not in _RETRIED and not isinstance(error.__cause__, _LOST):
        return None
    retry_after = parse_retry_after(str(error.values.get("retry_after", "")))
    growing = _FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(1, 1.5)  # noqa: S311 - spreads clients, no secret
    return min(growing if retry_after is None else retry_after, _LONGEST_PAUSE)
