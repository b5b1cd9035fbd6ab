"""Settings: environment, then `.env`, then what `techsum models use` kept, then defaults."""

import json
import math
import os
import re
from functools import cache
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from techsum.errors import StorageError, UsageError
from techsum.files import atomic_write_text


class Settings(BaseSettings):
    """Everything that can be set from outside, each as `TECHSUM_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="TECHSUM_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    model: str = "auto"
    """What `--model auto` starts from: a name, a file, `hf:ID` or `URL#NAME`."""
    models: str = ""
    """Names that readers of a server may choose (`extract,gemma-3-270m-ko`); empty: all that are here."""
    model_pulls: bool | None = None
    """Whether readers of a server may download models. None: where it listens on this machine alone, with
    neither `TECHSUM_HOSTS`, `TECHSUM_PROXIES` nor `TECHSUM_OIDC_ISSUER`."""
    check: Literal["auto", "model", "rules"] = "auto"
    """Who judges beside the rules. `auto`: a model where a reader asks, for a check or with a question, and
    the embedded one is installed; nobody while a summary is being written. `model`: there too."""
    adapter: Path | None = None
    """A GGUF LoRA to put on the GGUF model."""
    cache_dir: Path = Field(default_factory=lambda: Path(platformdirs.user_cache_dir("techsum")))
    """Model files; can be deleted at any time."""
    config_dir: Path = Field(default_factory=lambda: Path(platformdirs.user_config_dir("techsum")))
    """The choice made by `techsum models use`."""
    data_dir: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("techsum")))
    """The library, and the key that signs the readers' cookies."""
    database_url: SecretStr | None = None
    """The library in PostgreSQL (`postgresql+psycopg://…`) instead of SQLite in `data_dir`."""
    database_connections: int = Field(default=15, ge=2)
    """Connections of one process to PostgreSQL at most; those of all processes must fit its own limit."""
    hosts: str = ""
    """Names under which the server may be asked (`techsum.example,*.example`); empty: any."""
    proxies: str = ""
    """Addresses of proxies whose `X-Forwarded-*` headers are believed."""
    metrics_port: int = Field(default=0, ge=0, le=65_535)
    """A port that answers Prometheus alone, where the world reaches the server; 0: the pages' `/metrics`."""
    log_format: Literal["text", "json"] = "text"
    """How a server logs. `json`: a JSON object a line, one of them for each request."""
    https: bool = False
    """Whether the server sends browsers from http to https."""
    oidc_issuer: str = ""
    """An OpenID Connect provider to sign in with; empty: readers are known by their browsers alone."""
    oidc_client_id: str = "techsum"
    """This server's name at the provider."""
    oidc_client_secret: SecretStr | None = None
    """Its secret there; a public client has none."""
    signin_required: bool = False
    """Whether a server is for those alone who sign in. Shared summaries stay open to all who have a link."""
    session_days: float = Field(default=365, gt=0)
    """Days after which who signed in must do so again; few where the provider says who is a member."""
    server: str = ""
    """A TechSum server that `techsum desktop` asks; empty: it starts one on this machine."""
    jobs: int = Field(default=1, ge=1)
    """Summaries that use the model at the same time; more pays with a model server or a GPU."""
    open_summaries: int = Field(default=96, ge=1)
    """Summaries that are made or wait; more are asked to come again."""
    reader_summaries: int = Field(default=8, ge=1)
    """Of them, of one reader."""
    address_summaries: int = Field(default=16, ge=1)
    """Of them, of one address, behind which several readers may be."""
    open_questions: int = Field(default=16, ge=1)
    """Questions that are answered or wait: each holds a thread of forty."""
    reader_questions: int = Field(default=2, ge=1)
    """Of them, of one reader."""
    address_questions: int = Field(default=8, ge=1)
    """Of them, of one address."""
    open_checks: int = Field(default=8, ge=1)
    """Checks at the same time: each holds a processor and a thread."""
    reader_checks: int = Field(default=2, ge=1)
    """Of them, of one reader."""
    address_checks: int = Field(default=4, ge=1)
    """Of them, of one address."""
    connections: int = Field(default=1000, ge=10)
    """Connections at a time; Linux lets a process have 1,024 files open by default."""
    address_connections: int = Field(default=200, ge=1)
    """Of them, of one address: an office behind one has fifty readers who follow something."""
    reader_requests: int = Field(default=60, ge=1)
    """Requests a minute of one reader that change something."""
    address_requests: int = Field(default=600, ge=1)
    """Requests a minute of one address that change something; many readers may share it."""
    reader_megabytes: int = Field(default=500, ge=1)
    """What one reader of a server may keep; 15,000 articles."""
    library_megabytes: int = Field(default=20_000, ge=1)
    """What a server's library may hold."""
    keep_days: float = Field(default=7, gt=0)
    """Days after which a server forgets a summary that nobody saved."""
    migrate: bool = True
    """Whether an older TechSum's library is upgraded when it is opened. False: by `library migrate` alone."""
    feed_minutes: int = Field(default=30, ge=1)
    """Minutes after which a server reads a reader's feed again."""
    slots: int = Field(default=1, ge=1)
    """Answers that a GGUF model writes at the same time, each with a context of its own."""
    threads: int = Field(default_factory=lambda: usable_cores(), ge=1)  # noqa: PLW0108 - defined below
    """Threads of the model: all cores, for a prompt is read faster with each. A small model writes an answer
    with one, and up to four at once."""
    context: int = Field(default=8192, ge=2048)
    """Context of a GGUF model in tokens: what Gemma 2 was trained for, about 14,000 Korean characters."""
    parser_megabytes: int = Field(default=2000, ge=500)
    """Address space of a process that parses a document; three may run, and a container must hold them."""
    fetch_seconds: float = Field(default=20, gt=0)
    """Time for one link, redirects and body together."""
    server_timeout: float = Field(default=120, gt=0)
    """Longest silence of a model server in seconds; a long prompt is silent while it is read."""
    api_key: SecretStr | None = None
    """Key of the OpenAI-compatible server."""
    hub_token: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("HUGGINGFACE_TOKEN", "HF_TOKEN")
    )


def usable_cores() -> int:
    """Cores that this process may use: fewer than the machine has, in a container or under taskset."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cpu_quota(Path("/sys/fs/cgroup"), Path("/proc/self/cgroup"))
    return max(1, min(cores, math.ceil(quota))) if quota else cores


def cpu_quota(groups: Path, own: Path) -> float | None:
    """Processors that Linux lets this process have at a time (a container's limit), or None without a limit.

    Args:
        groups: where control groups (version 2) are.
        own: names the group of this process: `0::/path`.
    """
    try:
        path = next(line[3:] for line in own.read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return None
    group = groups / path.strip("/")
    quotas = []
    for one in (group, *group.parents):
        if not one.is_relative_to(groups):
            break
        try:
            quota, period = (one / "cpu.max").read_text().split()
            quotas.append(int(quota) / int(period))
        except (OSError, ValueError):  # the root has no such file; "max" is no limit
            continue
    return min(quotas, default=None)


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        UsageError: a value does not parse.
    """
    try:
        return _with_secrets_at_home(Settings())
    except ValidationError as error:
        first = error.errors()[0]
        name = f"TECHSUM_{'.'.join(str(p) for p in first['loc'])}".upper()
        raise UsageError("setting_invalid", name=name, reason=first["msg"]) from None
    except (UnicodeDecodeError, OSError) as error:
        raise UsageError("setting_invalid", name=".env", reason=f"UTF-8? {type(error).__name__}") from None


def _with_secrets_at_home(found: Settings) -> Settings:
    """The settings, unless a secret stands where it is shown or is sent where the environment did not say.

    Raises:
        UsageError: a model's address has a password, or the `.env` of this folder, which someone may have
            sent, names who gets a secret of the environment.
    """
    check_model_address(found.model)
    for place, secret in (("model", "api_key"), ("oidc_issuer", "oidc_client_secret")):
        address = str(getattr(found, place))
        from_file = f"TECHSUM_{place}".upper() not in os.environ
        if "://" in address and from_file and f"TECHSUM_{secret}".upper() in os.environ:
            raise UsageError(
                "setting_of_folder", name=f"TECHSUM_{place}".upper(), secret=f"TECHSUM_{secret}".upper()
            )
    return found


def check_model_address(model: str) -> None:
    """Refuse a model's address with a password in it, for names of models are shown.

    Raises:
        UsageError: it has one.
    """
    if re.match("https?://[^/]*@", model):
        raise UsageError("model_address_secret")


def hub_token() -> str | None:
    """The hub token in clear, to be sent to the hub and shown nowhere."""
    kept = settings().hub_token
    return kept.get_secret_value() if kept else None


def hub_reason(error: Exception) -> str:
    """The first line of what a library of the hub says went wrong, without the token."""
    reason = str(error)
    if secret := hub_token():
        reason = reason.replace(secret, "***")
    lines = (line.strip() for line in reason.splitlines())
    return next(filter(None, lines), type(error).__name__)[:200]


# These two come from the environment alone: the `.env` of a folder that someone sent must not choose who gets
# the hub token, nor open the guarded fetcher.


def hub() -> str:
    """The hub that models are pulled from."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def loopback_allowed() -> bool:
    """For TechSum's own tests, which serve pages on 127.0.0.1. Never set it on a server."""
    return os.environ.get("TECHSUM_TEST_ONLY_ALLOW_LOOPBACK") == "1"


def default_model() -> str | None:
    """The model that `techsum models use` chose, or None."""
    try:
        kept = json.loads((settings().config_dir / "default-model.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return kept.get("model") if isinstance(kept, dict) else None


def set_default_model(name: str) -> None:
    """Keep `name` as the default model.

    Raises:
        StorageError: the configuration folder cannot be written.
    """
    path = settings().config_dir / "default-model.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write_text(path, json.dumps({"model": name}, ensure_ascii=False))
    except OSError as error:
        raise StorageError("cache_unwritable", path=path, reason=error.strerror) from error


def database_url() -> str:
    """The library's address: `TECHSUM_DATABASE_URL`, or SQLite in the data folder."""
    given = settings().database_url
    if not given:
        return f"sqlite:///{settings().data_dir / 'library.db'}"
    # operators of clusters hand out addresses without a driver
    return re.sub("^postgres(ql)?://", "postgresql+psycopg://", given.get_secret_value())
