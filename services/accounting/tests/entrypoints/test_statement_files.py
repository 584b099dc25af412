"""Statements as files: formats, headings, wrong rows, parts sent twice, thousands of lines (ACC-01)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from ledger_builders import AnOrder, a_statement, accountant, delivered, imported

from chassis.testing.harness import Harness

pytestmark = pytest.mark.connected

HEAD = {"carrier_id": "ghn", "reference": "GHN-CSV"}
CSV = {"Content-Type": "text/csv"}


@pytest.mark.capability("ACC-01")
async def test_a_csv_is_read_like_the_same_statement_in_json(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    file = f"reference,tracking,cod,fee\n1,{order.tracking},500000,20000\n"
    answer = await accountant(harness).post("/accounting/cod-statements", params=HEAD, content=file, headers=CSV)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["state"], answer.json()["cod"], answer.json()["lines"]) == ("matched", 500_000, 1)


async def test_a_file_with_a_carriers_own_headings_and_amounts_is_understood(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    file = (
        f"\ufeffMã vận đơn;Tiền thu hộ;Cước phí;Trạng thái\r\n{order.tracking};500.000 đ;20.000;Giao thành công\r\n\r\n"
    )
    answer = await accountant(harness).post(
        "/accounting/cod-statements", params=HEAD, content=file.encode(), headers=CSV
    )
    assert (answer.status_code, answer.json()["state"]) == (201, "matched"), answer.text


async def test_a_form_with_a_file_is_taken(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    answer = await accountant(harness).post(
        "/accounting/cod-statements",
        data=HEAD,
        files={"file": ("ghn.csv", f"tracking,cod,fee\n{order.tracking},500000,20000\n".encode(), "text/csv")},
    )
    assert (answer.status_code, answer.json()["state"]) == (201, "matched"), answer.text


async def test_every_wrong_row_is_named_and_nothing_is_written(harness: Harness) -> None:
    file = "tracking,cod,fee,status\nA1,1000,1,\n,1000,1,\nA3,muchomoney,1,\nA4,5,-1,nowhere\n"
    client = accountant(harness)
    answer = await client.post("/accounting/cod-statements", params=HEAD, content=file, headers=CSV)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "statement-unreadable")
    assert [(each["code"], each["pointer"]) for each in problem["errors"]] == [
        ("tracking-missing", "#/lines/1/tracking"),
        ("not-an-amount", "#/lines/2/cod"),
        ("not-an-amount", "#/lines/3/fee"),
        ("status-unknown", "#/lines/3/status"),
    ]
    assert (await client.get("/accounting/cod-statements")).json()["items"] == []


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("", "column-missing"),
        ("when,what\n1,2\n", "column-missing"),
        ("tracking,cod\n", "statement-empty"),
        ("tracking,cod\nA\x001,5\n", "nul-character"),
    ],
)
async def test_a_file_that_is_no_statement_is_refused(harness: Harness, file: str, code: str) -> None:
    answer = await accountant(harness).post("/accounting/cod-statements", params=HEAD, content=file, headers=CSV)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == code


async def test_a_head_without_carrier_or_reference_is_refused_by_field(harness: Harness) -> None:
    file = "tracking,cod\nA1,5\n"
    answer = await accountant(harness).post("/accounting/cod-statements", content=file, headers=CSV)
    assert {each["pointer"] for each in answer.json()["errors"]} == {"#/carrier_id", "#/reference"}


async def test_a_body_that_is_neither_is_refused(harness: Harness) -> None:
    client = accountant(harness)
    xml = await client.post("/accounting/cod-statements", content="<a/>", headers={"Content-Type": "text/xml"})
    assert xml.status_code == 415
    broken = await client.post("/accounting/cod-statements", content="{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 400


@pytest.mark.capability("ACC-01")
async def test_a_statement_sent_again_changes_nothing_line_by_line(harness: Harness) -> None:
    first, second = AnOrder(), AnOrder()
    await delivered(harness, first, second)
    client = accountant(harness)
    whole = a_statement(first, second)
    part = whole | {"lines": whole["lines"][:1]}

    assert (await imported(client, part))["added"] == 1
    assert (await imported(client, whole))["added"] == 1
    again = await client.post("/accounting/cod-statements", json=whole)
    assert (again.status_code, again.json()["added"], again.json()["repeated"]) == (200, 0, 2)
    assert again.json()["lines"] == 2


async def test_a_line_that_says_something_else_now_is_refused_by_name(harness: Harness) -> None:
    order = AnOrder()
    client = accountant(harness)
    body = a_statement(order)
    await imported(client, body)
    body["lines"][0]["cod"] = 1
    answer = await client.post("/accounting/cod-statements", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "lines-differ")
    assert answer.json()["params"]["references"] == ["GHN-1-0"]


async def test_one_reference_twice_in_one_statement_is_refused(harness: Harness) -> None:
    body = a_statement(AnOrder())
    body["lines"] *= 2
    answer = await accountant(harness).post("/accounting/cod-statements", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "references-repeated")


async def test_new_lines_for_an_approved_statement_are_refused(harness: Harness) -> None:
    first, second = AnOrder(), AnOrder()
    await delivered(harness, first, second)
    client = accountant(harness)
    whole = a_statement(first, second)
    id = (await imported(client, whole | {"lines": whole["lines"][:1]}))["id"]
    await client.post(f"/accounting/cod-statements/{id}/approve")
    answer = await client.post("/accounting/cod-statements", json=whole)
    assert (answer.status_code, answer.json()["code"]) == (409, "statement-not-possible")


async def test_the_same_idempotency_key_gives_the_first_answer(harness: Harness) -> None:
    client = accountant(harness)
    headers = CSV | {"Idempotency-Key": "k1"}
    answers = [
        await client.post("/accounting/cod-statements", params=HEAD, content="tracking,cod\nA1,5\n", headers=headers)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]


@pytest.mark.capability("ACC-01")
async def test_five_thousand_lines_are_matched_approved_and_paid_at_once(harness: Harness) -> None:
    await harness.rows(
        "INSERT INTO orders (order_id, code, known, revenue, collected, first_seen_at) "
        "SELECT md5('o' || n)::uuid, 'DH' || n, true, 100000, 100000, now() FROM generate_series(1, 5000) n"
    )
    await harness.rows(
        "INSERT INTO shipments (shipment_id, order_id, carrier_id, tracking, road, cod, fee, owed, delivered_on) "
        "SELECT md5('s' || n)::uuid, md5('o' || n)::uuid, 'ghn', 'T' || n, 'delivered', 100000, 10000, 100000, "
        "'2025-11-20' FROM generate_series(1, 5000) n"
    )
    client = accountant(harness)
    file = "reference,tracking,cod,fee\n" + "".join(f"{uuid4()},T{n},100000,10000\n" for n in range(1, 5_001))

    answer = await client.post("/accounting/cod-statements", params=HEAD, content=file, headers=CSV)
    assert (answer.json()["state"], answer.json()["added"]) == ("matched", 5_000), answer.text
    path = f"/accounting/cod-statements/{answer.json()['id']}"
    assert (await client.post(f"{path}/approve")).json()["net"] == 450_000_000
    paid = await client.post(f"{path}/receive", json={"amount": 450_000_000, "reference": "VCB-1"})
    assert paid.json()["state"] == "posted"

    (told,) = await harness.rows("SELECT count(*) AS n FROM chassis.outbox WHERE type = 'settlement.reconciled'")
    assert told["n"] == 5_000
    (open_items,) = await harness.rows("SELECT count(*) AS n FROM shipments WHERE owed <> 0 OR pending <> 0")
    assert open_items["n"] == 0
