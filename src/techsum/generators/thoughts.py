"""The answer in a stream: without what a model thinks before it, and up to where it is to stop."""

import threading
from collections.abc import Generator, Iterable, Iterator, Sequence

from techsum.errors import ModelError

Marks = Sequence[tuple[str, str]]
"""What opens and what closes a thought."""


PROMPT_END = 12
"""Tokens at a prompt's end in which a template may open a thought."""


def held_back(text: str, marks: Iterable[str]) -> int:
    """How many characters at the end of `text` may be the beginning of one of these strings."""
    return max((n for m in marks for n in range(1, len(m)) if text.endswith(m[:n])), default=0)


def opened(prompt_end: str, marks: Marks) -> str:
    """What closes the thought that a prompt ends in: templates of models that always think open one."""
    return next((closes for opens, closes in marks if prompt_end.rstrip().endswith(opens)), "")


def answer_text(  # noqa: PLR0917 - what an answer is made of
    pieces: Iterator[str],
    marks: Marks,
    stops: Sequence[str],
    cancel: threading.Event,
    name: str,
    thought: str = "",
) -> Iterator[str]:
    """The answer without thoughts, up to the first stop string: a stop within a thought is none.

    Args:
        pieces: what the model writes; closed when the answer ends.
        marks: of its thoughts.
        stops: strings that end the answer.
        cancel: ends it at once.
        name: the model's.
        thought: what closes the thought that the prompt opened, see `opened`.

    Raises:
        ModelError: the model used all its tokens up for thinking.
    """
    try:
        yield from until_stop(without_thoughts(pieces, marks, name, cancel, thought), stops)
    finally:
        if isinstance(pieces, Generator):
            pieces.close()


def without_thoughts(
    pieces: Iterable[str],
    marks: Marks,
    name: str,
    cancel: threading.Event | None = None,
    thought: str = "",
) -> Iterator[str]:
    """The pieces of an answer without what stands between two marks, and without blanks before the answer.

    Args:
        pieces: the answer as it comes.
        marks: what opens and what closes a thought.
        name: the model's.
        cancel: whoever set it does not want to know how the answer ended.
        thought: what closes the thought that the answer begins in; empty: it begins in none.

    Raises:
        ModelError: the answer ended within a thought: the model used all its tokens up for thinking.
    """
    pending, closes, begun = "", thought, False
    for piece in pieces:
        ready, pending, closes = _settled(pending + piece, closes, marks)
        ready = ready if begun else ready.lstrip()
        if ready:
            begun = True
            yield ready
    if cancel and cancel.is_set():
        return
    if closes:
        raise ModelError("model_only_thought", name=name)
    if pending:
        yield pending


def _settled(text: str, closes: str, marks: Marks) -> tuple[str, str, str]:
    """What of a text is answer, what may yet become a mark, and what closes the thought it ends in."""
    ready = ""
    while True:
        if closes:
            if closes not in text:
                return ready, text[-len(closes) :], closes  # a thought is not kept
            text = text.partition(closes)[2]
        place, opens, closes = min(
            ((text.find(opens), opens, shuts) for opens, shuts in marks if opens in text),
            default=(-1, "", ""),
        )
        if place < 0:
            keep = held_back(text, (opens for opens, _ in marks))
            return ready + text[: len(text) - keep], text[len(text) - keep :], ""
        ready, text = ready + text[:place], text[place + len(opens) :]


def until_stop(pieces: Iterable[str], stops: Sequence[str]) -> Iterator[str]:
    """Pieces up to the first stop string; what might be the start of one is held back."""
    pending = ""
    for piece in pieces:
        pending += piece
        found = min((pending.find(s) for s in stops if s in pending), default=-1)
        if found >= 0:
            yield pending[:found]
            return
        keep = held_back(pending, stops)
        yield pending[: len(pending) - keep]
        pending = pending[len(pending) - keep :]
    yield pending
