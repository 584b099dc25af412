"""Whether it all adds up. Each check computes from the log what must be, and asks a service what is.

A service that loses something loses it from its totals, too; so no total is compared with itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from devkit.demo.log import Log, Placed
from devkit.demo.staff import Staff
from devkit.verdict import Found, Verdict, judged


async def all_checks(staff: Staff, log: Log) -> list[Verdict]:
    """Every check, in the order in which an order lives."""
    return [judged(name, *(await check(staff, log))) for name, check in CHECKS.items()]


async def every_order_is_there_once(staff: Staff, log: Log) -> Found:
    """Accepted orders, with the total that was agreed; no other has our source."""
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    mine = {order.id: order for order in log.orders.values()}
    async for item in staff.sales.all("/api/orders", **{"from": log.before["from"]}):
        order = mine.get(item["id"])
        if order is not None:
            seen[order.id] += 1
            if item["total"]["amount"] != order.total:
                wrong.append(f"{order.code} costs {item['total']['amount']}, agreed were {order.total}")
        elif item["source"] == log.source:
            wrong.append(f"{item['code']} was never placed by us")
    wrong += [f"{order.code} is listed {seen[order.id]} times" for order in mine.values() if seen[order.id] != 1]
    return len(mine), wrong


async def every_order_ended_as_it_went(staff: Staff, log: Log) -> Found:
    """The one status that people see, against what was done with the order."""
    wrong: list[str] = []
    statuses = await _statuses(staff, log)
    for order in log.orders.values():
        expected = _expected_status(order)
        if statuses.get(order.id) not in expected:
            wrong.append(f"{order.code} is {statuses.get(order.id)}, should be {' or '.join(sorted(expected))}")
    return len(log.orders), wrong


async def reserved_equals_live_holds(staff: Staff, log: Log) -> Found:
    """What inventory holds of each SKU, against the lines of the orders that were confirmed and not sent."""
    return await _per_sku(
        staff, log, "reserved", lambda sku: log.units([o for o in log.orders.values() if o.holds_stock])[sku]
    )


async def levels_equal_what_moved(staff: Staff, log: Log) -> Found:
    """On hand, against what came in, what was handed over and what came back sellable."""
    received, gone, back = log.received, log.units(log.where(handed_over=True)), _back(log, "sellable")
    return await _per_sku(staff, log, "on_hand", lambda sku: received[sku] - gone[sku] + back[sku])


async def ledger_equals_levels(staff: Staff, log: Log) -> Found:
    """Every move of the ledger, summed by us, against what we sent and received."""
    wrong: list[str] = []
    received, gone = log.received, log.units(log.where(handed_over=True))
    back = _back(log, "sellable") + _back(log, "defective")
    for ware in log.plan.wares:
        sums: Counter[str] = Counter()
        async for move in staff.warehouse.all("/api/inventory/moves", sku=ware.sku):
            sums[move["kind"]] += move["quantity"]
        expected = {"receipt": received[ware.sku], "issue": -gone[ware.sku], "return": back[ware.sku]}
        wrong += [
            f"{ware.sku}: {kind} moves add up to {sums[kind]}, should be {expected.get(kind, 0)}"
            for kind in sorted({*expected, *sums})
            if sums[kind] != expected.get(kind, 0)
        ]
    return len(log.plan.wares), wrong


async def every_entry_balances(staff: Staff, log: Log) -> Found:
    """Debit and credit of each voucher of our orders, added up line by line; each delivery has its revenue."""
    wrong: list[str] = []
    entries, revenue = 0, Counter[str]()
    mine = {order.id: order for order in log.orders.values()}
    async for voucher in staff.accountant.all("/api/accounting/journal", **{"from": log.before["from"][:10]}):
        debit = sum(line["debit"] for line in voucher["lines"])
        credit = sum(line["credit"] for line in voucher["lines"])
        entries += 1
        if debit != credit and voucher["line_count"] == len(voucher["lines"]):
            wrong.append(f"voucher {voucher['number']}: debit {debit}, credit {credit}")
        order = mine.get(voucher["order_id"] or "")
        if order is not None:
            revenue[order.id] += sum(line["credit"] for line in voucher["lines"] if line["account"].startswith("511"))
            revenue[order.id] += sum(line["credit"] for line in voucher["lines"] if line["account"].startswith("3331"))
    for order in mine.values():
        expected = order.total if order.delivered else 0
        if revenue[order.id] != expected:
            wrong.append(f"{order.code}: revenue and its VAT are {revenue[order.id]}, should be {expected}")
    return entries, wrong


async def stock_account_equals_stock_value(staff: Staff, log: Log) -> Found:
    """Units that must lie there, at what they cost, against inventory's value and the change of account 156."""
    received, gone = log.received, log.units(log.where(handed_over=True))
    back = _back(log, "sellable") + _back(log, "defective")
    wrong: list[str] = []
    worth = 0
    mine = {ware.sku: ware for ware in log.plan.wares}
    values = {item["sku"]: item["value"]["amount"] async for item in staff.warehouse.all("/api/inventory/values")}
    for sku, ware in mine.items():
        expected = (received[sku] - gone[sku] + back[sku]) * ware.cost
        worth += expected
        if values.get(sku, 0) != expected:
            wrong.append(f"{sku} is worth {values.get(sku, 0)}, should be {expected}")
    now = await staff.accountant.get("/api/accounting/trial-balance")
    change = _balance(now, "156") - _balance(log.before["trial balance"], "156")
    if change != worth:
        wrong.append(f"account 156 grew by {change}, the goods of the day are worth {worth}")
    return len(mine) + 1, wrong


async def cod_due_is_delivered_less_received(staff: Staff, log: Log) -> Found:
    """What each carrier owes more than before, against what it collected and paid."""
    due: Counter[str] = Counter()
    for order in log.where(delivered=True):
        due[_carrier(order)] += order.cod
    due.subtract(log.collected)
    before = {row["carrier_id"]: row["due"] for row in log.before["cod due"]}
    now = {row["carrier_id"]: row["due"] for row in await staff.accountant.get("/api/accounting/cod-due/by-carrier")}
    wrong = [
        f"{carrier} owes {now.get(carrier, 0) - before.get(carrier, 0)} more than before, should be {due[carrier]}"
        for carrier in sorted({*due, *now, *before})
        if now.get(carrier, 0) - before.get(carrier, 0) != due[carrier]
    ]
    return len(now), wrong


async def money_goes_back_once(staff: Staff, log: Log) -> Found:
    """Refunds of cancelled orders are what was paid for them."""
    wrong: list[str] = []
    paid_ahead = [order for order in log.orders.values() if order.paid]
    for order in paid_ahead:
        books = await staff.accountant.get(f"/api/accounting/orders/{order.id}")
        if books["paid"] != order.paid or books["refunded"] != order.refunded:
            wrong.append(
                f"{order.code}: books say paid {books['paid']}, refunded {books['refunded']}; "
                f"it was {order.paid} and {order.refunded}"
            )
        if order.cancelled and order.refunded != order.paid:
            wrong.append(f"{order.code} was cancelled; {order.paid} was paid and {order.refunded} went back")
    return len(paid_ahead), wrong


async def points_and_orders_of_customers(staff: Staff, log: Log) -> Found:
    """One customer per phone, with our number of orders and refusals, and a point per 10,000 đ of delivered goods."""
    wrong: list[str] = []
    by_phone: dict[str, list[Placed]] = {}
    for order in log.orders.values():
        by_phone.setdefault(f"+84{order.wish.buyer.phone[1:]}", []).append(order)
    for phone, orders in by_phone.items():
        found = [item async for item in staff.care.all("/api/crm/customers", phone=phone)]
        if len(found) != 1:
            wrong.append(f"{phone} is {len(found)} customers")
            continue
        expected = {
            "orders": len(orders),
            "refusals": sum(order.came_back for order in orders),
            "points": sum(order.goods // 10_000 for order in orders if order.delivered),
        }
        said = {name: found[0][name] for name in expected}
        if said != expected:
            wrong.append(f"{phone}: {said}, should be {expected}")
    return len(by_phone), wrong


async def no_dead_letters(staff: Staff, log: Log) -> Found:
    letters = [letter async for letter in staff.admin.all("/api/dead-letters")]
    new = [letter for letter in letters if letter["id"] not in log.before["dead letters"]]
    return len(letters), [
        f"{letter['service']}: {letter['consumer']} {letter['type']} {letter['error']}" for letter in new
    ]


async def nothing_is_under_way(staff: Staff, log: Log) -> Found:
    """Every outbox is empty and no consumer has anything left to read, as the roles' own gauges say."""
    wrong: list[str] = []
    looked_at = 0
    ports = staff.home.ports
    async with httpx2.AsyncClient() as client:
        for service in staff.home.plan.services:
            for port, gauge in (
                (ports.relay(service), "chassis_outbox_waiting"),
                (ports.consume(service), "chassis_consumer_lag"),
            ):
                for series, value in await _gauges(client, port, gauge):
                    looked_at += 1
                    if value:
                        wrong.append(f"{service}: {series} is {value:.0f}")
    return looked_at, wrong


CHECKS: dict[str, Callable[[Staff, Log], Awaitable[Found]]] = {
    "every accepted order is there once": every_order_is_there_once,
    "every order ended as it went": every_order_ended_as_it_went,
    "reserved equals live holds": reserved_equals_live_holds,
    "levels equal what moved": levels_equal_what_moved,
    "stock ledger equals levels": ledger_equals_levels,
    "every journal entry balances": every_entry_balances,
    "stock account equals stock value": stock_account_equals_stock_value,
    "COD due is delivered less received": cod_due_is_delivered_less_received,
    "refunds are what was paid": money_goes_back_once,
    "customers have their orders and points": points_and_orders_of_customers,
    "no dead letters": no_dead_letters,
    "outboxes are empty, nobody lags": nothing_is_under_way,
}


async def _gauges(client: httpx2.AsyncClient, port: int, name: str) -> list[tuple[str, float]]:
    """The series of a gauge and their values."""
    told = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    lines = (line.rsplit(" ", 1) for line in told.splitlines() if line.startswith(name))
    return [(series, float(value)) for series, value in lines]


async def _statuses(staff: Staff, log: Log) -> dict[str, str]:
    return {item["id"]: item["status"] async for item in staff.sales.all("/api/orders", **{"from": log.before["from"]})}


def _expected_status(order: Placed) -> set[str]:
    if order.cancelled:
        return {"cancelled"}
    if order.settled:
        return {"reconciled"}
    if order.delivered:
        return {"delivered"}
    if order.came_back:
        return {"returned"}
    if order.lost:
        return {"lost"}
    if order.handed_over:
        return {"in_delivery"}
    if order.packed:
        return {"awaiting_handover"}
    if order.confirmed:
        return {"confirmed", "waiting_stock"}
    return {"new", "confirming", "duplicate"}


async def _per_sku(staff: Staff, log: Log, field: str, expected: Callable[[str], int]) -> Found:
    wrong: list[str] = []
    for ware in log.plan.wares:
        levels = [level async for level in staff.warehouse.all("/api/inventory/stock", sku=ware.sku)]
        said = sum(level[field] for level in levels)
        if said != expected(ware.sku):
            wrong.append(f"{ware.sku}: {field} is {said}, should be {expected(ware.sku)}")
    return len(log.plan.wares), wrong


def _back(log: Log, grade: str) -> Counter[str]:
    return log.units([order for order in log.orders.values() if order.inspected[grade]])


def _balance(trial: dict[str, Any], account: str) -> int:
    return sum(
        int(row["closing_debit"]) - int(row["closing_credit"])
        for row in trial["rows"]
        if row["account"].startswith(account)
    )


def _carrier(order: Placed) -> str:
    if order.shipment is None:
        raise AssertionError(f"{order.code} has no shipment")
    return str(order.shipment["carrier_id"])
