"""The address book at the desk: filled once, searched, and asked for every order that comes in."""

from typing import Any

import pytest

from contracts.orders.v1 import OrderChanged, OrderPlaced
from orders.entrypoints.jobs import fill_address_book

pytestmark = [pytest.mark.connected, pytest.mark.capability("ORD-02"), pytest.mark.capability("ORD-09")]

OLD = {"street": "12 Lê Lợi", "ward": "P. Bến Nghé", "district": "Q.1", "province": "TP.HCM"}
DIVIDED = {"street": "5 Linh Đường", "ward": "Hoàng Liệt", "district": "Hoàng Mai", "province": "Hà Nội"}


@pytest.fixture
async def desk(shop: Any) -> Any:
    await shop.harness.runs(fill_address_book)
    return shop


async def items(desk: Any, **asked: Any) -> list[dict[str, Any]]:
    answer = await desk.sal.get("/addresses/wards", params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def codes(desk: Any, **asked: Any) -> list[str]:
    return [row["code"] for row in (await desk.sal.get("/orders", params=asked)).json()["items"]]


async def test_both_schemes_are_whole_and_filled_once(desk: Any) -> None:
    sizes = "SELECT scheme, count(*) AS n FROM address_wards GROUP BY scheme"
    counted = {row["scheme"]: row["n"] for row in await desk.harness.rows(sizes)}
    assert counted == {"two-level": 3_321, "three-level": 10_040}
    new = (await desk.sal.get("/addresses/provinces")).json()
    old = (await desk.sal.get("/addresses/provinces", params={"scheme": "three-level"})).json()
    assert (len(new), len(old)) == (34, 63)
    assert next(row["linked"] for row in new if row["code"] == "48") == ["Thành phố Đà Nẵng", "Tỉnh Quảng Nam"]
    districts = (await desk.sal.get("/addresses/districts", params={"province": "79"})).json()
    assert {"Quận 1", "Huyện Củ Chi"} <= {row["name"] for row in districts}
    async with desk.harness.uow() as uow:
        assert await uow.addresses.fill() == 0


async def test_a_ward_is_found_as_one_types_and_leads_both_ways(desk: Any) -> None:
    [old] = await items(desk, scheme="three-level", q="phuong ben ngh", province="79")
    assert (old["name"], old["district"], [each["name"] for each in old["wards"]]) == (
        "Phường Bến Nghé", "Quận 1", ["Phường Sài Gòn"],
    )  # fmt: skip
    [new] = [each for each in await items(desk, q="Sài Gòn", province="79") if each["name"] == "Phường Sài Gòn"]
    assert "Phường Bến Nghé" in {each["name"] for each in new["former"]}
    assert await items(desk, q="' | !zz:*") == []


async def test_pages_of_wards_follow_each_other(desk: Any) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        asked = {"province": "46", "limit": 15} | ({"cursor": cursor} if cursor else {})
        page = (await desk.sal.get("/addresses/wards", params=asked)).json()
        seen += [each["code"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert len(seen) == 40
    assert seen == sorted(set(seen))


async def test_an_address_of_before_goes_out_with_the_ward_of_today(desk: Any) -> None:
    order = await desk.places(contact={"address": OLD})
    assert order["destination"]["ward"]["name"] == "Phường Sài Gòn"
    assert order["contact"]["address"]["ward"] == "P. Bến Nghé"
    assert (order["flags"], order["warnings"]) == ([], [])
    [placed] = await desk.harness.published(OrderPlaced)
    address = placed.contact.address
    assert (address.ward_code, address.province_code) == ("26740", "79")
    assert address.standard == "Phường Sài Gòn, Thành phố Hồ Chí Minh"


async def test_a_divided_ward_waits_for_a_person_who_chooses(desk: Any) -> None:
    order = await desk.places(contact={"address": DIVIDED})
    candidates = [each["name"] for each in order["destination"]["candidates"]]
    assert "Phường Hoàng Liệt" in candidates
    assert len(candidates) > 1
    assert [each["code"] for each in order["warnings"]] == ["address-ambiguous"]
    assert await codes(desk, flag="address_ambiguous") == [order["code"]]
    chosen = next(each["code"] for each in order["destination"]["candidates"] if each["name"] == "Phường Hoàng Liệt")
    body = {"contact": {"address": {"ward_code": chosen}}}
    url = f"/orders/{order['id']}"
    assert (await desk.sal.patch(url, json=body, headers={"If-Match": '"7"'})).status_code == 412
    changed = await desk.sal.patch(url, json=body, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["destination"]["chosen"], changed.json()["flags"]) == (True, [])
    assert await codes(desk, flag="address_ambiguous") == []
    [told] = await desk.harness.published(OrderChanged)
    assert told.contact.address.ward_code == chosen
    later = await desk.sal.patch(url, json={"contact": {"address": {"street": "7 Linh Đường"}}})
    assert later.json()["destination"]["ward"]["code"] == chosen


async def test_an_unknown_ward_is_taken_in_with_a_warning(desk: Any) -> None:
    order = await desk.places(channel="shopee", contact={"address": {"ward": "Atlantis"}})
    assert [each["code"] for each in order["warnings"]] == ["address-unknown"]
    assert await codes(desk, flag="address_unknown") == [order["code"]]
    mended = await desk.sal.patch(f"/orders/{order['id']}", json={"contact": {"address": {"ward": "Hoàn Kiếm"}}})
    assert (mended.json()["destination"]["ward"]["code"], mended.json()["flags"]) == ("00070", [])


async def test_a_ward_code_that_does_not_exist_is_no_choice(desk: Any) -> None:
    order = await desk.places()
    wrong = await desk.sal.patch(f"/orders/{order['id']}", json={"contact": {"address": {"ward_code": "1"}}})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "ward-code-unknown")


async def test_without_a_book_orders_come_in_as_ever(shop: Any) -> None:
    order = await shop.places(contact={"address": {"ward": "Atlantis"}})
    assert (order["destination"], order["flags"], order["warnings"]) == (None, [], [])


async def test_asking_the_book_goes_down_an_index(desk: Any) -> None:
    from orders.adapters.addresses import SAME_NAME

    await desk.harness.rows("ANALYZE address_wards")
    plan = await desk.harness.rows(f"EXPLAIN {SAME_NAME}", ward_keys=["bennghe"], province="hochiminh")
    assert "address_wards_keys" in str([dict(row) for row in plan])
