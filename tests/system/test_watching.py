"""What rules and panels ask for is what the running services serve; and the terminal shows the essentials."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import promql_parser as promql
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from shop import Shop, Stack, eventually

from devkit.workspace import services

folder = Path(__file__).resolve().parents[2] / "deploy/observability"
OF_THE_TARGET = {"app", "process", "job", "instance"}
"""Labels that the scrape adds."""
OF_PROMETHEUS = {"up"}


def asked() -> dict[str, list[str]]:
    """Expression -> where it stands: every rule's and every panel's."""
    found: dict[str, list[str]] = {}
    for group in yaml.safe_load((folder / "alerts.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            found.setdefault(rule["expr"], []).append(rule["alert"])
    for file in (folder / "grafana/dashboards").glob("*.json"):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel.get("targets", ()):
                found.setdefault(target["expr"], []).append(panel["title"])
    return found


class Selected:
    """The names and labels that one expression asks for."""

    def __init__(self, expression: str) -> None:
        self.names: set[str] = set()
        self.labels: dict[str, set[str]] = {}
        self._look(promql.parse(expression), set())

    def _look(self, node: Any, grouped: set[str]) -> None:
        match node:
            case promql.VectorSelector():
                self.names.add(node.name)
                said = {matcher.name for matcher in node.matchers.matchers}
                self.labels.setdefault(node.name, set()).update(said | grouped)
            case promql.MatrixSelector():
                self._look(node.vector_selector, grouped)
            case promql.AggregateExpr():
                self._look(node.expr, grouped | set(node.modifier.labels if node.modifier else ()))
            case promql.Call():
                for each in node.args:
                    self._look(each, grouped)
            case promql.BinaryExpr():
                self._look(node.lhs, grouped)
                self._look(node.rhs, grouped)
            case promql.ParenExpr() | promql.UnaryExpr() | promql.SubqueryExpr():
                self._look(node.expr, grouped)


async def served(stack: Stack) -> dict[str, set[str]]:
    """Series name -> its labels, over all roles of all services; a family without series has none."""
    ports, found = stack.home.ports, {}
    async with httpx2.AsyncClient(timeout=10) as client:
        for name in services():
            for port in (ports.api(name), ports.consume(name), ports.relay(name)):
                text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
                for family in text_string_to_metric_families(text):
                    found.setdefault(family.name, set())
                    found.setdefault(f"{family.name}_total", set()) if family.type == "counter" else None
                    for sample in family.samples:
                        found.setdefault(sample.name, set()).update(sample.labels)
    return found


async def test_every_rule_and_panel_asks_for_what_running_services_serve(shop: Shop, stack: Stack) -> None:
    order = await shop.placed_and_shippable({await shop.product(stock=1): 1})
    await shop.handed_over(order)
    found = await served(stack)
    wrong: list[str] = []
    for expression, places in asked().items():
        selected = Selected(expression)
        assert selected.names, f"{places}: asks for nothing"
        for name in selected.names - OF_PROMETHEUS:
            if name not in found:
                wrong.append(f"{places}: nobody serves {name}")
            elif found[name] and (missing := selected.labels[name] - OF_THE_TARGET - found[name]):
                wrong.append(f"{places}: {name} has no {', '.join(sorted(missing))}")
    assert wrong == []


async def test_no_metric_has_a_label_that_the_scrape_would_rename(stack: Stack) -> None:
    assert {
        name: labels & OF_THE_TARGET for name, labels in (await served(stack)).items() if labels & OF_THE_TARGET
    } == {}


@pytest.mark.slow
async def test_the_terminal_shows_what_waits(shop: Shop, stack: Stack) -> None:
    """With the database's login of an operator: a key is parked by hand, as a poison event would park it."""
    import asyncpg

    park = "INSERT INTO chassis.parked_key (consumer, topic, key) VALUES ('orders', 'orders.order.v1', $1)"
    connection = await asyncpg.connect(stack.database_url("crm"))
    try:
        await connection.execute(park, shop.tag)

        async def told() -> dict[str, Any]:
            status = await asyncio.to_thread(stack.own.status)
            return next(row for row in status["processes"] if row["name"] == "crm")

        row = await eventually(told, lambda row: row["waits"]["parked_keys"] == 1)
        assert row["waits"]["dead_letters"] == 0
        assert row["waits"]["oldest_seconds"] < 60
        assert "crm: 1 parked keys" in await asyncio.to_thread(stack.dev, "status")
    finally:
        await connection.execute("DELETE FROM chassis.parked_key WHERE key = $1", shop.tag)
        await connection.close()
