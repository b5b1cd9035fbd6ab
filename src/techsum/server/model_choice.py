"""The models that readers of a server may use."""

from techsum.contracts.entry import Entry
from techsum.errors import TechsumError, UsageError
from techsum.generators import check, resolve
from techsum.generators.model_ref import EXTRACT
from techsum.generators.models import offered


def named_model(model: str) -> str:
    """The model that a reader named: no path or address, which would open this machine's files to strangers.

    Raises:
        UsageError: it is none that `GET /api/models` lists.
    """
    if model not in {"auto", EXTRACT, *offered()}:
        raise UsageError("model_unknown", name=model, nearest="")
    return resolve(model)


def model_of_summary(entry: Entry) -> str:
    """The model that made a summary; `auto` where an import brought one that is not here."""
    try:
        name = named_model(entry.request.options.model)
        check(name)
    except TechsumError:
        return resolve("auto")
    return name
