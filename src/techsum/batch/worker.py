"""One worker process of a batch on this machine: `python -m techsum.batch.worker WISH SLOTS`.

Items come in and rows go out over pipes, as JSON; a crash takes this process with it and nothing else.
"""

import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

from techsum import korean
from techsum.batch.items import Item
from techsum.batch.rows import Made, failed, row_of
from techsum.contracts.options import SummaryOptions
from techsum.errors import ModelError, TechsumError
from techsum.generators import EXTRACT, load
from techsum.pipes import receive, send


def main() -> None:
    """Answer items until standard input ends."""
    options, slots = SummaryOptions(**json.loads(sys.argv[1])), int(sys.argv[2])
    os.environ["TECHSUM_SLOTS"] = str(slots)
    korean.use_threads(1)  # a worker is a core; two threads in each of two workers do 6 % less
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library's stray print must not break the protocol
    try:
        if options.model != EXTRACT:
            load(options.model)
    except TechsumError as error:
        send(answers, {"stop": error.as_dict()}, b"")
        return
    one_at_a_time = threading.Lock()
    with ThreadPoolExecutor(slots, thread_name_prefix="slot") as threads:
        while (request := receive(requests)) is not None:
            item = Item.from_json(request[1])
            threads.submit(_answer, item, options, answers, one_at_a_time)


def _answer(item: Item, options: SummaryOptions, answers: BinaryIO, one_at_a_time: threading.Lock) -> None:
    try:
        made = Made.of(item, row_of(item, options))
    except ModelError as error:
        with one_at_a_time:
            send(answers, {"stop": error.as_dict()}, b"")
        return
    except Exception as error:  # noqa: BLE001 - a bug that one article finds must not end the others
        reason = f"{type(error).__name__}: {error}"
        made = Made.of(item, failed(item, TechsumError("internal", reason=reason)))
    with one_at_a_time:
        send(answers, {"number": item.number, "failed": made.failed}, made.line)


if __name__ == "__main__":
    main()
