"""Customer care writes down what others say, in whatever order it comes."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import httpx2
import pytest

from chassis.testing import Harness
from contracts.crm.v1 import CustomerChanged
from contracts.inventory.v1 import Grade

pytestmark = pytest.mark.connected


async def customers(care: httpx2.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await care.get("/crm/customers")).json()["items"]
    return items


@pytest.mark.capability("CRM-01")
async def test_orders_from_one_phone_make_one_customer(crm: Harness, care: httpx2.AsyncClient, an_order: Any) -> None:
    await crm.receives(an_order().placed(), an_order(name="Hoa (mới)").placed(), an_order("+84900000001").placed())

    found = {each["phone"]: each for each in await customers(care)}

    assert {phone: each["orders"] for phone, each in found.items()} == {"+84901234567": 2, "+84900000001": 1}


async def test_a_database_that_was_put_back_makes_the_same_customers(
    crm: Harness, care: httpx2.AsyncClient, an_order: Any
) -> None:
    """Others keep copies under the customer's id; what order comes first the second time is chance."""
    hoa, other = an_order(), an_order("+84900000001")
    await crm.receives(hoa.placed())
    await crm.receives(other.placed())
    before = {each["phone"]: each["id"] for each in await customers(care)}
    for table in ("contacts", "customer_orders", "customers", "chassis.inbox"):
        await crm.rows(f"DELETE FROM {table}")

    await crm.receives(other.placed(), an_order().placed(), hoa.placed())

    assert {each["phone"]: each["id"] for each in await customers(care)} == before
    assert len(before) == 2


@pytest.mark.capability("CRM-01")
async def test_every_name_is_remembered_and_the_newest_is_shown(
    crm: Harness, care: httpx2.AsyncClient, an_order: Any
) -> None:
    await crm.receives(an_order(name="Hoa").placed())
    await crm.receives(an_order(name="Chị Hoa").placed())
    (customer,) = await customers(care)

    history = (await care.get(f"/crm/customers/{customer['id']}")).json()

    assert customer["name"] == "Chị Hoa"
    assert {contact["name"] for contact in history["contacts"]} == {"Hoa", "Chị Hoa"}


@pytest.mark.capability("CRM-01")
async def test_points_come_with_delivery_and_go_with_the_goods(
    crm: Harness, care: httpx2.AsyncClient, an_order: Any
) -> None:
    order = an_order()
    await crm.receives(order.placed())
    await crm.receives(order.delivered())
    assert [each["points"] for each in await customers(care)] == [20]

    await crm.receives(order.inspected(quantity=1))

    (customer,) = await customers(care)
    ledger = (await care.get(f"/crm/customers/{customer['id']}/points")).json()["items"]
    assert customer["points"] == 10
    assert [row["points"] for row in ledger] == [-10, 20]


@pytest.mark.capability("CRM-01")
async def test_a_missing_unit_keeps_its_points(crm: Harness, care: httpx2.AsyncClient, an_order: Any) -> None:
    order = an_order()
    await crm.receives(order.placed())
    await crm.receives(order.delivered())
    await crm.receives(order.inspected(Grade.MISSING))
    assert [each["points"] for each in await customers(care)] == [20]


@pytest.mark.capability("CRM-01")
async def test_a_parcel_that_came_back_undelivered_is_a_refusal(
    crm: Harness, care: httpx2.AsyncClient, an_order: Any
) -> None:
    refused, kept = an_order(), an_order()
    await crm.receives(refused.placed(), kept.placed())
    await crm.receives(kept.delivered(), refused.brought_back())
    await crm.receives(kept.brought_back())

    (customer,) = await customers(care)

    assert (customer["orders"], customer["delivered"], customer["refusals"]) == (2, 1, 1)


@pytest.mark.parametrize("order_of_topics", list(permutations(("placed", "road", "warehouse"))))
async def test_topics_may_arrive_in_any_order(
    crm: Harness, care: httpx2.AsyncClient, an_order: Any, order_of_topics: tuple[str, ...]
) -> None:
    order = an_order()
    facts = {"placed": order.placed(), "road": order.delivered(), "warehouse": order.inspected(quantity=1)}

    for topic in order_of_topics:
        await crm.receives(facts[topic])

    (customer,) = await customers(care)
    assert (customer["orders"], customer["delivered"], customer["points"]) == (1, 1, 10)
    halves = await crm.rows("SELECT * FROM customer_orders WHERE customer_id IS NULL")
    assert halves == []


async def test_a_fact_that_is_delivered_twice_counts_once(
    crm: Harness, care: httpx2.AsyncClient, an_order: Any
) -> None:
    order = an_order()
    for _ in range(2):
        await crm.receives(order.placed(), id="1")
        await crm.receives(order.delivered(), id="2")
        await crm.receives(order.inspected(quantity=1, return_id=order.parcel), id="3")

    assert [(each["orders"], each["points"]) for each in await customers(care)] == [(1, 10)]
    assert len(await crm.rows("SELECT * FROM points_ledger")) == 2


async def test_a_cancelled_order_is_counted_as_such(crm: Harness, care: httpx2.AsyncClient, an_order: Any) -> None:
    order = an_order()
    await crm.receives(order.placed())
    await crm.receives(order.cancelled())
    assert [(each["orders"], each["cancelled"]) for each in await customers(care)] == [(1, 1)]


@pytest.mark.capability("ORD-08")
async def test_what_was_merged_is_neither_an_order_more_nor_one_given_up(
    crm: Harness, care: httpx2.AsyncClient, an_order: Any
) -> None:
    one, other, both = an_order(), an_order(), an_order()
    await crm.receives(one.placed(), other.placed(), both.placed(), one.merged(), other.merged())
    assert [(each["orders"], each["cancelled"]) for each in await customers(care)] == [(1, 0)]


async def test_others_hear_the_whole_state_of_each_customer_once_per_batch(crm: Harness, an_order: Any) -> None:
    await crm.receives(an_order().placed(), an_order().placed())
    said = await crm.published(CustomerChanged)
    assert [(each.phone, each.orders, each.blacklisted) for each in said] == [("+84901234567", 2, False)]


async def test_an_order_nobody_placed_yet_is_listed_after_ten_minutes(crm: Harness, an_order: Any) -> None:
    await crm.receives(an_order().delivered())
    ops = crm.client(permissions=("dead-letters:read",))

    crm.now += timedelta(minutes=10, seconds=1)

    listed = (await ops.get("/halves/orders-without-customer")).json()
    assert (listed["overdue"], listed["items"][0]["missing"]) == (1, "orders.order.v1")
