"""What the app draws while a summary is written."""

import asyncio
import threading
import time
from dataclasses import replace

import pytest

pytest.importorskip("flet")

from techsum.contracts.events import TextPiece
from techsum.desktop.actions.reading import ReadingActions
from techsum.desktop.actions.session import Session
from techsum.desktop.state import State
from techsum.desktop.values import Entry, Reading

ENTRY = Entry("id", "text", "제목", "running", saved=False, day="")
PIECES, SECONDS = 1500, 2.0


class Server:
    """A server whose model writes far faster than a screen can follow."""

    async def get(self, _):
        done = self.sent == PIECES
        return Reading(replace(ENTRY, status="done" if done else "running"))

    async def questions(self, _):
        return ()

    async def share_link(self, _):
        return ""

    async def events(self, _, _seen):
        began = time.monotonic()
        for self.sent in range(1, PIECES + 1):
            await asyncio.sleep(max(0, began + self.sent * SECONDS / PIECES - time.monotonic()))
            yield self.sent, TextPiece("가")

    sent = 0


def drawn(act):
    """Runs in a loop of its own, as a window does. Returns each moment at which the summary was drawn anew."""
    moments = []

    async def window():
        state = State()
        session = Session(state, None, None, lambda *_: Server(), "http://x", fixed=True, files=None)
        actions = ReadingActions(session)
        seen = [state.page.reading]

        def changed(_sender, field):
            if field == "reading" and state.page.reading != seen[-1]:
                seen.append(state.page.reading)
                moments.append((time.monotonic(), len(state.page.reading.written)))

        state.page.subscribe(changed)
        await act(actions)
        await actions._following

    thread = threading.Thread(target=lambda: asyncio.run(window()))
    thread.start()
    thread.join()
    return moments


def test_a_fast_model_is_drawn_at_a_readable_rate():
    moments = drawn(lambda actions: actions.open("id"))
    while_written = [at for at, letters in moments if letters > 0]
    assert while_written[-1] - while_written[0] > SECONDS / 2
    rate = (len(while_written) - 1) / (while_written[-1] - while_written[0])
    assert 8 < rate <= 15  # a machine that is busy draws less often, never more
