"""Doors of partners and carriers, and bytes that arrive at them."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from devkit.stack.home import Home
from devkit.stack.partners import Partner, add_partner


class Post:
    def __init__(self, home: Home) -> None:
        self._home = home

    async def door(self, name: str, kind: str) -> Partner:
        """Opened, or found open."""
        return await asyncio.to_thread(add_partner, self._home, name, kind, 1_000_000)

    async def hand_in(self, door: Partner, type: str, *, key: str, value: str) -> None:
        """A record as this partner writes it, whatever its body is worth."""
        headers = {"ce_specversion": "1.0", "ce_id": str(uuid4()), "ce_type": type, "ce_source": door.name}
        producer = AIOKafkaProducer(
            bootstrap_servers=door.bootstrap,
            security_protocol=door.security,
            sasl_mechanism=door.mechanism,
            sasl_plain_username=door.login,
            sasl_plain_password=door.password,
            acks="all",
        )
        await producer.start()
        try:
            raw = [(name, text.encode()) for name, text in headers.items()]
            await producer.send_and_wait(door.writes, value.encode(), key=key.encode(), headers=raw)
        finally:
            await producer.stop()
