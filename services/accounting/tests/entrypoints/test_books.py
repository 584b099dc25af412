"""The books: the database keeps them balanced and unchanged; months close; vouchers are reversed (ACC-16)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from ledger_builders import AnOrder, a_move, a_statement, accountant, balances, delivered, imported
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.testing.harness import Harness
from contracts.inventory.v1 import MoveKind

pytestmark = pytest.mark.connected

ENTRY = """
    INSERT INTO journal_entries (id, number, series, fact_kind, fact_id, business_day, posting_day, period, lines, memo,
                                 actor, recorded_at)
    VALUES (:id, CAST(CAST(:id AS uuid) AS text), 'KT', 'test', CAST(CAST(:id AS uuid) AS text),
            '2025-11-22', '2025-11-22', '2025-11', :lines, '', 'user:x', now())
"""
LINE = """
    INSERT INTO journal_lines (entry_id, line_no, entry_lines, posting_day, account, amount, currency)
    VALUES (:id, :line, :lines, '2025-11-22', :account, :amount, :currency)
"""


async def written_by_hand(harness: Harness, *lines: tuple[str, int, str], claimed: int | None = None) -> Any:
    """An entry past all our code."""
    id, count = uuid4(), claimed or len(lines)
    async with harness.runtime.engine.begin() as connection:
        await connection.execute(text("INSERT INTO periods (code) VALUES ('2025-11') ON CONFLICT DO NOTHING"))
        await connection.execute(text(ENTRY), {"id": id, "lines": count})
        for number, (account, amount, currency) in enumerate(lines, start=1):
            values = {"id": id, "line": number, "lines": count, "account": account}
            await connection.execute(text(LINE), values | {"amount": amount, "currency": currency})
    return id


@pytest.mark.capability("ACC-16")
async def test_the_database_takes_a_balanced_entry(harness: Harness) -> None:
    await written_by_hand(harness, ("156", 5, "VND"), ("331", -5, "VND"), ("156", 7, "USD"), ("331", -7, "USD"))
    assert len(await harness.rows("SELECT * FROM journal_lines")) == 4


@pytest.mark.capability("ACC-16")
@pytest.mark.parametrize(
    "lines",
    [
        [("156", 5, "VND"), ("331", -4, "VND")],
        [("156", 5, "VND"), ("331", -5, "USD")],
        [("156", 5, "VND"), ("331", -5, "VND"), ("156", 1, "USD"), ("331", -2, "USD")],
    ],
)
async def test_the_database_refuses_an_unbalanced_entry(harness: Harness, lines: list[tuple[str, int, str]]) -> None:
    with pytest.raises(DBAPIError, match="does not balance"):
        await written_by_hand(harness, *lines)


async def test_the_database_refuses_an_entry_that_lacks_lines(harness: Harness) -> None:
    with pytest.raises(DBAPIError, match="0 of its 2 lines"):
        await written_by_hand(harness, claimed=2)
    with pytest.raises(DBAPIError, match="2 of its 3 lines"):
        await written_by_hand(harness, ("156", 5, "VND"), ("331", -5, "VND"), claimed=3)


@pytest.mark.capability("ACC-16")
async def test_nothing_is_added_to_an_entry_later_not_even_in_balance(harness: Harness) -> None:
    id = await written_by_hand(harness, ("156", 5, "VND"), ("331", -5, "VND"))
    for line, lines in ((3, 2), (3, 4), (1, 2)):
        with pytest.raises(DBAPIError):
            await harness.rows(LINE, id=id, line=line, lines=lines, account="156", amount=1, currency="VND")


async def test_not_even_when_the_check_is_called_before_the_end(harness: Harness) -> None:
    id = uuid4()
    async with harness.runtime.engine.connect() as connection, connection.begin():
        await connection.execute(text("INSERT INTO periods (code) VALUES ('2025-11')"))
        await connection.execute(text(ENTRY), {"id": id, "lines": 2})
        values = {"id": id, "lines": 2, "currency": "VND"}
        await connection.execute(text(LINE), values | {"line": 1, "account": "156", "amount": 5})
        await connection.execute(text(LINE), values | {"line": 2, "account": "331", "amount": -5})
        await connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        with pytest.raises(DBAPIError):
            await connection.execute(text(LINE), values | {"line": 3, "account": "156", "amount": 5})


@pytest.mark.capability("ACC-16")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entries SET memo = 'x'",
        "DELETE FROM journal_lines",
        "UPDATE journal_lines SET amount = amount + 1",
        "TRUNCATE journal_lines, journal_entries CASCADE",
    ],
)
async def test_the_database_refuses_to_change_the_journal(harness: Harness, statement: str) -> None:
    await harness.receives(a_move(MoveKind.RECEIPT, 100))
    with pytest.raises(DBAPIError, match="reverse the voucher"):
        await harness.rows(statement)


@pytest.mark.capability("ACC-16")
async def test_a_fact_has_one_voucher_by_the_database(harness: Harness) -> None:
    move = a_move(MoveKind.RECEIPT, 100)
    await harness.receives(move)
    with pytest.raises(DBAPIError, match="fact"):
        await harness.rows(
            ENTRY.replace("'test', CAST(CAST(:id AS uuid) AS text)", f"'stock-move', '{move.move_id}'"),
            id=uuid4(),
            lines=2,
        )


# --- periods


async def closed(harness: Harness, period: str, status: int = 200) -> Any:
    answer = await accountant(harness).post(f"/accounting/periods/{period}/close", json={"reason": "hết tháng"})
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.capability("ACC-16")
async def test_a_closed_month_takes_no_entry_and_late_facts_go_to_the_open_one(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    harness.now = datetime(2025, 12, 3, 2, tzinfo=UTC)
    await closed(harness, "2025-11")
    with pytest.raises(DBAPIError, match="period 2025-11 is closed"):
        await written_by_hand(harness, ("156", 5, "VND"), ("331", -5, "VND"))

    late = AnOrder()
    await delivered(harness, late)
    first, second = await harness.rows(
        "SELECT business_day::text, posting_day::text, period, number FROM journal_entries ORDER BY recorded_at"
    )
    assert tuple(first.values()) == ("2025-11-21", "2025-11-21", "2025-11", "BH2511-000001")
    assert tuple(second.values()) == ("2025-11-21", "2025-12-03", "2025-12", "BH2512-000001")


async def test_a_fact_that_is_repeated_after_the_close_is_not_booked_again(harness: Harness) -> None:
    move = a_move(MoveKind.RECEIPT, 100)
    await harness.receives(move)
    harness.now = datetime(2025, 12, 1, 2, tzinfo=UTC)
    await closed(harness, "2025-11")
    await harness.receives(move)
    assert await balances(harness) == {"156": 100, "331": -100}


@pytest.mark.parametrize(("day", "status"), [(30, 409), (1, 200)])
async def test_a_month_is_closed_when_its_last_day_has_passed(harness: Harness, day: int, status: int) -> None:
    await harness.receives(a_move(MoveKind.RECEIPT, 100))
    month = 11 if day == 30 else 12
    harness.now = datetime(2025, month, day, 2, tzinfo=UTC)
    await closed(harness, "2025-11", status)


async def test_months_close_in_order_and_reopen_in_reverse(harness: Harness) -> None:
    harness.now = datetime(2025, 10, 15, tzinfo=UTC)
    await harness.receives(a_move(MoveKind.RECEIPT, 100))
    harness.now = datetime(2026, 1, 5, tzinfo=UTC)
    assert (await closed(harness, "2025-11", 409))["params"]["possible"] == ["2025-10"]
    await closed(harness, "2025-10")
    await closed(harness, "2025-11")
    client = accountant(harness)
    wrong = await client.post("/accounting/periods/2025-10/open", json={"reason": "sửa"})
    assert (wrong.status_code, wrong.json()["params"]["possible"]) == (409, ["2025-11"])
    assert (await client.post("/accounting/periods/2025-11/open", json={"reason": "sửa"})).status_code == 200
    states = {each["code"]: each["state"] for each in (await client.get("/accounting/periods")).json()}
    assert states == {"2025-10": "closed", "2025-11": "open"}
    assert (await client.post("/accounting/periods/2025-11/open", json={"reason": "sửa"})).status_code == 409


@pytest.mark.parametrize("period", ["2025-13", "november", "2025-1"])
async def test_what_is_no_month_is_refused(harness: Harness, period: str) -> None:
    assert (await closed(harness, period, 422))["code"] == "period-unreadable"


async def test_a_month_cannot_close_over_a_posting_that_is_under_way(harness: Harness) -> None:
    harness.now = datetime(2025, 12, 1, 2, tzinfo=UTC)
    async with harness.runtime.engine.connect() as connection, connection.begin():
        await connection.execute(text("INSERT INTO periods (code) VALUES ('2025-11')"))
        await connection.execute(text("SELECT 1 FROM periods WHERE code = '2025-11' FOR SHARE"))
        closing = asyncio.create_task(closed(harness, "2025-11"))
        done, _ = await asyncio.wait([closing], timeout=0.5)
        assert not done
    await closing


# --- trial balance, journal, vouchers, accounts


@pytest.mark.capability("ACC-16")
async def test_the_trial_balance_balances_and_carries_what_was_before(harness: Harness) -> None:
    harness.now = datetime(2025, 10, 15, 3, tzinfo=UTC)
    await harness.receives(a_move(MoveKind.RECEIPT, 100_000))
    harness.now = datetime(2025, 11, 15, 3, tzinfo=UTC)
    await harness.receives(a_move(MoveKind.ISSUE, -40_000))
    client = accountant(harness)

    async def stock(period: str) -> dict[str, int]:
        answer = (await client.get("/accounting/trial-balance", params={"period": period})).json()
        assert all(total["balanced"] for total in answer["totals"])
        row = next(each for each in answer["rows"] if each["account"] == "156")
        return {name: row[name] for name in ("opening_debit", "debit", "credit", "closing_debit")}

    october = {"opening_debit": 0, "debit": 100_000, "credit": 0, "closing_debit": 100_000}
    november = {"opening_debit": 100_000, "debit": 0, "credit": 40_000, "closing_debit": 60_000}
    assert (await stock("2025-10"), await stock("2025-11")) == (october, november)
    await closed(harness, "2025-10")
    assert (await stock("2025-10"), await stock("2025-11")) == (october, november)
    days = {"from": "2025-10-20", "to": "2025-11-15"}
    (row,) = [
        each
        for each in (await client.get("/accounting/trial-balance", params=days)).json()["rows"]
        if each["account"] == "632"
    ]
    assert (row["opening_debit"], row["debit"]) == (0, 40_000)


@pytest.mark.capability("ACC-16")
async def test_the_journal_is_read_by_order_account_and_day(harness: Harness) -> None:
    first, second = AnOrder(), AnOrder()
    await delivered(harness, first, second)
    client = accountant(harness)
    id = (await imported(client, a_statement(first, second)))["id"]
    await client.post(f"/accounting/cod-statements/{id}/approve")

    of_order = (await client.get("/accounting/journal", params={"order_id": str(first.order_id)})).json()["items"]
    assert [each["fact_kind"] for each in of_order] == ["delivery", "cod-statement"]
    assert all(line["order_id"] == str(first.order_id) for each in of_order for line in each["lines"])
    assert (of_order[1]["line_count"], len(of_order[1]["lines"])) == (4, 2)
    of_account = (await client.get("/accounting/journal", params={"account": "6417"})).json()["items"]
    assert [line["debit"] for each in of_account for line in each["lines"]] == [20_000, 20_000]
    later = (await client.get("/accounting/journal", params={"from": "2025-11-22"})).json()["items"]
    assert [each["fact_kind"] for each in later] == ["cod-statement"]


async def test_the_journal_is_paged_without_gap_or_repeat(harness: Harness) -> None:
    await harness.receives(*(a_move(MoveKind.RECEIPT, 100 + n, sku=f"S{n}") for n in range(5)))
    client = accountant(harness)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/accounting/journal", params=params)).json()
        seen += [each["number"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [f"NK2511-{n:06d}" for n in range(1, 6)]


def a_voucher(*lines: tuple[str, int, int], **changed: Any) -> dict[str, Any]:
    rows = [{"account": account, "debit": debit, "credit": credit} for account, debit, credit in lines]
    return {"memo": "Góp vốn ban đầu", "lines": rows} | changed


@pytest.mark.capability("ACC-16")
async def test_a_voucher_by_hand_is_numbered_and_reversed_not_deleted(harness: Harness) -> None:
    client = accountant(harness)
    written = await client.post("/accounting/vouchers", json=a_voucher(("1121", 1_000, 0), ("4111", 0, 1_000)))
    assert (written.status_code, written.json()["number"]) == (201, "KT2511-000001")
    path = f"/accounting/vouchers/{written.json()['id']}"

    reversal = await client.post(f"{path}/reverse", json={"reason": "ghi nhầm"})
    assert (reversal.status_code, reversal.json()["reverses"]) == (201, written.json()["id"])
    assert await balances(harness) == {}
    assert (await client.get(path)).json()["reversed_by"] == reversal.json()["id"]
    again = await client.post(f"{path}/reverse", json={"reason": "ghi nhầm"})
    assert (again.status_code, again.json()["code"]) == (409, "already-reversed")


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (a_voucher(("1121", 1_000, 0), ("4111", 0, 999)), "unbalanced", "#/lines"),
        (a_voucher(("131", 1_000, 0), ("4111", 0, 1_000)), "account-not-usable", "#/lines/0/account"),
        (a_voucher(("1121", 1_000, 0), ("9999", 0, 1_000)), "account-not-usable", "#/lines/1/account"),
        (a_voucher(("1121", 1_000, 0), ("4111", 5, 1_000)), "one-side", "#/lines/1"),
        (a_voucher(("1121", 1_000, 0)), "too-short", "#/lines"),
    ],
)
async def test_a_voucher_that_is_wrong_is_refused_by_line(
    harness: Harness, body: dict[str, Any], code: str, pointer: str
) -> None:
    answer = await accountant(harness).post("/accounting/vouchers", json=body)
    assert answer.status_code == 422
    assert [(each["code"], each["pointer"]) for each in answer.json()["errors"]] == [(code, pointer)]


async def test_what_a_fact_booked_is_not_reversed_by_hand(harness: Harness) -> None:
    await harness.receives(a_move(MoveKind.RECEIPT, 100))
    client = accountant(harness)
    (entry,) = (await client.get("/accounting/journal")).json()["items"]
    answer = await client.post(f"/accounting/vouchers/{entry['id']}/reverse", json={"reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not-by-hand")
    assert (await client.get(f"/accounting/vouchers/{uuid4()}")).status_code == 404


@pytest.mark.capability("ACC-16")
async def test_the_chart_of_accounts_is_data(harness: Harness) -> None:
    client = accountant(harness)
    new = {"code": "1561", "name": "Giá mua hàng hóa", "name_en": "Purchase price", "kind": "asset"}
    assert (await client.post("/accounting/accounts", json=new)).status_code == 201
    assert (await client.post("/accounting/accounts", json=new)).json()["code"] == "account-exists"
    moved = await client.put("/accounting/account-roles/stock", json={"account": "1561", "reason": "theo TT 200"})
    assert moved.json()["roles"] == ["stock"]
    await harness.receives(a_move(MoveKind.RECEIPT, 100))
    assert await balances(harness) == {"1561": 100, "331": -100}
    used = await client.patch("/accounting/accounts/1561", json={"active": False})
    assert (used.status_code, used.json()["code"]) == (409, "account-in-use")
    assert (await client.patch("/accounting/accounts/156", json={"active": False})).json()["active"] is False
    gone = await client.put("/accounting/account-roles/stock", json={"account": "156", "reason": "x"})
    assert gone.status_code == 404


async def test_who_may_only_read_the_books_cannot_write_them(harness: Harness) -> None:
    reader = harness.client(permissions=("vouchers:read",))
    voucher = a_voucher(("1121", 1_000, 0), ("4111", 0, 1_000))
    assert (await reader.post("/accounting/vouchers", json=voucher)).status_code == 403
    assert (await reader.get("/accounting/trial-balance")).status_code == 200
    assert (await harness.client(permissions=("orders:read",)).get("/accounting/journal")).status_code == 403
