"""Strikes at random, and the same seed strikes the same way: which fault, where, how long and how soon after the last.

A shuffled deck makes sure that every kind of fault comes before one comes again. Two hands play from it, so that
faults overlap. (When a strike meets what is under way differs from run to run; nothing can make processes repeat that.)
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator

import asyncpg
from aiokafka.errors import KafkaError
from confluent_kafka import KafkaException

from devkit.chaos.arena import Arena
from devkit.chaos.copy_back import put_back, take_copy
from devkit.chaos.faults import ANYWHERE, SEVERAL, Fault
from devkit.trouble import Trouble

HANDS = 2
COPIED, PUT_BACK = 0.15, 0.6
"""At which part of the run the copy is taken, and at which it is put back."""
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaException, KafkaError, TimeoutError, Trouble)


class Nemesis:
    def __init__(self, arena: Arena, seed: int, seconds: float) -> None:
        self._arena = arena
        self._seed = seed
        self._until = time.monotonic() + seconds
        self._seconds = seconds
        self._cards = self._deck()

    async def rage(self) -> None:
        """Until the time is over; every fault has ended what it began when this returns."""
        async with asyncio.TaskGroup() as hands:
            hands.create_task(self._once(COPIED, take_copy))
            hands.create_task(self._once(PUT_BACK, put_back))
            for _ in range(HANDS):
                hands.create_task(self._hand())

    async def _hand(self) -> None:
        while True:
            number, fault = next(self._cards)
            dice = random.Random(f"{self._seed}/{number}")  # noqa: S311 - a game, no secret
            await asyncio.sleep(dice.uniform(0.5, 5))
            if time.monotonic() > self._until:
                return
            await self._strike(fault, dice)

    async def _once(self, part: float, fault: Fault) -> None:
        await asyncio.sleep(self._seconds * part)
        await self._strike(fault, random.Random(f"{self._seed}/{fault.__name__}"))  # noqa: S311

    async def _strike(self, fault: Fault, dice: random.Random) -> None:
        with self._arena.strike(fault.__name__.replace("_", " ")) as strike:
            try:
                strike.did = await fault(self._arena, dice)
            except AWAY as error:  # another fault has taken away what this one needs
                strike.did = f"could not: {type(error).__name__}: {error}"

    def _deck(self) -> Iterator[tuple[int, Fault]]:
        shuffle = random.Random(self._seed)  # noqa: S311
        number = 0
        while True:
            cards = [*ANYWHERE, *(SEVERAL * 2 if len(self._arena.brokers) > 1 else ())]
            shuffle.shuffle(cards)
            for card in cards:
                number += 1
                yield number, card
