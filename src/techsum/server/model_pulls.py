"""Downloading a model from the web app: one at a time, in the background, on a server of one's own."""

import logging
import threading
from dataclasses import dataclass
from ipaddress import ip_address

from fastapi import HTTPException, Request

from techsum.contracts.service import ModelOffer, ModelPull
from techsum.errors import CancelledError, ModelError, TechsumError, UsageError
from techsum.generators.hub_models import HUB_MODELS, machine_memory
from techsum.generators.models import pulled
from techsum.generators.speeds import speed_of
from techsum.messages import text
from techsum.settings import settings

_log = logging.getLogger("techsum.server")
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""Headers of proxies."""
_READ, _WRITTEN = 750, 150
"""Tokens of an article of 1,000 characters with its prompt, and of its summary."""


def pulls_allowed(host: str) -> bool:
    """Whether readers of a server on this address may download models of gigabytes.

    As `TECHSUM_MODEL_PULLS` says; else where nothing but this machine reaches the server.
    """
    if settings().model_pulls is not None:
        return bool(settings().model_pulls)
    public = settings().hosts or settings().proxies or settings().oidc_issuer
    return not public and _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass
class _Pull:
    name: str
    here: int = 0
    total: int = 0
    over: bool = False
    stopped: bool = False
    error: TechsumError | None = None


class ModelPulls:
    """The download that is under way, or was the last.

    Args:
        allowed: whether readers may begin one, where they ask this machine itself (`pulls_allowed`).
    """

    def __init__(self, *, allowed: bool) -> None:
        self._allowed = allowed
        self._lock = threading.Lock()
        self._pull: _Pull | None = None

    def allows(self, request: Request) -> bool:
        """Whether who asks may download.

        A proxy or a tunnel on this machine brings strangers to a loopback address: unless the setting says
        so, such an address must be what was asked for, too, and nobody may have passed the request on.
        """
        if settings().model_pulls is not None or not self._allowed:
            return self._allowed
        passed_on = any(name in request.headers for name in _PASSED_ON)
        return not passed_on and _is_loopback(request.url.hostname or "")

    def _expect_allowed(self, request: Request, name: str) -> None:
        if not self.allows(request):
            raise HTTPException(403, text("pull_not_allowed", command=f"techsum models pull {name}"))

    def begin(self, request: Request, name: str) -> ModelPull:
        """Begin to download a known model; for one that is here or under way its state.

        Raises:
            HTTPException: this server lets nobody.
            UsageError: it is no model that is known by name, or another one is being downloaded.
        """
        self._expect_allowed(request, name)
        if name not in HUB_MODELS:
            raise UsageError("model_unknown", name=name, nearest="")
        with self._lock:
            running = self._pull if self._pull and not self._pull.over else None
            if running and running.name != name:
                raise UsageError("pull_running", name=running.name)
            if running:
                running.stopped = False  # it goes on, or begins again
            if not running and name not in pulled():
                self._pull = _Pull(name)
                threading.Thread(target=self._run, args=(self._pull,), name="pull", daemon=True).start()
        return self.state(name)

    def stop(self, request: Request, name: str) -> ModelPull:
        """Stop the download of a model within a block; what is here is kept, and goes on from there.

        Raises:
            HTTPException: this server lets nobody.
        """
        self._expect_allowed(request, name)
        with self._lock:
            if self._pull and self._pull.name == name:
                self._pull.stopped = True
        return self.state(name)

    def state(self, name: str) -> ModelPull:
        """How far a model is."""
        one = self._pull if self._pull and self._pull.name == name else None
        if name in pulled():
            return ModelPull(name, "here")
        if one is None or one.stopped:
            return ModelPull(name, "absent")
        if one.over:
            return ModelPull(name, "failed", error=str(one.error or ""))
        return ModelPull(name, "running", one.here, one.total)

    def offer(self, request: Request, name: str | None) -> ModelOffer | None:
        """A model that a page may offer; None: there is none."""
        model = HUB_MODELS.get(name or "")
        if model is None:
            return None
        fits = model.memory <= (machine_memory() or model.memory)
        state = self.state(str(name))
        speed = speed_of(str(name))
        seconds = _READ / speed.read + _WRITTEN / speed.written if speed else None
        return ModelOffer(
            state, model.about, model.memory, fits, model.skills, seconds, may_pull=self.allows(request)
        )

    def _run(self, one: _Pull) -> None:
        from techsum.generators.hub import pull

        def progress(here: int, total: int) -> None:
            one.here, one.total = here, total
            if one.stopped:
                raise CancelledError

        while True:
            try:
                pull(one.name, progress)
            except CancelledError:
                with self._lock:
                    if not one.stopped:  # meanwhile it was begun again
                        continue
                    one.over = True
            except TechsumError as error:
                one.error = error
            except Exception as error:  # noqa: BLE001 - the reader is told, the log has the rest
                _log.exception("the download of %s", one.name)
                one.error = ModelError("hub_failed", reason=type(error).__name__)
            one.over = True
            return
