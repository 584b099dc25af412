"""What the warehouse does on that day: goods in, waves, pack checks, returns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from devkit.caller import Refused
from devkit.demo.log import Log, Placed
from devkit.demo.pace import Pace, chunks
from devkit.demo.plan import Ware
from devkit.demo.staff import Staff

PATIENCE = 120.0
WAVE = 50


class Warehouse:
    def __init__(self, staff: Staff, log: Log, pace: Pace) -> None:
        self.staff, self.log, self.pace = staff, log, pace

    async def open_shop(self) -> None:
        """New goods get their labels and come in."""

        async def label(ware: Ware) -> None:
            body = {
                "sku": ware.sku, "name": ware.name, "barcode": ware.barcode, "weight_g": ware.weight_g,
                "price": {"amount": ware.price}, "vat_rate_bp": 800,
            }  # fmt: skip
            await self.staff.warehouse.post("/api/inventory/products", body)

        await self.pace.each("New goods", self.log.plan.wares, label)
        await self._receive("opening", self.log.plan.opening)
        skus = {ware.sku for ware in self.log.plan.wares}

        async def offered() -> int:
            """The order desk knows a product when it takes a line of it."""
            return len(skus) if await self._desk_knows(skus) else 0

        await self.pace.until("… known at the order desk", len(skus), offered, PATIENCE)

    async def _desk_knows(self, skus: set[str]) -> bool:
        """An order without a buyer is refused for every reason there is; unknown goods would be one of them."""
        body = {"source": self.log.source, "lines": [{"sku": sku, "quantity": 1} for sku in sorted(skus)]}
        try:
            await self.staff.sales.post("/api/orders", body)
        except Refused as refused:
            return not any("sku" in (error.get("pointer") or "") for error in refused.problem.get("errors", []))
        raise AssertionError("an order without a buyer was accepted")

    async def restock(self) -> None:
        """What ran out comes in again; who waited is served, oldest first."""
        await self._receive("restock", self.log.plan.restock)
        waiting = [order for order in self.log.orders.values() if order.holds_stock and order.shipment is None]

        async def served() -> int:
            await self._find_shipments()
            return sum(order.shipment is not None for order in waiting)

        await self.pace.until("Waiting orders are served", len(waiting), served, PATIENCE)

    async def _receive(self, occasion: str, goods: Mapping[str, int]) -> None:
        cost = {ware.sku: ware.cost for ware in self.log.plan.wares}
        lines = [{"sku": sku, "quantity": units, "unit_cost": cost[sku]} for sku, units in goods.items() if units > 0]
        if not lines:
            return
        body = {
            "document": f"PN-{self.log.plan.tag}-{occasion}",
            "supplier": "May Sông Hồng",
            "location_id": "KHO",
            "lines": lines,
        }
        await self.staff.warehouse.post("/api/inventory/receipts", body)
        self.log.received.update({sku: units for sku, units in goods.items() if units > 0})

    async def see_holds(self) -> None:
        """Every confirmed order either has a shipment or waits for stock."""
        confirmed = self.log.where(confirmed=True, cancelled=False)

        async def decided() -> int:
            await self._find_shipments()
            waiting = {item["order_id"] async for item in self.staff.warehouse.all("/api/inventory/waiting")}
            return sum(order.shipment is not None or order.id in waiting for order in confirmed)

        await self.pace.until("Stock is held, carriers chosen", len(confirmed), decided, PATIENCE)

    async def _find_shipments(self) -> None:
        mine = {order.id: order for order in self.log.orders.values()}
        for status in ("created", "awaiting_pickup"):
            async for shipment in self.staff.shipping.all("/api/shipping/shipments", status=status):
                order = mine.get(shipment["order_id"])
                if order is not None and order.shipment is None:
                    order.shipped_at = datetime.fromisoformat(shipment["created_at"])
                    order.shipment = shipment

    async def pick_and_pack(self) -> None:
        """Waves of fifty, a list per order, every item scanned. A wrong scan stops its parcel until it is right."""
        ready = [order for order in self.log.orders.values() if order.holds_stock]
        by_id = {order.id: order for order in ready}
        parcels: list[dict[str, Any]] = []

        async def wave(orders: list[Placed]) -> None:
            made = await self.staff.warehouse.post(
                "/api/inventory/waves", {"order_ids": [order.id for order in orders]}
            )
            parcels.extend(made["orders"])

        await self.pace.each("Waves are printed", [list(chunk) for chunk in chunks(ready, WAVE)], wave, at_once=2)
        codes = {ware.sku: ware.barcode for ware in self.log.plan.wares}

        async def pack(parcel: dict[str, Any]) -> None:
            order = by_id[parcel["order_id"]]
            scans = [{"barcode": codes[line["sku"]], "quantity": line["quantity"]} for line in parcel["lines"]]
            weight = parcel["expected_weight_g"]
            if order.wish.wrong_scan:
                await self._wrong(parcel, scans, weight, codes)
            path = f"/api/inventory/parcels/{parcel['id']}/pack"
            await self.staff.warehouse.post(path, {"scans": scans, "weight_g": weight})
            order.packed = True

        await self.pace.each("Parcels are packed and weighed", parcels, pack)

    async def _wrong(
        self, parcel: dict[str, Any], scans: list[dict[str, Any]], weight: int, codes: Mapping[str, str]
    ) -> None:
        other = next(code for sku, code in codes.items() if all(line["sku"] != sku for line in parcel["lines"]))
        wrong = [{"barcode": other, "quantity": scans[0]["quantity"]}, *scans[1:]]
        try:
            await self.staff.warehouse.post(
                f"/api/inventory/parcels/{parcel['id']}/pack", {"scans": wrong, "weight_g": weight}
            )
        except Refused:
            self.log.wrong_scans_refused += 1
        else:
            raise AssertionError(f"parcel {parcel['id']} was packed with a wrong item")

    async def inspect_returns(self) -> None:
        """What came back is graded; sellable goods are on sale again."""
        coming = {order.id: order for order in self.log.where(came_back=True)}
        found: dict[str, dict[str, Any]] = {}

        async def arrived() -> int:
            async for back in self.staff.warehouse.all("/api/inventory/returns", state="to_inspect"):
                if back["order_id"] in coming:
                    found[back["order_id"]] = back
            return len(found)

        await self.pace.until("Returns reach the warehouse", len(coming), arrived, PATIENCE)

        async def inspect(back: dict[str, Any]) -> None:
            order = coming[back["order_id"]]
            grade = "defective" if order.wish.comes_back_defective else "sellable"
            lines = [
                {"line_id": line["line_id"], "grade": grade, "quantity": line["quantity"]} for line in back["lines"]
            ]
            await self.staff.warehouse.post(f"/api/inventory/returns/{back['id']}/inspect", {"lines": lines})
            order.inspected[grade] += sum(line["quantity"] for line in back["lines"])

        await self.pace.each("… and are inspected", list(found.values()), inspect)
