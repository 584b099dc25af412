"""All checks, in the order in which an order lives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from devkit.stack.home import Home
from devkit.truth import copies, customers, delivery, intake, ledger, money, stock, streams, stuck
from devkit.truth.evidence import Evidence, evidence
from devkit.truth.history import History
from devkit.verdict import Found, Verdict, judged

CHECKS: dict[str, Callable[[Evidence], Awaitable[Found]]] = {
    "every acknowledged order exists once": intake.acknowledged_once,
    "every unknown order exists at most once": intake.unknown_at_most_once,
    "no refused order exists": intake.refused_never,
    "every letter at a door has one answer": intake.every_letter_answered,
    "every outbox is empty": streams.outboxes_empty,
    "every published event is on its topic": streams.all_published,
    "first occurrences are in order under each key": streams.in_order,
    "one event has one number": streams.numbered_once,
    "every consumer is at the end": delivery.nobody_behind,
    "every consumer has handled every event": delivery.all_handled,
    "every event had its effect once": delivery.told_once,
    "no dead letters, no parked keys": delivery.desk_empty,
    "stock levels equal the ledger": stock.levels_equal_moves,
    "nothing was ever oversold": stock.never_oversold,
    "holds equal what is reserved": stock.holds_equal_reserved,
    "every parcel left and came back once": stock.parcels_moved_once,
    "nobody waits for what is there": stock.nobody_waits_for_what_is_there,
    "every journal entry balances": ledger.entries_balance,
    "every stock move is booked at its value": ledger.moves_booked,
    "stock account equals stock value": ledger.stock_account,
    "COD due is delivered less received": money.cod_due,
    "orders' money equals their facts": money.money_of_orders,
    "points equal their ledger": customers.points,
    "customers have their orders": customers.orders,
    "every copy says what its owner says": copies.equal,
    "every facet says what its owner says": stuck.facets_agree,
    "no order is stuck": stuck.none_stuck,
}


async def verdicts(home: Home, history: History) -> list[Verdict]:
    """Every verdict on the stack that lives there. Call it when it is quiet; it changes nothing."""
    async with evidence(home, history) as found:
        return [judged(name, *(await check(found))) for name, check in CHECKS.items()]
