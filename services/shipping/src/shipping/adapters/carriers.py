"""Carriers in PostgreSQL, and the tracking numbers they handed out in advance."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shipping.adapters.documents import services_document, services_from, status_map_document, status_map_from
from shipping.adapters.tables import carriers, number_ranges
from shipping.domain.carrier import Carrier, CarrierExists, CarrierNotFound
from shipping.domain.numbers import CheckDigit, NumberRange, RangeOverlaps

_RANGES = 0x53485001
"""The advisory lock under which ranges are added, so that two that overlap cannot both be."""

_columns = [
    carriers.c.id,
    carriers.c.name,
    carriers.c.active,
    carriers.c.use_when,
    sa.cast(carriers.c.services, sa.Text).label("services"),
    carriers.c.status_map,
    carriers.c.key_ids,
    carriers.c.version,
]


class SqlCarriers:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, carrier: Carrier) -> None:
        statement = insert(carriers).values(id=carrier.id, **_values(carrier)).on_conflict_do_nothing()
        if (await self._connection.execute(statement)).rowcount == 0:
            raise CarrierExists(field="id", id=carrier.id)

    async def get(self, id: str) -> Carrier:
        return await self._one(sa.select(*_columns).where(carriers.c.id == id).with_for_update(key_share=True), id)

    async def find(self, id: str) -> Carrier:
        return await self._one(sa.select(*_columns).where(carriers.c.id == id), id)

    async def all(self) -> list[Carrier]:
        rows = await self._connection.execute(sa.select(*_columns).order_by(carriers.c.id))
        return [_carrier(row) for row in rows]

    async def save(self, carrier: Carrier) -> None:
        carrier.version += 1
        await self._connection.execute(sa.update(carriers).where(carriers.c.id == carrier.id).values(_values(carrier)))

    async def _one(self, statement: sa.Select[Any], id: str) -> Carrier:
        row = (await self._connection.execute(statement)).first()
        if row is None:
            raise CarrierNotFound(id=id)
        return _carrier(row)


class RangesHandedOut:
    """The carrier port whose numbers were handed out in advance, and the ranges behind it.

    A batch locks the live ranges of all carriers it may need in one statement, in one order; so no number is given
    twice and two batches that need the same carriers in different order wait for each other instead of deadlocking.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def allocate(self, wishes: Sequence[Sequence[str]]) -> list[tuple[str, str] | None]:
        live = await self._lock(sorted({carrier for wish in wishes for carrier in wish}))
        before = {each: each.next for ranges in live.values() for each in ranges}
        taken: dict[NumberRange, int] = dict(before)
        given = [_first_with_a_number(wish, live, taken) for wish in wishes]
        used = [each for each, upto in taken.items() if upto != before[each]]
        if used:
            await self._connection.execute(
                sa.text(
                    "UPDATE number_ranges r SET next = n.next "
                    "FROM unnest(CAST(:ids AS uuid[]), CAST(:nexts AS bigint[])) AS n (id, next) WHERE r.id = n.id"
                ),
                {"ids": [each.id for each in used], "nexts": [taken[each] for each in used]},
            )
        return given

    async def add(self, range: NumberRange) -> None:
        await self._connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _RANGES})
        for row in await self._connection.execute(sa.select(number_ranges).where(_could_meet(range))):
            other = range_from(row)
            if range.overlaps(other):
                raise RangeOverlaps(carrier=other.carrier_id, first=other.tracking(other.first))
        await self._connection.execute(
            sa.insert(number_ranges).values(
                id=range.id,
                carrier_id=range.carrier_id,
                prefix=range.prefix,
                suffix=range.suffix,
                width=range.width,
                first=range.first,
                last=range.last,
                next=range.next,
                check_digit=range.check,
                added_at=sa.func.now(),
            )
        )

    async def _lock(self, carrier_ids: Sequence[str]) -> dict[str, deque[NumberRange]]:
        rows = await self._connection.execute(
            sa.select(number_ranges)
            .where(number_ranges.c.carrier_id == sa.any_(sa.bindparam("ids", carrier_ids, sa.ARRAY(sa.Text))))
            .where(number_ranges.c.next <= number_ranges.c.last)
            .order_by(number_ranges.c.carrier_id, number_ranges.c.id)
            .with_for_update()
        )
        live: dict[str, deque[NumberRange]] = defaultdict(deque)
        for row in rows:
            live[row.carrier_id].append(range_from(row))
        return live


def _first_with_a_number(
    wish: Sequence[str], live: dict[str, deque[NumberRange]], taken: dict[NumberRange, int]
) -> tuple[str, str] | None:
    for carrier_id in wish:
        ranges = live.get(carrier_id)
        while ranges:
            number = taken[ranges[0]]
            if number > ranges[0].last:
                ranges.popleft()
                continue
            taken[ranges[0]] = number + 1
            return carrier_id, ranges[0].tracking(number)
    return None


def _could_meet(range: NumberRange) -> sa.ColumnElement[bool]:
    """Only numbers of the same length can be equal; the check digit may make up for one place."""
    length = len(range.prefix) + range.width + len(range.suffix)
    theirs = sa.func.length(number_ranges.c.prefix) + number_ranges.c.width + sa.func.length(number_ranges.c.suffix)
    return theirs.between(length - 1, length + 1)


def _values(carrier: Carrier) -> dict[str, Any]:
    return {
        "name": carrier.name,
        "active": carrier.active,
        "use_when": carrier.use_when,
        "services": services_document(carrier.services),
        "status_map": status_map_document(carrier.status_map),
        "key_ids": sorted(carrier.key_ids),
        "version": carrier.version,
    }


def _carrier(row: Any) -> Carrier:
    return Carrier(
        id=row.id,
        name=row.name,
        active=row.active,
        use_when=row.use_when,
        services=services_from(row.services),
        status_map=status_map_from(row.status_map),
        key_ids=frozenset(row.key_ids),
        version=row.version,
    )


def range_from(row: Any) -> NumberRange:
    """The range in a row of its table."""
    return NumberRange(
        id=row.id,
        carrier_id=row.carrier_id,
        prefix=row.prefix,
        suffix=row.suffix,
        width=row.width,
        first=row.first,
        last=row.last,
        next=row.next,
        check=CheckDigit(row.check_digit),
    )
