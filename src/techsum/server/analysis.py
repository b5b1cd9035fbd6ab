"""Who may analyse an article now: it takes a processor for a second in each 60,000 characters.

Few do so at a time, in fair order, so that the event loop and the pages get their turn; and long articles
have a place of their own, so that nobody waits for another's book.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from techsum.contracts.article import Article
from techsum.fair_queue import FairQueue
from techsum.kiwi_process import in_background
from techsum.server.limits import Client

LONG_CHARACTERS = 20_000
"""From here an article is a long one: ten pages, a third of a second of Kiwi, seconds where many want it."""

_short, _long = FairQueue(2), FairQueue(1)


@contextmanager
def analysing(
    article: Article,
    client: Client,
    cancel: threading.Event,
    on_position: Callable[[int], None] = lambda _position: None,
) -> Iterator[None]:
    """Wait for the turn to analyse this article, and have it.

    Args:
        article: what is analysed.
        client: for whom; the clients of one address share their turns.
        cancel: ends the wait.
        on_position: called with the place in the queue, from 1, whenever it changes.

    Raises:
        CancelledError: `cancel` was set while waiting.
    """
    is_long = len(article.text) >= LONG_CHARACTERS
    places = _long if is_long else _short
    with (
        places.turn(client.address or client.reader, cancel, on_position),
        in_background() if is_long else nullcontext(),
    ):
        yield
