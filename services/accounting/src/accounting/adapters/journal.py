"""The journal in PostgreSQL: one voucher per fact, numbered without a gap in its series and month.

The row of (series, period) is locked until commit and drawn in sorted order, after the rows of orders: numbers follow
the order of commits, and a second posting of one fact waits there, then finds the voucher of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from accounting.adapters.recordset import recordset
from accounting.application.ports import Posted
from accounting.domain.business_day import first_day, following, period_of
from accounting.domain.chart import Chart
from accounting.domain.entry import Entry, Fact, Line, Series
from accounting.domain.period import Calendar
from accounting.domain.voucher import VoucherNotFound

_HOLD_PERIODS = text("""
    WITH made AS (
        INSERT INTO periods (code) SELECT unnest(CAST(:codes AS text[])) ORDER BY 1 ON CONFLICT (code) DO NOTHING
    )
    SELECT closed_at FROM periods WHERE code = ANY(CAST(:codes AS text[])) ORDER BY code FOR SHARE
""")
_HOLD_SERIES = text("""
    INSERT INTO voucher_series AS held (series, period)
    SELECT series, period FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (series text, period text)
    ORDER BY series, period
    ON CONFLICT (series, period) DO UPDATE SET last = held.last
    RETURNING series, period, last
""")
_KNOWN = text("""
    SELECT j.fact_kind, j.fact_id
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (kind text, id text)
    JOIN journal_entries j ON j.fact_kind = r.kind AND j.fact_id = r.id
""")
_ADVANCE = text("""
    UPDATE voucher_series v SET last = r.last
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (series text, period text, last integer)
    WHERE v.series = r.series AND v.period = r.period
""")
_INSERT_ENTRIES = text("""
    INSERT INTO journal_entries (id, number, series, fact_kind, fact_id, business_day, posting_day, period, lines, memo,
                                 order_id, reverses, actor, recorded_at)
    SELECT id, number, series, fact_kind, fact_id, business_day, posting_day, period, lines, memo, order_id, reverses,
           :actor, :now
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        id uuid, number text, series text, fact_kind text, fact_id text, business_day date, posting_day date,
        period text, lines integer, memo text, order_id uuid, reverses uuid
    )
""")
_INSERT_LINES = text("""
    INSERT INTO journal_lines (entry_id, line_no, entry_lines, posting_day, account, amount, currency, order_id,
                               partner, shipment_id, vat_rate_bp, note)
    SELECT entry_id, line_no, entry_lines, posting_day, account, amount, currency, order_id, partner, shipment_id,
           vat_rate_bp, note
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        entry_id uuid, line_no integer, entry_lines integer, posting_day date, account text, amount bigint,
        currency text, order_id uuid, partner text, shipment_id uuid, vat_rate_bp integer, note text
    )
""")


class SqlJournal:
    def __init__(
        self, connection: AsyncConnection, *, today: date, now: datetime, actor: str, new_id: Callable[[], UUID]
    ) -> None:
        self._connection = connection
        self._today, self._now, self._actor, self._new_id = today, now, actor, new_id

    async def chart(self) -> Chart:
        rows = await self._connection.execute(text("SELECT role, account FROM account_roles"))
        return Chart({row.role: row.account for row in rows})

    async def calendar(self) -> Calendar:
        closed = text("SELECT max(code) FROM periods WHERE closed_at IS NOT NULL")
        return Calendar((await self._connection.execute(closed)).scalar())

    async def post(self, entries: Iterable[Entry | None]) -> list[Posted]:
        """Number and write the vouchers whose fact has none yet; returns those, in the order given."""
        offered = list({entry.fact: entry for entry in entries if entry is not None}.values())
        if not offered:
            return []
        days = await self._posting_days(offered)
        last = await self._hold_series({(entry.series, period_of(days[entry.fact])) for entry in offered})
        known = await self._known([entry.fact for entry in offered])
        posted: list[Posted] = []
        for entry in offered:
            if entry.fact not in known:
                series = (entry.series, period_of(days[entry.fact]))
                last[series] += 1
                number = f"{entry.series}{series[1][2:4]}{series[1][5:]}-{last[series]:06d}"
                posted.append(Posted(self._new_id(), number, entry))
        if posted:
            await self._write(posted, days, last)
        return posted

    async def voucher(self, id: UUID) -> Posted:
        """A posted voucher with its lines. ``VoucherNotFound``."""
        head = (
            await self._connection.execute(text("SELECT * FROM journal_entries WHERE id = :id"), {"id": id})
        ).one_or_none()
        if head is None:
            raise VoucherNotFound(id=str(id))
        rows = await self._connection.execute(
            text("SELECT * FROM journal_lines WHERE entry_id = :id ORDER BY line_no"), {"id": id}
        )
        lines = tuple(
            Line(
                account=row.account,
                amount=row.amount,
                currency=row.currency,
                order_id=row.order_id,
                partner=row.partner,
                shipment_id=row.shipment_id,
                vat_rate_bp=row.vat_rate_bp,
                note=row.note,
            )
            for row in rows
        )
        entry = Entry(
            series=Series(head.series),
            fact=Fact(head.fact_kind, head.fact_id),
            business_day=head.business_day,
            memo=head.memo,
            lines=lines,
            order_id=head.order_id,
            reverses=head.reverses,
        )
        return Posted(id, head.number, entry)

    async def accounts(self, codes: Collection[str]) -> set[str]:
        """Those of the codes that may be posted to."""
        found = text("SELECT code FROM accounts WHERE active AND code = ANY(CAST(:codes AS text[]))")
        return set((await self._connection.execute(found, {"codes": sorted(codes)})).scalars())

    async def add_account(self, code: str, name: str, name_en: str, kind: str) -> bool:
        """False if the code is taken."""
        added = await self._connection.execute(
            text("""
                INSERT INTO accounts (code, name, name_en, kind) VALUES (:code, :name, :name_en, :kind)
                ON CONFLICT (code) DO NOTHING RETURNING code
            """),
            {"code": code, "name": name, "name_en": name_en, "kind": kind},
        )
        return added.first() is not None

    async def edit_account(self, code: str, name: str | None, name_en: str | None, active: bool | None) -> bool:
        """False if there is none."""
        changed = await self._connection.execute(
            text("""
                UPDATE accounts SET name = coalesce(:name, name), name_en = coalesce(:name_en, name_en),
                    active = coalesce(:active, active), version = version + 1
                WHERE code = :code RETURNING code
            """),
            {"code": code, "name": name, "name_en": name_en, "active": active},
        )
        return changed.first() is not None

    async def assign_role(self, role: str, account: str) -> None:
        await self._connection.execute(
            text("UPDATE account_roles SET account = :account WHERE role = :role"), {"role": role, "account": account}
        )

    async def first_used(self) -> str | None:
        """The oldest month with an entry."""
        return (await self._connection.execute(text("SELECT min(period) FROM journal_entries"))).scalar()

    async def close(self, period: str, by: str, at: datetime, reason: str) -> None:
        """No entry can be under way for it when this returns, and its totals are kept."""
        await self._connection.execute(
            text("""
                INSERT INTO periods AS p (code, closed_at, closed_by, reason) VALUES (:period, :at, :by, :reason)
                ON CONFLICT (code) DO UPDATE SET closed_at = excluded.closed_at, closed_by = excluded.closed_by,
                    reason = excluded.reason, version = p.version + 1
            """),
            {"period": period, "at": at, "by": by, "reason": reason},
        )
        await self._connection.execute(
            text("""
                INSERT INTO period_totals (period, account, currency, debit, credit)
                SELECT :period, account, currency,
                       coalesce(sum(amount) FILTER (WHERE amount > 0), 0),
                       coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)
                FROM journal_lines WHERE posting_day >= :first AND posting_day < :next
                GROUP BY account, currency
            """),
            {"period": period, "first": first_day(period), "next": first_day(following(period))},
        )

    async def reopen(self, period: str, reason: str) -> None:
        await self._connection.execute(text("DELETE FROM period_totals WHERE period = :period"), {"period": period})
        await self._connection.execute(
            text("""
                UPDATE periods SET closed_at = NULL, closed_by = NULL, reason = :reason, version = version + 1
                WHERE code = :period
            """),
            {"period": period, "reason": reason},
        )

    async def _posting_days(self, entries: Sequence[Entry]) -> dict[Fact, date]:
        """Where each goes, with its month held open until commit: who closes it waits for us, or we find it closed."""
        while True:
            calendar = await self.calendar()
            days = {entry.fact: calendar.posting_day(entry.business_day, self._today) for entry in entries}
            codes = sorted({period_of(day) for day in days.values()})
            held = await self._connection.execute(_HOLD_PERIODS, {"codes": codes})
            if not any(held.scalars()):
                return days

    async def _hold_series(self, wanted: set[tuple[Series, str]]) -> dict[tuple[Series, str], int]:
        rows = recordset({"series": series, "period": period} for series, period in sorted(wanted))
        held = await self._connection.execute(_HOLD_SERIES, {"rows": rows})
        return {(Series(row.series), row.period): row.last for row in held}

    async def _known(self, facts: Sequence[Fact]) -> set[Fact]:
        found = await self._connection.execute(_KNOWN, {"rows": recordset(facts)})
        return {Fact(row.fact_kind, row.fact_id) for row in found}

    async def _write(
        self, posted: Sequence[Posted], days: dict[Fact, date], last: dict[tuple[Series, str], int]
    ) -> None:
        heads, lines = [], []
        for voucher in posted:
            entry, day = voucher.entry, days[voucher.entry.fact]
            heads.append(
                {
                    "id": voucher.id,
                    "number": voucher.number,
                    "series": entry.series,
                    "fact_kind": entry.fact.kind,
                    "fact_id": entry.fact.id,
                    "business_day": entry.business_day,
                    "posting_day": day,
                    "period": period_of(day),
                    "lines": len(entry.lines),
                    "memo": entry.memo,
                    "order_id": entry.order_id,
                    "reverses": entry.reverses,
                }
            )
            common = {"entry_id": voucher.id, "entry_lines": len(entry.lines), "posting_day": day}
            for number, line in enumerate(entry.lines, start=1):
                lines.append(common | {"line_no": number} | {name: getattr(line, name) for name in _LINE_FIELDS})
        await self._connection.execute(
            _INSERT_ENTRIES, {"rows": recordset(heads), "actor": self._actor, "now": self._now}
        )
        await self._connection.execute(_INSERT_LINES, {"rows": recordset(lines)})
        moved = [{"series": series, "period": period, "last": n} for (series, period), n in last.items()]
        await self._connection.execute(_ADVANCE, {"rows": recordset(moved)})


_LINE_FIELDS = ("account", "amount", "currency", "order_id", "partner", "shipment_id", "vat_rate_bp", "note")
