"""Alert rules and the dashboard: Prometheus takes them, and they ask for what /metrics has."""

import json
import re
import subprocess
from pathlib import Path

import yaml

from support.programs import installed
from techsum.server import metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yaml"


def promtool(*arguments):
    """Prometheus' own tool, which CI installs."""
    program = installed("promtool", "prometheus")
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, cwd=RULES.parent, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def rules():
    return [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]


def dashboard():
    panels = json.loads((DEPLOY / "grafana" / "techsum.json").read_text("utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def test_rules_are_what_prometheus_takes():
    promtool("check", "rules", RULES.name)


def test_alerts_go_off_when_they_should():
    promtool("test", "rules", "alerts.test.yaml")


def test_every_alert_is_tested():
    tests = yaml.safe_load((RULES.parent / "alerts.test.yaml").read_text("utf-8"))["tests"]
    tested = {t["alertname"] for test in tests for t in test["alert_rule_test"] if t["exp_alerts"]}
    assert tested == {rule["alert"] for rule in rules()}


def test_queries_of_the_dashboard_are_what_prometheus_takes(tmp_path):
    named = [{"record": f"panel:{n}", "expr": expr} for n, expr in enumerate(dashboard())]
    file = tmp_path / "dashboard.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": named}]}), "utf-8")
    promtool("check", "rules", str(file))


def test_queries_ask_for_what_the_server_gives():
    metrics.job("done", 1.0)
    metrics.answered("GET", "/", 200, 0.01)
    metrics.FAILURES.labels("server_unreachable").inc()
    given = set(re.findall(r"^(techsum_\w+?)(?:\{| )", metrics.page().decode(), re.MULTILINE))
    for query in (*dashboard(), *(rule["expr"] for rule in rules())):
        assert set(re.findall(r"\btechsum_\w+", query)) <= given, query
