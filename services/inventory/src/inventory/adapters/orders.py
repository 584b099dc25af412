"""What the warehouse knows of orders, and the shipments made for them: one row each, made by whoever speaks first."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.application.records import KnownOrder, OrderTerms, Shipment

_TERMS = """unnest(
        CAST(:ids AS uuid[]), CAST(:codes AS text[]), CAST(:contacts AS text[]), CAST(:notes AS text[]),
        CAST(:choices AS text[]), CAST(:cod AS bigint[]), CAST(:stores AS text[]), CAST(:owners AS text[]),
        CAST(:placed AS timestamptz[]), CAST(:confirmed AS timestamptz[]))
    AS n (order_id, code, contact, note, carrier_choice, cod, store_id, owner_id, placed_at, confirmed_at)"""
_CONFIRM = text(f"""
    INSERT INTO orders AS o (order_id, code, contact, note, carrier_choice, cod, store_id, owner_id, placed_at,
                             confirmed_at, first_heard_at)
    SELECT order_id, code, CAST(contact AS jsonb), note, carrier_choice, cod, store_id, owner_id, placed_at,
           confirmed_at, CAST(:now AS timestamptz)
    FROM {_TERMS} ORDER BY order_id
    ON CONFLICT (order_id) DO UPDATE SET
        contact = excluded.contact, note = excluded.note, carrier_choice = excluded.carrier_choice, cod = excluded.cod,
        store_id = excluded.store_id, owner_id = excluded.owner_id, placed_at = excluded.placed_at,
        confirmed_at = coalesce(o.confirmed_at, excluded.confirmed_at), version = o.version + 1
    RETURNING new.order_id, old.confirmed_at IS NOT NULL AS confirmed, new.cancelled_at IS NOT NULL AS cancelled,
              new.issued
""")  # noqa: S608 - no value is written into it
_CHANGE = text(f"""
    UPDATE orders o SET
        contact = CAST(n.contact AS jsonb), note = n.note, carrier_choice = n.carrier_choice, cod = n.cod,
        store_id = n.store_id, owner_id = n.owner_id, version = o.version + 1
    FROM {_TERMS} WHERE o.order_id = n.order_id
""")  # noqa: S608 - no value is written into it
_HEAR = text("""
    INSERT INTO orders AS o (order_id, code, issued, first_heard_at)
    SELECT order_id, code, :issued, CAST(:now AS timestamptz)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[])) AS n (order_id, code) ORDER BY order_id
    ON CONFLICT (order_id) DO UPDATE SET issued = o.issued OR excluded.issued
    RETURNING new.order_id, new.confirmed_at IS NOT NULL AS confirmed, new.cancelled_at IS NOT NULL AS cancelled,
              coalesce(old.issued, false) AS issued
""")
_CANCELLING = text("UPDATE orders SET cancelling = true WHERE order_id = ANY(CAST(:ids AS uuid[]))")
_CANCELLED = text("""
    INSERT INTO orders AS o (order_id, code, cancelled_at, first_heard_at)
    SELECT order_id, code, CAST(:now AS timestamptz), CAST(:now AS timestamptz)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[])) AS n (order_id, code) ORDER BY order_id
    ON CONFLICT (order_id) DO UPDATE SET cancelled_at = coalesce(o.cancelled_at, excluded.cancelled_at)
""")
_PUT = text("""
    INSERT INTO shipments AS s (shipment_id, order_id, kind, carrier_id, carrier_name, service, tracking, state,
                                recorded_at)
    SELECT n.*, CAST(:now AS timestamptz) FROM unnest(
        CAST(:ids AS uuid[]), CAST(:orders AS uuid[]), CAST(:kinds AS text[]), CAST(:carriers AS text[]),
        CAST(:names AS text[]), CAST(:services AS text[]), CAST(:tracking AS text[]), CAST(:states AS text[])) AS n
    ON CONFLICT (shipment_id) DO UPDATE SET
        tracking = excluded.tracking, carrier_id = excluded.carrier_id, carrier_name = excluded.carrier_name,
        service = excluded.service
""")
_BECOME = text("""
    UPDATE shipments s SET state = n.state
    FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[])) AS n (shipment_id, state)
    WHERE s.shipment_id = n.shipment_id
""")


class SqlOrders:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def confirm(self, terms: Sequence[OrderTerms], now: datetime) -> dict[UUID, KnownOrder]:
        rows = await self._connection.execute(_CONFIRM, _terms(terms) | {"now": now})
        return {row.order_id: _known(row) for row in rows}

    async def change(self, terms: Sequence[OrderTerms]) -> None:
        await self._connection.execute(_CHANGE, _terms(terms))

    async def hear(self, codes: Mapping[UUID, str], now: datetime, *, issued: bool = False) -> dict[UUID, KnownOrder]:
        asked = {"ids": list(codes), "codes": list(codes.values()), "now": now, "issued": issued}
        return {row.order_id: _known(row) for row in await self._connection.execute(_HEAR, asked)}

    async def cancelling(self, order_ids: Collection[UUID]) -> None:
        await self._connection.execute(_CANCELLING, {"ids": list(order_ids)})

    async def cancelled(self, codes: Mapping[UUID, str], now: datetime) -> None:
        await self._connection.execute(_CANCELLED, {"ids": list(codes), "codes": list(codes.values()), "now": now})


class SqlShipments:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, shipments: Sequence[Shipment], now: datetime) -> None:
        await self._connection.execute(
            _PUT,
            {
                "ids": [each.shipment_id for each in shipments],
                "orders": [each.order_id for each in shipments],
                "kinds": [each.kind for each in shipments],
                "carriers": [each.carrier_id for each in shipments],
                "names": [each.carrier_name for each in shipments],
                "services": [each.service for each in shipments],
                "tracking": [each.tracking for each in shipments],
                "states": [each.state for each in shipments],
                "now": now,
            },
        )

    async def become(self, states: Mapping[UUID, str]) -> None:
        if states:
            await self._connection.execute(_BECOME, {"ids": list(states), "states": list(states.values())})


def _terms(terms: Sequence[OrderTerms]) -> dict[str, Any]:
    return {
        "ids": [each.order_id for each in terms],
        "codes": [each.code for each in terms],
        "contacts": [json.dumps(each.contact) for each in terms],
        "notes": [each.note for each in terms],
        "choices": [each.carrier_choice for each in terms],
        "cod": [each.cod for each in terms],
        "stores": [each.store_id for each in terms],
        "owners": [each.owner_id for each in terms],
        "placed": [each.placed_at for each in terms],
        "confirmed": [each.confirmed_at for each in terms],
    }


def _known(row: Any) -> KnownOrder:
    return KnownOrder(order_id=row.order_id, confirmed=row.confirmed, cancelled=row.cancelled, issued=bool(row.issued))
