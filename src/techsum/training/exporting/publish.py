"""`techsum export --push`: a proven export goes to the hub with its model card."""

from pathlib import Path

import techsum
from techsum.errors import TrainingError
from techsum.settings import hub, hub_reason, hub_token


def check_repository(repository: str) -> None:
    """Look before the work whether this can be published.

    Raises:
        TrainingError: this is no `OWNER/NAME`, or there is no token.
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(repository)
        owner, mark, _name = repository.partition("/")
    except HFValidationError:
        owner = mark = ""
    if not (owner and mark):
        raise TrainingError("publish_name", name=repository)
    if not hub_token():
        raise TrainingError("publish_token")


def publish(folder: Path, repository: str, *, private: bool) -> str:
    """Upload an export's folder; the repository is made where it is missing.

    Args:
        folder: what `export` wrote.
        repository: `OWNER/NAME`.
        private: whether a new repository can be seen by its owner alone.

    Returns:
        The address of the commit.

    Raises:
        TrainingError: the hub refused it or cannot be reached; the export stays where it is.
    """
    import httpx
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    api = HfApi(endpoint=hub(), token=hub_token())
    try:
        api.create_repo(repository, private=private, exist_ok=True)
        message = f"Exported by TechSum {techsum.__version__}"
        commit = api.upload_folder(repo_id=repository, folder_path=folder, commit_message=message)
        return str(commit.commit_url)
    except (HfHubHTTPError, httpx.HTTPError, OSError, ValueError, RuntimeError) as error:
        reason = hub_reason(error).rstrip(".")
        raise TrainingError("publish_failed", name=repository, reason=reason, folder=folder) from None
