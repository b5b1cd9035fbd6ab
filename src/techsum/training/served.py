"""A running server against the trained model: the parity gate over HTTP, by the way that TechSum asks it.

The server words and tokenizes the prompts itself: a prompt of another length is another prompt. Then it
writes greedily, and the trained model says how likely it holds each token of that. This needs nothing but the
log-probabilities of a chat's own tokens, which vLLM, llama-server, MLX and Ollama tell alike.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from techsum.errors import ServerError, TrainingError
from techsum.generators.openai_server import OpenAIServer
from techsum.generators.protocol import Options
from techsum.generators.transformers_model import TransformersModel
from techsum.prompts import Message, neutralize, render
from techsum.training import parity

_ANSWER_TOKENS = 48
_ENOUGH = 8
"""Tokens, over all prompts, that must be compared before a server is judged."""
_AS_ID = "token_id:"
"""How vLLM writes a token's id where it is asked for ids."""


@dataclass(frozen=True)
class Reply:
    """What a server wrote."""

    prompt_tokens: int
    """Length of the prompt as the server's own template and tokenizer made it."""
    text: str
    texts: tuple[str, ...]
    """Of each token."""
    scores: tuple[float, ...]
    """Log-probability of each token."""
    ids: tuple[int, ...] | None
    """Token ids, from servers that tell them."""


def answer(server: OpenAIServer, messages: Sequence[Message]) -> Reply:
    """The server's greedy answer to a chat.

    Raises:
        ServerError: the server does not answer, or tells no probabilities.
    """
    request = {
        "messages": [{"role": m.role, "content": m.content} for m in messages],
        "max_tokens": _ANSWER_TOKENS,
        "temperature": 0,
        "logprobs": True,
        "return_tokens_as_token_ids": True,  # vLLM's own; others pass over it
    }
    payload = server.chat(request)
    try:
        choice = payload["choices"][0]
        text, content = str(choice["message"]["content"] or ""), choice["logprobs"]["content"]
        texts = tuple(str(token.get("token", "")) for token in content)
        scores = tuple(float(token["logprob"]) for token in content)
        return Reply(int(payload["usage"]["prompt_tokens"]), text, texts, scores, _ids(content))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError):
        raise ServerError("parity_served_untold", url=server.url) from None


def _ids(content: Sequence[dict[str, Any]]) -> tuple[int, ...] | None:
    """Token ids as llama-server and MLX (`id`) or vLLM (`token_id:ID`) tell them."""
    ids = [token["id"] if "id" in token else str(token["token"]) for token in content]
    if any(isinstance(one, str) and not one.startswith(_AS_ID) for one in ids):
        return None
    return tuple(int(str(one).removeprefix(_AS_ID)) for one in ids)


def compare_served(trained: TransformersModel, server: OpenAIServer, kind: str) -> parity.Compared:
    """Compare a server with the trained model.

    Args:
        trained: base and adapter as training left them.
        server: the server.
        kind: a key of `parity.THRESHOLDS`: what the server runs.
    """
    threshold, changes, same, seen = parity.THRESHOLDS[kind], [0.0], 0, 0
    prompts = parity.prompts(trained.format)
    for messages in prompts:
        sent = [Message(m.role, neutralize(m.content)) for m in messages]
        prompt, reply = trained.encode(render(sent, trained.format)), answer(server, sent)
        if reply.prompt_tokens != len(prompt):
            part: parity.Part = "bos" if abs(reply.prompt_tokens - len(prompt)) == 1 else "template"
            return parity.Compared(server.name, part, threshold=threshold, prompts=len(prompts))
        ids = token_ids(trained, reply)
        if not all(0 <= number < trained.vocabulary for number in ids):
            return parity.Compared(server.name, "tokenizer", threshold=threshold, prompts=len(prompts))
        seen += len(ids)
        if ids:
            changes.append(parity.moved(reply.scores[: len(ids)], trained.score(prompt, ids)))
        own = "".join(trained.stream(sent, Options(_ANSWER_TOKENS)))
        same += own.strip() == reply.text.strip()
    if seen < _ENOUGH:
        raise TrainingError("parity_served_short", name=server.name, tokens=seen)
    change = max(changes)
    broken: parity.Part | None = "weights" if change > threshold else None
    return parity.Compared(server.name, broken, change, threshold, same, len(prompts))


def token_ids(trained: parity.Scorer, reply: Reply) -> Sequence[int]:
    """The ids of an answer's tokens, up to where they are sure.

    llama-server passes over tokens that are a part of a character: what follows one has lost its context, and
    is recognised by its text, a character of several tokens.
    """
    if reply.ids and (not reply.texts[0] or reply.texts[0].startswith(_AS_ID)):
        return reply.ids  # MLX and vLLM leave none out
    by_text = itertools.takewhile(lambda ids: len(ids) == 1, map(trained.tokenize, reply.texts))
    sure = [ids[0] for ids in by_text]
    return reply.ids[: len(sure)] if reply.ids else sure
