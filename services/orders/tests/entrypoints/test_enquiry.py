"""While the customer is on the phone: who is this, and do we have it (ORD-03, ORD-06)."""

from typing import Any

import pytest

pytestmark = pytest.mark.connected


async def asks(shop: Any, **asked: Any) -> dict[str, Any]:
    answer = await shop.sal.get("/orders/enquiry", params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.capability("ORD-03", "ORD-06")
async def test_one_call_tells_history_standing_duplicates_and_what_is_there(shop: Any) -> None:
    await shop.has_in_stock("AO-L", 7)
    first = await shop.places(lines=[{"sku": "MU-01", "quantity": 1}])
    second = await shop.places()
    await shop.does(first, "cancel", reason="changed_mind")
    await shop.places(contact={"phone": "0909999999"})
    await shop.blacklists("+84901234567")
    said = await asks(shop, phone="0901 234 567", sku=["AO-L", "MU-01", "KHONG-CO"])
    who = said["customer"]
    assert [(each["code"], each["status"]) for each in who["last"]] == [
        (second["code"], "new"),
        (first["code"], "cancelled"),
    ]
    assert (who["orders"], who["cancelled"], who["blacklisted"]) == (2, 1, True)
    assert who["likely_duplicates"] == [second["code"]]
    assert [(each["sku"], each["known"], each["available"]) for each in said["goods"]] == [
        ("AO-L", True, 7),
        ("MU-01", True, None),
        ("KHONG-CO", False, None),
    ]


async def test_somebody_who_never_ordered_has_no_history(shop: Any) -> None:
    who = (await asks(shop, phone="0905555555", sku="AO-L"))["customer"]
    assert (who["orders"], who["last"], who["blacklisted"], who["likely_duplicates"]) == (0, [], False, [])


async def test_a_phone_that_is_none_is_named(shop: Any) -> None:
    answer = await shop.sal.get("/orders/enquiry", params={"phone": "12"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query:phone")


async def test_orders_of_other_stores_are_not_told(shop: Any) -> None:
    await shop.places(store_id="CH2")
    mine = shop.harness.client(permissions=("orders:read:own",), stores=("CH1",))
    who = (await mine.get("/orders/enquiry", params={"phone": "0901234567", "sku": "AO-L"})).json()["customer"]
    assert (who["orders"], who["last"], who["likely_duplicates"]) == (0, [], [])
