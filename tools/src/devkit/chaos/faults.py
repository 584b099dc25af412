"""What can go wrong. Each fault draws its target and its length from its dice, strikes, and ends what it began.

A fault returns a sentence for the timeline. One that finds its target gone already says so; that is no error.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg

from devkit.chaos import processes
from devkit.chaos.arena import Arena
from devkit.native.ports import answers
from devkit.native.process import Daemon, Running
from devkit.stack.components import Component
from devkit.stack.health import ROLES

Fault = Callable[[Arena, random.Random], Awaitable[str]]
PATIENCE = 60.0
GONE = "not there"


async def kill_role(arena: Arena, dice: random.Random) -> str:
    service, role = _a_role(arena, dice)
    process = processes.role(arena.home, service, role)
    return f"kill -9 {service} {role}" if _sent(process, signal.SIGKILL) else f"{service} {role}: {GONE}"


async def kill_service(arena: Arena, dice: random.Random) -> str:
    service = dice.choice(arena.services)
    count = processes.send(processes.service(arena.home, service), signal.SIGKILL)
    return f"kill -9 all {count} processes of {service}"


async def restart_service(arena: Arena, dice: random.Random) -> str:
    """As a roll-out does: asked to end, and started again."""
    service = dice.choice(arena.services)
    parent = processes.service(arena.home, service)[:1]
    if not processes.send(parent, signal.SIGTERM):
        return f"{service}: {GONE}"
    began = time.monotonic()
    back = await _until(lambda: _another(arena, service, parent[0]), PATIENCE)
    return f"{service} asked to end, {_back(back, began)}"


async def stop_role(arena: Arena, dice: random.Random) -> str:
    service, role = _a_role(arena, dice)
    seconds = _seconds(dice)
    process = processes.role(arena.home, service, role)
    return f"{service} {role} {await _stopped([process] if process else [], seconds)}"


async def stop_service(arena: Arena, dice: random.Random) -> str:
    service, seconds = dice.choice(arena.services), _seconds(dice)
    return f"{service} {await _stopped(processes.service(arena.home, service), seconds)}"


async def hold_relay(arena: Arena, dice: random.Random) -> str:
    """Its outbox fills while everything else goes on."""
    service, seconds = dice.choice(("orders", "inventory", "shipping")), dice.uniform(15, 30)
    process = processes.role(arena.home, service, "relay")
    return f"{service} relay {await _stopped([process] if process else [], seconds)}"


async def replace_relay(arena: Arena, dice: random.Random) -> str:
    """Stopped past its lease, replaced by another that sends in its place, and woken while that one still works."""
    service = dice.choice(("orders", "inventory", "shipping", "accounting"))
    stopped = processes.role(arena.home, service, "relay")
    if not _sent(stopped, signal.SIGSTOP):
        return f"{service} relay: {GONE}"
    spare = arena.spare(service, "relay")
    try:
        taken = await _until(lambda: _owns_all(arena, service, spare), PATIENCE)
        await asyncio.sleep(dice.uniform(2, 5))
    finally:
        _sent(stopped, signal.SIGCONT)
    await asyncio.sleep(dice.uniform(2, 5))
    await arena.dismiss(spare, dice.choice((signal.SIGTERM, signal.SIGKILL)))
    return f"{service} relay stopped, {'replaced' if taken else 'not replaced in time'}, woken"


async def slow_consumer(arena: Arena, dice: random.Random) -> str:
    """It gets a seventh of the time."""
    service, until = dice.choice(arena.services), time.monotonic() + dice.uniform(8, 20)
    turns = 0
    while time.monotonic() < until:
        process = processes.role(arena.home, service, "consume")
        try:
            _sent(process, signal.SIGSTOP)
            await asyncio.sleep(0.6)
        finally:
            turns += _sent(process, signal.SIGCONT)
        await asyncio.sleep(0.1)
    return f"{service} consume slowed down, {turns} turns"


async def rebalance_storm(arena: Arena, dice: random.Random) -> str:
    """Members join every group of a service and die, again and again."""
    service, rounds = dice.choice(arena.services), dice.randint(2, 3)
    for _ in range(rounds):
        spare = arena.spare(service, "consume")
        await asyncio.sleep(dice.uniform(3, 7))
        await arena.dismiss(spare, dice.choice((signal.SIGTERM, signal.SIGKILL)))
    return f"{rounds} further consumers of {service} came and went"


async def cut_connections(arena: Arena, dice: random.Random) -> str:
    """Half of what a role has open, to whomever: PostgreSQL, Kafka, other services, callers."""
    service, role = _a_role(arena, dice)
    process = processes.role(arena.home, service, role)
    if process is None:
        return f"{service} {role}: {GONE}"
    fds = processes.connections(process)
    done = processes.cut(process, dice.sample(fds, (len(fds) + 1) // 2))
    return f"{done} of {len(fds)} connections of {service} {role} cut"


async def end_backends(arena: Arena, dice: random.Random) -> str:
    service = dice.choice(arena.services)
    query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1"
    async with arena.databases:
        count = await arena.servers.postgres.ask(lambda connection: connection.fetchval(query, service))
    return f"{count} backends of {service} terminated"


async def kill_postgres(arena: Arena, dice: random.Random) -> str:
    async with arena.databases:
        process = arena.servers.postgres.daemon.find()
        if not _sent(process, signal.SIGKILL):
            return f"PostgreSQL: {GONE}"
        began = time.monotonic()
        back = await _until(lambda: _succeeded(process, arena.home.ports.postgres), PATIENCE)
    return f"kill -9 postmaster, {_back(back, began)}"


async def kill_broker(arena: Arena, dice: random.Random) -> str:
    return await _kill(dice.choice(arena.brokers))


async def stop_broker(arena: Arena, dice: random.Random) -> str:
    broker, seconds = dice.choice(arena.brokers), dice.uniform(1, 15)
    process = broker.daemon.find()
    return f"{broker.name} {await _stopped([process] if process else [], seconds)}"


async def kill_leader(arena: Arena, dice: random.Random) -> str:
    """The leader of a partition that orders travel by."""
    topic = dice.choice(("orders.order.v1", "inventory.fulfilment.v1", "shipping.shipment.v1"))
    partition = dice.randrange(12)
    leader = await asyncio.to_thread(arena.servers.admin.leader_of, topic, partition)
    broker = next((each for each in arena.brokers if each.name == f"kafka-{leader}"), None)
    return f"leader of {topic}/{partition}: {await _kill(broker) if broker else GONE}"


async def kill_coordinator(arena: Arena, dice: random.Random) -> str:
    """The coordinator of a consumer group."""
    group = dice.choice(("orders.warehouse", "inventory.orders", "shipping.orders", "crm.orders"))
    coordinator = await arena.servers.admin.coordinator_of(group)
    broker = next((each for each in arena.brokers if each.name == f"kafka-{coordinator}"), None)
    return f"coordinator of {group}: {await _kill(broker) if broker else GONE}"


async def jump_clock(arena: Arena, dice: random.Random) -> str:
    """Business time jumps: mostly forward, by minutes to two days, now and then back."""
    hours = dice.choice((0.1, 1, 5, 30, 48, -0.5))
    arena.move_clock(timedelta(hours=hours))
    return f"business clock moved by {hours:+} h"


async def _kill(broker: Component) -> str:
    process = broker.daemon.find()
    if not _sent(process, signal.SIGKILL):
        return f"{broker.name}: {GONE}"
    began = time.monotonic()
    back = await _until(lambda: _succeeded(process, broker.ports[0]), PATIENCE)
    return f"kill -9 {broker.name}, {_back(back, began)}"


async def _stopped(targets: list[Running], seconds: float) -> str:
    try:
        if not processes.send(targets, signal.SIGSTOP):
            return GONE
        await asyncio.sleep(seconds)
    finally:
        processes.send(targets, signal.SIGCONT)
    return f"stopped for {seconds:.0f} s"


async def _owns_all(arena: Arena, service: str, relay: Daemon) -> bool:
    """Whether this relay has every shard of the service's outbox. A lease names the process that has it."""
    process = relay.find()
    query = "SELECT bool_and(owner LIKE $1) FROM chassis.relay_lease"
    mark = f"%-{process.pid if process else 0}/%"
    try:
        return bool(await arena.servers.postgres.ask(lambda connection: connection.fetchval(query, mark), service))
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False


async def _another(arena: Arena, service: str, former: Running) -> bool:
    """Whether the service's API is served by a process that was not there before."""
    return not former.alive and processes.role(arena.home, service, "api") is not None


async def _succeeded(former: Running | None, port: int) -> bool:
    """Whether the port is served again, and not by the dead."""
    return not (former and former.alive) and await asyncio.to_thread(answers, port, patience=0.5)


async def _until(holds: Callable[[], Awaitable[bool]], patience: float) -> bool:
    deadline = time.monotonic() + patience
    while not await holds():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.3)
    return True


def _a_role(arena: Arena, dice: random.Random) -> tuple[str, str]:
    return dice.choice(arena.services), dice.choice(ROLES)


def _seconds(dice: random.Random) -> float:
    """A second to a minute, mostly short."""
    return min(60.0, 1 + dice.expovariate(1 / 8))


def _sent(process: Running | None, number: signal.Signals) -> int:
    return processes.send([process], number) if process else 0


def _back(back: bool, began: float) -> str:
    return f"back after {time.monotonic() - began:.1f} s" if back else f"not back after {PATIENCE:.0f} s"


ANYWHERE: tuple[Fault, ...] = (
    kill_role, kill_role, kill_service, restart_service, stop_role, stop_role, stop_service, hold_relay,
    replace_relay, slow_consumer, rebalance_storm, cut_connections, cut_connections, end_backends, kill_postgres,
    kill_broker, stop_broker, jump_clock,
)  # fmt: skip
"""The deck; what stands twice strikes twice as often."""
SEVERAL: tuple[Fault, ...] = (kill_leader, kill_coordinator)
"""Only where there is more than one broker."""
