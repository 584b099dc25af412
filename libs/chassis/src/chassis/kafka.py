"""Clients of the broker, made in one place with the choices that keep promises.

Producers wait for all replicas and are idempotent. Nobody creates a topic by asking for it. Offsets that the broker
keeps are for lag tools; where a consumer goes on is stored in its own database.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from chassis.settings import ServiceSettings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer
    from aiokafka.abc import ConsumerRebalanceListener
    from faststream.kafka import KafkaBroker
    from faststream.kafka.subscriber.usecase import BatchSubscriber

log = logging.getLogger(__name__)

_GOODBYE = 3.0
"""Seconds for a commit to the broker, or for leaving a group; neither is needed for anything to be right."""
_METADATA_MAX_AGE_MS = 5_000
"""New topics (a partner's door) and new leaders are noticed within this time."""
_BUSY_WAIT_MS, _IDLE_WAIT_MS = 100, 500
"""How long the broker may keep a fetch that finds nothing. A record ends the wait at once, but a second one of the same
partition waits for the fetch that was sent meanwhile without that partition; so the wait is short while records come.
Where none come, asking ten times a second is all that an idle process does."""


def producer(settings: ServiceSettings) -> AIOKafkaProducer:
    """For the relay: all replicas, idempotent, batches large enough to be sent whole."""
    return AIOKafkaProducer(
        **_client(settings),
        acks="all",
        enable_idempotence=True,
        linger_ms=2,
        max_batch_size=128 * 1024,
        max_request_size=1_048_576,
        compression_type="lz4",
        metadata_max_age_ms=30_000,
        request_timeout_ms=20_000,
    )


def subscriber(
    settings: ServiceSettings,
    *,
    group: str,
    listener: ConsumerRebalanceListener | None,
    topic: str | None = None,
    pattern: str | None = None,
) -> tuple[KafkaBroker, BatchSubscriber]:
    """A member of a group that has not started. No handler is attached: the caller polls ``subscriber.consumer``.

    It never chooses a position by itself: where there is none, or none that the log has, polling raises.
    """
    from faststream.kafka import KafkaBroker
    from faststream.middlewares import AckPolicy

    broker = KafkaBroker(
        settings.kafka_bootstrap.split(","),  # a text it would take for one broker
        client_id=settings.instance,
        security=_security(settings),
        allow_auto_create_topics=False,
        consumer_only=True,
        metadata_max_age_ms=_METADATA_MAX_AGE_MS,
        request_timeout_ms=20_000,
        logger=None,
    )
    made: Any = broker.subscriber(
        *([topic] if topic is not None else []),
        pattern=pattern,
        batch=True,
        group_id=group,
        auto_offset_reset="none",
        ack_policy=AckPolicy.MANUAL,
        listener=listener,
        session_timeout_ms=15_000,
        heartbeat_interval_ms=3_000,
        max_poll_interval_ms=600_000,
        fetch_max_wait_ms=_BUSY_WAIT_MS,
    )
    return broker, made


def expect(consumer: AIOKafkaConsumer, *, records: bool) -> None:
    """Whether records are coming: says how long the broker may keep the next fetches."""
    fetcher = consumer._fetcher  # noqa: SLF001 - there is no other way to change it while running
    fetcher._fetch_max_wait_ms = _BUSY_WAIT_MS if records else _IDLE_WAIT_MS  # noqa: SLF001


def prepare(settings: ServiceSettings) -> None:
    """Let the libraries import what a subscriber needs, before a fork. Nothing is started."""
    subscriber(settings, group="-", listener=None, topic="-")


async def answers(settings: ServiceSettings, within: float = 5.0) -> bool:
    """Whether a broker answers, asked on a connection of its own: the clients in use may be the ones that hang."""
    client = AIOKafkaClient(**_client(settings), request_timeout_ms=int(within * 1000))
    try:
        await client.bootstrap()
    except Exception:
        return False
    finally:
        await quietly(client.close())
    return True


async def quietly(doing: Coroutine[Any, Any, object]) -> bool:
    """Do what a client may fail in without harm (a commit, leaving a group); whether it was done within its time.

    It is done in a task of its own and left behind when its time is over. A timeout around it would not do: closing
    cancels tasks that take a cancellation for something else, so ours may be lost there, and then waits for a
    connection that never says that it is closed.
    """
    task = asyncio.create_task(doing)
    try:
        done, _ = await asyncio.wait({task}, timeout=_GOODBYE)
    finally:
        task.cancel()
    if not done:
        task.add_done_callback(lambda late: late.cancelled() or late.exception())
        log.info("left undone after %s s: %r", _GOODBYE, doing)
        return False
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, (KafkaError, OSError, TimeoutError, RuntimeError)):
        raise error
    if error is not None or task.cancelled():
        log.info("left undone: %s %s", type(error).__name__, error)
        return False
    return True


def hang_up(consumer: AIOKafkaConsumer) -> None:
    """End what ``stop`` did not come to, waiting for nothing: a member that still beats keeps its partitions."""
    coordinator, fetcher, client = consumer._coordinator, consumer._fetcher, consumer._client  # noqa: SLF001 - only way
    names = ("_coordination_task", "_heartbeat_task", "_commit_refresh_task", "_fetch_task", "_sync_task")
    for task in (getattr(part, name, None) for part in (coordinator, fetcher, client) for name in names):
        if task is not None:
            task.cancel()
    client._sync_task = None  # noqa: SLF001 - as above
    for connection in list(client._conns.values()):  # noqa: SLF001 - as above
        connection.close()


def _client(settings: ServiceSettings) -> dict[str, Any]:
    found: dict[str, Any] = {"bootstrap_servers": settings.kafka_bootstrap, "client_id": settings.instance}
    if settings.kafka_security == "plaintext":
        return found
    return found | {
        "security_protocol": settings.kafka_security.upper(),
        "ssl_context": _tls(settings),
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": settings.kafka_username,
        "sasl_plain_password": settings.kafka_password.get_secret_value() if settings.kafka_password else None,
    }


def _security(settings: ServiceSettings) -> Any:
    from faststream.security import SASLScram256

    if settings.kafka_security == "plaintext":
        return None
    return SASLScram256(
        username=settings.kafka_username or "",
        password=settings.kafka_password.get_secret_value() if settings.kafka_password else "",
        use_ssl=settings.kafka_security == "sasl_ssl",
        ssl_context=_tls(settings),
    )


def _tls(settings: ServiceSettings) -> ssl.SSLContext | None:
    if settings.kafka_security != "sasl_ssl":
        return None
    return ssl.create_default_context(cafile=str(settings.kafka_ca_file) if settings.kafka_ca_file else None)
