"""What is written is what is read."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from orders.domain.facets import Delivery, Inspection, Money, Stock
from orders.domain.progress import Missing, Shipment
from orders.domain.words import folded

pytestmark = pytest.mark.connected
NOON = datetime(2025, 11, 22, 5, tzinfo=UTC)


async def test_every_field_of_a_progress_survives(shop: Any) -> None:
    order = await shop.sells()
    id = UUID(order["id"])
    async with shop.harness.uow() as uow:
        progress = (await uow.progress.lock([id]))[id]
        progress.stock, progress.inspection, progress.location_id = Stock.PACKED, Inspection.INCOMPLETE, "KHO"
        progress.waiting_since, progress.reserved_at = NOON, NOON + timedelta(microseconds=1)
        progress.missing = (Missing(sku="AO-L", wanted=2, available=1),)
        progress.released = progress.held_back = progress.recall_offered = True
        progress.delivery, progress.attempts, progress.trouble = Delivery.DELIVERED, 3, "đường ngập"
        progress.shipment = Shipment(id=UUID(int=7), carrier_id="ghn", tracking="GHN1", carrier_name="GHN")
        progress.unroutable = progress.overpaid = progress.disputed = progress.duplicate = progress.blacklisted = True
        progress.money, progress.paid, progress.refunded = Money.RECONCILED, 10**12, 5
        progress.reconciled_at = NOON
        await uow.progress.save([progress])
    async with shop.harness.uow() as uow:
        assert vars((await uow.progress.lock([id]))[id]) == vars(progress)


async def test_every_field_of_an_order_survives(shop: Any) -> None:
    placed = await shop.places(
        contact={"email": "lan@example.vn", "address": {"district": "Quận Hoàn Kiếm"}},
        note="ghi chú",
        carrier_choice="ghn",
        device="mobile",
        discount=1_000,
        payment="prepaid",
    )
    await shop.does(placed, "calls", note="đã gọi")
    await shop.does(placed, "hold", reason="unpaid", until="2025-11-24T09:00:00Z")
    async with shop.harness.uow() as uow:
        read = await uow.orders.get(placed["id"], stores=None)
        await uow.orders.save(read)
    async with shop.harness.uow() as uow:
        again = await uow.orders.get(placed["id"], stores=None)
    ignored = {"progress", "_happened", "version"}
    assert {k: v for k, v in vars(again).items() if k not in ignored} == {
        k: v for k, v in vars(read).items() if k not in ignored
    }
    assert (again.contact.address.district, again.calls[0].note, again.hold.until.day) == (
        "Quận Hoàn Kiếm",
        "đã gọi",
        24,
    )


def test_names_are_found_without_their_marks() -> None:
    assert folded("Nguyễn Đức-Anh  (VIP)") == ["nguyen", "duc", "anh", "vip"]
