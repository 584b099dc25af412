"""The acts of a trading day, each done by whoever does it in a shop. What is answered goes into the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from devkit.caller import Refused
from devkit.demo.door import hand_in
from devkit.demo.log import Log, Placed
from devkit.demo.pace import Pace, chunks
from devkit.demo.plan import Door, Fate, Wish
from devkit.demo.road import Road
from devkit.demo.staff import Staff
from devkit.demo.warehouse import Warehouse
from devkit.stack.partners import Partner

FREIGHT = 30_000
PATIENCE = 120.0


class Day:
    def __init__(self, staff: Staff, log: Log, pace: Pace, partner: Partner) -> None:
        self.staff, self.log, self.pace, self.partner = staff, log, pace, partner
        self.warehouse = Warehouse(staff, log, pace)
        self.road = Road(staff, log, pace)

    async def play(self) -> None:
        await self.warehouse.open_shop()
        await self._take_orders()
        await self._pay_ahead()
        await self._cancel("Customers change their mind", Fate.CANCELLED_NEW)
        await self._call_and_confirm()
        await self.warehouse.see_holds()
        await self.warehouse.restock()
        await self._cancel("Confirmed orders are cancelled", Fate.CANCELLED_CONFIRMED)
        await self.warehouse.pick_and_pack()
        await self._cancel("Packed orders are cancelled", Fate.CANCELLED_PACKED)
        await self.road.hand_over()
        await self.road.scan()
        await self.warehouse.inspect_returns()
        await self.road.settle()
        await self._refund()

    async def _take_orders(self) -> None:
        """Website and desk over HTTP, the marketplace at its door. Twins come after those they repeat."""
        over_http = [wish for wish in self.log.plan.wishes if wish.door is not Door.MARKETPLACE]
        at_door = [wish for wish in self.log.plan.wishes if wish.door is Door.MARKETPLACE]
        await self.pace.each("Orders at website and desk", [w for w in over_http if w.twin_of is None], self._place)
        await self.answered_at_door(at_door, await self.hand_in(at_door))
        await self.pace.each("Customers ordering twice", [w for w in over_http if w.twin_of is not None], self._place)

    async def hand_in(self, wishes: list[Wish]) -> dict[str, Any]:
        """At the marketplace's door; the answers by the marketplace's own number."""
        return await hand_in(self.partner, {self._external_id(wish): self.body(wish) for wish in wishes})

    async def answered_at_door(self, wishes: list[Wish], answers: Mapping[str, Any]) -> None:
        async def look(wish: Wish) -> None:
            answer = answers[self._external_id(wish)]
            if not answer["accepted"]:
                raise AssertionError(f"the door refused {self._external_id(wish)}: {answer['reasons']}")
            self.accepted(wish, await self.staff.sales.get(f"/api/orders/{answer['order_id']}"))

        await self.pace.each("Orders at the marketplace's door", wishes, look)

    async def _place(self, wish: Wish) -> None:
        who = self.staff.website if wish.door is Door.WEBSITE else self.staff.sales
        key = f"{self.log.plan.tag}-{wish.number}"
        body = self.body(wish) | {"source": self.log.source, "channel": wish.door.value}
        answer = await who.post("/api/orders", body, key=key)
        if wish.number % 10 == 0:  # a browser that lost the first answer asks again
            again = await who.post("/api/orders", body, key=key)
            if again["id"] != answer["id"]:
                raise AssertionError(f"the same Idempotency-Key made {answer['code']} and {again['code']}")
            self.log.duplicates_repeated += 1
        self.accepted(wish, answer)

    def accepted(self, wish: Wish, order: dict[str, Any]) -> None:
        self.log.orders[wish.number] = Placed(
            wish=wish,
            id=order["id"],
            code=order["code"],
            at=datetime.now(UTC),
            total=order["total"]["amount"],
            freight=order["freight"]["amount"],
            lines={line["sku"]: line["line_id"] for line in order["lines"]},
            flagged="duplicate" in order["flags"],
        )

    def _external_id(self, wish: Wish) -> str:
        return f"{self.log.plan.tag}-{wish.number}"

    def body(self, wish: Wish) -> dict[str, Any]:
        return {
            "external_id": self._external_id(wish),
            "contact": wish.buyer.contact(),
            "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in wish.lines],
            "freight": {"amount": FREIGHT},
            "payment": "prepaid" if wish.prepaid else "cod",
            "channel": "marketplace",
            "device": "mobile" if wish.number % 3 else "desktop",
        }

    async def _pay_ahead(self) -> None:
        async def pay(order: Placed) -> None:
            body = {
                "order_id": order.id,
                "amount": order.total,
                "reference": f"FT-{self.log.plan.tag}-{order.wish.number}",
            }
            await self.staff.accountant.post("/api/accounting/payments", body)
            order.paid = order.total

        prepaid = [order for order in self.log.orders.values() if order.wish.prepaid]
        await self.pace.each("Bank transfers are booked", prepaid, pay)

        async def known() -> int:
            seen = {item["id"]: item async for item in self.orders()}
            return sum(seen[order.id]["paid"]["amount"] == order.paid for order in prepaid if order.id in seen)

        await self.pace.until("… and reach the orders", len(prepaid), known, PATIENCE)

    def orders(self, **filters: Any) -> Any:
        return self.staff.sales.all("/api/orders", q=None, **filters, **{"from": self.log.before["from"]})

    async def _call_and_confirm(self) -> None:
        async def confirm(order: Placed) -> None:
            if order.wish.door is not Door.MARKETPLACE:
                await self.staff.sales.post(f"/api/orders/{order.id}/calls", {"outcome": "answered"})
            await self.staff.sales.post(f"/api/orders/{order.id}/confirm", {})
            order.confirmed = True

        wanted = [o for o in self.log.where(cancelled=False) if o.fate is not Fate.LEFT_ALONE]
        await self.pace.each("Sales call and confirm", wanted, confirm)

    async def _cancel(self, act: str, fate: Fate) -> None:
        """A confirmed order is only asked to cancel; the answer comes from shipping."""
        who = self.staff.lead if fate is Fate.CANCELLED_PACKED else self.staff.sales
        asked = [order for order in self.log.orders.values() if order.fate is fate]

        async def cancel(order: Placed) -> None:
            reason = "duplicate" if order.wish.twin_of is not None else "changed_mind"
            await who.post(f"/api/orders/{order.id}/cancel", {"reason": reason})

        await self.pace.each(act, asked, cancel)

        async def answered() -> int:
            count = 0
            for chunk in chunks(asked, 50):
                for order in chunk:
                    order.cancelled = order.cancelled or (
                        (await who.get(f"/api/orders/{order.id}"))["status"] == "cancelled"
                    )
                    count += order.cancelled
            return count

        await self.pace.until("… and are", len(asked), answered, PATIENCE)

    async def _refund(self) -> None:
        """Money that was paid for a cancelled order, or for goods that came back, goes back by two people."""
        due = {order.id: order for order in self.log.orders.values() if order.paid and order.cancelled}
        found: dict[str, dict[str, Any]] = {}

        async def requested() -> int:
            async for refund in self.staff.accountant.all("/api/accounting/refunds", state="requested"):
                if refund["order_id"] in due:
                    found[refund["order_id"]] = refund
            return len(found)

        await self.pace.until("Refunds are asked for", len(due), requested, PATIENCE)

        async def pay(refund: dict[str, Any]) -> None:
            await self.staff.lead.post(f"/api/accounting/refunds/{refund['id']}/approve", {})
            body = {"reference": f"HT-{self.log.plan.tag}-{due[refund['order_id']].wish.number}"}
            try:
                paid = await self.staff.accountant.post(f"/api/accounting/refunds/{refund['id']}/pay", body)
            except Refused as refusal:
                raise AssertionError(f"a refund of {due[refund['order_id']].code} was refused: {refusal}") from refusal
            due[refund["order_id"]].refunded += paid["amount"]

        await self.pace.each("Lead approves, accountant pays", list(found.values()), pay)
