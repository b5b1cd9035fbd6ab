"""The library: summaries that were made and kept, with their articles, questions and corrections."""

from techsum.contracts.entry import Entry, Found, Question, Request
from techsum.library.library import Library, open_library

__all__ = ["Entry", "Found", "Library", "Question", "Request", "open_library"]
