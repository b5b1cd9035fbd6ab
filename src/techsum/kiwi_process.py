"""Kiwi in a child process: `python -m techsum.kiwi_process`.

Kiwi holds Python's lock while it loads and analyses, two seconds and up to 170 ms at a time: a server
must answer others meanwhile, and a command has its own modules to import.
"""

import itertools
import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Literal, NamedTuple

from techsum import korean
from techsum.errors import AnalyserError
from techsum.pipes import Child, receive, send

_BATCH = 4_000
"""Characters of a document in one request: 70 ms, or 170 for a line without a space."""
_GIVES_WAY_TO = 16
"""Requests that came later and go before one in the background, so that this one still has its turn."""

_SECONDS = 60.0
"""A request takes a fifth of a second, the first one two: a child that takes this long hangs."""
_NICENESS = 5
"""The process that answers readers goes first."""
_REMEMBERED = 100_000
"""Characters of texts whose tokens are kept: a summary asks for its sentences several times."""

_in_background: ContextVar[bool] = ContextVar("kiwi_in_background", default=False)


@contextmanager
def in_background() -> Iterator[None]:
    """What is analysed inside gives way to what somebody waits for."""
    token = _in_background.set(True)
    try:
        yield
    finally:
        _in_background.reset(token)


class Token(NamedTuple):
    """What TechSum reads of Kiwi's tokens: a `korean.Token`."""

    form: str
    tag: str
    start: int
    len: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + self.len


class Split(NamedTuple):
    """What TechSum reads of Kiwi's sentences."""

    start: int
    end: int
    tokens: list[Token]


class KiwiProcess:
    """The part of `kiwipiepy.Kiwi` that TechSum uses, answered by a child process.

    Many threads may ask and are answered in their order, but for `in_background`. The child starts with
    `start` or the first request, and anew where it died or took longer than a request ever takes.

    Raises:
        AnalyserError: by every call, where the child died twice over a request or stumbled over it.
    """

    def __init__(self) -> None:
        self._child = Child("techsum.kiwi_process")
        self._changed = threading.Condition()
        self._waiting: set[tuple[int, int]] = set()
        self._numbers = itertools.count()
        self._busy = self._closed = False
        self._remembered: OrderedDict[str, list[Token]] = OrderedDict()
        self._characters = 0

    def start(self) -> None:
        """Start the child ahead of the first request: it loads for two seconds."""
        self._child.start()

    def tokenize(self, text: str) -> list[Token]:
        """The tokens of `text`."""
        return self.prepare([text])[0]

    def prepare(self, texts: Sequence[str]) -> list[list[Token]]:
        """The tokens of each text, in as few requests as may be; `tokenize` has them ready then."""
        found = {text: self._remembered.get(text) for text in texts}
        for batch in _batches(text for text, tokens in found.items() if tokens is None):
            for text, tokens in zip(batch, self._ask("tokenize", batch), strict=True):
                found[text] = [Token(*one) for one in tokens]
                self._remember(text, found[text] or [])
        return [found[text] or [] for text in texts]

    def _remember(self, text: str, tokens: list[Token]) -> None:
        with self._changed:
            if text not in self._remembered:
                self._remembered[text] = tokens
                self._characters += len(text) + 1
            while self._characters > _REMEMBERED:
                self._characters -= len(self._remembered.popitem(last=False)[0]) + 1

    def split_into_sents(
        self,
        texts: Iterable[str],
        *,
        return_tokens: Literal[True],  # noqa: ARG002 - Kiwi's own signature
    ) -> Iterator[list[Split]]:
        """The sentences of each text with their tokens."""
        for batch in _batches(texts):
            for found in self._ask("split", batch):
                yield [Split(start, end, [Token(*one) for one in tokens]) for start, end, tokens in found]

    def join(self, morphs: Sequence[tuple[str, str]]) -> str:
        """Morphemes, as form and tag, as a text."""
        return str(self._ask("join", [[form, tag] for form, tag in morphs]))

    def glue(
        self,
        chunks: list[str],
        *,
        return_space_insertions: Literal[True],  # noqa: ARG002 - Kiwi's own signature
    ) -> tuple[str, list[bool]]:
        """Pieces as one text, and whether a space was put between each two."""
        text, spaces = self._ask("glue", chunks)
        return text, spaces

    def close(self) -> None:
        """End the child, whatever it is doing; no other is started."""
        self._closed = True
        self._child.kill()
        with self._turn():
            self._child.stop()

    def _ask(self, what: str, argument: Any) -> Any:
        with self._turn():
            return self._answer(what, argument)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the child, and have it."""
        number = next(self._numbers)
        mine = (number + _GIVES_WAY_TO * _in_background.get(), number)
        with self._changed:
            self._waiting.add(mine)
            try:
                self._changed.wait_for(lambda: not self._busy and min(self._waiting) == mine)
                self._busy = True
            finally:
                self._waiting.remove(mine)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _answer(self, what: str, argument: Any) -> Any:
        for _ in range(2):  # a child that died is started once more
            if self._closed:
                break
            with suppress(TimeoutError):
                answer = self._child.ask({"what": what, "argument": argument}, b"", _SECONDS)
                if answer and "error" in answer:
                    raise AnalyserError("analyser_stumbled", reason=answer["error"])
                if answer:
                    return answer["answer"]
        raise AnalyserError("analyser_failed")


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """The texts in their order, about `_BATCH` characters at a time."""
    batch: list[str] = []
    for text in texts:
        if batch and sum(map(len, batch)) + len(text) > _BATCH:
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch


def main() -> None:
    """Answer requests until standard input ends, as it does with the process that asks."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library's stray print must not break the protocol
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    korean.warm()
    kiwi = korean.analyser()
    with suppress(BrokenPipeError):  # who asked is gone
        while (request := receive(requests)) is not None:
            send(answers, _answered(kiwi, **request[0]), b"")


def _answered(kiwi: Any, what: str, argument: Any) -> dict[str, Any]:
    try:
        return {"answer": _call(kiwi, what, argument)}
    except Exception as error:  # noqa: BLE001 - of one text; the next one is another
        return {"error": f"{type(error).__name__}: {error}"}


def _call(kiwi: Any, what: str, argument: Any) -> Any:
    if what == "tokenize":
        return [_packed(tokens) for tokens in kiwi.tokenize(argument)]
    if what == "split":
        found = kiwi.split_into_sents(argument, return_tokens=True)
        return [[(one.start, one.end, _packed(one.tokens)) for one in split] for split in found]
    if what == "join":
        return kiwi.join([tuple(one) for one in argument])
    return kiwi.glue(argument, return_space_insertions=True)


def _packed(tokens: Iterable[Any]) -> list[tuple[str, str, int, int]]:
    return [(t.form, t.tag, t.start, t.len) for t in tokens]


if __name__ == "__main__":
    main()
