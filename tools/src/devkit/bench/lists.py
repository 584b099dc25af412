"""Every list and search that the gateway offers, timed, and the tables that were read whole for it.

What there is comes from the gateway's own OpenAPI document: each GET without a place in its path, first plain, then
once per filter for which a value is known. A table that is large and was scanned from end to end meanwhile is named.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from devkit.bench.figures import percentile
from devkit.bench.stage import Stage
from devkit.bench.wire import Exchange, request_bytes
from devkit.caller import Caller

TIMES = 20
LARGE = 20_000
"""Rows from which on reading a whole table is told."""
_OURS = ("/api/auth", "/api/me", "/api/docs", "/api/openapi", "/api/events", "/api/health")
_SCANS = """
    SELECT schemaname || '.' || relname AS name, seq_scan AS times FROM pg_stat_user_tables WHERE n_live_tup > $1
"""

_OLD = """
    SELECT o.*, p.tracking FROM orders o JOIN progress p ON p.order_id = o.id
    WHERE p.tracking IS NOT NULL ORDER BY o.placed_at LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Listing:
    """One address to be asked."""

    path: str
    query: str
    p95: float = 0.0
    status: int = 0

    @property
    def address(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


async def lists(stage: Stage) -> dict[str, Any]:
    """All addresses with their p95 in milliseconds, the slowest first, and what was read whole."""
    async with Caller.of(stage.home, "admin") as admin:
        document = await admin.get("/api/openapi.json")
        rights = sorted({permission for _, permission, _ in _operations(document)})
        made = await admin.post("/api/keys", {"name": "bench lists", "permissions": rights, "calls_per_second": 10_000})
    known, before = await _known(stage), await _whole_reads(stage)
    wanted = sorted(set(_addresses(document, known)), key=lambda each: each.address)
    found = [await _timed(stage, made["key"], each) for each in wanted]
    read = {
        table: times - before.get(table, 0)
        for table, times in (await _whole_reads(stage)).items()
        if times > before.get(table, 0)
    }
    found.sort(key=lambda each: -each.p95)
    return {
        "asked": len(found),
        "slowest_p95_ms": found[0].p95 if found else 0.0,
        "p95_ms": {each.address: each.p95 for each in found if each.status < 400},
        "not_answered": {each.address: each.status for each in found if each.status >= 400},
        "read_whole": read,
    }


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, list[Mapping[str, Any]]]]:
    """Path, permission and parameters of every list."""
    for path, operations in document["paths"].items():
        operation = operations.get("get")
        permission = (operation or {}).get("x-permission", "")
        if operation and "{" not in path and ":" in permission and not path.startswith(_OURS):
            yield path, permission, operation.get("parameters", [])


def _addresses(document: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[Listing]:
    """Plain, and once per filter. A filter with a fixed set of values is asked for each of them."""
    for path, _, parameters in _operations(document):
        asked = {each["name"]: each for each in parameters if each["in"] == "query"}
        always = {name: known[name] for name, each in asked.items() if each.get("required") and name in known}
        yield Listing(path, urlencode(always, quote_via=quote))
        for name, each in asked.items():
            for value in _values(each, known):
                yield Listing(path, urlencode(always | {name: value}, quote_via=quote))


def _values(parameter: Mapping[str, Any], known: Mapping[str, str]) -> list[str]:
    if parameter["name"] in ("cursor", "limit"):
        return ["200"] if parameter["name"] == "limit" else []
    found: list[str] = []
    pending = [parameter.get("schema", {})]
    while pending:
        schema = pending.pop()
        found += [str(value) for value in schema.get("enum", [])]
        pending += schema.get("anyOf", []) + ([schema["items"]] if "items" in schema else [])
    return found or ([known[parameter["name"]]] if parameter["name"] in known else [])


async def _known(stage: Stage) -> dict[str, str]:
    """Values that a filter may have, by its name: of an old order, so that they lie deep in the tables."""
    (row,) = await stage.servers.postgres.ask(lambda connection: connection.fetch(_OLD), "orders")
    today = time.strftime("%Y-%m-%d")
    return {
        "text": "Nguyễn", "q": "Nguyễn", "search": "Nguyễn", "name": "Nguyễn", "phone": row["phone"],
        "code": row["code"],
        "order_id": str(row["id"]), "order": row["code"], "sku": row["skus"][0], "tracking": row["tracking"],
        "channel": row["channel"], "source": row["source"], "carrier_id": "ghn", "carrier": "ghn", "location_id": "KHO",
        "location": "KHO", "since": f"{today}T00:00:00Z", "until": f"{today}T23:59:59Z", "from": "2026-01-01",
        "to": today, "day": today, "account": "1388", "period": today[:7], "actor": "system",
    }  # fmt: skip


async def _timed(stage: Stage, key: str, listing: Listing) -> Listing:
    host, port = stage.gateway
    exchange = (await asyncio.get_running_loop().create_connection(Exchange, host, port))[1]
    request, took, status = request_bytes("GET", listing.address, {"x-api-key": key}), [], 0
    for _ in range(TIMES):
        began = time.perf_counter()
        status, _ = await exchange.ask(request)
        took.append(time.perf_counter() - began)
        if status >= 400:
            break
    exchange.close()
    return Listing(listing.path, listing.query, round(1000 * percentile(sorted(took), 0.95), 1), status)


async def _whole_reads(stage: Stage) -> dict[str, int]:
    found: dict[str, int] = {}
    for service in stage.services:
        rows = await stage.servers.postgres.ask(lambda connection: connection.fetch(_SCANS, LARGE), service.name)
        found |= {f"{service.name}: {row['name']}": row["times"] for row in rows}
    return found
