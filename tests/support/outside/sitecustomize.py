"""Loaded first by servers that tests start with this folder on their path: ScienceTimes is the test's own site."""

import socket

_ask = socket.getaddrinfo


def _answer(host, *rest, **more):
    return _ask("127.0.0.1" if host == "www.sciencetimes.co.kr" else host, *rest, **more)


socket.getaddrinfo = _answer
