"""What carriers do on that day: manifests, scans, and the statement with the money."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from devkit.demo.log import Log, Placed
from devkit.demo.pace import Pace, chunks
from devkit.demo.plan import Fate
from devkit.demo.staff import Staff

PATIENCE = 120.0
SCANS = 100
SHORTFALL = 50_000
SURCHARGE = 1_000

_ways: dict[Fate, tuple[str, ...]] = {
    Fate.DELIVERED: ("picked_up", "in_transit", "delivered"),
    Fate.ON_THE_ROAD: ("picked_up", "in_transit"),
    Fate.FAILED_THRICE: ("picked_up", "in_transit", "failed", "failed", "failed", "returning", "returned"),
    Fate.REFUSED: ("picked_up", "in_transit", "refused", "returning", "returned"),
    Fate.LOST: ("picked_up", "in_transit", "lost"),
}
_decisions = {"amount": "carry", "fee": "accept", "unknown": "reject"}
"""The carrier still owes what is short; its fee holds; what is not ours is not taken."""


class Road:
    def __init__(self, staff: Staff, log: Log, pace: Pace) -> None:
        self.staff, self.log, self.pace = staff, log, pace

    async def hand_over(self) -> None:
        """One manifest per carrier; both sign, and all its parcels are the carrier's at once."""
        waiting = {order.id: order for order in self.log.where(packed=True, cancelled=False)}
        by_carrier: dict[str, list[str]] = defaultdict(list)

        async def ready() -> int:
            by_carrier.clear()
            async for shipment in self.staff.shipping.all("/api/shipping/shipments", status="awaiting_pickup"):
                if shipment["order_id"] in waiting:
                    waiting[shipment["order_id"]].shipment = shipment
                    by_carrier[shipment["carrier_id"]].append(shipment["id"])
            return sum(map(len, by_carrier.values()))

        await self.pace.until("Parcels stand at the door", len(waiting), ready, PATIENCE)

        async def sign(carrier: str) -> None:
            body = {"carrier_id": carrier, "shipment_ids": by_carrier[carrier]}
            manifest = await self.staff.shipping.post("/api/shipping/manifests", body)
            signed = await self.staff.shipping.post(
                f"/api/shipping/manifests/{manifest['id']}/sign", {"received_by": f"Tài xế {carrier}"}
            )
            for parcel in signed["parcels"]:
                if not parcel.get("left_out"):
                    order = waiting[parcel["order_id"]]
                    order.handed_over = True
                    _shipment(order)["fee"] = parcel["fee"]  # by the weight at handover

        await self.pace.each("Manifests are signed", list(by_carrier), sign)

    async def scan(self) -> None:
        """Carriers report step by step, in their own words; every batch is sent twice, as carriers do."""
        on_road = self.log.where(handed_over=True)
        began = datetime.now(UTC)
        for step in range(max(map(len, _ways.values()))):
            moving = [order for order in on_road if step < len(_ways[order.fate])]
            # Between two scans of a parcel time passes, though this day is short.
            at = began + timedelta(milliseconds=100 * step)
            await self._report(f"Scans, round {step + 1}", moving, step, at)
        for order in on_road:
            order.delivered = order.fate is Fate.DELIVERED
            order.lost = order.fate is Fate.LOST
            order.came_back = order.fate in (Fate.FAILED_THRICE, Fate.REFUSED)
            order.failed_tries = 3 if order.fate is Fate.FAILED_THRICE else 0

    async def _report(self, act: str, moving: list[Placed], step: int, at: datetime) -> None:
        by_carrier: dict[str, list[Placed]] = defaultdict(list)
        for order in moving:
            by_carrier[_shipment(order)["carrier_id"]].append(order)
        batches = [(carrier, batch) for carrier, orders in by_carrier.items() for batch in chunks(orders, SCANS)]

        async def report(batch: tuple[str, Any]) -> None:
            carrier, orders = batch
            words = self.staff.words[carrier]
            scans = [
                {
                    "tracking": _shipment(order)["tracking"],
                    "status": words[_ways[order.fate][step]],
                    "at": at.isoformat(),
                }
                for order in orders
            ]
            answer = await self.staff.carriers[carrier].post("/api/shipping/scans", {"scans": scans})
            if refused := [result for result in answer["results"] if not result["accepted"]]:
                raise AssertionError(f"a scan was refused: {refused[0]}")
            await self.staff.carriers[carrier].post("/api/shipping/scans", {"scans": scans[:20]})

        await self.pace.each(act, batches, report, at_once=4)

    async def settle(self) -> None:
        """Each statement has an amount too low, a fee too high and a parcel nobody knows; a person decides on each."""
        delivered: dict[str, list[Placed]] = defaultdict(list)
        for order in self.log.where(delivered=True):
            delivered[_shipment(order)["carrier_id"]].append(order)

        async def booked() -> int:
            known = set()
            for carrier in delivered:
                async for due in self.staff.accountant.all("/api/accounting/cod-due", carrier_id=carrier):
                    if due["road"] == "delivered":
                        known.add(due["order_id"])
            return sum(order.id in known or not order.cod for orders in delivered.values() for order in orders)

        total = sum(map(len, delivered.values()))
        await self.pace.until("Deliveries are in the books", total, booked, PATIENCE)
        await self.pace.each("Statements are reconciled", list(delivered.items()), lambda pair: self._statement(*pair))

    async def _statement(self, carrier: str, orders: list[Placed]) -> None:
        accountant, lead, tag = self.staff.accountant, self.staff.lead, self.log.plan.tag
        lines = [
            {
                "reference": f"{tag}-{order.wish.number}",
                "tracking": _shipment(order)["tracking"],
                "cod": order.cod,
                "fee": _shipment(order)["fee"]["amount"],
            }
            for order in orders
        ]
        short = next((line for line in lines if line["cod"] > SHORTFALL), None)
        if short is not None:
            short["cod"] -= SHORTFALL
        dear = next((line for line in lines if line is not short), None)
        if dear is not None:
            dear["fee"] += SURCHARGE
        lines.append(
            {"reference": f"{tag}-{carrier}-stranger", "tracking": f"XX{tag}{carrier}", "cod": 99_000, "fee": 0}
        )
        made = await lead.post(
            "/api/accounting/cod-statements",
            {"carrier_id": carrier, "reference": f"BK-{tag}-{carrier}", "lines": lines},
        )
        path = f"/api/accounting/cod-statements/{made['id']}"
        async for line in accountant.all(f"{path}/lines", open=True):
            body = {"reason": "đối chiếu với phiếu gửi", "resolution": _decisions[line["difference"]]}
            await lead.post(f"{path}/lines/{line['number']}/correct", body)
        await accountant.post(f"{path}/approve", {})
        approved = await accountant.get(path)
        await accountant.post(f"{path}/receive", {"amount": approved["net"], "reference": f"FT-{tag}-{carrier}"})
        for order, line in zip(orders, lines, strict=False):
            self.log.collected[carrier] += line["cod"]
            order.settled = line is not short


def _shipment(order: Placed) -> dict[str, Any]:
    if order.shipment is None:
        raise AssertionError(f"{order.code} has no shipment")
    return order.shipment
