"""Alert rules, panels and runbooks are of one piece. What running services serve is compared in tests/system."""

import json
import re
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml

from devkit.workspace import services

root = Path(__file__).resolve().parents[3]
folder = root / "deploy/observability"
rules: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((folder / "alerts.yaml").read_text())["groups"] for rule in group["rules"]
]
panels: list[dict[str, Any]] = [
    panel
    for file in (folder / "grafana/dashboards").glob("*.json")
    for panel in json.loads(file.read_text())["panels"]
    if panel["type"] != "row"
]
scrape = yaml.safe_load((folder / "prometheus.yaml").read_text())
compose = yaml.safe_load((root / "deploy/compose.yaml").read_text())
sections = {
    f"docs/runbooks/{page.name}#{title.lower()}": text
    for page in (root / "docs/runbooks").glob("*.md")
    for title, text in re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page.read_text(), re.MULTILINE | re.DOTALL)
}


@pytest.mark.parametrize("rule", rules, ids=lambda rule: rule["alert"])
def test_a_rule_can_be_evaluated_and_leads_to_a_page_that_says_what_to_do(rule: dict[str, Any]) -> None:
    assert isinstance(promql.parse(rule["expr"]), promql.BinaryExpr), "an alert compares; else it always fires"
    assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))
    assert rule["labels"]["severity"] in ("page", "ticket")
    text = sections[rule["annotations"]["runbook"]]
    assert rule["annotations"]["runbook"].endswith(f"#{rule['alert'].lower()}")
    assert re.search(r"^- \*\*Look", text, re.MULTILINE)
    assert re.search(r"^- \*\*(Do:|Look and do:)", text, re.MULTILINE)


@pytest.mark.parametrize("rule", rules, ids=lambda rule: rule["alert"])
def test_a_rule_speaks_only_of_labels_it_keeps(rule: dict[str, Any]) -> None:
    named = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    kept = re.findall(r"by \(([^)]*)\)", rule["expr"])
    if kept:
        assert named <= set(re.split(r",\s*", kept[0]))
    else:
        assert named <= {"app", "process"}, "without grouping only the target's own labels are sure"


def test_each_alert_has_a_name_of_its_own_and_no_runbook_is_left_over() -> None:
    assert len({rule["alert"] for rule in rules}) == len(rules)
    assert sorted(sections) == sorted(rule["annotations"]["runbook"] for rule in rules)


@pytest.mark.parametrize("panel", panels, ids=lambda panel: panel["title"])
def test_a_panel_shows_what_can_be_asked(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        promql.parse(target["expr"])
        named = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        kept = re.findall(r"by \(([^)]*)\)", target["expr"])
        assert named <= (set(re.split(r",\s*", kept[0])) if kept else {"app", "process"})


def test_panels_do_not_lie_on_one_another() -> None:
    places = {(x["gridPos"]["x"], x["gridPos"]["y"]) for x in panels}
    assert len(places) == len(panels)
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_every_role_of_every_service_is_scraped() -> None:
    (job,) = scrape["scrape_configs"]
    found = {target: group["labels"]["process"] for group in job["static_configs"] for target in group["targets"]}
    roles = {"api": 8000, "consume": 8001, "relay": 8002}
    assert found == {f"{name}:{port}": role for name in services() for role, port in roles.items()}


def test_what_compose_mounts_for_watching_is_there() -> None:
    mounts = [each.split(":")[0] for name in ("prometheus", "grafana") for each in compose["services"][name]["volumes"]]
    files = [mount for mount in mounts if mount.startswith("./")]
    assert len(files) == 5
    assert all((root / "deploy" / mount).exists() for mount in files)
