"""Who places orders during a run: customers over HTTP and a partner at its door. Every attempt goes into the history.

An answer of 2xx acknowledges. One of 4xx refuses, but for those that only say *not now*. Everything else, silence
included, says nothing about what was done; half the customers then ask again under the same key, as browsers do, and
half give up and never know.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
from typing import Any
from uuid import uuid4

import httpx2
from confluent_kafka import KafkaError, Producer

from devkit.chaos.arena import Arena
from devkit.demo.plan import Door, Plan, Wish
from devkit.native.kafka_admin import login
from devkit.stack.partners import Partner
from devkit.truth import History, Request
from devkit.truth.topics import Topic

FREIGHT = 30_000
PATIENCE = 8.0
TRIES = 12
NOT_NOW = frozenset({401, 408, 409, 425, 429})
"""Answers below 500 after which the same request may still be, or have been, carried out."""


class Buyers:
    def __init__(self, arena: Arena, plan: Plan, history: History, api_key: str, partner: Partner, seed: int) -> None:
        self.source = f"chaos-{plan.tag}"
        self._arena, self._plan, self._history, self._partner = arena, plan, history, partner
        self._dice = random.Random(f"{seed}/buyers")  # noqa: S311 - a game, no secret
        self._client = httpx2.AsyncClient(
            base_url=arena.home.gateway_url, timeout=PATIENCE, headers={"Authorization": f"Bearer {api_key}"}
        )
        self._door = _DoorWriter(partner)
        self.placed = 0

    async def come(self, seconds: float) -> None:
        """All of them, evenly spread; returns when the last has his answer or gave up."""
        pause = seconds / max(1, len(self._plan.wishes))
        async with asyncio.TaskGroup() as group:
            for wish in self._plan.wishes:
                stubborn = self._dice.random() < 0.5
                group.create_task(self._hand_in(wish) if wish.door is Door.MARKETPLACE else self._order(wish, stubborn))
                await asyncio.sleep(self._dice.uniform(0, 2 * pause))
        await asyncio.to_thread(self._door.close)
        await self._client.aclose()

    async def _order(self, wish: Wish, stubborn: bool) -> None:
        mark = f"{self._plan.tag}-{wish.number}"
        request = self._history.invoke("http", source=self.source, mark=mark)
        body = self._body(wish) | {"source": self.source, "channel": wish.door.value}
        key = str(uuid4())
        for _ in range(TRIES if stubborn else 1):
            try:
                answer = await self._client.post("/api/orders", json=body, headers={"Idempotency-Key": key})
            except httpx2.HTTPError as error:
                request.unknown(f"{type(error).__name__}: {error}")
            else:
                _note(request, answer)
            if request.order_id or request.outcome == "fail":
                break
            await asyncio.sleep(self._dice.uniform(1, 5))
        self.placed += 1

    async def _hand_in(self, wish: Wish) -> None:
        """The topic's acknowledgement only says that the letter will be answered; :func:`read_answers` says how."""
        mark = f"{self._plan.tag}-{wish.number}"
        request = self._history.invoke("door", source=self._partner.name, mark=mark)
        request.unknown("no answer yet")
        self._door.send(mark, self._body(wish) | {"channel": "marketplace"})
        self.placed += 1

    def _body(self, wish: Wish) -> dict[str, Any]:
        return {
            "external_id": f"{self._plan.tag}-{wish.number}",
            "contact": wish.buyer.contact(),
            "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in wish.lines],
            "freight": {"amount": FREIGHT},
            "payment": "prepaid" if wish.prepaid else "cod",
        }


def read_answers(history: History, answers: Topic) -> None:
    """What the partner was answered at its door, once all is quiet."""
    waiting = {request.mark: request for request in history.requests if request.door == "door"}
    for answer in answers.records:
        body = answer.body
        if (request := waiting.get(answer.key)) is not None:
            if body["accepted"]:
                request.ok(body["order_id"])
            else:
                request.fail(json.dumps(body["reasons"], ensure_ascii=False))


def _note(request: Request, answer: httpx2.Response) -> None:
    if answer.is_success:
        request.ok(answer.json()["id"])
    elif 400 <= answer.status_code < 500 and answer.status_code not in NOT_NOW:
        request.fail(f"{answer.status_code} {answer.text[:200]}")
    else:
        request.unknown(f"{answer.status_code} {answer.text[:200]}")


class _DoorWriter:
    """The partner's program: an idempotent producer with a long breath, fed from a thread of its own."""

    def __init__(self, partner: Partner) -> None:
        settings = login(partner.bootstrap, partner.login, partner.password)
        self._topic = partner.writes
        self._producer = Producer(settings | {"enable.idempotence": True, "message.timeout.ms": 300_000})
        self._over = threading.Event()
        self.refused: list[KafkaError] = []
        self._polling = threading.Thread(target=self._poll, daemon=True)
        self._polling.start()

    def send(self, external_id: str, body: dict[str, Any]) -> None:
        headers: dict[str, str | bytes | None] = {
            "ce_specversion": "1.0", "ce_id": str(uuid4()), "ce_type": "order.intake", "ce_source": "partner",
            "content-type": "application/json",
        }  # fmt: skip
        value = json.dumps(body).encode()
        self._producer.produce(
            self._topic, value, external_id.encode(), headers=headers, on_delivery=lambda error, _: self._heard(error)
        )

    def close(self) -> None:
        """Wait until the broker has all of it, or never will."""
        self._over.set()
        self._polling.join()
        self._producer.flush(300)

    def _heard(self, error: KafkaError | None) -> None:
        if error is not None:
            self.refused.append(error)

    def _poll(self) -> None:
        while not self._over.is_set():
            self._producer.poll(0.2)
