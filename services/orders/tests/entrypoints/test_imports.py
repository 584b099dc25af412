"""Files of orders: checked as a whole, taken in order by order, safe to repeat (ORD-01)."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from contracts.orders.v1 import OrderPlaced
from orders.application import import_orders as taking
from orders.application import thresholds
from orders.entrypoints.importing import forget_imports, import_orders

pytestmark = [pytest.mark.connected, pytest.mark.capability("ORD-01")]

HEADING = "Mã đơn hàng;Tên khách;SĐT;Địa chỉ;Phường/Xã;Tỉnh/Thành phố;Mã hàng;Số lượng"


def row(number: object, *, phone: str = "", sku: str = "AO-L", quantity: object = 1) -> str:
    phone = phone or f"09{zlib.crc32(str(number).encode()) % 10**8:08}"
    return f"{number};Lan;{phone};12 Hàng Bạc;Hoàn Kiếm;Hà Nội;{sku};{quantity}"


class Death(BaseException):
    """No Exception: nothing tidies up after it."""


def a_file(rows: Iterable[str], heading: str = HEADING) -> bytes:
    return ("\ufeff" + "\r\n".join([heading, *rows]) + "\r\n").encode()


async def hands_in(shop: Any, content: bytes, **asked: Any) -> dict[str, Any]:
    answer = await shop.sal.post("/orders/imports", content=content, params={"channel": "website", **asked})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def sees(shop: Any, opened: Mapping[str, Any]) -> dict[str, Any]:
    answer = await shop.sal.get(f"/orders/imports/{opened['id']}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def imports(shop: Any, content: bytes, **asked: Any) -> dict[str, Any]:
    """Hand a file in and let the job do its work."""
    opened = await hands_in(shop, content, **asked)
    await shop.harness.runs(import_orders)
    return await sees(shop, opened)


async def report(shop: Any, opened: Mapping[str, Any], **asked: Any) -> list[dict[str, Any]]:
    answer = await shop.sal.get(f"/orders/imports/{opened['id']}/rows", params={"limit": 200, **asked})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def counts(seen: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(seen[name] for name in ("state", "orders", "taken", "known", "refused"))


async def test_a_file_out_of_a_spreadsheet_is_taken_in_in_its_owners_name(shop: Any) -> None:
    seen = await imports(shop, a_file([row("W-1"), row("W-1", sku="MU-01", quantity=3), row("W-2")]), name="đơn.csv")
    assert counts(seen) == ("done", 2, 2, 0, 0)
    assert (seen["rows"], seen["actor"], seen["actor_name"], seen["name"]) == (4, "user:sal-1", "Hoa", "đơn.csv")
    first, second = await report(shop, seen)
    assert (first["rows"], first["external_id"], second["rows"]) == ([2, 3], "W-1", [4])
    order = (await shop.sal.get(f"/orders/{first['code']}")).json()
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [("AO-L", 1), ("MU-01", 3)]
    assert (order["source"], order["channel"], order["owner_id"]) == ("website", "website", "sal-1")
    placed = await shop.harness.published(OrderPlaced)
    assert [str(each.meta.actor) for each in placed] == ["user:sal-1"] * 2
    trail = await shop.harness.rows("SELECT actor, object_id FROM chassis.audit WHERE action = 'order.place'")
    assert {(each["actor"], each["object_id"]) for each in trail} == {
        ("sal-1", first["order_id"]),
        ("sal-1", second["order_id"]),
    }


async def test_a_broken_row_is_named_and_those_before_and_after_it_come_in(shop: Any) -> None:
    rows = [row(f"W-{n}", sku="KHONG-CO" if n == 3_001 else "AO-L") for n in range(2, 3_300)]
    seen = await imports(shop, a_file(rows))
    assert counts(seen) == ("done", 3_298, 3_297, 0, 1)
    [refused] = await report(shop, seen, state="refused")
    [reason] = refused["reasons"]
    assert (reason["row"], reason["code"], reason["field"]) == (3_001, "sku-unknown", "lines/0/sku")
    assert "KHONG-CO" in reason["detail"]
    assert len(await shop.harness.rows("SELECT id FROM orders")) == 3_297


async def test_where_it_is_all_or_none_one_broken_row_lets_nothing_in(shop: Any) -> None:
    seen = await imports(shop, a_file([row("W-1"), row("W-2", quantity=0)]), on_error="stop")
    assert counts(seen) == ("stopped", 2, 0, 0, 1)
    assert await shop.harness.published() == []
    assert await shop.harness.rows("SELECT id FROM orders") == []


async def test_a_check_shows_the_report_and_a_person_starts_it(shop: Any) -> None:
    content = a_file([row("W-1"), row("W-2", quantity="nhiều"), row("W-3", phone="12")])
    seen = await imports(shop, content, start=False, on_error="stop")
    assert (seen["state"], seen["refused"], seen["possible"]) == ("checked", 2, ["start", "cancel"])
    wrong = {(r["row"], r["code"], r["field"]) for each in await report(shop, seen) for r in each["reasons"]}
    assert wrong == {(3, "not-an-amount", "lines/0/quantity"), (4, "phone-invalid", "contact/phone")}
    assert await shop.harness.rows("SELECT id FROM orders") == []
    path = f"/orders/imports/{seen['id']}/start"
    refused = await shop.sal.post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "import-has-errors")
    assert (await shop.sal.post(path, json={"on_error": "skip"})).status_code == 202
    await shop.harness.runs(import_orders)
    assert counts(await sees(shop, seen)) == ("done", 3, 1, 0, 2)


async def test_the_same_file_again_takes_in_what_is_not_in_yet(shop: Any) -> None:
    content = a_file([row("W-1"), row("W-2"), row("W-3", sku="KHONG-CO")])
    await imports(shop, content)
    mended = a_file([row("W-1"), row("W-2"), row("W-3")])
    assert counts(await imports(shop, mended)) == ("done", 3, 1, 2, 0)
    assert len(await shop.harness.published(OrderPlaced)) == 3


async def test_the_same_file_twice_at_once_is_one_file(shop: Any) -> None:
    content = a_file([row(f"W-{n}") for n in range(250)])
    opened = await asyncio.gather(*(hands_in(shop, content) for _ in range(2)))
    await shop.harness.runs(import_orders)
    seen = [await sees(shop, each) for each in opened]
    assert [each["state"] for each in seen] == ["done", "done"]
    assert (sum(each["taken"] for each in seen), sum(each["known"] for each in seen)) == (250, 250)
    assert len(await shop.harness.published(OrderPlaced)) == 250


async def test_a_file_beside_live_intake_of_the_same_orders_makes_each_once(shop: Any) -> None:
    numbers = [f"W-{n}" for n in range(120)]
    opened = await hands_in(shop, a_file([row(n, phone=f"0901{at:06}") for at, n in enumerate(numbers)]))
    live = [
        shop.asks(external_id=n, contact={"phone": f"0902{at:06}"}) for at, n in enumerate(reversed(numbers)) if at % 2
    ]
    _, *answers = await asyncio.gather(shop.harness.runs(import_orders), *live)
    assert {answer.status_code for answer in answers} <= {200, 201}
    seen = await sees(shop, opened)
    assert (seen["state"], seen["taken"] + seen["known"]) == ("done", 120)
    stored = await shop.harness.rows("SELECT external_id FROM orders")
    assert sorted(each["external_id"] for each in stored) == sorted(numbers)
    placed = await shop.harness.published(OrderPlaced)
    assert sorted(each.external_id or "" for each in placed) == sorted(numbers)


async def test_a_process_that_dies_in_the_middle_leaves_whole_orders_and_another_goes_on(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = await hands_in(shop, a_file([row(f"W-{n}") for n in range(350)]))
    steps = 0

    async def dies(*given: Any) -> None:
        nonlocal steps
        await taking.take_some(*given)
        steps += 1
        if steps == 2:
            raise Death

    monkeypatch.setattr("orders.entrypoints.importing.take_some", dies)
    with pytest.raises(Death):
        await shop.harness.runs(import_orders)
    half = await sees(shop, opened)
    assert (half["state"], half["taken"]) == ("running", 100)
    assert (
        len(await shop.harness.published(OrderPlaced)) == len(await shop.harness.rows("SELECT id FROM orders")) == 100
    )
    monkeypatch.undo()
    await shop.harness.runs(import_orders)
    assert counts(await sees(shop, opened)) == ("done", 350, 350, 0, 0)
    assert len({each.order_id for each in await shop.harness.published(OrderPlaced)}) == 350


async def test_cancelled_in_the_middle_it_takes_in_no_more_and_keeps_what_came_in(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = await hands_in(shop, a_file([row(f"W-{n}") for n in range(350)]))
    cancelled: list[asyncio.Task[Any]] = []

    async def cancels(*given: Any) -> None:
        await taking.take_some(*given)
        if not cancelled:
            cancelled.append(asyncio.create_task(shop.sal.post(f"/orders/imports/{opened['id']}/cancel")))

    monkeypatch.setattr("orders.entrypoints.importing.take_some", cancels)
    await shop.harness.runs(import_orders)
    assert (await cancelled[0]).status_code == 200
    seen = await sees(shop, opened)
    assert seen["state"] == "cancelled"
    assert 100 <= seen["taken"] < 350
    listed = await shop.harness.rows("SELECT code FROM import_orders WHERE state = 'taken'")
    assert len(await shop.harness.published(OrderPlaced)) == seen["taken"] == len(listed)
    again = await shop.sal.post(f"/orders/imports/{opened['id']}/start")
    assert (again.status_code, again.json()["code"]) == (409, "import-not-now")


@pytest.mark.capability("ORD-06")
async def test_likely_duplicates_are_flagged_within_the_file_and_against_what_is_there(shop: Any) -> None:
    there = await shop.places(external_id="before", contact={"phone": "0901111111"})
    rows = [
        row("W-1", phone="0901111111"),
        row("W-2", phone="0902222222"),
        row("W-3", phone="0902222222"),
        row("W-4", phone="0902222222", sku="MU-01"),
    ]
    seen = await imports(shop, a_file(rows))
    first, second, third, fourth = await report(shop, seen)
    assert [w["params"] for w in first["warnings"]] == [{"codes": [there["code"]]}]
    assert [w["params"] for w in third["warnings"]] == [{"codes": [second["code"]]}]
    assert second["warnings"] == fourth["warnings"] == []
    order = (await shop.sal.get(f"/orders/{third['order_id']}")).json()
    assert (order["duplicate_of"], order["flags"]) == ([second["code"]], ["duplicate"])


async def test_a_list_in_json_is_read_as_orders_are(shop: Any) -> None:
    orders = [
        shop.body(external_id="W-1", contact={"phone": "0901111111"}),
        shop.body(external_id="W-2", contact={"phone": "0902222222"}, lines=[{"sku": "AO-L", "quantity": "hai"}]),
        shop.body(external_id="W-1", contact={"phone": "0903333333"}),
        shop.body(contact={"phone": "0904444444"}),
        shop.body(external_id="W-5", surprise=1),
    ]
    for order in orders:
        order.pop("channel")
    seen = await imports(shop, json.dumps(orders, ensure_ascii=False, indent=1).encode(), format="json")
    assert counts(seen) == ("done", 5, 1, 0, 4)
    wrong = [[(r["row"], r["code"], r["field"]) for r in each["reasons"]] for each in await report(shop, seen)]
    assert wrong == [
        [],
        [(2, "int-parsing", "lines/0/quantity")],
        [(3, "order-twice", "external_id")],
        [(4, "external-id-missing", "external_id")],
        [(5, "extra-forbidden", "surprise")],
    ]


async def test_a_large_file_comes_in_parts_cut_anywhere(shop: Any) -> None:
    content = a_file([row(f"Đơn-{n}") for n in range(40)])
    cuts = [content[:7], content[7:1_001], content[1_001:]]
    opened = await hands_in(shop, cuts[0], complete=False)
    path = f"/orders/imports/{opened['id']}"
    for part, cut in enumerate(cuts[1:], start=2):
        for _ in range(2):
            assert (await shop.sal.put(f"{path}/parts/{part}", content=cut)).json()["parts"] == part
    early = await shop.sal.post(f"{path}/complete", json={"parts": 4})
    assert (early.status_code, early.json()["code"]) == (409, "parts-missing")
    assert (await shop.sal.post(f"{path}/complete", json={"parts": 3})).status_code == 202
    await shop.harness.runs(import_orders)
    assert counts(await sees(shop, opened)) == ("done", 40, 40, 0, 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (a_file([row("W-1")]).replace("Mã hàng".encode(), b"Hang"), "column-missing"),
        (a_file([row("W-1")]).decode().encode("utf-16"), "file-not-utf8"),
        (a_file([row("W-1"), '"' + row("W-2")]), "row-unreadable"),
    ],
)
async def test_a_file_that_is_none_says_so_and_lets_nothing_in(shop: Any, content: bytes, code: str) -> None:
    seen = await imports(shop, content)
    assert (seen["state"], [each["code"] for each in seen["trouble"]]) == ("failed", [code])
    assert await report(shop, seen) == []


async def test_a_file_larger_than_allowed_is_refused(shop: Any) -> None:
    shop.harness.settings[thresholds.import_rows] = 3
    assert (await imports(shop, a_file([row(n) for n in range(3)])))["state"] == "done"
    seen = await imports(shop, a_file([row(n) for n in range(4)]))
    assert [each["code"] for each in seen["trouble"]] == ["too-many-rows"]
    shop.harness.settings[thresholds.import_megabytes] = 1
    answer = await shop.sal.post("/orders/imports", content=b"x" * 1_000_001, params={"channel": "website"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "file-too-large")


async def test_the_report_is_downloaded_and_holds_no_person_and_no_formula(shop: Any) -> None:
    seen = await imports(shop, a_file([row("=W-1", quantity=0), row("W-2")]))
    answer = await shop.sal.get(f"/orders/imports/{seen['id']}/report")
    heading, first, second = answer.text.removeprefix("\ufeff").splitlines()
    assert answer.headers["content-type"].startswith("text/csv")
    assert heading == "row,external_id,state,code,kind,field,reason,detail"
    assert first.startswith("2,'=W-1,refused,,error,lines/0/quantity,quantity-invalid,")
    assert second.startswith("3,W-2,taken,DH")
    assert "Lan" not in answer.text
    left = await shop.harness.rows("SELECT body FROM import_orders WHERE body IS NOT NULL")
    assert left == [] == await shop.harness.rows("SELECT part FROM import_parts")


async def test_the_list_of_imports_says_who_and_when(shop: Any) -> None:
    await imports(shop, a_file([row("W-1")]), name="một")
    await imports(shop, b"", name="hai")
    first = (await shop.sal.get("/orders/imports", params={"limit": 1})).json()
    rest = (await shop.sal.get("/orders/imports", params={"cursor": first["next"]})).json()
    assert [(each["name"], each["state"]) for each in first["items"] + rest["items"]] == [
        ("hai", "failed"),
        ("một", "done"),
    ]
    done = (await shop.sal.get("/orders/imports", params={"state": "done"})).json()["items"]
    assert [each["actor_name"] for each in done] == ["Hoa"]


async def test_who_is_confined_to_a_store_imports_and_sees_its_files_only(shop: Any) -> None:
    own = ("orders:write:own", "orders:read:own")
    mine = shop.harness.client(permissions=own, stores=("CH1",), subject="csh")
    asked = {"channel": "store", "store_id": "CH2"}
    elsewhere = await mine.post("/orders/imports", content=a_file([row("W-1")]), params=asked)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "store-not-yours")
    foreign = await hands_in(shop, a_file([row("W-1")]), **asked)
    for method, path in (("GET", ""), ("GET", "/rows"), ("GET", "/report"), ("POST", "/cancel"), ("POST", "/start")):
        answer = await mine.request(method, f"/orders/imports/{foreign['id']}{path}")
        assert answer.status_code == 404, path
    assert (await mine.get("/orders/imports")).json()["items"] == []


async def test_a_file_that_nobody_starts_is_given_up_and_forgotten(shop: Any) -> None:
    seen = await imports(shop, a_file([row("W-1")]), start=False)
    shop.harness.now = shop.harness.now.replace(day=29)
    await shop.harness.runs(forget_imports)
    assert (await sees(shop, seen))["state"] == "checked"
    shop.harness.now = shop.harness.now.replace(day=30)
    await shop.harness.runs(forget_imports)
    assert (await sees(shop, seen))["state"] == "cancelled"
    assert await shop.harness.rows("SELECT body FROM import_orders WHERE body IS NOT NULL") == []
    shop.harness.settings[thresholds.import_reports] = 1
    shop.harness.now = shop.harness.now.replace(month=12, day=2)
    await shop.harness.runs(forget_imports)
    assert await report(shop, seen) == []
    assert (await sees(shop, seen))["orders"] == 1


async def test_what_has_become_wrong_since_the_check_stops_an_all_or_none_file_there(shop: Any) -> None:
    rows = [row(f"W-{n}", sku="MU-01" if n == 150 else "AO-L") for n in range(200)]
    seen = await imports(shop, a_file(rows), start=False, on_error="stop")
    await shop.harness.rows("UPDATE products SET active = false WHERE sku = 'MU-01'")
    await shop.sal.post(f"/orders/imports/{seen['id']}/start")
    await shop.harness.runs(import_orders)
    assert counts(await sees(shop, seen)) == ("stopped", 200, 150, 0, 1)
    [refused] = await report(shop, seen, state="refused")
    assert [(each["row"], each["code"]) for each in refused["reasons"]] == [(152, "sku-inactive")]
