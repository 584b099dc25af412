"""Taking many orders in at once (ORD-01): the rules of one order, the statements of many.

Whatever is decided about an order is decided by the functions that :mod:`orders.application.place_order` uses; only
what is known of the orders is read together, and what they leave is written together. The phones are locked, sorted,
before anything is looked at (ORD-06): another door waits, and so do we.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from chassis.domain import Reason
from contracts.phones import normalised
from orders.application import thresholds
from orders.application.announce import news_of, summary
from orders.application.intake import PlaceOrder, reasons_against
from orders.application.place_order import bounds_of, contact_of, ordered, warnings_about
from orders.application.ports import Knowledge, Overview, Stores, Window, Work
from orders.application.story import Entry
from orders.domain.duplicates import Sighting
from orders.domain.order import Order
from orders.domain.places import BookWard, Sought, Ward, sought


class HandedInMeanwhile(Exception):
    """Another door took one of the orders in after it was looked for. Done again, the transaction will know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one order. Without ``reasons`` it is taken in, now (``created``) or when it came first."""

    id: UUID | None = None
    code: str | None = None
    created: bool = False
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()


@dataclass(slots=True)
class _Desk:
    """What is known, and what has come in since it was looked up."""

    known: Overview
    book: Sequence[BookWard] | None
    wards: Mapping[str, Ward]
    phones: Sequence[str | None]
    stores: Stores
    uow: Work
    placed: list[Order] = field(default_factory=list)
    seen: dict[tuple[str, str], Order] = field(default_factory=dict)

    def judge(self, place: int, command: PlaceOrder) -> Outcome:
        """Take one order in, if nothing is wrong with it. Later ones of the same phone see it (ORD-06)."""
        if self.stores is not None and command.store_id not in self.stores:
            params = {"store": command.store_id or "–", "stores": sorted(self.stores)}
            return Outcome(reasons=(Reason("store-not-yours", "store_id", params),))
        if (earlier := self._before(command)) is not None:
            return earlier
        phone, knowledge = self.phones[place], self._knowledge(place, command)
        if reasons := reasons_against(command, phone, knowledge, bounds_of(self.uow)):
            return Outcome(reasons=tuple(reasons))
        order = ordered(command, phone or "", knowledge, self._sightings(phone or ""), self.uow)
        self.placed.append(order)
        if command.external_id is not None:
            self.seen[command.source, command.external_id] = order
        return Outcome(id=order.id, code=order.code, created=True, warnings=warnings_about(order, knowledge.products))

    def _before(self, command: PlaceOrder) -> Outcome | None:
        if command.external_id is None:
            return None
        name = command.source, command.external_id
        if (here := self.seen.get(name)) is not None:
            return Outcome(id=here.id, code=here.code)
        before = self.known.existing.get(name)
        if before is None:
            return None
        if self.stores is not None and before.store_id not in self.stores:
            params = {"store": before.store_id or "–", "stores": sorted(self.stores)}
            return Outcome(reasons=(Reason("store-not-yours", "external_id", params),))
        return Outcome(id=before.id, code=before.code)

    def _knowledge(self, place: int, command: PlaceOrder) -> Knowledge:
        return Knowledge(
            number=self.known.numbers[place] if self.known.numbers else 0,
            products=self.known.products,
            channel=self.known.channels.get(command.channel),
            source=self.known.sources.get(command.source),
            blacklisted=self.phones[place] in self.known.blacklisted,
            existing=False,
            same_name=self._same_name(command),
            ward=self.wards.get(command.contact.ward_code or ""),
        )

    def _same_name(self, command: PlaceOrder) -> Sequence[BookWard] | None:
        address = _address_of(command)
        if self.book is None or address is None:
            return self.book
        return [ward for ward in self.book if ward.may_be(address)]

    def _sightings(self, phone: str) -> list[Sighting]:
        mine = [
            Sighting(code=each.code, placed_at=each.placed_at, skus=each.agreement.skus)
            for each in self.placed
            if each.contact.phone == phone
        ]
        return [*self.known.sightings.get(phone, ()), *mine]


async def place_many(
    commands: Sequence[PlaceOrder], uow: Work, *, stores: Stores, until_refused: bool = False
) -> list[Outcome]:
    """Take in what can be taken in; one outcome for each, in their order. Nine statements, however many they are.

    ``until_refused``: the first order that cannot be taken in is the last one looked at; the outcomes end with it.
    Raises ``HandedInMeanwhile``.
    """
    desk = await _looked_over(commands, uow, stores, locked=True)
    outcomes: list[Outcome] = []
    for place, command in enumerate(commands):
        outcomes.append(desk.judge(place, command))
        if until_refused and outcomes[-1].reasons:
            break
    entries: list[Entry] = []
    said = [news_of(order, uow) for order in desk.placed]
    for news in said:
        entries.extend(news.entries)
    if await uow.orders.add_many(desk.placed, entries) < len(desk.placed):
        raise HandedInMeanwhile
    for order, news in zip(desk.placed, said, strict=True):
        news.publish(uow)
        uow.audit("order.place", "order", order.id, after=summary(order))
    return outcomes


async def judge_many(commands: Sequence[PlaceOrder], uow: Work, *, stores: Stores) -> list[Outcome]:
    """What :func:`place_many` would answer now; nothing is written and nobody waits.

    An order that would be taken in has ``created``; its id and code are not given to anybody.
    """
    desk = await _looked_over(commands, uow, stores, locked=False)
    return [desk.judge(place, command) for place, command in enumerate(commands)]


async def _looked_over(commands: Sequence[PlaceOrder], uow: Work, stores: Stores, *, locked: bool) -> _Desk:
    region = uow.setting(thresholds.phone_region)
    phones = [normalised(command.contact.phone or "", region) for command in commands]
    if locked:
        await uow.orders.lock_phones({phone for phone in phones if phone is not None})
    known = await uow.orders.look_over(
        windows=_windows(commands, phones, uow),
        skus={line.sku for command in commands for line in command.lines if line.sku},
        channels={command.channel for command in commands},
        handed_in={(command.source, command.external_id) for command in commands},
        numbers=len(commands) if locked else 0,
        day=uow.today,
    )
    addresses = {address for command in commands if (address := _address_of(command)) is not None}
    book = await uow.addresses.same_names(addresses)
    wards = await uow.addresses.wards({command.contact.ward_code for command in commands if command.contact.ward_code})
    return _Desk(known, book, wards, phones, stores, uow)


def _address_of(command: PlaceOrder) -> Sought | None:
    return sought(contact_of(command.contact, "").address)


def _windows(commands: Sequence[PlaceOrder], phones: Sequence[str | None], uow: Work) -> list[Window]:
    """For each phone the time around its orders in which another one may be the same wish."""
    window = timedelta(hours=uow.setting(thresholds.duplicate_window))
    times: dict[str, Window] = {}
    for command, phone in zip(commands, phones, strict=True):
        if phone is None:
            continue
        at = command.placed_at or uow.now
        other = times.get(phone)
        times[phone] = Window(
            phone=phone,
            since=min(at - window, other.since) if other else at - window,
            until=max(at + window, other.until) if other else at + window,
        )
    return list(times.values())
