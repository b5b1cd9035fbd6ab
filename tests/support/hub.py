"""A site that serves files as the hub of models does."""

import hashlib
import re
import threading

from support.servers import send


def hub_file(content, digest=None, cut_at=None):
    """A file as the hub serves it: HEAD tells sha256 and size, GET takes a range; may be cut off once."""
    cuts = [cut_at] if cut_at else []

    def answer(request):
        wanted = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", "bytes=0-"))
        start = int(wanted.group(1))
        headers = {
            "X_Linked_Etag": f'"{digest or hashlib.sha256(content).hexdigest()}"',
            "X_Linked_Size": str(len(content)),
        }
        body = content[start:]
        if request.command == "GET" and cuts:
            headers["Content_Length"] = str(len(body))
            body = body[: cuts.pop()]
            request.close_connection = True
        send(request, body, "application/octet-stream", 206 if start else 200, **headers)

    return answer


def held_file(content):
    """A file whose size is told at once and whose bytes come when the event is set; both."""
    go_on, serve = threading.Event(), hub_file(content)

    def answer(request):
        if request.command == "GET":
            go_on.wait(120)
        serve(request)

    return answer, go_on
