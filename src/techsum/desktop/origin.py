"""Whether another site's page is behind a connection: any page may open a websocket."""

from collections.abc import Mapping
from urllib.parse import urlsplit


def from_another_origin(headers: Mapping[str, str]) -> bool:
    """Whether a browser names another origin than the host that was asked."""
    origin = headers.get("origin")
    return bool(origin) and urlsplit(str(origin)).netloc != headers.get("host")
