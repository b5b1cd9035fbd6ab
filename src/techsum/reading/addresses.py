"""Which links and addresses may be opened at all.

A link is refused when ANY address that its host resolves to is not a public one. The check runs on the
addresses that are then connected to (see `fetch`), so a resolver that changes its answer gains nothing.
"""

import ipaddress
import re
import socket

import httpx

from techsum.errors import BlockedAddressError, FetchError
from techsum.messages import text

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
# Python's `is_global` calls these global or differs between versions; none is an article's server.
_NEVER = tuple(
    ipaddress.ip_network(n)
    for n in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and a cloud's metadata service
        "168.63.129.16/32",  # Azure's host, seen from its machines
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "::/96",  # IPv4-compatible
        "100::/64",
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",
    )
)
_WEB_PORTS = frozenset({80, 443})
_FIRST_FREE_PORT, _LAST_PORT = 1024, 65535


def is_public(address: IPAddress) -> bool:
    """Whether this address belongs to the open internet."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped or any(address in network for network in _NAT64)
    ):
        return False
    if any(address.version == network.version and address in network for network in _NEVER):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def is_own(address: IPAddress) -> bool:
    """Whether this machine has this address: only then can a socket be bound to it."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True


def parse_link(link: str) -> httpx.URL:
    """The link as a URL that every parser reads the same way.

    Raises:
        FetchError: another scheme than http(s), a user name, a backslash, white space or control
            characters inside, no host, or a port that belongs to no web server.
    """

    def refuse(reason: str, **values: object) -> FetchError:
        return FetchError("url_invalid", url=_printable(link), reason=text(f"url_reason_{reason}", **values))

    link = link.strip()
    if re.search(r"[\s\\\x00-\x1f\x7f]", link):
        raise refuse("characters")
    try:
        url = httpx.URL(link)
        port, host = url.port, url.host  # a host may be no name that IDNA knows, which shows when it is read
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise refuse("form") from None
    if url.scheme not in ("http", "https"):
        raise refuse("scheme", scheme=url.scheme or "?")
    if url.userinfo:
        raise refuse("user")
    if not host:
        raise refuse("host")
    if port is not None and port not in _WEB_PORTS and not _FIRST_FREE_PORT <= port <= _LAST_PORT:
        raise refuse("port", port=port)
    return url


def vetted_addresses(host: str, port: int, *, allow_loopback: bool = False) -> list[str]:
    """The addresses of `host`, resolved once; all of them are public and none is this machine's.

    Args:
        host: a name or an address in any form that the system's resolver takes.
        port: the port to connect to.
        allow_loopback: for tests only: 127.0.0.0/8 and ::1 count as public.

    Raises:
        BlockedAddressError: any of the addresses is not public.
        FetchError: the name does not resolve.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise FetchError("url_no_dns", host=_printable(host)) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for one in addresses:
        address = ipaddress.ip_address(one.partition("%")[0])
        public = is_public(address) and not is_own(address)
        if not (public or (allow_loopback and address.is_loopback)):
            raise BlockedAddressError("url_private", host=_printable(host))
    return addresses


def _printable(link: str) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in link)
    longest = 200
    return shown if len(shown) <= longest else shown[:longest] + "…"
