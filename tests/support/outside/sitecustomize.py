"""Loaded first by servers that tests start with this folder on their path: these hosts are the test's own site."""

import socket

_ask = socket.getaddrinfo


def _answer(host, *rest, **more):
    own = host in ("www.sciencetimes.co.kr", "news.example")
    return _ask("127.0.0.1" if own else host, *rest, **more)


socket.getaddrinfo = _answer
