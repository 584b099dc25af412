"""The marketplace's side of its door: orders go in as CloudEvents, answers come back under the same key."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from devkit.stack.partners import Partner


async def hand_in(partner: Partner, orders: Mapping[str, dict[str, Any]], *, patience: float = 120) -> dict[str, Any]:
    """Send orders by external id; the answer to each. Raises ``TimeoutError`` that says how many were not answered."""
    login = {
        "bootstrap_servers": partner.bootstrap, "security_protocol": partner.security,
        "sasl_mechanism": partner.mechanism, "sasl_plain_username": partner.login,
        "sasl_plain_password": partner.password,
    }  # fmt: skip
    group = f"{partner.group_prefix}{uuid4().hex[:8]}"
    consumer = AIOKafkaConsumer(partner.reads, group_id=group, auto_offset_reset="earliest", **login)
    producer = AIOKafkaProducer(acks="all", enable_idempotence=True, **login)
    answers: dict[str, Any] = {}
    await consumer.start()
    await producer.start()
    try:
        await asyncio.gather(*[(await _send(producer, partner, id, body)) for id, body in orders.items()])
        deadline = time.monotonic() + patience
        while orders.keys() - answers.keys():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(orders.keys() - answers.keys())} orders at the door were not answered")
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    id = (record.key or b"").decode()
                    if id in orders:
                        answers[id] = json.loads(record.value or b"{}")
    finally:
        await producer.stop()
        await consumer.stop()
    return answers


async def _send(producer: AIOKafkaProducer, partner: Partner, id: str, body: dict[str, Any]) -> Any:
    headers = {
        "ce_specversion": "1.0", "ce_id": str(uuid4()), "ce_type": "order.intake", "ce_source": partner.name,
        "content-type": "application/json",
    }  # fmt: skip
    return await producer.send(
        partner.writes,
        key=id.encode(),
        value=json.dumps(body).encode(),
        headers=[(name, value.encode()) for name, value in headers.items()],
    )
