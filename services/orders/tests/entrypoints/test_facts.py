"""What the warehouse, the road and the books tell is recorded, whatever comes first."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.accounting.v1 import (
    CodDifference,
    CodExpected,
    PaymentReceived,
    RefundPaid,
    RefundRequested,
    SettlementReconciled,
)
from contracts.event import Event
from contracts.inventory.v1 import (
    GoodsIssued,
    HeldLine,
    MissingGoods,
    PackingStarted,
    ParcelPacked,
    PickingStarted,
    PickingStopped,
    ReturnInspected,
    StockReleased,
    StockReserved,
    StockShort,
)
from contracts.money import Money
from contracts.orders.v1 import OrderCancelled, OrderChanged, OrderReleased
from contracts.shipping.v1 import (
    ShipmentCancelled,
    ShipmentCancelRefused,
    ShipmentCreated,
    ShipmentDelivered,
    ShipmentDeliveryFailed,
    ShipmentHandedOver,
    ShipmentInTransit,
    ShipmentKind,
    ShipmentLost,
    ShipmentReturned,
    ShipmentReturning,
    ShipmentUnroutable,
)
from orders.application import thresholds

pytestmark = pytest.mark.connected
NOON = datetime(2025, 11, 22, 5, tzinfo=UTC)


class Says:
    """The other services, speaking of one order."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.id = UUID(order["id"])
        self.travelling = {
            "order_id": self.id,
            "code": order["code"],
            "shipment_id": UUID(int=7),
            "parcel_id": UUID(int=8),
            "carrier_id": "ghn",
            "tracking": "GHN0001",
            "lines": (),
            "freight": Money(amount=30_000),
            "total": Money(amount=330_000),
            "cod": Money(amount=330_000),
        }
        self.held = (HeldLine(line_id=uuid4(), sku="AO-L", quantity=2),)

    def reserved(self, waiting_since: datetime | None = None) -> StockReserved:
        return StockReserved(order_id=self.id, location_id="KHO", lines=self.held, waiting_since=waiting_since)

    def short(self, since: datetime = NOON) -> StockShort:
        missing = (MissingGoods(sku="AO-L", wanted=2, available=1),)
        return StockShort(order_id=self.id, missing=missing, waiting_since=since)

    def packed(self) -> ParcelPacked:
        return ParcelPacked(
            order_id=self.id,
            parcel_id=UUID(int=8),
            location_id="KHO",
            lines=self.held,
            weight_g=500,
            expected_weight_g=480,
        )

    def created(self, **changes: Any) -> ShipmentCreated:
        fields = {
            "order_id": self.id,
            "code": self.order["code"],
            "shipment_id": UUID(int=7),
            "carrier_id": "ghn",
            "carrier_name": "Giao Hàng Nhanh",
            "service": "standard",
            "tracking": "GHN0001",
            "cod": Money(amount=330_000),
            "fee": Money(amount=25_000),
        }
        return ShipmentCreated(**(fields | changes))

    def handed_over(self) -> ShipmentHandedOver:
        return ShipmentHandedOver(
            **self.travelling,
            manifest_id=UUID(int=9),
            manifest_code="BG1",
            location_id="KHO",
            fee=Money(amount=25_000),
            weight_g=500,
        )

    def failed(self, attempt: int = 1) -> ShipmentDeliveryFailed:
        return ShipmentDeliveryFailed(**self.travelling, attempt=attempt, reason="vắng nhà", final=attempt == 3)

    def delivered(self) -> ShipmentDelivered:
        return ShipmentDelivered(**self.travelling, delivered_at=NOON)

    def issued(self) -> GoodsIssued:
        return GoodsIssued(
            order_id=self.id, parcel_id=UUID(int=8), shipment_id=UUID(int=7), location_id="KHO", lines=self.held
        )

    def inspected(self, *, complete: bool = True) -> ReturnInspected:
        return ReturnInspected(
            order_id=self.id,
            return_id=UUID(int=10),
            shipment_id=UUID(int=7),
            location_id="KHO",
            lines=(),
            complete=complete,
        )

    def paid(self, amount: int, so_far: int | None = None) -> PaymentReceived:
        return PaymentReceived(
            order_id=self.id,
            payment_id=uuid4(),
            amount=Money(amount=amount),
            paid=Money(amount=so_far or amount),
            method="transfer",
            reference="VCB-1",
        )

    def reconciled(self) -> SettlementReconciled:
        return SettlementReconciled(order_id=self.id, cod=Money(amount=330_000), fee=Money(amount=25_000))


@pytest.fixture
async def order(shop: Any) -> dict[str, Any]:
    return dict(await shop.sells())


@pytest.fixture
def says(order: dict[str, Any]) -> Says:
    return Says(order)


async def test_an_order_goes_its_whole_way(shop: Any, order: dict[str, Any], says: Says) -> None:
    way: list[tuple[Event, str]] = [
        (says.reserved(), "confirmed"),
        (says.created(), "confirmed"),
        (
            PickingStarted(order_id=says.id, wave_id=uuid4(), wave_code="W1", parcel_id=UUID(int=8)),
            "picking",
        ),
        (PackingStarted(order_id=says.id, parcel_id=UUID(int=8)), "packing"),
        (says.packed(), "awaiting_handover"),
        (says.handed_over(), "handed_over"),
        (says.issued(), "handed_over"),
        (ShipmentInTransit(**says.travelling), "in_delivery"),
        (says.failed(), "delivery_failed"),
        (ShipmentInTransit(**says.travelling), "in_delivery"),
        (says.delivered(), "delivered"),
        (
            CodExpected(order_id=says.id, shipment_id=UUID(int=7), carrier_id="ghn", amount=Money(amount=330_000)),
            "delivered",
        ),
        (says.reconciled(), "reconciled"),
    ]
    for event, status in way:
        await shop.harness.receives(event)
        assert (await shop.sees(order))["status"] == status, event
    seen = await shop.sees(order)
    assert (seen["shipment"]["tracking"], seen["shipment"]["carrier_name"]) == ("GHN0001", "Giao Hàng Nhanh")
    assert (seen["flags"], seen["version"]) == ([], order["version"])


async def test_a_fact_told_twice_is_told_once_in_the_story(shop: Any, order: dict[str, Any], says: Says) -> None:
    for _ in range(2):
        await shop.harness.receives(says.reserved(NOON - timedelta(days=1)), id="e-1", sequence=1)
    assert len(await shop.harness.published(OrderReleased)) == 1
    rows = await shop.harness.rows("SELECT id FROM story WHERE event_id = 'e-1'")
    assert len(rows) == 1


@pytest.mark.capability("ORD-12")
@pytest.mark.parametrize(("days", "goes_on"), [(10, True), (11, False)])
async def test_who_waited_over_ten_days_is_called_first(
    shop: Any, order: dict[str, Any], says: Says, days: int, goes_on: bool
) -> None:
    await shop.harness.receives(says.short())
    waiting = await shop.sees(order)
    assert (waiting["status"], waiting["waiting"]["missing"][0]["sku"]) == ("waiting_stock", "AO-L")
    shop.harness.now = NOON + timedelta(days=days)
    await shop.harness.receives(says.reserved(NOON))
    seen = await shop.sees(order)
    assert seen["waiting"]["days"] == days
    released = [event.order_id for event in await shop.harness.published(OrderReleased)]
    if goes_on:
        assert (seen["status"], seen["flags"], released) == ("confirmed", [], [says.id])
    else:
        assert (seen["status"], seen["flags"], released) == ("waiting_stock", ["call_customer"], [])


@pytest.mark.capability("ORD-12")
async def test_the_customer_who_waited_says_yes(shop: Any, order: dict[str, Any], says: Says) -> None:
    shop.harness.now = NOON + timedelta(days=11)
    await shop.harness.receives(says.reserved(NOON))
    answer = await shop.does(order, "release", note="vẫn lấy")
    assert (answer.json()["status"], answer.json()["flags"]) == ("confirmed", [])
    assert [event.order_id for event in await shop.harness.published(OrderReleased)] == [says.id]
    again = await shop.does(order, "release")
    assert again.status_code == 409


@pytest.mark.capability("ORD-12")
async def test_the_customer_who_waited_says_no(shop: Any, order: dict[str, Any], says: Says) -> None:
    shop.harness.now = NOON + timedelta(days=11)
    await shop.harness.receives(says.reserved(NOON))
    assert (await shop.does(order, "cancel", reason="delay")).status_code == 202
    await shop.harness.receives(ShipmentCancelled(order_id=says.id, code=order["code"]))
    assert (await shop.sees(order))["status"] == "cancelled"
    assert [event.was_confirmed for event in await shop.harness.published(OrderCancelled)] == [True]
    assert await shop.harness.published(OrderReleased) == []


@pytest.mark.capability("ORD-12")
async def test_the_days_of_waiting_are_a_setting(shop: Any, says: Says) -> None:
    shop.harness.settings[thresholds.waiting_call] = 2
    shop.harness.now = NOON + timedelta(days=3)
    await shop.harness.receives(says.reserved(NOON))
    assert await shop.harness.published(OrderReleased) == []


async def test_who_never_waited_needs_no_release(shop: Any, says: Says) -> None:
    await shop.harness.receives(says.reserved())
    assert await shop.harness.published(OrderReleased) == []


@pytest.mark.capability("ORD-14")
async def test_yes_cancels_and_says_so_once(shop: Any, order: dict[str, Any], says: Says) -> None:
    await shop.harness.receives(says.created())
    await shop.does(order, "cancel", reason="price", note="đắt")
    yes = ShipmentCancelled(order_id=says.id, code=order["code"], shipment_id=UUID(int=7))
    await shop.harness.receives(yes, id="yes")
    await shop.harness.receives(yes, id="yes")
    await shop.harness.receives(yes, id="another yes")
    [event] = await shop.harness.published(OrderCancelled)
    assert (event.reason, event.note, event.was_confirmed) == ("price", "đắt", True)
    assert event.meta.causation_id == "yes"
    seen = await shop.sees(order)
    assert (seen["status"], seen["facets"]["delivery"], seen["shipment"]) == ("cancelled", "none", None)


@pytest.mark.capability("ORD-14")
async def test_no_lets_the_order_go_on_with_a_recall_offered(shop: Any, order: dict[str, Any], says: Says) -> None:
    await shop.does(order, "cancel", reason="price")
    await shop.harness.receives(says.handed_over())
    seen = await shop.sees(order)
    assert (seen["status"], seen["flags"], seen["facets"]["sales"]) == ("handed_over", ["recall"], "cancelling")
    no = ShipmentCancelRefused(order_id=says.id, code=order["code"], shipment_id=UUID(int=7), manifest_id=UUID(int=9))
    await shop.harness.receives(no)
    seen = await shop.sees(order)
    assert (seen["status"], seen["flags"], seen["facets"]["sales"]) == ("handed_over", ["recall"], "confirmed")
    assert await shop.harness.published(OrderCancelled) == []
    listed = (await shop.sal.get("/orders", params={"flag": "recall"})).json()["items"]
    assert [item["id"] for item in listed] == [order["id"]]


async def test_an_answer_nobody_asked_for_cancels_nothing(shop: Any, order: dict[str, Any], says: Says) -> None:
    await shop.harness.receives(ShipmentCancelled(order_id=says.id, code=order["code"]))
    assert (await shop.sees(order))["status"] == "confirmed"
    assert await shop.harness.published(OrderCancelled) == []


@pytest.mark.capability("ORD-35")
async def test_a_payment_lowers_what_is_collected_and_others_hear_of_it(
    shop: Any, order: dict[str, Any], says: Says
) -> None:
    await shop.harness.receives(says.paid(100_000), id="p-1")
    await shop.harness.receives(says.paid(100_000), id="p-1")
    [event] = await shop.harness.published(OrderChanged)
    assert (event.paid.amount, event.cod.amount, event.changed, event.confirmed) == (
        100_000,
        230_000,
        ("paid", "cod"),
        True,
    )
    await shop.harness.receives(says.paid(230_000, 330_000))
    seen = await shop.sees(order)
    assert (seen["paid"]["amount"], seen["cod"]["amount"], seen["flags"]) == (330_000, 0, [])
    await shop.harness.receives(says.paid(1, 330_001))
    assert (await shop.sees(order))["flags"] == ["overpaid"]


@pytest.mark.capability("ORD-35")
async def test_a_payment_before_confirmation_is_in_what_is_confirmed(shop: Any) -> None:
    order = await shop.places(payment="deposit")
    await shop.harness.receives(Says(order).paid(100_000))
    assert (await shop.confirms(order))["cod"]["amount"] == 230_000


async def test_refunds_and_differences_are_shown(shop: Any, order: dict[str, Any], says: Says) -> None:
    amount = Money(amount=50_000)
    await shop.harness.receives(says.delivered())
    await shop.harness.receives(
        CodDifference(
            order_id=says.id,
            statement_id=uuid4(),
            kind="amount",
            expected=Money(amount=500_000),
            reported=Money(amount=450_000),
        )
    )
    seen = await shop.sees(order)
    assert (seen["status"], seen["flags"]) == ("delivered", ["cod_difference"])
    refund = uuid4()
    await shop.harness.receives(RefundRequested(order_id=says.id, refund_id=refund, amount=amount, reason="hư nhẹ"))
    await shop.harness.receives(RefundPaid(order_id=says.id, refund_id=refund, amount=amount, refunded=amount))
    assert (await shop.sees(order))["refunded"]["amount"] == 50_000
    await shop.harness.receives(says.reconciled())
    seen = await shop.sees(order)
    assert (seen["status"], seen["flags"]) == ("reconciled", [])


async def test_a_parcel_that_comes_back_is_returned_once_inspected(
    shop: Any, order: dict[str, Any], says: Says
) -> None:
    await shop.harness.receives(ShipmentReturning(**says.travelling, reason="từ chối nhận"))
    assert (await shop.sees(order))["trouble"] == "từ chối nhận"
    await shop.harness.receives(ShipmentReturned(**says.travelling))
    assert (await shop.sees(order))["status"] == "returning"
    await shop.harness.receives(says.inspected(complete=False))
    seen = await shop.sees(order)
    assert (seen["status"], seen["flags"]) == ("returned", ["return_incomplete"])


async def test_a_lost_parcel_needs_somebody(shop: Any, order: dict[str, Any], says: Says) -> None:
    await shop.harness.receives(ShipmentLost(**says.travelling, reason="cháy kho"))
    seen = await shop.sees(order)
    assert (seen["status"], seen["flags"], seen["trouble"]) == ("lost", ["lost"], "cháy kho")


async def test_other_parcels_of_an_order_do_not_move_it(shop: Any, order: dict[str, Any], says: Says) -> None:
    await shop.harness.receives(says.delivered())
    await shop.harness.receives(says.created(kind=ShipmentKind.RESHIP, shipment_id=uuid4(), tracking="GHN0002"))
    seen = await shop.sees(order)
    assert (seen["status"], seen["shipment"]["tracking"]) == ("delivered", "GHN0001")


async def test_what_cannot_be_shipped_is_flagged(shop: Any, order: dict[str, Any], says: Says) -> None:
    await shop.harness.receives(ShipmentUnroutable(order_id=says.id, code=order["code"], reason="hết dải mã"))
    seen = await shop.sees(order)
    assert (seen["flags"], seen["trouble"]) == (["unroutable"], "hết dải mã")
    await shop.harness.receives(says.created())
    assert (await shop.sees(order))["flags"] == []


async def test_goods_taken_off_the_floor_are_still_held(shop: Any, order: dict[str, Any], says: Says) -> None:
    parcel = UUID(int=8)
    await shop.harness.receives(PickingStarted(order_id=says.id, wave_id=uuid4(), wave_code="W1", parcel_id=parcel))
    await shop.harness.receives(PickingStopped(order_id=says.id, parcel_id=parcel, reason="hàng lỗi"))
    assert (await shop.sees(order))["facets"]["stock"] == "reserved"
    await shop.harness.receives(StockReleased(order_id=says.id))
    assert (await shop.sees(order))["facets"]["stock"] == "none"


@pytest.mark.capability("ORD-29")
async def test_three_topics_in_every_order_hours_apart_end_the_same(shop: Any) -> None:
    ends = set()
    for number, turns in enumerate(itertools.permutations("wrb")):
        order = await shop.sells(contact={"phone": f"09012300{number:02}"})
        says = Says(order)
        topics: dict[str, list[Event]] = {
            "w": [says.reserved(NOON - timedelta(days=1)), says.packed(), says.issued()],
            "r": [says.created(), says.handed_over(), says.delivered()],
            "b": [says.paid(100_000), says.reconciled()],
        }
        for topic in turns:
            for event in topics[topic]:
                shop.harness.now += timedelta(hours=3)
                await shop.harness.receives(event)
        seen = await shop.sees(order)
        facets = tuple(sorted(seen["facets"].items()))
        ends.add((seen["status"], tuple(seen["flags"]), facets, seen["cod"]["amount"]))
        released = [event.order_id for event in await shop.harness.published(OrderReleased)]
        assert released == [says.id]
        await shop.harness.forget_published()
    assert len(ends) == 1
    assert next(iter(ends))[:2] == ("reconciled", ())


async def test_a_whole_batch_of_many_orders_is_recorded_together(shop: Any) -> None:
    orders = [await shop.sells(channel="shopee", contact={"phone": f"09012301{n:02}"}) for n in range(12)]
    told: list[Event] = []
    for order in orders:
        says = Says(order)
        told += [says.reserved(), says.packed()]
    await shop.harness.receives(*told)
    assert {(await shop.sees(order))["status"] for order in orders} == {"packed"}


@pytest.mark.parametrize("turns", list(itertools.permutations("wrb")))
async def test_facts_about_an_order_nobody_knows_are_kept_for_it(shop: Any, turns: tuple[str, ...]) -> None:
    """A restored database may hear of orders it has forgotten; their facts wait for them on a row of their own."""
    from orders.application.announce import news_of
    from orders.domain.order import Order

    known = await shop.places()
    id = uuid4()
    says = Says({"id": str(id), "code": "DH2511220777"})
    topics: dict[str, list[Event]] = {
        "w": [says.reserved(), says.packed()],
        "r": [says.created(), says.handed_over()],
        "b": [says.paid(100_000)],
    }
    for topic in turns:
        await shop.harness.receives(*topics[topic])
    assert (await shop.sal.get(f"/orders/{id}")).status_code == 404
    shop.harness.now += timedelta(minutes=11)
    desk = shop.harness.client(permissions=("dead-letters:read",))
    [waiting] = (await desk.get("/halves/orders-nobody-took-in")).json()["items"]
    assert waiting["key"] == str(id)

    async with shop.harness.uow() as uow:
        template = await uow.orders.get(known["id"], stores=None)
        order = Order.place(
            id=id,
            code="DH2511220777",
            origin=template.origin,
            contact=template.contact,
            agreement=template.agreement,
            placed_at=uow.now,
        )
        assert await uow.orders.add(order, news_of(order, uow).entries)
    seen = await shop.sees({"id": str(id)})
    assert (seen["status"], seen["paid"]["amount"], seen["flags"]) == ("handed_over", 100_000, ["shipped_unconfirmed"])
    assert (await desk.get("/halves/orders-nobody-took-in")).json()["items"] == []
