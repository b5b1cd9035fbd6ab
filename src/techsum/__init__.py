"""TechSum: Korean technical and science articles, summarised with the places that support each sentence."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from techsum.checking import check as check
    from techsum.reading import read as read
    from techsum.summarizers import summarize as summarize

__version__ = "0.1.0"
__all__ = ["__version__", "check", "read", "summarize"]


def __getattr__(name: str) -> Any:
    """Load what is asked for, so that `import techsum` stays fast."""
    if name == "check":
        from techsum.checking import check

        return check
    if name == "read":
        from techsum.reading import read

        return read
    if name == "summarize":
        from techsum.summarizers import summarize

        return summarize
    raise AttributeError(name)
