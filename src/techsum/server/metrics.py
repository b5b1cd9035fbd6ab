"""What `/metrics` tells Prometheus."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, start_http_server

from techsum.errors import StorageError

REGISTRY = CollectorRegistry()
JOBS = Counter("techsum_jobs", "Summaries by how they ended", ["outcome"], registry=REGISTRY)
FAILURES = Counter(
    "techsum_job_failures", "Summaries that failed, by the kind of error", ["kind"], registry=REGISTRY
)
FIRST_PIECE = Histogram(
    "techsum_first_piece_seconds",
    "Time from a summary's turn at the model to the first text that it writes",
    registry=REGISTRY,
    buckets=(0.1, 0.3, 1, 3, 10, 30, 100),
)
SECONDS = Histogram(
    "techsum_job_seconds",
    "Time from asking to the end",
    registry=REGISTRY,
    buckets=(0.1, 0.3, 1, 3, 10, 30, 100, 300),
)
PIECES = Counter(
    "techsum_text_pieces", "Pieces of text (about a token each) that models wrote", registry=REGISTRY
)
OPEN = Gauge("techsum_jobs_open", "Summaries that are being made or wait", registry=REGISTRY)
WAITING = Gauge("techsum_jobs_waiting", "Summaries that wait for the model", registry=REGISTRY)
LATENCY = Histogram(
    "techsum_request_seconds",
    "Time from a request to the head of its answer",
    ["method", "route"],
    registry=REGISTRY,
    buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60),
)
REQUESTS = Counter("techsum_requests", "Answered requests", ["method", "route", "status"], registry=REGISTRY)
CONNECTIONS = Gauge(
    "techsum_database_connections", "Connections to PostgreSQL that are in use now", registry=REGISTRY
)


def job(outcome: str, seconds: float) -> None:
    """Count a job that ended."""
    JOBS.labels(outcome).inc()
    SECONDS.observe(seconds)


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request whose answer begins; `route` is a template, never an address."""
    REQUESTS.labels(method, route, status).inc()
    LATENCY.labels(method, route).observe(seconds)


def watch(open_jobs: Callable[[], int], waiting: Callable[[], int], connections: Callable[[], int]) -> None:
    """Say where the numbers of the moment come from."""
    OPEN.set_function(open_jobs)
    WAITING.set_function(waiting)
    CONNECTIONS.set_function(connections)


def page() -> bytes:
    """The text that Prometheus reads."""
    return generate_latest(REGISTRY)


@contextmanager
def answering(port: int) -> Iterator[None]:
    """Answer Prometheus on a port of its own, behind none of the pages' checks and out of readers' reach.

    Raises:
        StorageError: the port is taken.
    """
    try:
        server, thread = start_http_server(port, registry=REGISTRY)
    except OSError as error:
        raise StorageError("metrics_port", port=port, reason=error.strerror) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
