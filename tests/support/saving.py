"""Summaries are saved until the process is stopped: what the faults of the library's tests interrupt."""

import os
import resource

from techsum.contracts.article import Article
from techsum.contracts.summary import Summary
from techsum.library import Request, open_library

SUMMARY = Summary(title="제목", text="요약 문장이다.", sentences=(), model="x", coverage=1.0, seconds=0.1)


def keep_saving():
    library = open_library(os.environ["SAVED_IN"])
    while True:
        entry = library.begin("reader", Request("text", "글"), Article("본문 문장이다. " * 40, "제목"))
        library.finish(entry.id, SUMMARY)
        library.save("reader", entry.id)
        print(entry.id, flush=True)  # told as saved: from here on it must never be lost


def save_in_little_room():
    """The same, with room for a megabyte a file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    keep_saving()
