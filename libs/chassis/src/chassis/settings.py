"""What a process is told from outside: where its servers are and how it logs in. Business thresholds live elsewhere."""

import os
import socket
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Read from the environment once, at the start. A service subclasses it with its own prefix::

    class OrdersSettings(ServiceSettings, env_prefix="ORDERS_"): ...
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: str = "postgresql://localhost/postgres"
    """``postgresql://user:password@host:port/database``; the driver is the chassis's choice."""
    pool_size: int = Field(default=10, ge=1, le=200)
    """Connections per process, at most."""
    statement_timeout: float = Field(default=30, gt=0)
    """Seconds before PostgreSQL gives up on one statement."""

    kafka_bootstrap: str = "localhost:9092"
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None
    kafka_security: Literal["plaintext", "sasl_plaintext", "sasl_ssl"] = "plaintext"
    kafka_ca_file: Path | None = None
    topic_prefix: str = ""
    """Stands before every topic and group; several stacks of a testing kit share one broker by it."""

    batch_events: int = Field(default=200, ge=1, le=1000)
    """Events in one transaction of a consumer, at most."""
    batch_time: float = Field(default=0.1, gt=0)
    """Seconds that handling one batch should take; batches shrink until they keep to it."""
    poison_keys: int = Field(default=20, ge=1)
    """A consumer stops when more different keys than this fail alike within a minute."""
    max_payload: int = Field(default=900_000, ge=1)
    """Bytes of one event's body. Below the broker's ``message.max.bytes``, so what is accepted can be sent."""
    lease_time: float = Field(default=10, gt=0)
    """Seconds, in PostgreSQL's time, for which a relay owns a shard of the outbox without renewing."""
    stuck_after: float = Field(default=120, gt=0)
    """Seconds without progress, broker and database answering, after which a relay or consumer process ends itself."""

    requests_at_once: int = Field(default=128, ge=1)
    """Requests an API process works on or lets wait for a connection; what comes on top is refused at once."""

    http_host: str = "127.0.0.1"
    http_port: int = 8000
    consume_port: int = 8001
    relay_port: int = 8002

    trusted_keys_file: Path | None = None
    """A JSON key set: whose tokens this service believes."""

    otlp_endpoint: str | None = None
    """Where spans go (OTLP over HTTP). None: nowhere."""
    trace_ratio: float = Field(default=1.0, ge=0, le=1)
    log_level: str = "INFO"

    business_zone: str = "Asia/Ho_Chi_Minh"
    """In which the business counts its days and jobs their hours."""

    clock_file: Path | None = None
    """Shifts business time; only a testing kit sets it."""
    instance: str = Field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")
    """Who this process is, in leases and logs."""

    @property
    def sqlalchemy_url(self) -> str:
        scheme, _, rest = self.database_url.partition("://")
        return f"postgresql+asyncpg://{rest}" if scheme in ("postgresql", "postgres") else self.database_url
