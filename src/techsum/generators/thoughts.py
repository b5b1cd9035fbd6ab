"""What a model thinks before it answers, taken out of a stream: readers get answers alone."""

from collections.abc import Iterable, Iterator

from techsum.errors import ModelError


def held_back(text: str, marks: Iterable[str]) -> int:
    """How many characters at the end of `text` may be the beginning of one of these strings."""
    return max((n for m in marks for n in range(1, len(m)) if text.endswith(m[:n])), default=0)


def without_thoughts(pieces: Iterable[str], marks: tuple[tuple[str, str], ...], name: str) -> Iterator[str]:
    """The pieces of an answer without what stands between two marks.

    Args:
        pieces: the answer as it comes.
        marks: what opens and what closes a thought.
        name: the model's.

    Raises:
        ModelError: the answer ended within a thought: the model used all its tokens up for thinking.
    """
    pending, closing = "", None
    for piece in pieces:
        pending += piece
        while True:
            if closing is None:
                found = min(
                    ((pending.find(opens), opens, shuts) for opens, shuts in marks if opens in pending),
                    default=None,
                )
                if found is None:
                    keep = held_back(pending, (opens for opens, _ in marks))
                    ready, pending = pending[: len(pending) - keep], pending[len(pending) - keep :]
                    if ready:
                        yield ready
                    break
                place, opens, closing = found
                if place:
                    yield pending[:place]
                pending = pending[place + len(opens) :]
            place = pending.find(closing)
            if place < 0:
                pending = pending[-len(closing) :]  # a thought is not kept
                break
            pending, closing = pending[place + len(closing) :], None
    if closing is not None:
        raise ModelError("model_only_thought", name=name)
    if pending:
        yield pending
