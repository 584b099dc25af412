"""Splitting an order, merging several, and taking a merged one apart again (ORD-07, ORD-08).

Orders that are not confirmed are replaced in one transaction. For a confirmed one only who has its parcel can say
whether it can still be changed, so he is asked as for a cancellation, and the last answer makes the successors: from
the goods of those orders that could still stand aside. The others go on as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.domain import Reason
from contracts.event import Event
from orders.application.announce import News, news_of, summary, tell
from orders.application.ports import Stores, Work
from orders.application.record_facts import record
from orders.domain.agreement import Agreement, Wishes
from orders.domain.codes import code_of
from orders.domain.errors import CannotMerge, CannotSplit, CannotUnmerge
from orders.domain.facets import UNCONFIRMED, Sales
from orders.domain.lines import shared
from orders.domain.order import Order
from orders.domain.places import same_address
from orders.domain.progress import Progress
from orders.domain.replacement import (
    Kind,
    Quantities,
    Replacement,
    State,
    Successor,
    merged,
    parts_of,
    same_goods,
    split,
)

MOST = 20
"""Orders in one merge, parts of one split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``orders`` that stand aside or have ended, and who goes on; no ``successors`` yet while somebody is asked."""

    replacement: Replacement
    orders: tuple[Order, ...]
    successors: tuple[Order, ...]


async def split_order(
    ref: UUID | str, taken_out: Sequence[Quantities], reason: str | None, uow: Work, *, stores: Stores
) -> Outcome:
    """One order becomes several: each of ``taken_out`` by itself, and what is left, which keeps the freight (ORD-07).

    Raises ``CannotSplit`` with every reason, ``CannotStandAside``.
    """
    order = await uow.orders.get(ref, stores)
    parts = parts_of(order.agreement.lines, taken_out)
    if reasons := _wrong_parts(order, taken_out, parts):
        raise CannotSplit(reasons, count=len(reasons))
    return await _replace(
        Replacement(id=uow.new_id(), kind=Kind.SPLIT, orders=(order.id,), parts=parts), [order], reason, uow
    )


async def merge_orders(refs: Sequence[UUID | str], reason: str | None, uow: Work, *, stores: Stores) -> Outcome:
    """Several orders of one customer become one with one freight, that of the first (ORD-08).

    Raises ``CannotMerge`` with everything that is against it, ``CannotStandAside``.
    """
    orders = await uow.orders.get_all(refs, stores)
    if because := _cannot_merge(orders):
        raise CannotMerge(because=because, codes=[order.code for order in orders])
    made = Replacement(id=uow.new_id(), kind=Kind.MERGE, orders=tuple(order.id for order in orders))
    return await _replace(made, orders, reason, uow)


async def unmerge_order(ref: UUID | str, reason: str | None, uow: Work, *, stores: Stores) -> Outcome:
    """What was merged becomes separate orders again, each with its own goods, freight and discount (ORD-08).

    Raises ``CannotUnmerge`` if it was not merged, or holds other goods or prices by now; ``CannotStandAside``.
    """
    order = await uow.orders.get(ref, stores)
    merge = await uow.replacements.that_made(order.id)
    if merge is None or merge.kind is not Kind.MERGE:
        raise CannotUnmerge(code=order.code, because=["not-merged"])
    before = await uow.orders.read(sorted(merge.gone))
    if not same_goods(order.agreement, _merge_of(before, merge, uow)):
        raise CannotUnmerge(code=order.code, because=["goods-changed-since"])
    return await _replace(Replacement(id=uow.new_id(), kind=Kind.UNMERGE, orders=(order.id,)), [order], reason, uow)


async def record_answers(events: Sequence[Event], uow: Work, effect: Callable[[Progress], None], *, gone: bool) -> None:
    """Who has the parcels has said yes (``gone``) or no: to a cancellation, or to an order's standing aside.

    Whoever hears the last answer about a replacement makes the successors. Its row is locked before other orders are,
    and what was answered about them is committed by then, so two of them cannot wait for each other.
    """
    asked: dict[UUID, dict[UUID, Event]] = defaultdict(dict)

    def hear(progress: Progress, event: Event) -> None:
        if progress.replacement is not None:
            asked[progress.replacement][progress.order_id] = event
        effect(progress)

    await record(events, uow, hear)
    for id, answers in sorted(asked.items()):
        heard = await uow.replacements.answered(id, answers.keys(), gone)
        if heard.state is State.ASKED and heard.answered:
            await _conclude(heard, uow, list(answers.values())[-1])


async def _replace(made: Replacement, orders: Sequence[Order], reason: str | None, uow: Work) -> Outcome:
    before = {order.id: summary(order) for order in orders}
    made.gone = frozenset(order.id for order in orders if order.stand_aside(made.id, made.kind))
    await uow.replacements.add(made, str(uow.actor), uow.now, reason)
    successors: tuple[Order, ...] = ()
    if made.answered:
        successors = await _succeed(made, orders, uow, None)
    else:
        await uow.orders.save(*orders)
        await tell([news_of(order, uow) for order in orders], uow)
    for order in orders:
        uow.audit(f"order.{made.kind}", "order", order.id, before=before[order.id], after=summary(order), reason=reason)
    return Outcome(replacement=made, orders=tuple(orders), successors=successors)


async def _conclude(asked: Replacement, uow: Work, cause: Event) -> None:
    if not asked.gone:
        asked.state = State.DROPPED
        await uow.replacements.save(asked)
        return
    leading_first = [id for id in asked.orders if id in asked.gone]
    await _succeed(asked, await uow.orders.get_all(leading_first, None), uow, cause)


async def _succeed(made: Replacement, orders: Sequence[Order], uow: Work, cause: Event | None) -> tuple[Order, ...]:
    """The successors, made and announced; ``orders`` have ended."""
    agreements = await _agreements(made, orders, uow)
    numbers = await uow.orders.next_numbers(uow.today, len(agreements))
    codes = [code_of(uow.today, number) for number in numbers]
    paid = shared(sum(order.progress.paid for order in orders), [each.total for each, _ in agreements])
    successors = tuple(
        Order.succeed(
            orders[0],
            id=uow.new_id(),
            code=code,
            agreement=agreement,
            wishes=wishes,
            replaces=tuple(order.code for order in orders),
            placed_at=min(order.placed_at for order in orders),
            paid=amount,
            at=uow.now,
        )
        for code, (agreement, wishes), amount in zip(codes, agreements, paid, strict=True)
    )
    made.successors, made.state = tuple(each.id for each in successors), State.DONE
    await uow.replacements.save(made)
    news: list[News] = []
    for order in orders:
        order.end_as(Sales.MERGED if made.kind is Kind.MERGE else Sales.SPLIT, made.kind, _inherit(order, successors))
        news.append(news_of(order, uow, cause))
    await uow.orders.save(*orders)
    await tell(news, uow)
    for successor in successors:
        said = news_of(successor, uow, cause)
        await uow.orders.add(successor, said.entries)
        said.publish(uow)
    return successors


async def _agreements(made: Replacement, orders: Sequence[Order], uow: Work) -> list[tuple[Agreement, Wishes]]:
    """What each successor promises, and what its customer asks for on the way."""
    match made.kind:
        case Kind.SPLIT:
            return [(each, orders[0].wishes) for each in split(orders[0].agreement, made.parts, uow.new_id)]
        case Kind.MERGE:
            notes = dict.fromkeys(order.wishes.note for order in orders if order.wishes.note)
            return [(_merge_of(orders, made, uow), replace(orders[0].wishes, note="\n".join(notes) or None))]
        case Kind.UNMERGE:
            merge = await uow.replacements.that_made(orders[0].id)
            before = await uow.orders.read([id for id in merge.orders if id in merge.gone]) if merge else []
            return [(split(order.agreement, [_whole(order)], uow.new_id)[0], order.wishes) for order in before]


def _merge_of(orders: Sequence[Order], made: Replacement, uow: Work) -> Agreement:
    by_id = {order.id: order for order in orders}
    return merged([by_id[id].agreement for id in made.orders if id in by_id], uow.new_id)


def _whole(order: Order) -> Quantities:
    return {line.id: line.quantity for line in order.agreement.lines}


def _inherit(order: Order, successors: Sequence[Order]) -> list[Successor]:
    """Which part of this order's money goes on with whom."""
    amounts = shared(order.progress.paid, [each.agreement.total for each in successors])
    return [
        Successor(order_id=each.id, code=each.code, paid=amount)
        for each, amount in zip(successors, amounts, strict=True)
    ]


def _wrong_parts(order: Order, taken_out: Sequence[Quantities], parts: Sequence[Quantities]) -> list[Reason]:
    lines = {line.id: line for line in order.agreement.lines}
    reasons = [
        Reason("line-unknown", f"parts/{place}")
        for place, part in enumerate(taken_out)
        if not part.keys() <= lines.keys()
    ]
    for id, line in lines.items():
        if parts[0].get(id, 0) < 0:
            asked = line.quantity - parts[0][id]
            reasons.append(
                Reason("more-than-ordered", "parts", {"sku": line.sku, "ordered": line.quantity, "asked": asked})
            )
    if not parts[0]:
        reasons.append(Reason("nothing-left", "parts"))
    return reasons


def _cannot_merge(orders: Collection[Order]) -> list[str]:
    found = {
        "same-order": len({order.id for order in orders}) < len(orders),
        "other-phone": len({order.contact.phone for order in orders}) > 1,
        "other-address": not same_address((order.contact.address, order.destination) for order in orders),
        "other-store": len({order.origin.store_id for order in orders}) > 1,
        "other-currency": len({order.agreement.currency for order in orders}) > 1,
        "only-some-confirmed": len({order.sales in UNCONFIRMED for order in orders}) > 1,
    }
    return [why for why, holds in found.items() if holds]
