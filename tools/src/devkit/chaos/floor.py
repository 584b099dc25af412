"""The shop at work while everything breaks: each desk looks at its list and does what is next, over and over.

Nobody remembers anything: what a lost answer left half done stands on somebody's list the next time. A refusal means
that somebody, or an earlier try, was faster.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx2

from devkit.caller import Refused
from devkit.chaos.arena import Arena
from devkit.demo.pace import chunks
from devkit.demo.plan import Fate, Plan, Wish
from devkit.demo.staff import Staff

EVERY = 1.0
OFTEN = 50
_at_the_desk = ["new", "confirming"]
_in_the_house = ["confirmed", "waiting_stock", "picking", "packing", "packed", "awaiting_handover"]


class Floor:
    """``handled`` counts what was done, ``troubles`` what was not answered or refused, by desk."""

    def __init__(self, arena: Arena, staff: Staff, plan: Plan, sources: tuple[str, ...]) -> None:
        self._arena, self._staff, self._plan, self._sources = arena, staff, plan, sources
        self._wishes = {f"{plan.tag}-{wish.number}": wish for wish in plan.wishes}
        self._fates: dict[str, Wish] = {}
        self._receipts = 0
        self.handled: Counter[str] = Counter()
        self.troubles: Counter[str] = Counter()

    async def work(self) -> None:
        """Until cancelled."""
        desks = (
            self._confirm, self._cancel, self._book_payments, self._pick, self._pack, self._draft, self._sign,
            self._scan, self._inspect, self._restock, self._refund, self._settle,
        )  # fmt: skip
        async with asyncio.TaskGroup() as group:
            for desk in desks:
                group.create_task(self._again_and_again(desk))

    async def _again_and_again(self, desk: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._try(desk.__name__.strip("_"), desk())
            await asyncio.sleep(EVERY)

    async def _try(self, desk: str, action: Awaitable[Any]) -> Any:
        """What it gives, or None where it was refused or not answered."""
        try:
            done = await action
        except Refused as refused:
            self.troubles[f"{desk}: {refused.status} {refused.code}"] += 1
        except httpx2.HTTPError as error:
            self.troubles[f"{desk}: {type(error).__name__}"] += 1
        else:
            self.handled[desk] += 1
            return done
        return None

    async def _orders(self, statuses: list[str]) -> list[dict[str, Any]]:
        found = []
        for source in self._sources:
            async for order in self._staff.sales.all("/api/orders", source=source, status=statuses):
                wish = self._wishes.get(order["external_id"] or "")
                if wish is not None:
                    self._fates[order["id"]] = wish
                    found.append(order)
        return found

    async def _confirm(self) -> None:
        for order in await self._orders(_at_the_desk):
            fate = self._fates[order["id"]].fate
            if fate is Fate.CANCELLED_NEW:
                body = {"reason": "changed_mind"}
                await self._try("cancel", self._staff.sales.post(f"/api/orders/{order['id']}/cancel", body))
            elif fate is not Fate.LEFT_ALONE:
                if order["status"] == "new":
                    body = {"outcome": "answered"}
                    await self._try("call", self._staff.sales.post(f"/api/orders/{order['id']}/calls", body))
                await self._try("confirm", self._staff.sales.post(f"/api/orders/{order['id']}/confirm", {}))

    async def _cancel(self) -> None:
        """After confirmation it is a question; the lead may ask it even of a packed parcel, and may be too late."""
        for order in await self._orders(_in_the_house):
            fate, packed = self._fates[order["id"]].fate, order["status"] in ("packed", "awaiting_handover")
            if fate is Fate.CANCELLED_CONFIRMED or (fate is Fate.CANCELLED_PACKED and packed):
                body = {"reason": "changed_mind"}
                await self._try("cancel", self._staff.lead.post(f"/api/orders/{order['id']}/cancel", body))

    async def _book_payments(self) -> None:
        for order in await self._orders([*_at_the_desk, *_in_the_house, "cancelled"]):
            if order["payment"] == "prepaid" and not order["paid"]["amount"]:
                body = {
                    "order_id": order["id"], "amount": order["total"]["amount"],
                    "reference": f"FT-{order['external_id']}",
                }  # fmt: skip
                await self._try("pay", self._staff.accountant.post("/api/accounting/payments", body))

    async def _pick(self) -> None:
        await self._staff.warehouse.post("/api/inventory/waves", {"limit": 20})

    async def _pack(self) -> None:
        for state in ("picking", "packing"):
            async for parcel in self._staff.warehouse.all("/api/inventory/parcels", state=state):
                scans = [{"sku": line["sku"], "quantity": line["quantity"]} for line in parcel["lines"]]
                body = {"scans": scans, "weight_g": parcel["expected_weight_g"]}
                path = f"/api/inventory/parcels/{parcel['id']}/pack"
                await self._try("parcel", self._staff.warehouse.post(path, body))

    async def _draft(self) -> None:
        waiting: dict[str, list[str]] = defaultdict(list)
        async for shipment in self._staff.shipping.all("/api/shipping/shipments", status="awaiting_pickup"):
            if shipment["manifest_id"] is None:
                waiting[shipment["carrier_id"]].append(shipment["id"])
        for carrier, ids in waiting.items():
            body = {"carrier_id": carrier, "shipment_ids": ids[:OFTEN]}
            await self._try("manifest", self._staff.shipping.post("/api/shipping/manifests", body))

    async def _sign(self) -> None:
        async for manifest in self._staff.shipping.all("/api/shipping/manifests", state="open"):
            path = f"/api/shipping/manifests/{manifest['id']}/sign"
            await self._try("manifest", self._staff.shipping.post(path, {"received_by": "Tài xế"}))

    async def _scan(self) -> None:
        """One step further for every parcel on the road; every report is sent twice, as carriers do."""
        for status in ("handed_over", "in_transit", "failed", "returning"):
            scans: dict[str, list[dict[str, Any]]] = defaultdict(list)
            async for shipment in self._staff.shipping.all("/api/shipping/shipments", status=status):
                wish = self._fates.get(shipment["order_id"])
                if wish is not None and (step := _next_step(status, wish.fate)) is not None:
                    word = self._staff.words[shipment["carrier_id"]][step]
                    at = (self._arena.now() + timedelta(milliseconds=len(scans))).isoformat()
                    scans[shipment["carrier_id"]].append({"tracking": shipment["tracking"], "status": word, "at": at})
            for carrier, all_of_it in scans.items():
                for batch in chunks(all_of_it, OFTEN):
                    for _ in range(2):
                        report = self._staff.carriers[carrier].post("/api/shipping/scans", {"scans": batch})
                        await self._try("report", report)

    async def _inspect(self) -> None:
        async for back in self._staff.warehouse.all("/api/inventory/returns", state="to_inspect"):
            wish = self._fates.get(back["order_id"])
            grade = "defective" if wish is not None and wish.comes_back_defective else "sellable"
            lines = [
                {"line_id": each["line_id"], "grade": grade, "quantity": each["quantity"]} for each in back["lines"]
            ]
            path = f"/api/inventory/returns/{back['id']}/inspect"
            await self._try("return", self._staff.warehouse.post(path, {"lines": lines}))

    async def _restock(self) -> None:
        """Scarce goods come in a few at a time, so that there is always somebody who waits."""
        await asyncio.sleep(10 * EVERY)
        self._receipts += 1
        lines = [{"sku": ware.sku, "quantity": 3, "unit_cost": ware.cost} for ware in self._plan.wares if ware.scarce]
        body = {
            "document": f"PN-{self._plan.tag}-{self._receipts}", "supplier": "May Sông Hồng", "location_id": "KHO",
            "lines": lines,
        }  # fmt: skip
        await self._staff.warehouse.post("/api/inventory/receipts", body)

    async def _refund(self) -> None:
        async for refund in self._staff.accountant.all("/api/accounting/refunds", state="requested"):
            path = f"/api/accounting/refunds/{refund['id']}/approve"
            await self._try("refund", self._staff.lead.post(path, {}))
        async for refund in self._staff.accountant.all("/api/accounting/refunds", state="approved"):
            path = f"/api/accounting/refunds/{refund['id']}/pay"
            await self._try("refund", self._staff.accountant.post(path, {"reference": f"HT-{refund['id']}"}))

    async def _settle(self) -> None:
        """Each carrier's statement: imported, approved, paid in full; the next one when it is posted."""
        await asyncio.sleep(10 * EVERY)
        busy = set()
        for state in ("matched", "approved", "money_received"):
            async for statement in self._staff.accountant.all("/api/accounting/cod-statements", state=state):
                busy.add(statement["carrier_id"])
                await self._try("statement", self._go_on(statement))
        due: dict[str, list[dict[str, Any]]] = defaultdict(list)
        async for item in self._staff.accountant.all("/api/accounting/cod-due"):
            if item["road"] == "delivered" and item["owed"] and not item["pending"] and item["carrier_id"] not in busy:
                due[item["carrier_id"]].append(item)
        for carrier, items in due.items():
            await self._try("statement", self._state(carrier, items))

    async def _state(self, carrier: str, items: list[dict[str, Any]]) -> None:
        lines = []
        for item in items[:OFTEN]:
            page = await self._staff.shipping.get("/api/shipping/shipments", tracking=item["tracking"])
            [shipment] = page["items"]
            lines.append(
                {
                    "reference": f"{self._plan.tag}-{item['tracking']}",
                    "tracking": item["tracking"],
                    "cod": item["cod"],
                    "fee": shipment["fee"]["amount"],
                }
            )
        body = {"carrier_id": carrier, "reference": f"BK-{lines[0]['tracking']}", "lines": lines}
        await self._staff.lead.post("/api/accounting/cod-statements", body)

    async def _go_on(self, statement: dict[str, Any]) -> None:
        path = f"/api/accounting/cod-statements/{statement['id']}"
        if statement["state"] == "matched":
            await self._staff.accountant.post(f"{path}/approve", {})
        else:
            body = {"amount": statement["net"], "reference": f"FT-{statement['id']}"}
            await self._staff.accountant.post(f"{path}/receive", body)


def _next_step(status: str, fate: Fate) -> str | None:
    """What the carrier reports next; None: nothing more."""
    if status == "handed_over":
        return "in_transit"
    if status == "returning":
        return "returned"
    ends = {
        Fate.ON_THE_ROAD: None, Fate.FAILED_THRICE: "failed", Fate.REFUSED: "refused", Fate.LOST: "lost",
    }  # fmt: skip
    return ends.get(fate, "delivered")
