"""A carrier's statement from import to posted money (ACC-01), difference by difference."""

from __future__ import annotations

from typing import Any

import pytest
from ledger_builders import AnOrder, a_statement, accountant, balances, delivered, imported

from accounting.application.thresholds import fee_tolerance
from accounting.entrypoints.jobs import match_statements
from chassis.testing.harness import Harness
from contracts.accounting.v1 import CodDifference, SettlementReconciled

pytestmark = pytest.mark.connected


async def changed(client: Any, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.capability("ACC-01")
async def test_a_statement_that_agrees_is_approved_paid_and_settles_its_orders(harness: Harness) -> None:
    first, second = AnOrder(), AnOrder(goods=((100_000, 0, 1),), freight=0, fee=15_000)
    await delivered(harness, first, second)
    client = accountant(harness)

    statement = await imported(client, a_statement(first, second))
    assert (statement["state"], statement["added"], statement["differences"]) == ("matched", 2, {})
    path = f"/accounting/cod-statements/{statement['id']}"
    approved = await changed(client, f"{path}/approve")
    assert (approved["state"], approved["net"]) == ("approved", 565_000)
    posted = await changed(client, f"{path}/receive", amount=565_000, reference="VCB-1")

    assert posted["state"] == "posted"
    booked = await balances(harness)
    assert (booked["1121"], booked["6417"]) == (565_000, 35_000)
    assert "1388" not in booked
    assert "131" not in booked
    settled = await harness.published(SettlementReconciled)
    assert {(event.order_id, event.cod.amount, event.fee.amount) for event in settled} == {
        (first.order_id, 500_000, 20_000),
        (second.order_id, 100_000, 15_000),
    }


@pytest.mark.capability("ACC-01")
async def test_scenario_8_the_missing_50000_keeps_the_order_open_until_it_arrives(harness: Harness) -> None:
    order = AnOrder(fee=0)
    await delivered(harness, order)
    client = accountant(harness)
    body = a_statement(order)
    body["lines"][0]["cod"] = 450_000

    statement = await imported(client, body)
    path = f"/accounting/cod-statements/{statement['id']}"
    assert (statement["state"], statement["differences"]) == ("difference", {"amount": 1})
    (line,) = (await client.get(f"{path}/lines", params={"open": True})).json()["items"]
    assert (line["difference"], line["difference_amount"]) == ("amount", 50_000)
    (told,) = await harness.published(CodDifference)
    assert (told.kind, told.expected.amount, told.reported.amount) == ("amount", 500_000, 450_000)
    refused = await client.post(f"{path}/approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "differences-open")

    await changed(client, f"{path}/lines/1/correct", resolution="carry", reason="GHN hẹn trả nốt tuần sau")
    await changed(client, f"{path}/approve")
    posted = await changed(client, f"{path}/receive", amount=450_000, reference="VCB-1")
    assert (posted["state"], posted["carried"]) == ("posted", 50_000)
    assert await harness.published(SettlementReconciled) == []
    assert (await balances(harness))["1388"] == 50_000

    await changed(client, f"{path}/receive", amount=50_000, reference="VCB-2")
    (settled,) = await harness.published(SettlementReconciled)
    assert (settled.order_id, settled.cod.amount) == (order.order_id, 500_000)
    assert "1388" not in await balances(harness)


@pytest.mark.capability("ACC-01")
async def test_the_missing_50000_may_also_come_with_a_later_statement(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    client = accountant(harness)
    short = a_statement(order)
    short["lines"][0]["cod"] = 450_000
    first = f"/accounting/cod-statements/{(await imported(client, short))['id']}"
    await changed(client, f"{first}/lines/1/correct", resolution="carry", reason="thiếu")
    await changed(client, f"{first}/approve")
    await changed(client, f"{first}/receive", amount=430_000, reference="VCB-1")

    rest = a_statement(order, reference="GHN-2")
    rest["lines"][0] |= {"cod": 50_000, "fee": 0}
    second = await imported(client, rest)
    assert second["state"] == "matched"
    await changed(client, f"/accounting/cod-statements/{second['id']}/approve")
    refused = await client.post(f"{first}/receive", json={"amount": 50_000, "reference": "VCB-2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "more-than-due")
    await changed(client, f"/accounting/cod-statements/{second['id']}/receive", amount=50_000, reference="VCB-2")

    (settled,) = await harness.published(SettlementReconciled)
    assert (settled.cod.amount, settled.fee.amount) == (500_000, 20_000)


@pytest.mark.capability("ACC-01")
async def test_every_class_of_difference_is_found(harness: Harness) -> None:
    amount, fee, missing, double, status, fine = (AnOrder() for _ in range(6))
    await delivered(harness, amount, fee, missing, double, fine)
    await harness.receives(status.created(), status.handed_over())
    body = a_statement(amount, fee, double, status, fine, delivered_until="2025-11-21")
    body["lines"][0]["cod"] -= 1
    body["lines"][1]["fee"] += 1
    body["lines"].append(body["lines"][2] | {"reference": "again"})
    body["lines"].append({"reference": "alien", "tracking": "XX1", "cod": 10_000, "fee": 0})

    statement = await imported(accountant(harness), body)
    found = (await accountant(harness).get(f"/accounting/cod-statements/{statement['id']}")).json()["items"]

    assert {line["tracking"]: line["difference"] for line in found if line["reference"] != "again"} == {
        amount.tracking: "amount",
        fee.tracking: "fee",
        double.tracking: None,
        status.tracking: "status",
        fine.tracking: None,
        "XX1": "unknown",
        missing.tracking: "missing",
    }
    assert next(line for line in found if line["reference"] == "again")["difference"] == "double"
    assert statement["differences"] == dict.fromkeys(("amount", "fee", "missing", "unknown", "double", "status"), 1)
    assert {event.kind for event in await harness.published(CodDifference)} == {
        "amount",
        "fee",
        "missing",
        "double",
        "status",
    }


async def test_a_delivery_after_the_covered_days_is_not_missing(harness: Harness) -> None:
    covered, later = AnOrder(), AnOrder()
    later.delivered_at = later.delivered_at.replace(day=22, hour=2)
    await delivered(harness, covered, later)
    client = accountant(harness)
    before = await imported(client, a_statement(covered, delivered_until="2025-11-21"))
    assert before["differences"] == {}
    client = accountant(harness)
    after = await imported(client, a_statement(AnOrder(tracking="none"), reference="2", delivered_until="2025-11-22"))
    assert after["differences"] == {"missing": 1, "unknown": 1}


@pytest.mark.parametrize(("tolerance", "state"), [(999, "difference"), (1_000, "matched")])
async def test_a_fee_may_differ_by_what_is_tolerated(harness: Harness, tolerance: int, state: str) -> None:
    harness.settings[fee_tolerance] = tolerance
    order = AnOrder()
    await delivered(harness, order)
    body = a_statement(order)
    body["lines"][0]["fee"] += 1_000
    assert (await imported(accountant(harness), body))["state"] == state


RESOLVED = [
    ("amount", {"cod": 450_000}, "accept", {"131": 50_000, "6417": 20_000, "1388": 430_000}),
    ("amount", {"cod": 450_000}, "write_off", {"811": 50_000, "6417": 20_000, "1388": 430_000}),
    ("amount", {"cod": 450_000}, "carry", {"6417": 20_000, "1388": 480_000}),
    ("amount", {"cod": 530_000}, "write_off", {"711": -30_000, "6417": 20_000, "1388": 510_000}),
    ("fee", {"fee": 25_000}, "accept", {"6417": 25_000, "1388": 475_000}),
    ("fee", {"fee": 25_000}, "carry", {"6417": 20_000, "1388": 480_000}),
]


@pytest.mark.capability("ACC-01", "ACC-02")
@pytest.mark.parametrize(("kind", "figures", "resolution", "booked"), RESOLVED)
async def test_what_a_resolution_books(
    harness: Harness, kind: str, figures: dict[str, int], resolution: str, booked: dict[str, int]
) -> None:
    order = AnOrder()
    await delivered(harness, order)
    client = accountant(harness)
    body = a_statement(order)
    body["lines"][0] |= figures
    path = f"/accounting/cod-statements/{(await imported(client, body))['id']}"

    corrected = await changed(client, f"{path}/lines/1/correct", resolution=resolution, reason="đã kiểm tra")
    assert (corrected["statement"]["state"], corrected["line"]["difference"]) == ("corrected", kind)
    await changed(client, f"{path}/approve")

    found = await balances(harness)
    assert {account: found.get(account, 0) for account in booked} == booked


@pytest.mark.capability("ACC-02")
async def test_a_misread_figure_is_corrected_with_a_reason_and_an_audit(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    client = accountant(harness)
    body = a_statement(order)
    body["lines"][0] |= {"tracking": "GHN-misread", "cod": 5_000_000}
    path = f"/accounting/cod-statements/{(await imported(client, body))['id']}"

    answer = await changed(client, f"{path}/lines/1/correct", tracking=order.tracking, cod=500_000, reason="gõ nhầm")

    line = answer["line"]
    assert (answer["statement"]["state"], line["difference"], line["reason"]) == ("matched", None, "gõ nhầm")
    assert (line["reported_tracking"], line["reported_cod"], line["cod"]) == ("GHN-misread", 5_000_000, 500_000)
    (audited,) = await harness.rows("SELECT * FROM chassis.audit WHERE action = 'correct'")
    assert (audited["reason"], audited["before"]["cod"], audited["after"]["cod"]) == ("gõ nhầm", 5_000_000, 500_000)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"resolution": "reject", "reason": "x"}, 409, "resolution-not-possible"),
        ({"reason": "x"}, 422, "invalid-request"),
        ({"resolution": "carry"}, 422, "invalid-request"),
    ],
)
async def test_a_correction_that_is_not_possible_says_so(
    harness: Harness, body: dict[str, Any], status: int, code: str
) -> None:
    order = AnOrder()
    await delivered(harness, order)
    client = accountant(harness)
    short = a_statement(order)
    short["lines"][0]["cod"] = 1
    path = f"/accounting/cod-statements/{(await imported(client, short))['id']}"
    answer = await client.post(f"{path}/lines/1/correct", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_money_for_nobodys_parcel_waits_as_unidentified(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    client = accountant(harness)
    body = a_statement(order)
    body["lines"].append({"reference": "alien", "tracking": "XX1", "cod": 10_000, "fee": 1_000})
    path = f"/accounting/cod-statements/{(await imported(client, body))['id']}"
    await changed(client, f"{path}/lines/2/correct", resolution="accept", reason="chờ tìm")
    await changed(client, f"{path}/approve")
    await changed(client, f"{path}/receive", amount=489_000, reference="VCB-1")
    booked = await balances(harness)
    assert (booked["3388"], booked["1121"], booked["6417"]) == (-10_000, 489_000, 21_000)
    assert "1388" not in booked


async def test_a_rejected_line_does_not_count(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    client = accountant(harness)
    body = a_statement(order)
    body["lines"].append(body["lines"][0] | {"reference": "again"})
    path = f"/accounting/cod-statements/{(await imported(client, body))['id']}"
    await changed(client, f"{path}/lines/2/correct", resolution="reject", reason="trùng")
    assert (await changed(client, f"{path}/approve"))["net"] == 480_000


@pytest.mark.capability("ACC-01")
async def test_a_part_of_the_money_settles_the_lines_it_covers(harness: Harness) -> None:
    first, second = AnOrder(), AnOrder()
    await delivered(harness, first, second)
    client = accountant(harness)
    path = f"/accounting/cod-statements/{(await imported(client, a_statement(first, second)))['id']}"
    await changed(client, f"{path}/approve")

    part = await changed(client, f"{path}/receive", amount=500_000, reference="VCB-1")
    assert part["state"] == "money_received"
    assert [event.order_id for event in await harness.published(SettlementReconciled)] == [first.order_id]
    rest = await changed(client, f"{path}/receive", amount=460_000, reference="VCB-2")
    assert rest["state"] == "posted"
    assert len(await harness.published(SettlementReconciled)) == 2


async def test_the_same_money_sent_twice_is_one_receipt(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    client = accountant(harness)
    path = f"/accounting/cod-statements/{(await imported(client, a_statement(order)))['id']}"
    await changed(client, f"{path}/approve")
    for _ in range(2):
        await changed(client, f"{path}/receive", amount=480_000, reference="VCB-1")
    assert (await balances(harness))["1121"] == 480_000
    other = await client.post(f"{path}/receive", json={"amount": 1, "reference": "VCB-1"})
    assert (other.status_code, other.json()["code"]) == (409, "reference-used")


async def test_more_money_than_is_open_is_refused_with_what_is_open(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    client = accountant(harness)
    path = f"/accounting/cod-statements/{(await imported(client, a_statement(order)))['id']}"
    await changed(client, f"{path}/approve")
    answer = await client.post(f"{path}/receive", json={"amount": 480_001, "reference": "VCB-1"})
    assert (answer.status_code, answer.json()["params"]["most"]) == (409, 480_000)
    wrong_way = await client.post(f"{path}/receive", json={"amount": -1, "reference": "VCB-1"})
    assert (wrong_way.status_code, wrong_way.json()["code"]) == (422, "not-the-direction")
    assert (await client.get(path)).json()["received"] == 0


async def test_money_before_approval_is_refused(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    client = accountant(harness)
    path = f"/accounting/cod-statements/{(await imported(client, a_statement(order)))['id']}"
    answer = await client.post(f"{path}/receive", json={"amount": 1, "reference": "VCB-1"})
    assert (answer.status_code, answer.json()["params"]["possible"]) == (409, ["correct", "approve"])


async def test_a_prepaid_order_is_settled_when_its_fee_is(harness: Harness) -> None:
    prepaid, cod = AnOrder(paid=500_000), AnOrder()
    client = accountant(harness)
    await harness.receives(prepaid.confirmed())
    paid = {"order_id": str(prepaid.order_id), "amount": 500_000, "reference": "FT1"}
    assert (await client.post("/accounting/payments", json=paid)).status_code == 201
    await delivered(harness, prepaid, cod)
    assert await harness.published(SettlementReconciled) == []

    path = f"/accounting/cod-statements/{(await imported(client, a_statement(prepaid, cod)))['id']}"
    assert (await changed(client, f"{path}/approve"))["net"] == 460_000
    await changed(client, f"{path}/receive", amount=460_000, reference="VCB-1")
    settled = {event.order_id: event for event in await harness.published(SettlementReconciled)}
    assert settled.keys() == {prepaid.order_id, cod.order_id}
    assert (settled[prepaid.order_id].cod.amount, settled[prepaid.order_id].fee.amount) == (0, 20_000)
    booked = await balances(harness, prepaid.order_id)
    assert (booked["6417"], booked.get("131", 0), booked.get("1388", 0)) == (20_000, 0, 0)


async def test_fees_beyond_the_cod_are_paid_to_the_carrier(harness: Harness) -> None:
    order = AnOrder(paid=500_000)
    client = accountant(harness)
    await delivered(harness, order)
    path = f"/accounting/cod-statements/{(await imported(client, a_statement(order)))['id']}"
    assert (await changed(client, f"{path}/approve"))["net"] == -20_000
    assert (await changed(client, f"{path}/receive", amount=-20_000, reference="VCB-1"))["state"] == "posted"
    assert (await balances(harness))["1121"] == -20_000


async def test_a_statement_that_nets_to_zero_is_posted_on_approval(harness: Harness) -> None:
    prepaid = AnOrder(paid=500_000, fee=20_000)
    small = AnOrder(goods=((20_000, 0, 1),), freight=0, fee=0)
    await delivered(harness, prepaid, small)
    client = accountant(harness)
    path = f"/accounting/cod-statements/{(await imported(client, a_statement(prepaid, small)))['id']}"
    assert (await changed(client, f"{path}/approve"))["state"] == "posted"
    assert "1388" not in await balances(harness)
    assert [event.order_id for event in await harness.published(SettlementReconciled)] == [small.order_id]


async def test_a_returned_parcel_costs_its_fee_and_nothing_else(harness: Harness) -> None:
    back, cod = AnOrder(), AnOrder()
    await delivered(harness, cod)
    await harness.receives(back.confirmed())
    await harness.receives(back.created(), back.handed_over(), back.returned())
    await harness.receives(back.inspected())
    client = accountant(harness)
    body = a_statement(back, cod)
    body["lines"][0] |= {"cod": 0, "status": "returned"}
    path = f"/accounting/cod-statements/{(await imported(client, body))['id']}"
    await changed(client, f"{path}/approve")
    await changed(client, f"{path}/receive", amount=460_000, reference="VCB-1")
    assert {event.order_id for event in await harness.published(SettlementReconciled)} == {
        back.order_id,
        cod.order_id,
    }


async def test_a_line_for_a_parcel_heard_of_later_matches_when_compared_again(harness: Harness) -> None:
    order = AnOrder()
    client = accountant(harness)
    statement = await imported(client, a_statement(order))
    assert statement["differences"] == {"unknown": 1}
    await delivered(harness, order)
    again = await changed(client, f"/accounting/cod-statements/{statement['id']}/match")
    assert (again["state"], again["open_differences"]) == ("matched", 0)


async def test_statements_with_open_differences_are_compared_again_by_themselves(harness: Harness) -> None:
    order = AnOrder()
    client = accountant(harness)
    id = (await imported(client, a_statement(order)))["id"]
    await delivered(harness, order)
    await harness.runs(match_statements)
    assert (await client.get(f"/accounting/cod-statements/{id}")).json()["state"] == "matched"


async def test_a_decision_falls_when_what_it_decided_changes(harness: Harness) -> None:
    order = AnOrder()
    client = accountant(harness)
    await harness.receives(order.created(), order.handed_over())
    path = f"/accounting/cod-statements/{(await imported(client, a_statement(order)))['id']}"
    await changed(client, f"{path}/lines/1/correct", resolution="reject", reason="chưa giao")
    await harness.receives(order.delivered())
    assert (await changed(client, f"{path}/match"))["state"] == "matched"


async def test_money_paid_ahead_of_the_delivery_is_settled_by_it(harness: Harness) -> None:
    order = AnOrder()
    client = accountant(harness)
    await harness.receives(order.confirmed())
    await harness.receives(order.created(), order.handed_over())
    path = f"/accounting/cod-statements/{(await imported(client, a_statement(order)))['id']}"
    await changed(client, f"{path}/lines/1/correct", resolution="accept", reason="GHN đã giao")
    await changed(client, f"{path}/approve")
    await changed(client, f"{path}/receive", amount=480_000, reference="VCB-1")
    assert await harness.published(SettlementReconciled) == []
    await harness.receives(order.delivered())
    (settled,) = await harness.published(SettlementReconciled)
    assert settled.cod.amount == 500_000


async def test_a_parcel_missing_from_a_statement_is_carried_and_paid_with_the_next(harness: Harness) -> None:
    listed, missing = AnOrder(), AnOrder()
    await delivered(harness, listed, missing)
    client = accountant(harness)
    statement = await imported(client, a_statement(listed, delivered_until="2025-11-21"))
    path = f"/accounting/cod-statements/{statement['id']}"
    await changed(client, f"{path}/lines/2/correct", resolution="carry", reason="kỳ sau")
    assert (await changed(client, f"{path}/approve"))["net"] == 480_000
    later = await imported(client, a_statement(missing, reference="GHN-2"))
    assert later["state"] == "matched"


async def test_one_tracking_of_two_carriers_is_two_parcels(harness: Harness) -> None:
    one, other = AnOrder(tracking="SAME"), AnOrder(tracking="SAME", carrier="vtp", goods=((1_000, 0, 1),), freight=0)
    await delivered(harness, one, other)
    assert (await imported(accountant(harness), a_statement(one)))["state"] == "matched"
    assert (await imported(accountant(harness), a_statement(other)))["state"] == "matched"


async def test_who_may_only_read_can_neither_import_nor_approve(harness: Harness) -> None:
    reader = harness.client(permissions=("cod:read",))
    assert (await reader.post("/accounting/cod-statements", json=a_statement(AnOrder()))).status_code == 403
    clerk = harness.client(permissions=("cod:read", "cod:write"))
    id = (await imported(clerk, a_statement(AnOrder())))["id"]
    assert (await clerk.post(f"/accounting/cod-statements/{id}/approve")).status_code == 403
    assert (await reader.get(f"/accounting/cod-statements/{id}")).status_code == 200
