"""Loaded first by servers that are attacked: an internet whose public addresses lead to the test's own sites.

Names under `.example` have a public address, and connections to it end at loopback, on the port that the link names.
The guard is the real one: it sees public addresses here, and private ones where a name or a link leads inside.
"""

import socket

PUBLIC, INSIDE = "93.184.216.34", "127.0.0.1"
_NAMES = {
    "inside.example": [[INSIDE]],
    "mixed.example": [[PUBLIC, INSIDE]],
    "rebind.example": [[PUBLIC], [INSIDE]],
}
_asked = {}
_ask, _connect = socket.getaddrinfo, socket.create_connection


def _answer(host, port, *rest, **more):
    if not isinstance(host, str) or not host.endswith(".example"):
        return _ask(host, port, *rest, **more)
    answers = _NAMES.get(host, [[PUBLIC]])
    turn = _asked[host] = _asked.get(host, -1) + 1
    found = answers[turn % len(answers)]
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


def _to(address, *rest, **more):
    host, port = address
    return _connect((INSIDE if host == PUBLIC else host, port), *rest, **more)


socket.getaddrinfo, socket.create_connection = _answer, _to
