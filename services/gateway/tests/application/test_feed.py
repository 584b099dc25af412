"""Who may know of which change."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from chassis.security import Principal
from contracts import Actor, Event, Meta, Money
from contracts.crm.v1 import CustomerChanged
from contracts.inventory.v1 import MoveKind, StockChanged, StockLevel, StockMoved
from contracts.orders.v1 import OrderReleased
from gateway.application.feed import AUDIENCES, change_of, may_see
from gateway.application.rights import areas
from gateway.entrypoints.consumers import FAMILIES

NOW = datetime(2025, 11, 22, tzinfo=UTC)


def received(event: Event) -> Event:
    meta = Meta(
        id="1", type=event.type_name(), source="x", time=NOW, occurred_at=NOW, actor=Actor.system("x"),
        subject=event.key, sequence=3, correlation_id=event.key,
    )  # fmt: skip
    return event.received(meta)


def test_every_internal_topic_has_an_audience_that_exists() -> None:
    assert {family.topic for family in FAMILIES} == set(AUDIENCES)
    for _, permissions in AUDIENCES.values():
        assert all(permission.partition(":")[0] in areas() for permission in permissions)


def test_a_line_names_what_changed_and_nothing_of_what_it_says() -> None:
    customer = CustomerChanged(customer_id=uuid4(), phone="+84901234567", name="Lan", store_id="CH1")
    change = change_of(received(customer))
    assert (change.object_id, change.version, change.stores) == (str(customer.customer_id), 3, ("CH1",))
    assert "Lan" not in repr(change)
    assert "+84" not in repr(change)


def test_a_move_of_stock_knows_its_order_and_place() -> None:
    order = uuid4()
    moved = StockMoved(
        move_id=uuid4(), sku="AO-L", location_id="KHO", kind=MoveKind.ISSUE, quantity=-1, value=Money(amount=-5),
        order_id=order,
    )  # fmt: skip
    change = change_of(received(moved))
    assert (change.object_type, change.object_id, change.order_id, change.stores) == (
        "stock", "AO-L", str(order), ("KHO",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("permissions", "stores", "sees"),
    [
        ({"stock:read"}, set(), True),
        ({"stock:read:own"}, {"CH1"}, True),
        ({"stock:read:own"}, {"CH2"}, False),
        ({"stock:read:own"}, set(), False),
        ({"orders:read"}, {"CH1"}, False),
        (set(), {"CH1"}, False),
    ],
)
def test_the_own_store_is_a_filter(permissions: set[str], stores: set[str], sees: bool) -> None:
    level = StockLevel(location_id="CH1", on_hand=1, reserved=0, available=1)
    change = change_of(received(StockChanged(sku="AO-L", levels=(level,), available=1)))
    who = Principal(subject="x", permissions=frozenset(permissions), stores=frozenset(stores))
    assert may_see(change, who) is sees


def test_what_happened_at_no_store_is_only_for_who_may_see_all() -> None:
    change = change_of(received(OrderReleased(order_id=uuid4(), code="x")))
    own = Principal(subject="x", permissions=frozenset({"orders:read:own"}), stores=frozenset({"CH1"}))
    assert not may_see(change, own)
    assert may_see(change, Principal(subject="x", permissions=frozenset({"tracking:read", "orders:read"})))
