"""The SKU master as its users and its readers see it (INV-01)."""

import pytest
from warehouse_floor import Floor

from contracts import Money
from contracts.inventory.v1 import ProductChanged
from inventory.application.announce_stock import product_states

pytestmark = pytest.mark.connected

SHIRT = {
    "sku": "AO-L",
    "name": "Áo thun cổ tròn đỏ",
    "barcode": "8938505974192",
    "weight_g": 180,
    "price": {"amount": 150_000},
    "vat_rate_bp": 800,
    "kind": "áo",
    "design": "cổ tròn",
    "colour": "đỏ",
    "size": "L",
    "material": "cotton",
    "use": "mặc nhà",
    "selling_points": "thoáng",
}


@pytest.mark.capability("INV-01")
async def test_a_new_product_is_told_whole(floor: Floor) -> None:
    answer = await floor.staff.post("/inventory/products", json=SHIRT)
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert answer.json()["price"] == {"amount": 150_000, "currency": "VND"}
    (said,) = await floor.said(ProductChanged)
    assert said.model_dump(include=set(SHIRT) - {"price"}) == {k: v for k, v in SHIRT.items() if k != "price"}
    assert (said.price, said.active) == (Money(amount=150_000), True)


@pytest.mark.capability("INV-01")
async def test_a_changed_product_is_told_again_and_an_unchanged_one_is_not(floor: Floor) -> None:
    await floor.sells("A")
    edited = await floor.staff.patch(
        "/inventory/products/A", json={"price": 120_000, "barcode": None}, headers={"If-Match": '"1"'}
    )
    assert (edited.status_code, edited.json()["version"], edited.headers["etag"]) == (200, 2, '"2"')
    same = await floor.staff.patch("/inventory/products/A", json={"price": 120_000})
    assert same.json()["version"] == 2
    assert [(each.price.amount, each.barcode) for each in await floor.said(ProductChanged)] == [
        (100_000, "B-A"),
        (120_000, None),
    ]


async def test_nobody_overwrites_unseen_what_another_changed(floor: Floor) -> None:
    await floor.sells("A")
    await floor.staff.patch("/inventory/products/A", json={"name": "Áo mới"})
    stale = await floor.staff.patch("/inventory/products/A", json={"name": "Áo cũ"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    assert (await floor.staff.get("/inventory/products/A")).json()["name"] == "Áo mới"


async def test_a_sku_and_a_barcode_belong_to_one_product(floor: Floor) -> None:
    await floor.sells("A", "B")
    again = await floor.staff.post("/inventory/products", json={"sku": "A", "name": "x", "price": 1})
    assert (again.status_code, again.json()["code"]) == (409, "sku-taken")
    barcode = {"sku": "C", "name": "x", "price": 1, "barcode": "B-A"}
    assert (await floor.staff.post("/inventory/products", json=barcode)).json()["code"] == "barcode-taken"
    patched = await floor.staff.patch("/inventory/products/B", json={"barcode": "B-A"})
    assert (patched.status_code, patched.json()["code"]) == (409, "barcode-taken")


async def test_products_are_found_by_the_beginnings_of_their_words_with_or_without_accents(floor: Floor) -> None:
    await floor.staff.post("/inventory/products", json=SHIRT)
    await floor.sells("MU-01")

    async def found(q: str) -> list[str]:
        answer = await floor.staff.get("/inventory/products", params={"q": q})
        return [item["sku"] for item in answer.json()["items"]]

    assert await found("ao thun") == ["AO-L"]
    assert await found("Đỏ") == ["AO-L"]
    assert await found("893850") == ["AO-L"]
    assert await found("mu-0") == ["MU-01"]
    assert await found("hun") == []
    assert await found("' | ! :*") == ["AO-L", "MU-01"]


async def test_the_list_goes_on_where_the_page_ended(floor: Floor) -> None:
    await floor.sells("A", "B", "C")
    first = (await floor.staff.get("/inventory/products", params={"limit": 2})).json()
    rest = (await floor.staff.get("/inventory/products", params={"limit": 2, "cursor": first["next"]})).json()
    assert [item["sku"] for item in first["items"] + rest["items"]] == ["A", "B", "C"]
    assert rest["next"] is None
    strange = await floor.staff.get("/inventory/moves", params={"cursor": first["next"]})
    assert (strange.status_code, strange.json()["errors"][0]["code"]) == (422, "bad-cursor")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"price": -1}, "#/price"),
        ({"price": {"amount": 1, "currency": "USD"}}, "#/price"),
        ({"weight_g": -1}, "#/weight_g"),
        ({"vat_rate_bp": 10_001}, "#/vat_rate_bp"),
        ({"sku": " "}, "#/sku"),
        ({"name": ""}, "#/name"),
        ({"barcode": "8 93"}, "#/barcode"),
        ({"mystery": 1}, "#/mystery"),
        ({"name": "a\0b"}, "#/name"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_written(
    floor: Floor, change: dict[str, object], pointer: str
) -> None:
    answer = await floor.staff.post("/inventory/products", json=SHIRT | change)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await floor.staff.get("/inventory/products")).json()["items"] == []


async def test_what_is_empty_or_not_ours_is_refused_when_it_is_changed(floor: Floor) -> None:
    await floor.sells("A")
    assert (await floor.staff.patch("/inventory/products/A", json={"name": None})).status_code == 422
    assert (await floor.staff.patch("/inventory/products/A", json={"sku": "B"})).status_code == 422
    missing = await floor.staff.patch("/inventory/products/Z", json={"name": "x"})
    assert (missing.status_code, missing.json()["code"]) == (404, "product-not-found")
    assert (await floor.staff.get("/inventory/products/Z")).status_code == 404


async def test_only_who_may_write_products_adds_one(floor: Floor) -> None:
    sales = floor.harness.client(permissions=("products:read",))
    assert (await sales.post("/inventory/products", json=SHIRT)).status_code == 403
    assert (await sales.get("/inventory/products")).status_code == 200


async def test_all_products_can_be_told_again(floor: Floor) -> None:
    await floor.sells("A", "B", "C")
    async with floor.harness.uow() as uow:
        assert [each.sku for each in await product_states(uow, None, 2)] == ["A", "B"]
        assert [each.sku for each in await product_states(uow, "B", 2)] == ["C"]
