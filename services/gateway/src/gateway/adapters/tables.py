"""The gateway's tables, for statements that are built. Rows of ``feed`` are written and read by plain SQL."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Double, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()
_moment = DateTime(timezone=True)

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("stores", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", _moment, nullable=False),
    Column("changed_at", _moment, nullable=False),
)

roles = Table(
    "roles",
    metadata,
    Column("name", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("added", ARRAY(Text), nullable=False),
    Column("removed", ARRAY(Text), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", _moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("created_at", _moment, nullable=False),
    Column("expires_at", _moment, nullable=False),
    Column("origin", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("ended_at", _moment),
    Column("ended_because", Text),
    Column("announced_until", _moment),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("hint", Text, nullable=False),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("stores", ARRAY(Text), nullable=False),
    Column("calls_per_second", Double),
    Column("created_by", Text, nullable=False),
    Column("created_at", _moment, nullable=False),
    Column("expires_at", _moment),
    Column("revoked_at", _moment),
    Column("announced_until", _moment),
)
