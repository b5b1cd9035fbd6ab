"""The Kubernetes manifests: what a cluster takes, whole in each installation, with no secret of its own."""

import re
import tomllib
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

PROJECT = Path(__file__).parents[2]
KUBERNETES = PROJECT / "deploy" / "kubernetes"
VERSION = "1.34"
INSTALLATIONS = ("single-node", "gpu")
PARTS = sorted(folder.name for folder in (KUBERNETES / "parts").iterdir())
OF_OPERATORS = {"Cluster", "HTTPRoute", "RayJob", "ScaledObject"}
"""Kinds whose schemas come with their operators: they are read here, and not validated."""
MADE_BY_OPERATORS = {("Secret", "techsum-db-app")}
"""By CloudNativePG, in an installation with a Cluster."""


def load(file):
    return [document for document in yaml.safe_load_all(file.read_text("utf-8")) if document]


def documents(folder):
    """What `kubectl apply -k` would apply: kustomizations here only put files together, and patch nothing."""
    (kustomization,) = load(folder / "kustomization.yaml")
    assert kustomization.keys() <= {"apiVersion", "kind", "namespace", "resources"}, folder
    for resource in kustomization["resources"]:
        place = (folder / resource).resolve()
        yield from documents(place) if place.is_dir() else load(place)


def secrets():
    return load(KUBERNETES / "secrets.example.yaml")


def pods(found):
    """Name and pod template of everything that runs pods."""
    for document in found:
        spec = document.get("spec", {})
        if document["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if document["kind"] in ("Deployment", "StatefulSet", "Job", "CronJob"):
            yield document["metadata"]["name"], spec["template"]


def files():
    return sorted(
        f
        for f in KUBERNETES.rglob("*.yaml")
        if f.name not in ("kustomization.yaml", "prometheus-adapter.values.yaml")
    )


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(KUBERNETES)))
def test_manifests_are_what_kubernetes_takes(file):
    for document in load(file):
        if document["kind"] not in OF_OPERATORS:
            kubernetes_validate.validate(document, VERSION, strict=True)


def test_a_mistake_in_a_manifest_is_found():
    deployment = next(d for d in documents(KUBERNETES / "base") if d["kind"] == "Deployment")
    deployment["spec"]["replica"] = 3
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, VERSION, strict=True)


@pytest.mark.parametrize("part", PARTS)
def test_each_part_names_files_that_exist(part):
    assert list(documents(KUBERNETES / "parts" / part))


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_an_installation_names_what_it_brings(installation):
    """Given all its manifests, then selectors, secrets, volumes, ports and targets meet."""
    found = list(documents(KUBERNETES / installation))
    known = {(d["kind"], d["metadata"]["name"]) for d in [*found, *secrets()]} | MADE_BY_OPERATORS
    assert len({(d["kind"], d["metadata"]["name"]) for d in found}) == len(found)
    labels = [template["metadata"]["labels"] for _, template in pods(found)]
    for _, template in pods(found):
        pod = template["spec"]
        for volume in pod.get("volumes", ()):
            if "persistentVolumeClaim" in volume:
                assert ("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]) in known
        for container in pod["containers"]:
            check_container(container, known)
    for document in found:
        spec = document.get("spec", {})
        if document["kind"] in ("Deployment", "StatefulSet"):
            assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
        if document["kind"] == "Service":
            assert spec["selector"] in labels
        if document["kind"] == "PodDisruptionBudget":
            assert spec["selector"]["matchLabels"] in labels
        if document["kind"] == "HorizontalPodAutoscaler":
            assert (spec["scaleTargetRef"]["kind"], spec["scaleTargetRef"]["name"]) in known
        if document["kind"] == "HTTPRoute":
            assert ("Service", spec["rules"][0]["backendRefs"][0]["name"]) in known


def check_container(container, known):
    """What a container asks of its pod and of the cluster is there."""
    ports = {port["name"] for port in container.get("ports", ())}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        request = container.get(probe, {}).get("httpGet")
        assert request is None or request["port"] in ports
    for source in container.get("envFrom", ()):
        ((kind, reference),) = source.items()
        assert ({"configMapRef": "ConfigMap", "secretRef": "Secret"}[kind], reference["name"]) in known
    for variable in container.get("env", ()):
        if "valueFrom" in variable:
            reference = variable["valueFrom"]["secretKeyRef"]
            assert ("Secret", reference["name"]) in known
            example = next(s for s in secrets() if s["metadata"]["name"] == reference["name"])
            assert reference["key"] in example["stringData"]


@pytest.mark.parametrize("folder", [*INSTALLATIONS, *(f"parts/{part}" for part in PARTS)])
def test_no_secret_and_no_configuration_of_others_is_applied(folder):
    for document in documents(KUBERNETES / folder):
        assert document["kind"] != "Secret"
        assert document["metadata"].get("namespace") is None  # the installation's own


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_every_pod_is_in_a_network_policy(installation):
    found = list(documents(KUBERNETES / installation))
    selected = [d["spec"]["podSelector"]["matchLabels"] for d in found if d["kind"] == "NetworkPolicy"]
    for name, template in pods(found):
        if name != "techsum-backup":  # it may write to the database, and nobody speaks to it
            assert template["metadata"]["labels"] in selected, name


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_pods_may_do_little(installation):
    for name, template in pods(documents(KUBERNETES / installation)):
        assert template["spec"]["automountServiceAccountToken"] is False, name
        for container in template["spec"]["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert "memory" in container["resources"]["limits"], name


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_memory_of_parsers_fits_the_container(installation):
    """Given the kernel, which ends a whole container, then three parsers, bodies and the process fit its limit."""
    found = list(documents(KUBERNETES / installation))
    settings = next(d["data"] for d in found if d["kind"] == "ConfigMap")
    web = next(template for name, template in pods(found) if name == "techsum-web")
    limit = web["spec"]["containers"][0]["resources"]["limits"]["memory"]
    own = 700 if "://" in settings["TECHSUM_MODEL"] else 1_100  # with the model that it brings, as measured
    assert int(limit.removesuffix("Gi")) * 1024 >= own + 3 * int(settings["TECHSUM_PARSER_MEGABYTES"]) + 128


def test_the_autoscalers_ask_for_a_figure_that_the_server_gives():
    from techsum.server import metrics

    given = metrics.page().decode()
    folder = KUBERNETES / "parts"
    (autoscaler,) = documents(folder / "autoscaling-queue")
    (name,) = (m["pods"]["metric"]["name"] for m in autoscaler["spec"]["metrics"] if m["type"] == "Pods")
    assert f"\n{name} " in given
    (adapter,) = load(folder / "autoscaling-queue" / "prometheus-adapter.values.yaml")
    assert adapter["rules"]["custom"][0]["name"]["as"] == name
    (keda,) = documents(folder / "keda")
    assert name in keda["spec"]["triggers"][0]["metadata"]["query"]


def test_all_processes_connections_fit_the_database():
    """Given PostgreSQL's 100 connections, three of them its superuser's, when an update adds a pod, then all fit."""
    found = list(documents(KUBERNETES / "gpu"))
    most = next(d for d in found if d["kind"] == "HorizontalPodAutoscaler")["spec"]["maxReplicas"]
    settings = next(d for d in found if d["kind"] == "ConfigMap")["data"]
    assert (most + 1) * int(settings["TECHSUM_DATABASE_CONNECTIONS"]) <= 97


def test_the_image_has_the_projects_version():
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    for file in files():
        for tag in re.findall(r"ghcr\.io/OWNER/techsum(?:-ray)?:(\S+)", file.read_text("utf-8")):
            assert tag == version, file
