"""Goods: the ledger against the levels, the holds against what is reserved, parcels against what moved."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

from devkit.truth.evidence import Evidence
from devkit.verdict import Found

_LEVELS = """
    SELECT coalesce(l.sku, m.sku) AS sku, coalesce(l.location_id, m.location_id) AS place,
           coalesce(l.on_hand, 0) AS on_hand, coalesce(l.defective, 0) AS defective,
           coalesce(m.on_hand, 0)::bigint AS moved, coalesce(m.defective, 0)::bigint AS set_aside
    FROM stock_levels l FULL JOIN (
        SELECT sku, location_id, sum(on_hand) AS on_hand, sum(defective) AS defective FROM stock_moves GROUP BY 1, 2
    ) m ON m.sku = l.sku AND m.location_id = l.location_id
"""
_WORTHS = """
    SELECT coalesce(w.sku, m.sku) AS sku, coalesce(w.quantity, 0) AS quantity, coalesce(w.value, 0) AS value,
           coalesce(m.units, 0)::bigint AS moved_units, coalesce(m.value, 0)::bigint AS moved_value
    FROM stock_worths w FULL JOIN (
        SELECT sku, sum(on_hand + defective) AS units, sum(value) AS value FROM stock_moves GROUP BY 1
    ) m USING (sku)
"""
_EVER = """
    SELECT sku, location_id AS place, seq, kind, have FROM (
        SELECT sku, location_id, seq, kind, least(sum(on_hand) OVER w, sum(defective) OVER w) AS have
        FROM stock_moves WINDOW w AS (PARTITION BY sku, location_id ORDER BY seq)
    ) AS running WHERE have < 0 ORDER BY seq
"""
_NOW = "SELECT sku, location_id AS place, on_hand, reserved FROM stock_levels WHERE NOT reserved BETWEEN 0 AND on_hand"
_AMISS = "SELECT kind, sku, quantity FROM alerts WHERE kind IN ('unplanned', 'found', 'taken_back') ORDER BY at"
_RESERVED = """
    SELECT coalesce(l.sku, h.sku) AS sku, coalesce(l.location_id, h.place) AS place,
           coalesce(l.reserved, 0) AS reserved, coalesce(h.units, 0)::bigint AS held
    FROM stock_levels l FULL JOIN (
        SELECT n.sku, h.location_id AS place, sum(n.quantity) AS units
        FROM holds h JOIN hold_lines n USING (order_id) WHERE h.state = 'held' GROUP BY 1, 2
    ) h ON h.sku = l.sku AND h.place = l.location_id
"""
_WAITING = """
    SELECT h.order_id::text, n.sku, sum(n.quantity)::bigint AS units
    FROM holds h JOIN hold_lines n USING (order_id) WHERE h.state = 'waiting' GROUP BY 1, 2
"""
_AVAILABLE = """
    SELECT l.location_id AS place, l.sku, l.on_hand - l.reserved AS units
    FROM stock_levels l JOIN locations p ON p.id = l.location_id WHERE p.serves_orders
"""
_MOVES = """
    SELECT kind, coalesce(return_id, parcel_id)::text AS about, sku, sum(on_hand + defective)::bigint AS units
    FROM stock_moves WHERE kind IN ('issue', 'return') GROUP BY 1, 2, 3
"""
_RECEIPTS = """
    SELECT r.document, r.lines, (
        SELECT coalesce(jsonb_object_agg(sku, units), '{}') FROM (
            SELECT sku, sum(on_hand) AS units FROM stock_moves m
            WHERE m.document = r.document AND kind = 'receipt' GROUP BY sku
        ) AS booked
    ) AS moved FROM receipts r
"""


async def levels_equal_moves(found: Evidence) -> Found:
    """On hand and defective per SKU and location, units and value per SKU."""
    levels, worths = await found.ask("inventory", _LEVELS), await found.ask("inventory", _WORTHS)
    wrong = [
        f"{row['sku']} at {row['place']}: the level says {row['on_hand']} and {row['defective']} defective, "
        f"its moves {row['moved']} and {row['set_aside']}"
        for row in levels
        if (row["on_hand"], row["defective"]) != (row["moved"], row["set_aside"])
    ]
    wrong += [
        f"{row['sku']}: {row['quantity']} units worth {row['value']}, by its moves "
        f"{row['moved_units']} worth {row['moved_value']}"
        for row in worths
        if (row["quantity"], row["value"]) != (row["moved_units"], row["moved_value"])
    ]
    return len(levels) + len(worths), wrong


async def never_oversold(found: Evidence) -> Found:
    """At no move did the ledger go below zero, nowhere is more reserved than there is, and nothing that was promised
    had to be found or taken back. (That a level was never over-reserved in between is the CHECK on its table.)"""
    moves = (await found.ask("inventory", "SELECT count(*) AS n FROM stock_moves"))[0]["n"]
    wrong = [
        f"{row['sku']} at {row['place']} was {row['have']} after {row['kind']} number {row['seq']}"
        for row in await found.ask("inventory", _EVER)
    ]
    wrong += [
        f"{row['sku']} at {row['place']}: {row['reserved']} reserved of {row['on_hand']}"
        for row in await found.ask("inventory", _NOW)
    ]
    wrong += [f"{row['quantity']} of {row['sku']}: {row['kind']}" for row in await found.ask("inventory", _AMISS)]
    return moves, wrong


async def holds_equal_reserved(found: Evidence) -> Found:
    rows = await found.ask("inventory", _RESERVED)
    return len(rows), [
        f"{row['sku']} at {row['place']}: {row['reserved']} reserved, holds are for {row['held']}"
        for row in rows
        if row["reserved"] != row["held"]
    ]


async def parcels_moved_once(found: Evidence) -> Found:
    """Each handover took its lines from stock once, each inspection brought back what it found once, each receipt
    came in once."""
    wanted: Counter[tuple[str, str, str]] = Counter()
    for event in found.topic("shipping.shipment.v1").events("shipment.handed_over"):
        body = event.body
        for line in body["lines"]:
            wanted["issue", body["parcel_id"], line["sku"]] -= line["quantity"]
    for event in found.topic("inventory.fulfilment.v1").events("return.inspected"):
        body = event.body
        for line in body["lines"]:
            if line["grade"] in ("sellable", "defective"):
                wanted["return", body["return_id"], line["sku"]] += line["quantity"]
    rows = await found.ask("inventory", _MOVES)
    moved = Counter({(row["kind"], row["about"], row["sku"]): row["units"] for row in rows})
    wrong = [
        f"{kind} of {sku} for {about}: the ledger says {moved[kind, about, sku]}, should be {wanted[kind, about, sku]}"
        for kind, about, sku in sorted({*moved, *wanted})
        if moved[kind, about, sku] != wanted[kind, about, sku]
    ]
    receipts = await found.ask("inventory", _RECEIPTS)
    for row in receipts:
        units: Counter[str] = Counter()
        for sku, quantity, _ in _parsed(row["lines"]):
            units[sku] += quantity
        if dict(units) != _parsed(row["moved"]):
            wrong.append(f"receipt {row['document']} brought {dict(units)}, the ledger says {_parsed(row['moved'])}")
    return len(wanted) + len(receipts), wrong


async def nobody_waits_for_what_is_there(found: Evidence) -> Found:
    """The queue was served: no location has all that a waiting order needs."""
    needs: dict[str, dict[str, int]] = defaultdict(dict)
    for row in await found.ask("inventory", _WAITING):
        needs[row["order_id"]][row["sku"]] = row["units"]
    there: dict[str, Counter[str]] = defaultdict(Counter)
    for row in await found.ask("inventory", _AVAILABLE):
        there[row["place"]][row["sku"]] = row["units"]
    return len(needs), [
        f"order {id} waits, and {place} has all of it"
        for id, lines in needs.items()
        for place, units in there.items()
        if all(units[sku] >= wanted for sku, wanted in lines.items())
    ]


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
