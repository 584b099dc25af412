"""Taking orders in over HTTP (ORD-01, ORD-02)."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from contracts.orders.v1 import OrderConfirmed, OrderPlaced
from orders.application import thresholds

pytestmark = pytest.mark.connected


def codes(answer: Any) -> set[tuple[str, str]]:
    return {(each["code"], each["pointer"]) for each in answer.json()["errors"]}


@pytest.mark.capability("ORD-01")
async def test_an_order_is_taken_in_and_announced(shop: Any) -> None:
    answer = await shop.asks(external_id="W-1", note="Giao giờ hành chính", device="mobile")
    order = answer.json()
    assert answer.status_code == 201, answer.text
    assert order["code"].startswith("DH251122")
    assert (answer.headers["ETag"], answer.headers["Location"]) == ('"1"', f"/orders/{order['id']}")
    assert (order["status"], order["total"]["amount"], order["cod"]["amount"]) == ("new", 330_000, 330_000)
    assert (order["contact"]["phone"], order["owner_id"]) == ("+84901234567", "sal-1")
    [placed] = await shop.harness.published(OrderPlaced)
    assert (str(placed.order_id), placed.code, placed.source) == (order["id"], order["code"], "website")
    assert (placed.contact.phone, placed.note, placed.device) == ("+84901234567", "Giao giờ hành chính", "mobile")
    assert (placed.lines[0].name, placed.lines[0].weight_g, placed.lines[0].vat_rate_bp) == ("Áo thun L", 200, 800)
    assert (str(placed.meta.actor), placed.meta.sequence) == ("user:sal-1", 1)


@pytest.mark.capability("ORD-01")
async def test_the_same_order_handed_in_again_is_one_order(shop: Any) -> None:
    first = await shop.asks(external_id="W-1", source="shop-a")
    again = await shop.asks(external_id="W-1", source="shop-a", lines=[{"sku": "MU-01", "quantity": 1}])
    other = await shop.asks(external_id="W-1", source="shop-b")
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]
    assert again.json()["lines"][0]["sku"] == "AO-L"
    assert len(await shop.harness.published(OrderPlaced)) == 2


@pytest.mark.capability("ORD-01")
async def test_the_same_order_handed_in_at_the_same_moment_is_one_order(shop: Any) -> None:
    answers = await asyncio.gather(*(shop.asks(external_id="W-1") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await shop.harness.published(OrderPlaced)) == 1


@pytest.mark.capability("ORD-02")
async def test_what_is_missing_is_all_told_at_once(shop: Any) -> None:
    answer = await shop.sal.post("/orders", json={"channel": "nowhere", "lines": [{"sku": "KHONG-CO", "quantity": 0}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "order-refused")
    assert f"{len(answer.json()['errors'])} things" in answer.json()["detail"]
    assert codes(answer) == {
        ("channel-unknown", "#/channel"),
        ("name-missing", "#/contact/name"),
        ("phone-missing", "#/contact/phone"),
        ("street-missing", "#/contact/address/street"),
        ("ward-missing", "#/contact/address/ward"),
        ("province-missing", "#/contact/address/province"),
        ("sku-unknown", "#/lines/0/sku"),
        ("quantity-invalid", "#/lines/0/quantity"),
    }
    assert await shop.harness.published() == []
    assert await shop.harness.rows("SELECT id FROM orders") == []


@pytest.mark.capability("ORD-02")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"lines": []}, ("lines-missing", "#/lines")),
        ({"lines": [{"quantity": 1}]}, ("sku-missing", "#/lines/0/sku")),
        ({"lines": [{"sku": "AO-L", "quantity": 100_001}]}, ("quantity-invalid", "#/lines/0/quantity")),
        ({"lines": [{"sku": "AO-L", "quantity": -1}]}, ("quantity-invalid", "#/lines/0/quantity")),
        (
            {"lines": [{"sku": "AO-L", "quantity": 1, "discount": 150_001}]},
            ("discount-exceeds-goods", "#/lines/0/discount"),
        ),
        ({"lines": [{"sku": "AO-L", "quantity": 1, "unit_price": -1}]}, ("amount-negative", "#/lines/0/unit_price")),
        ({"discount": {"amount": 300_001}}, ("discount-exceeds-goods", "#/discount")),
        ({"freight": {"amount": -1}}, ("amount-negative", "#/freight")),
        ({"freight": {"amount": 10_000_000_001}}, ("amount-too-large", "#/freight")),
        ({"freight": {"amount": 10_000_000_000}}, ("amount-too-large", "#/lines")),
        ({"freight": {"amount": 1, "currency": "USD"}}, ("currency-not-taken", "#/freight")),
        ({"contact": {"phone": "12"}}, ("phone-invalid", "#/contact/phone")),
        ({"contact": {"phone": "gọi cho tôi"}}, ("phone-invalid", "#/contact/phone")),
        ({"contact": {"name": "   "}}, ("name-missing", "#/contact/name")),
        ({"contact": {"email": "lan"}}, ("email-invalid", "#/contact/email")),
        ({"source": " "}, ("source-missing", "#/source")),
        ({"placed_at": "2025-11-22T12:05:01+07:00"}, ("placed-in-future", "#/placed_at")),
    ],
)
async def test_what_is_wrong_is_named_by_its_place(
    shop: Any, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    answer = await shop.asks(**changes)
    assert answer.status_code == 422, answer.text
    assert codes(answer) == {expected}


async def test_the_largest_allowed_is_allowed(shop: Any) -> None:
    shop.harness.settings[thresholds.largest_total] = 330_000
    assert (await shop.asks()).status_code == 201
    shop.harness.settings[thresholds.largest_total] = 329_999
    assert (await shop.asks()).status_code == 422


async def test_goods_no_longer_sold_are_refused(shop: Any) -> None:
    await shop.harness.rows("UPDATE products SET active = false WHERE sku = 'AO-L'")
    assert codes(await shop.asks()) == {("sku-inactive", "#/lines/0/sku")}


@pytest.mark.parametrize("written", ["0901234567", "+84901234567", "84 901 234 567", "0901.234.567", "(090) 123-4567"])
async def test_a_phone_is_one_phone_however_it_is_written(shop: Any, written: str) -> None:
    if written.startswith("84"):
        written = "+" + written
    assert (await shop.places(contact={"phone": written}))["contact"]["phone"] == "+84901234567"


@pytest.mark.capability("ORD-35")
async def test_a_discount_of_the_order_is_shared_over_its_lines(shop: Any) -> None:
    order = await shop.places(
        lines=[
            {"sku": "AO-L", "quantity": 1},
            {"sku": "AO-M", "quantity": 1, "discount": {"amount": 50_000}},
            {"sku": "MU-01", "quantity": 1, "unit_price": 40_000},
        ],
        discount=10_001,
        payment="deposit",
    )
    amounts = [line["amount"]["amount"] for line in order["lines"]]
    assert [line["share"]["amount"] for line in order["lines"]] == [5_173, 3_449, 1_379]
    assert sum(amounts) + 30_000 == order["total"]["amount"] == 150_000 + 100_000 + 40_000 - 10_001 + 30_000
    assert order["payment"] == "deposit"


async def test_codes_are_unique_however_many_come_at_once(shop: Any) -> None:
    orders = await asyncio.gather(*(shop.places(contact={"phone": f"09012345{n:02}"}) for n in range(30)))
    assert len({order["code"] for order in orders}) == 30
    assert {order["code"][:8] for order in orders} == {"DH251122"}
    assert {UUID(order["id"]).version for order in orders} == {7}


async def test_a_code_is_given_by_the_shops_day(shop: Any) -> None:
    shop.harness.now = shop.harness.now.replace(hour=17)  # 00:00 of the 23rd in Hà Nội
    assert (await shop.places())["code"] == "DH2511230001"
    assert (await shop.places())["code"] == "DH2511230002"


async def test_the_same_key_again_gives_the_same_answer(shop: Any) -> None:
    send = {"json": shop.body(), "headers": {"Idempotency-Key": "k-1"}}
    first, again = await shop.sal.post("/orders", **send), await shop.sal.post("/orders", **send)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    changed = await shop.sal.post("/orders", json=shop.body(note="khác"), headers={"Idempotency-Key": "k-1"})
    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency-key-reused")


async def test_the_same_key_at_the_same_moment_has_one_effect(shop: Any) -> None:
    send = {"json": shop.body(), "headers": {"Idempotency-Key": "k-1"}}
    answers = await asyncio.gather(*(shop.sal.post("/orders", **send) for _ in range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert len(await shop.harness.published(OrderPlaced)) == 1


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "malformed-body"),
        (b'{"lines": "AO-L"}', 422, "invalid-request"),
        (b'{"payment": "barter"}', 422, "invalid-request"),
        (b'{"lines": [{"sku": "AO-L", "quantity": "nhi\\u1ec1u"}]}', 422, "invalid-request"),
        (b'{"note": "a\\u0000b"}', 422, "invalid-request"),
        (b'{"lines": [{"sku": "AO-L", "quantity": 99999999999999999999}]}', 422, "invalid-request"),
        (b'{"freight": 10000000000000000}', 422, "invalid-request"),
        (b'{"surprise": 1}', 422, "invalid-request"),
        (b'{"note": "' + b"x" * 2_100_000 + b'"}', 413, "body-too-large"),
    ],
)
async def test_a_body_that_cannot_be_read_is_told_so(shop: Any, content: bytes, status: int, code: str) -> None:
    answer = await shop.sal.post("/orders", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await shop.harness.rows("SELECT id FROM orders") == []


async def test_ten_thousand_lines_are_too_many(shop: Any) -> None:
    answer = await shop.asks(lines=[{"sku": "AO-L", "quantity": 1}] * 10_000)
    assert answer.status_code == 422
    assert codes(answer) == {("too-long", "#/lines")}


async def test_every_wrong_field_of_form_is_named(shop: Any) -> None:
    answer = await shop.asks(payment="barter", freight="nhiều", lines=[{"sku": 7, "quantity": 1.5}])
    places = {each["pointer"] for each in answer.json()["errors"]}
    assert {"#/payment", "#/lines/0/sku", "#/lines/0/quantity"} <= places
    assert any(place.startswith("#/freight") for place in places)


async def test_who_is_confined_to_a_store_takes_in_its_orders_only(shop: Any) -> None:
    client = shop.harness.client(permissions=("orders:write:own", "orders:read:own"), stores=("CH1",))
    elsewhere = await client.post("/orders", json=shop.body(store_id="CH2"))
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "store-not-yours")
    mine = await client.post("/orders", json=shop.body(store_id="CH1"))
    assert mine.status_code == 201
    foreign = await shop.places(store_id="CH2")
    assert (await client.get(f"/orders/{foreign['id']}")).status_code == 404
    assert [item["id"] for item in (await client.get("/orders")).json()["items"]] == [mine.json()["id"]]


@pytest.mark.capability("ORD-03")
async def test_goods_that_are_short_just_now_are_warned_of(shop: Any) -> None:
    await shop.has_in_stock("AO-L", 1)
    [warning] = (await shop.places())["warnings"]
    assert (warning["code"], warning["params"]) == ("stock-short", {"sku": "AO-L", "available": 1})
    await shop.has_in_stock("AO-L", 2)
    assert (await shop.places(contact={"phone": "0907777777"}))["warnings"] == []


async def test_every_command_leaves_a_trail(shop: Any) -> None:
    order = await shop.places()
    [row] = await shop.harness.rows("SELECT action, actor, object_id, after FROM chassis.audit")
    assert (row["action"], row["actor"], row["object_id"]) == ("order.place", "sal-1", order["id"])
    assert row["after"]["status"] == "new"


@pytest.mark.capability("ORD-01", "ORD-04")
async def test_an_order_taken_on_the_phone_is_confirmed_at_once(shop: Any) -> None:
    call = {"note": "Khách đặt qua điện thoại"}
    answer = await shop.asks(channel="hotline", external_id="H-1", call=call)
    assert (answer.status_code, answer.json()["status"], answer.headers["ETag"]) == (201, "confirmed", '"3"')
    [placed] = await shop.harness.published(OrderPlaced)
    [confirmed] = await shop.harness.published(OrderConfirmed)
    assert (placed.meta.sequence, confirmed.order_id) == (1, placed.order_id)
    again = await shop.asks(channel="hotline", external_id="H-1", call=call)
    assert (again.status_code, again.json()["id"]) == (200, answer.json()["id"])
    assert len(await shop.harness.published(OrderConfirmed)) == 1


@pytest.mark.capability("ORD-04", "CRM-14")
async def test_a_blacklisted_customers_order_is_not_confirmed_by_the_call_and_not_taken_in(shop: Any) -> None:
    await shop.blacklists("+84901234567")
    answer = await shop.asks(channel="hotline", call={})
    assert (answer.status_code, codes(answer)) == (422, {("customer-blacklisted", "#/contact/phone")})
    assert await shop.harness.published() == []
    assert await shop.harness.rows("SELECT id FROM orders") == []
    assert (await shop.asks(channel="hotline")).status_code == 201


@pytest.mark.capability("ORD-04")
async def test_who_may_not_confirm_cannot_do_it_by_taking_a_call(shop: Any) -> None:
    clerk = shop.harness.client(permissions=["orders:write"])
    answer = await clerk.post("/orders", json=shop.body(call={}))
    assert answer.status_code == 403
    assert "order-status:write" in answer.text
    assert await shop.harness.rows("SELECT id FROM orders") == []
