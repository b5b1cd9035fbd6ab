"""What `deploy/` promises: manifests that a cluster takes, and a restart under load that loses nothing."""

import re
import signal
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
import yaml

from support.app_server import app_server, client, finished
from support.llama_server import llama_server
from support.nginx import nginx
from support.postgres import postgres
from support.servers import free_port
from support.texts import BODY
from support.tiny_gguf import write_gemma2
from support.waiting import until

DEPLOY = Path(__file__).parents[2] / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
KUBERNETES = "1.34"


def documents():
    return [d for file in MANIFESTS for d in yaml.safe_load_all(file.read_text("utf-8"))]


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda f: f.name)
def test_manifests_are_what_kubernetes_takes(file):
    import kubernetes_validate

    for document in yaml.safe_load_all(file.read_text("utf-8")):
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


def test_a_mistake_in_a_manifest_is_found():
    import kubernetes_validate

    deployment = next(d for d in documents() if d["kind"] == "Deployment")
    deployment["spec"]["replica"] = 3
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, KUBERNETES, strict=True)


def test_what_manifests_name_is_there():
    """Given all manifests together, then selectors, secrets, volumes, ports and targets meet."""
    found = documents()
    known = {(d["kind"], d["metadata"]["name"]) for d in found}
    work = [d for d in found if d["kind"] in ("Deployment", "StatefulSet")]
    labels = [d["spec"]["template"]["metadata"]["labels"] for d in work]
    for document in work:
        pod = document["spec"]["template"]["spec"]
        assert (
            document["spec"]["selector"]["matchLabels"] == document["spec"]["template"]["metadata"]["labels"]
        )
        claims = {c["metadata"]["name"] for c in document["spec"].get("volumeClaimTemplates", ())}
        volumes = {v["name"] for v in pod.get("volumes", ())} | claims
        for volume in pod.get("volumes", ()):
            if "persistentVolumeClaim" in volume:
                assert ("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]) in known
        for container in pod["containers"]:
            assert {m["name"] for m in container.get("volumeMounts", ())} <= volumes
            ports = {p["name"] for p in container["ports"]}
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                asked = container.get(probe, {}).get("httpGet")
                assert asked is None or asked["port"] in ports
            for source in container.get("envFrom", ()):
                ((kind, reference),) = source.items()
                assert (
                    {"configMapRef": "ConfigMap", "secretRef": "Secret"}[kind],
                    reference["name"],
                ) in known
            for variable in container.get("env", ()):
                if "valueFrom" in variable:
                    assert ("Secret", variable["valueFrom"]["secretKeyRef"]["name"]) in known
    for document in found:
        spec = document.get("spec", {})
        if document["kind"] == "Service":
            assert spec["selector"] in labels
        if document["kind"] == "PodDisruptionBudget":
            assert spec["selector"]["matchLabels"] in labels
        if document["kind"] == "HorizontalPodAutoscaler":
            assert (spec["scaleTargetRef"]["kind"], spec["scaleTargetRef"]["name"]) in known


def test_the_autoscaler_asks_for_a_figure_that_the_server_gives():
    from techsum.server import metrics

    autoscaler = next(d for d in documents() if d["kind"] == "HorizontalPodAutoscaler")
    names = [m["pods"]["metric"]["name"] for m in autoscaler["spec"]["metrics"] if m["type"] == "Pods"]
    given = metrics.page().decode()
    adapter = (DEPLOY / "kubernetes" / "metrics.yaml").read_text("utf-8")
    assert names
    for name in names:
        assert f"\n{name} " in given
        assert name in adapter


def test_all_processes_connections_fit_the_database():
    """Given PostgreSQL's 100 connections, three of them its superuser's, when an update adds a pod, then all fit."""
    most = next(d for d in documents() if d["kind"] == "HorizontalPodAutoscaler")["spec"]["maxReplicas"]
    settings = next(d for d in documents() if d["kind"] == "ConfigMap" and "TECHSUM_JOBS" in d["data"])[
        "data"
    ]
    assert (most + 1) * int(settings["TECHSUM_DATABASE_CONNECTIONS"]) <= 97


def test_settings_in_deploy_are_settings_of_techsum():
    from techsum.settings import Settings

    known = {f"TECHSUM_{name.upper()}" for name in Settings.model_fields} | {"TECHSUM_LANG"}
    for file in [*MANIFESTS, DEPLOY / "compose.yaml", DEPLOY / "Dockerfile"]:
        assert set(re.findall(r"\bTECHSUM_[A-Z_]+(?=[:=])", file.read_text("utf-8"))) <= known, file


def test_the_compose_file_is_one_and_names_what_is_there():
    from check_jsonschema.builtin_schemas import get_builtin_schema
    from jsonschema.validators import validator_for

    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    known = get_builtin_schema("vendor.compose-spec")
    schema = validator_for(known)(known)
    assert [e.message for e in schema.iter_errors(compose)] == []
    assert list(schema.iter_errors(compose | {"services": {"web1": {"imagee": "x"}}}))
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= services.keys()
        assert set(service.get("networks", ())) <= compose["networks"].keys()
        named = {v.partition(":")[0] for v in service.get("volumes", ()) if not v.startswith((".", "$"))}
        assert named <= compose["volumes"].keys()
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    proxied = re.findall(r"server (web\d):8765", (DEPLOY / "nginx.conf").read_text("utf-8"))
    assert sorted(proxied) == [name for name in services if name.startswith("web")]


class Load:
    """Readers who ask for summaries through the proxy without a pause, until they are told to stop."""

    def __init__(self, url, count):
        self.url, self.accepted, self.refused, self.problems = url, [], 0, []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(n,)) for n in range(count)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self, number):
        count = 0
        with client(self.url) as reader:
            reader.get("/")
            while not self._stop.is_set():
                count += 1
                text = f"독자 {number}의 {count}번째 글이다. {BODY}"
                try:
                    answer = reader.post("/api/summaries", json={"source": text, "model": "auto"})
                    if answer.status_code == 202:
                        self.accepted.append((reader.cookies, answer.json()["id"]))
                        with reader.stream("GET", answer.headers["location"] + "/events") as stream:
                            for line in stream.iter_lines():
                                if line.startswith("event: done"):
                                    break
                    elif answer.status_code in (429, 503):
                        self.refused += 1
                    else:
                        self.problems.append(answer.text)
                except httpx.RemoteProtocolError:
                    pass  # a stream that its process cut: a browser takes it up again by its last event
                time.sleep(0.6)

    def more(self, count):
        """Wait until so many more were accepted."""
        wanted = len(self.accepted) + count
        until(lambda: len(self.accepted) >= wanted, 120)


@pytest.mark.slow
def test_a_rolling_restart_behind_nginx_under_load_loses_no_summary(tmp_path):
    """Given three processes behind nginx, when each is ended and started anew, then whatever was accepted is done."""
    ports = [free_port() for _ in range(3)]
    with ExitStack() as running:
        database = running.enter_context(postgres())
        model, _ = running.enter_context(llama_server(write_gemma2(tmp_path / "tiny.gguf")))
        own = {"TECHSUM_DATABASE_URL": database.url, "TECHSUM_MODEL": f"{model}#tiny-gemma", "TECHSUM_JOBS": "2",
               "TECHSUM_PROXIES": "127.0.0.1"}  # fmt: skip
        started = {
            port: running.enter_context(app_server(tmp_path / f"{port}", port, **own))[1] for port in ports
        }
        url = running.enter_context(nginx((DEPLOY / "nginx.conf").read_text("utf-8"), ports))
        assert httpx.get(f"{url}/metrics").status_code == 403
        with Load(url, 3) as load:
            for port in ports:
                load.more(3)
                before = len(load.accepted)
                started[port].send_signal(signal.SIGTERM)
                started[port].wait(20)
                running.enter_context(app_server(tmp_path / f"{port}b", port, **own))
                assert len(load.accepted) > before  # the others went on meanwhile
            load.more(3)
        assert load.problems == []
        assert len(load.accepted) > 10
        ended = []
        for cookies, entry_id in load.accepted:
            with client(url) as reader:
                reader.cookies.update(cookies)
                ended.append(finished(reader, entry_id)["status"])
        assert ended == ["done"] * len(ended)
        print(f"{len(ended)} summaries, {load.refused} refused for the moment")
