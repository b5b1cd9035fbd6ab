"""Asking again what failed; a server may say how long to wait, in seconds or as a date."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState, Retrying, stop_after_attempt


def retrier(
    attempts: int,
    wait: Callable[[BaseException, int], float | None],
    sleep: Callable[[float], None] = time.sleep,
) -> Retrying:
    """Calls a function until it does not fail; the last failure is the caller's.

    Args:
        attempts: calls at most.
        wait: seconds to wait after this failure of the attempt with this number; None: it would not help.
        sleep: waits; raises what shall end it all.
    """

    def seconds(state: RetryCallState) -> float | None:
        error = state.outcome.exception() if state.outcome else None
        return wait(error, state.attempt_number) if error else None

    return Retrying(
        stop=stop_after_attempt(attempts),
        retry=lambda state: seconds(state) is not None,
        wait=lambda state: seconds(state) or 0.0,
        sleep=sleep,
        reraise=True,
    )


def parse_retry_after(header: str) -> float | None:
    """What a `Retry-After` asks for; None where it says nothing.

    >>> parse_retry_after("120"), parse_retry_after("Fri, 31 Dec 1999 23:59:59 GMT")
    (120.0, 0.0)
    """
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
        # a date without a zone is one of Greenwich
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (zoned - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None
