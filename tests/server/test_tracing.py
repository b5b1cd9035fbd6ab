"""Traces reach a collector, and do not say what anybody reads."""

import threading

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from support.app_server import app_server, client, summarised
from support.servers import Site, send
from support.texts import BODY
from support.waiting import until

pytestmark = pytest.mark.slow

SECRET = "nobody-knows-this"


class Collector:
    """What an OpenTelemetry collector is sent."""

    def __init__(self):
        self.raw, self._lock = b"", threading.Lock()
        self.requests = []

    def __call__(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        with self._lock:
            self.raw += body
            self.requests.append(ExportTraceServiceRequest.FromString(body))
        send(request, b"", "application/x-protobuf")

    def spans(self):
        with self._lock:
            found = [r for request in self.requests for r in request.resource_spans]
        return [span for resource in found for scope in resource.scope_spans for span in scope.spans]


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """The spans after a summary, a page that is not there and a search."""
    collector = Collector()
    with Site({"/v1/traces": collector}) as site:
        own = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": site.url,
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        with app_server(tmp_path_factory.mktemp("traced"), **own) as (url, _), client(url) as reader:
            summarised(reader, source=BODY)
            reader.get(f"/share/{SECRET}")
            reader.get("/api/summaries", params={"q": SECRET})
            until(lambda: "GET /share/{token}" in {span.name for span in collector.spans()})
            until(lambda: "GET /api/summaries" in {span.name for span in collector.spans()})
        yield collector


def test_requests_have_spans_by_route_but_probes_have_none(traced):
    names = {span.name for span in traced.spans()}
    assert {"POST /api/summaries", "GET /share/{token}"} <= names
    assert not any("health" in name for name in names)


def test_no_span_says_what_somebody_reads(traced):
    assert traced.spans()
    for span in traced.spans():
        for word in (SECRET, "소금물"):
            assert word not in str(span).encode().decode("unicode_escape", "replace"), span


def test_the_service_has_its_name_and_version(traced):
    attributes = traced.requests[0].resource_spans[0].resource.attributes
    named = {attribute.key: attribute.value.string_value for attribute in attributes}
    assert named["service.name"] == "techsum"
    assert named["service.version"]
