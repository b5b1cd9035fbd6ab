"""OpenTelemetry traces by the standard instrumentations, where the operator names a collector.

Off unless `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is set; all else is as
OpenTelemetry's own variables say (`OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, …). No span says what people
read: addresses are left out, a route is its template.
"""

import os
from collections.abc import Sequence

from fastapi import FastAPI

from techsum import __version__
from techsum.errors import UsageError

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_ADDRESSES = ("url.full", "url.path", "url.query", "http.url", "http.target", "client.address", "net.peer.ip")
"""Attributes with links that people read, ids of their summaries, or who they are."""
_QUIET = "api/health,api/ready,metrics,static/"


def is_on() -> bool:
    """Whether the environment names a collector."""
    return any(os.environ.get(name) for name in _ENDPOINTS)


def trace(app: FastAPI) -> None:
    """Send spans of requests, and of what goes out over HTTP, to the collector.

    The database has none: its instrumentation does not know SQLAlchemy 2.1 yet.

    Raises:
        UsageError: OpenTelemetry is not installed.
    """
    try:
        from opentelemetry import trace as api
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
        from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
        from opentelemetry.trace import Status
    except ImportError:
        raise UsageError("extra_missing", feature="OpenTelemetry", extra="otel") from None

    class Exporter(OTLPSpanExporter):
        """Sends spans without what would say what somebody reads: addresses, and the words of errors."""

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            return super().export([without_texts(span) for span in spans])

    def without_texts(span: ReadableSpan) -> ReadableSpan:
        attributes = {n: "-" if n in _ADDRESSES else value for n, value in (span.attributes or {}).items()}
        return ReadableSpan(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=attributes,
            links=span.links,
            kind=span.kind,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    names = {"service.name": os.environ.get("OTEL_SERVICE_NAME", "techsum"), "service.version": __version__}
    provider = TracerProvider(resource=Resource.create(names))
    provider.add_span_processor(BatchSpanProcessor(Exporter()))
    api.set_tracer_provider(provider)
    FastAPIInstrumentor.instrument_app(app, tracer_provider=provider, excluded_urls=_QUIET)
    HTTPXClientInstrumentor().instrument(tracer_provider=provider)
