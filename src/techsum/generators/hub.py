"""Downloading a model file from a hub: resumable, checked, with gated models explained.

The hub's file address answers HEAD with the file's sha256 (`X-Linked-Etag`) and size (`X-Linked-Size`),
and GET with byte ranges: the published protocol of the Hugging Face hub, which mirrors follow.
"""

import errno
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import httpx

from techsum.errors import ModelError, StorageError
from techsum.generators.gguf_file import inspect_gguf
from techsum.generators.models import HUB_MODELS, models_folder, unknown
from techsum.settings import hub, settings

_BLOCK = 1 << 20
Progress = Callable[[int, int], None]
"""Called with the bytes that are here and the bytes in all."""


@dataclass(frozen=True)
class _Remote:
    url: str
    page: str
    name: str


def pull(name: str, progress: Progress = lambda _here, _total: None) -> Path:
    """Download a model: a known name, or `owner/repository:file.gguf`.

    A download that was cut off goes on where it stopped; the file appears under its name only when its
    sha256 is right and its header reads as GGUF.

    Raises:
        UsageError: the name means nothing.
        ModelError: missing, gated, cut off, or not what the hub said it is.
        StorageError: the disk is full or the folder cannot be written.
    """
    target, remote = _where(name)
    if target.exists():
        return target
    token = settings().hub_token
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    part = target.with_suffix(".part")
    size = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # httpx drops the Authorization header when a redirect leaves the hub's host
        with httpx.Client(headers=headers, timeout=30, follow_redirects=True) as client:
            digest, size = _look(client, remote)
            _download(client, remote, part, size, progress)
    except httpx.HTTPError as error:
        raise ModelError("hub_failed", reason=str(error) or type(error).__name__) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageError("disk_full", path=part, needed=f"{size // 1_000_000} MB") from None
        raise StorageError("cache_unwritable", path=part.parent, reason=error.strerror) from None
    _verify(part, digest)
    part.replace(target)
    return target


def _where(name: str) -> tuple[Path, _Remote]:
    known = HUB_MODELS.get(name)
    custom = re.fullmatch(r"([\w.-]+/[\w.-]+):([\w.-]+\.gguf)", name)
    if known:
        repository, file, target = known.repository, known.file, name
    elif custom:
        repository, file = custom.groups()
        # two owners may give their files one name
        target = f"{repository.partition('/')[0]}--{Path(file).stem}"
    else:
        raise unknown(name)
    page = f"{hub()}/{repository}"
    return (
        models_folder() / f"{target}.gguf",
        _Remote(f"{page}/resolve/main/{quote(file)}", page, name),
    )


def _look(client: httpx.Client, remote: _Remote) -> tuple[str, int]:
    """The sha256 and the size that the hub promises."""
    answer = client.head(remote.url, follow_redirects=False)
    _check(answer, remote)
    digest = answer.headers.get("x-linked-etag", "").strip('"')
    size = answer.headers.get("x-linked-size", "")
    if not re.fullmatch("[0-9a-f]{64}", digest) or not size.isdigit():
        raise ModelError("hub_missing", name=remote.name)
    return digest, int(size)


def _check(answer: httpx.Response, remote: _Remote) -> None:
    if answer.status_code in (401, 403):
        raise ModelError("hub_gated", name=remote.name, page=remote.page)
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise ModelError("hub_missing", name=remote.name)
    if answer.status_code >= httpx.codes.BAD_REQUEST:
        raise ModelError("hub_failed", reason=f"HTTP {answer.status_code}")


def _download(client: httpx.Client, remote: _Remote, part: Path, size: int, progress: Progress) -> None:
    here = part.stat().st_size if part.exists() else 0
    if here > size:
        part.unlink()
        here = 0
    progress(here, size)
    if here == size:
        return
    with client.stream("GET", remote.url, headers={"Range": f"bytes={here}-"}) as answer:
        _check(answer, remote)
        if here and answer.status_code != httpx.codes.PARTIAL_CONTENT:
            here = 0  # this server cannot resume: from the start
        with part.open("ab" if here else "wb") as file:
            for block in answer.iter_raw():
                file.write(block)
                here += len(block)
                progress(here, size)
    if here != size:
        raise ModelError("hub_failed", reason=f"{here} / {size}")


def _verify(part: Path, expected: str) -> None:
    digest = sha256()
    with part.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    if digest.hexdigest() != expected:
        part.unlink()
        raise ModelError("model_checksum", path=part)
    inspect_gguf(part)
