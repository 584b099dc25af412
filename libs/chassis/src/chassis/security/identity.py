"""Every service's own copy of what the gateway says about trust: its public keys, and the sessions it has ended."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.copies import copy
from chassis.database import SCHEMA
from contracts.gateway.v1 import IdentityChanged

table = Table(
    "identity",
    MetaData(schema=SCHEMA),
    Column("identity", Text, primary_key=True),
    Column("key_set", JSONB),
    Column("revoked_session", Text),
    Column("until", DateTime(timezone=True)),
    Column("version", BigInteger, nullable=False),
)

identity = copy(
    "identity",
    IdentityChanged,
    table=table,
    key="identity",
    values=lambda said: {
        "key_set": said.key_set,
        "revoked_session": said.revoked_session,
        "until": said.until,
    },
)
