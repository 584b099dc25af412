"""Local copies of what other services know, fed from compacted topics.

    products = copy("products", ProductChanged, table=tables.products, key="sku", values=lambda e: {"name": e.name, …})

A row is replaced only by a newer version, so neither repeats nor any order of arrival can harm it; there is no inbox.
A tombstone deletes. The table has a column ``version`` (bigint): the number of the state under its key.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from pydantic_core import to_json
from sqlalchemy import Table, TextClause, text
from sqlalchemy.dialects.postgresql.base import PGDialect

from chassis.failures import UnreadableRecord
from chassis.records import Arrived, Record, readable_event
from chassis.unit_of_work import UnitOfWork
from contracts.event import Actor, Event, Meta
from contracts.headers import UnreadableHeaders, as_text

E = TypeVar("E", bound=Event)

_DIALECT = PGDialect()  # type: ignore[no-untyped-call]
_NEWEST = 2**62
"""The version of a tombstone that says none: whoever wrote it, the thing is gone."""


@dataclass(eq=False, kw_only=True)
class Copy(Generic[E]):
    """One copied table. Made by :func:`copy`."""

    name: str
    family: type[E]
    table: Table
    key: str
    values: Callable[[E], Mapping[str, Any]]

    parks = False
    once = False

    @property
    def handles(self) -> Collection[str]:
        """The wire type whose states are copied."""
        return self._wanted.keys()

    def read(self, record: Record) -> Arrived[E | None] | None:
        """A state, or None as content where the thing is gone."""
        if record.value is None:
            return _gone(record)
        return cast("Arrived[E | None] | None", readable_event(record, self.family, self._wanted))

    def cut(self, arrived: Sequence[Arrived[Any]]) -> Iterable[Sequence[Arrived[Any]]]:
        """Only the newest of every key, states and deletions apart."""
        last = {each.key: each for each in sorted(arrived, key=lambda each: each.meta.sequence)}
        states = [each for each in last.values() if each.content is not None]
        gone = [each for each in last.values() if each.content is None]
        return [group for group in (states, gone) if group]

    async def handle(self, arrived: Sequence[Arrived[Any]], uow: UnitOfWork) -> None:
        versions = [each.meta.sequence for each in arrived]
        keys = [each.record.text_key for each in arrived]
        if arrived[0].content is None:
            await uow.connection.execute(self._delete, {"keys": keys, "versions": versions})
            return
        rows = [
            {**self.values(each.content), self.key: key, "version": version}
            for each, key, version in zip(arrived, keys, versions, strict=True)
        ]
        statement = self._upsert(tuple(sorted(rows[0])))
        await uow.connection.execute(statement, {"rows": to_json(rows).decode()})

    def without_versions(self) -> TextClause:
        """Let every row be replaced by any state: the beginning of a rebuild."""
        return text(f"UPDATE {self._table} SET version = 0 WHERE version <> 0")  # noqa: S608 - the table's own name

    def delete_without_version(self) -> TextClause:
        """Delete what no state replaced since: the end of a rebuild."""
        return text(f"DELETE FROM {self._table} WHERE version = 0")  # noqa: S608 - the table's own name

    def _upsert(self, columns: tuple[str, ...]) -> TextClause:
        if (known := self._statements.get(columns)) is None:
            names = ", ".join(map(_quoted, columns))
            changes = ", ".join(f"{_quoted(each)} = excluded.{_quoted(each)}" for each in columns if each != self.key)
            known = self._statements[columns] = text(
                f"INSERT INTO {self._table} AS held ({names}) "  # noqa: S608 - names from the table's own definition
                f"SELECT {names} FROM jsonb_populate_recordset(NULL::{self._table}, CAST(:rows AS jsonb)) AS n "
                f"ORDER BY n.{_quoted(self.key)} "
                f"ON CONFLICT ({_quoted(self.key)}) DO UPDATE SET {changes} WHERE held.version < excluded.version"
            )
        return known

    @cached_property
    def _wanted(self) -> Mapping[str, type[Event]]:
        return {self.family.type_name(): self.family}

    @cached_property
    def _statements(self) -> dict[tuple[str, ...], TextClause]:
        return {}

    @cached_property
    def _delete(self) -> TextClause:
        kind = self.table.c[self.key].type.compile(_DIALECT)
        return text(
            f"DELETE FROM {self._table} held "  # noqa: S608 - names from the table's own definition
            "USING unnest(CAST(:keys AS text[]), CAST(:versions AS bigint[])) AS n (key, version) "
            f"WHERE held.{_quoted(self.key)} = CAST(n.key AS {kind}) AND held.version < n.version"
        )

    @property
    def _table(self) -> str:
        schema = f"{_quoted(self.table.schema)}." if self.table.schema else ""
        return schema + _quoted(self.table.name)


def copy(name: str, family: type[E], *, table: Table, key: str, values: Callable[[E], Mapping[str, Any]]) -> Copy[E]:
    """Keep ``table`` as a copy of a compacted topic. ``values`` gives the columns besides ``key`` and ``version``."""
    if not family.compacted:
        raise ValueError(f"{family.topic} forgets what is old; only a compacted topic can be copied")
    if "version" not in table.c:
        raise ValueError(f"{table.name} needs a column version to tell newer from older")
    return Copy(name=name, family=family, table=table, key=key, values=values)


def _gone(record: Record) -> Arrived[Any]:
    if record.text_key is None:
        raise UnreadableRecord(("a tombstone without a readable key",))
    try:
        headers = as_text(record.headers)
    except UnreadableHeaders as error:
        raise UnreadableRecord(error.reasons) from error
    said = headers.get("ce_sequence", "")
    id = headers.get("ce_id") or f"{record.topic}/{record.partition}/{record.offset}"
    meta = Meta(
        id=id,
        type=headers.get("ce_type", ""),
        source=headers.get("ce_source", ""),
        time=record.recorded_at,
        occurred_at=record.recorded_at,
        actor=Actor.system("tombstone"),
        subject=record.text_key,
        sequence=int(said) if said.isdecimal() and len(said) < 19 else _NEWEST,
        correlation_id=record.text_key,
        traceparent=headers.get("traceparent"),
    )
    return Arrived(record=record, id=id, kind=meta.type, meta=meta, content=None)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
