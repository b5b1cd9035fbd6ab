"""Prompts by a model's own chat template, for families that are not in the table."""

import re
import secrets
from collections.abc import Callable, Sequence

from techsum.prompts.families import Message, Piece

# Chat templates and endpoints look for control tokens inside user text (llama.cpp#24382, vLLM#31735). Every
# vocabulary has its own, all of the shapes <…>, </…>, <|…|>, [WORD], [|…|]: a word joiner after the opening
# bracket keeps the text readable and matches none of them.
_CONTROL_LIKE = re.compile(r"<(?=/?[|｜]?[A-Za-z_][^<>\n]{0,60}>)|<(?=[|｜])|\[(?=/?[A-Z_]{3,}\]|\|)")


def neutralize(text: str) -> str:
    """`text` in which nothing can be taken for a control token, whatever the vocabulary."""
    return _CONTROL_LIKE.sub(lambda match: match.group() + "\u2060", text)


def render_by_template(
    messages: Sequence[Message], apply: Callable[[list[dict[str, str]]], str]
) -> list[Piece] | None:
    """The prompt as pieces: what the template writes is control text, what people wrote is not.

    The template sees a random word in place of each message, so no text can talk to it.

    Args:
        messages: the turns.
        apply: the model's template: messages in, the prompt's text out.

    Returns:
        The pieces; None where the template drops, doubles or reorders messages.
    """
    words = [secrets.token_hex(12) for _ in messages]
    rendered = apply([{"role": m.role, "content": w} for m, w in zip(messages, words, strict=True)])
    pieces = []
    for message, word in zip(messages, words, strict=True):
        before, found, rendered = rendered.partition(word)
        if not found or any(one in before for one in words):
            return None
        pieces += [Piece(before, control=True), Piece(neutralize(message.content.strip()))]
    if any(word in rendered for word in words):
        return None
    return [*pieces, Piece(rendered, control=True)]
