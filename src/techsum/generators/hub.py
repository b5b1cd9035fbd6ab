"""Downloading a model file from a hub: resumable, checked, with gated models explained.

`huggingface_hub` asks, follows and fetches. What has arrived is kept here, for since 1.18 it throws that away
when it fails, and the sha256 is compared here, for it compares sizes.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from techsum.errors import ModelError
from techsum.generators.gguf_file import inspect_gguf
from techsum.generators.hub_models import HUB_MODELS, full_name
from techsum.generators.models import models_folder, unknown, unwritable
from techsum.settings import hub, hub_reason, hub_token

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

_BLOCK = 1 << 20
_HEAD_SECONDS = 30
Progress = Callable[[int, int], None]
"""Called with the bytes that are here and the bytes in all."""


@dataclass(frozen=True)
class _Remote:
    repository: str
    file: str
    name: str


def pull(name: str, progress: Progress = lambda _here, _total: None) -> Path:
    """Download a model: a known name, or `owner/repository:file.gguf`.

    A download that was cut off goes on where it stopped; the file appears under its name only when its
    sha256 is right and its header reads as GGUF.

    Raises:
        UsageError: the name means nothing.
        ModelError: missing, gated, cut off, or of another sha256 than the hub names.
        StorageError: the disk is full or the folder cannot be written.
    """
    target, remote = _where(name)
    if target.exists():
        return target
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    part = target.with_suffix(".part")
    size = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, size = _look(remote)
        _download(remote, part, size, progress)
    except HFValidationError:
        raise unknown(name) from None
    except HfHubHTTPError as error:
        raise _refused(error, remote) from None
    except httpx2.HTTPError as error:
        raise ModelError("hub_failed", reason=hub_reason(error)) from None
    except OSError as error:
        if error.errno is None:  # the library's own: fewer bytes than were promised, offline mode
            raise ModelError("hub_failed", reason=hub_reason(error)) from None
        raise unwritable(error, part, size) from None
    _verify(part, digest)
    part.replace(target)
    return target


def _where(name: str) -> tuple[Path, _Remote]:
    name = full_name(name)
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
    return models_folder() / f"{target}.gguf", _Remote(repository, file, name)


def _look(remote: _Remote) -> tuple[str, int]:
    """The sha256 and the size that the hub promises."""
    from huggingface_hub import constants, get_hf_file_metadata

    constants.HF_HUB_DISABLE_TELEMETRY = True  # or it asks for a list of coding agents, to tell of one
    constants.DOWNLOAD_CHUNK_SIZE = _BLOCK  # what is lost by a cut: the library's own is ten times as much
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # or it warns in the middle of a bar
    # False: no token but TechSum's, not the one that `hf auth login` left on this machine
    about = get_hf_file_metadata(_address(remote), token=hub_token() or False, timeout=_HEAD_SECONDS)
    if about.size is None or not re.fullmatch("[0-9a-f]{64}", about.etag or ""):
        raise ModelError("hub_missing", name=remote.name)
    return cast("str", about.etag), about.size


def _download(remote: _Remote, part: Path, size: int, progress: Progress) -> None:
    from huggingface_hub.file_download import http_get

    here = part.stat().st_size if part.exists() else 0
    if here > size:
        part.unlink()
        here = 0
    progress(here, size)
    token = hub_token()
    with part.open("ab") as file:
        http_get(
            _address(remote),
            file,
            resume_size=here,
            # a packed answer has no ranges
            headers={"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {token}"} if token else {}),
            expected_size=size,
            tqdm_class=cast("Any", partial(_Bar, progress, size)),
        )


def _address(remote: _Remote) -> str:
    from huggingface_hub import hf_hub_url

    return hf_hub_url(remote.repository, remote.file, endpoint=hub())


class _Bar:
    """What the library takes for a bar of `tqdm`: it tells `progress`."""

    def __init__(self, progress: Progress, size: int, *, initial: int = 0, **_: object) -> None:
        self._progress, self._here, self._size = progress, initial, size

    def update(self, more: int) -> None:
        """So many bytes more; fewer, where the server cannot resume and begins anew."""
        self._here += more
        self._progress(self._here, self._size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _refused(error: "HfHubHTTPError", remote: _Remote) -> ModelError:
    status = error.response.status_code
    if status in (401, 403):
        return ModelError("hub_gated", name=remote.name, page=f"{hub()}/{remote.repository}")
    if status == 404:  # noqa: PLR2004
        return ModelError("hub_missing", name=remote.name)
    return ModelError("hub_failed", reason=f"HTTP {status}")


def _verify(part: Path, expected: str) -> None:
    digest = sha256()
    with part.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    if digest.hexdigest() != expected:
        part.unlink()
        raise ModelError("model_checksum", path=part)
    inspect_gguf(part)
