"""What staff do with customers, and what they may."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from chassis.testing import Harness
from contracts.crm.v1 import CustomerChanged
from crm.application.thresholds import phone_region

pytestmark = pytest.mark.connected


@pytest.fixture
async def hoa(crm: Harness, care: httpx2.AsyncClient, an_order: Any) -> str:
    """The id of a customer with one order."""
    await crm.receives(an_order(store_id="CH1").placed())
    await crm.forget_published()
    id: str = (await care.get("/crm/customers", params={"phone": "0901234567"})).json()["items"][0]["id"]
    return id


@pytest.mark.capability("CRM-14")
async def test_a_blacklisting_is_told_to_others_with_its_reason(
    crm: Harness, care: httpx2.AsyncClient, hoa: str
) -> None:
    answer = await care.post(f"/crm/customers/{hoa}/blacklist", json={"reason": "Ba lần không nhận hàng"})

    assert (answer.status_code, answer.json()["blacklisted"]) == (200, True)
    said = await crm.published(CustomerChanged)
    assert [(each.blacklisted, each.blacklist_reason) for each in said] == [(True, "Ba lần không nhận hàng")]


@pytest.mark.capability("CRM-14")
async def test_forgiving_takes_the_warning_back_and_leaves_the_history(
    crm: Harness, care: httpx2.AsyncClient, hoa: str
) -> None:
    await care.post(f"/crm/customers/{hoa}/blacklist", json={"reason": "Không nhận hàng"})
    await care.delete(f"/crm/customers/{hoa}/blacklist", params={"reason": "Đã gọi, nhầm số"})

    history = (await care.get(f"/crm/customers/{hoa}")).json()

    assert history["blacklisted"] is False
    assert [entry["listed"] for entry in history["blacklistings"]] == [False, True]
    assert [each.blacklisted for each in await crm.published(CustomerChanged)] == [True, False]


async def test_blacklisting_twice_says_it_once(crm: Harness, care: httpx2.AsyncClient, hoa: str) -> None:
    for _ in range(2):
        await care.post(f"/crm/customers/{hoa}/blacklist", json={"reason": "Không nhận hàng"})
    assert len(await crm.published(CustomerChanged)) == 1


@pytest.mark.capability("CRM-01")
async def test_an_erased_customer_who_orders_again_is_somebody_else(
    crm: Harness, care: httpx2.AsyncClient, an_order: Any, hoa: str
) -> None:
    await care.post(f"/crm/customers/{hoa}/erase", json={"reason": "Khách yêu cầu"})
    await crm.receives(an_order().placed(), an_order().placed())
    found = {each["id"]: each for each in (await care.get("/crm/customers")).json()["items"]}
    assert found.pop(hoa)["phone"] is None
    assert [(each["phone"], each["orders"]) for each in found.values()] == [("+84901234567", 2)]


@pytest.mark.capability("CRM-01")
async def test_an_erased_customer_has_nothing_personal_left(crm: Harness, care: httpx2.AsyncClient, hoa: str) -> None:
    await care.post(f"/crm/customers/{hoa}/erase", json={"reason": "Khách yêu cầu"})

    history = (await care.get(f"/crm/customers/{hoa}")).json()
    assert (history["phone"], history["name"], history["contacts"], history["orders"]) == (None, None, [], 1)
    said = (await crm.published(CustomerChanged))[-1]
    assert (said.erased, said.phone, said.name) == (True, None, None)
    refused = await care.post(f"/crm/customers/{hoa}/blacklist", json={"reason": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "customer-erased")


@pytest.mark.parametrize("words", ["hoa", "THỊ", "2345"])
async def test_a_customer_is_found_by_part_of_name_or_phone(care: httpx2.AsyncClient, hoa: str, words: str) -> None:
    found = (await care.get("/crm/customers", params={"q": words})).json()["items"]
    assert [each["id"] for each in found] == [hoa]


async def test_a_pattern_is_searched_as_it_is_typed(care: httpx2.AsyncClient, hoa: str) -> None:
    assert (await care.get("/crm/customers", params={"q": "%"})).json()["items"] == []


async def test_what_is_no_phone_is_told_so(care: httpx2.AsyncClient) -> None:
    answer = await care.get("/crm/customers", params={"phone": "abc"})
    assert (answer.status_code, answer.json()["code"]) == (422, "phone-invalid")


async def test_a_number_without_a_country_is_taken_for_one_of_the_shops_own(
    crm: Harness, care: httpx2.AsyncClient, an_order: Any
) -> None:
    await crm.receives(an_order("+8613800138000").placed())
    crm.settings[phone_region] = "CN"
    found = (await care.get("/crm/customers", params={"phone": "138 0013 8000"})).json()["items"]
    assert [each["phone"] for each in found] == ["+8613800138000"]


async def test_store_staff_see_customers_of_their_own_store(crm: Harness, hoa: str) -> None:
    mine = crm.client(permissions=("customers:read:own",), stores=("CH1",))
    other = crm.client(permissions=("customers:read:own",), stores=("CH2",), subject="other")
    assert [each["id"] for each in (await mine.get("/crm/customers")).json()["items"]] == [hoa]
    assert (await other.get("/crm/customers")).json()["items"] == []
    assert (await other.get(f"/crm/customers/{hoa}")).status_code == 404


@pytest.mark.capability("CRM-01")
async def test_a_buyer_of_two_stores_is_a_customer_of_both_also_when_he_began_online(
    crm: Harness, an_order: Any
) -> None:
    await crm.receives(an_order(channel="facebook").placed())
    await crm.receives(an_order(store_id="CH2").placed(), an_order(store_id="CH1").placed(), an_order().placed())
    for store in ("CH1", "CH2"):
        staff = crm.client(permissions=("customers:read:own",), stores=(store,), subject=store)
        (found,) = (await staff.get("/crm/customers")).json()["items"]
        assert (await staff.get(f"/crm/customers/{found['id']}")).status_code == 200
    assert (await crm.published(CustomerChanged))[-1].store_id == "CH2"


@pytest.mark.capability("CRM-01")
async def test_store_staff_do_not_see_what_their_customer_bought_elsewhere(
    crm: Harness, care: httpx2.AsyncClient, hoa: str, an_order: Any
) -> None:
    await crm.receives(an_order(store_id="CH2").placed(), an_order(channel="facebook").placed())
    mine = crm.client(permissions=("customers:read:own",), stores=("CH1",))

    page = (await mine.get(f"/crm/customers/{hoa}")).json()
    listed = (await mine.get(f"/crm/customers/{hoa}/orders")).json()["items"]

    assert [each["store_id"] for each in page["latest_orders"]] == ["CH1"]
    assert [each["store_id"] for each in listed] == ["CH1"]
    everything = (await care.get(f"/crm/customers/{hoa}/orders")).json()["items"]
    assert {each["store_id"] for each in everything} == {"CH1", "CH2", None}


async def test_the_list_goes_on_where_it_stopped(crm: Harness, care: httpx2.AsyncClient, an_order: Any) -> None:
    await crm.receives(*[an_order(f"+8490000000{number}").placed() for number in range(5)])
    seen: list[str] = []
    cursor = None
    while True:
        page = (await care.get("/crm/customers", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        seen += [each["phone"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert sorted(seen) == [f"+8490000000{number}" for number in range(5)]


@pytest.mark.parametrize("path", ["", "/orders", "/points"])
async def test_a_stranger_s_customer_is_not_there(care: httpx2.AsyncClient, path: str) -> None:
    answer = await care.get(f"/crm/customers/{uuid4()}{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "customer-not-found")


async def test_who_may_only_read_changes_nothing(crm: Harness, hoa: str) -> None:
    reader = crm.client(permissions=("customers:read",))
    assert (await reader.post(f"/crm/customers/{hoa}/blacklist", json={"reason": "x"})).status_code == 403
    assert (await reader.post(f"/crm/customers/{hoa}/erase", json={"reason": "x"})).status_code == 403
